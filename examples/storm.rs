//! Measures what a retrigger costs: `cargo run --release --example storm`.
//!
//! Each press runs the command of the rendered task against a queue on loopback that takes 20 ms
//! for each call, and in some rows 60 ms more for each new connection, as a handshake of TLS does; there,
//! the script is measured without its kept connections, too. Times are the whole process, from its start
//! to its end, less those of an interpreter that does nothing. Where the interpreter with taskgraph is there (see
//! `tests/requirements.txt`), today's code is measured in the same way, without its clone.

#[path = "../tests/needs/mod.rs"]
mod needs;
#[path = "../tests/support/mod.rs"]
mod support;

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use support::taskgraph::{self, Node};
use support::world::namespace;
use support::{Press, World, id};

const DELAY: Duration = Duration::from_millis(20);
const HANDSHAKE: Duration = Duration::from_millis(60);
/// What makes of the script one that opens a connection for each request.
const NOT_KEPT: (&str, &str) = ("kept, wait = KEPT.__dict__, 0", "kept, wait = {}, 0");
const LABELS: usize = 1000;
const ACTIONS: usize = 200;
const SAMPLES: usize = 9;

fn main() {
    let empty = median(|| {
        let start = Instant::now();
        let status = Command::new("python3").args(["-c", ""]).status();
        assert!(status.expect("python3").success());
        start.elapsed()
    });
    println!("python3 -c '': {:.2} s; each call is delayed by {DELAY:?}\n", empty.as_secs_f64());
    println!("{:<40} {:>8} {:>9} {:>9}", "", "requests", "seconds", "memory");

    type Way = (&'static str, Duration, &'static [(&'static str, &'static str)]);
    let ways: [Way; 3] = [
        ("", Duration::ZERO, &[]),
        (", handshakes", HANDSHAKE, &[]),
        (", handshakes, none kept", HANDSHAKE, &[NOT_KEPT]),
    ];
    for (name, handshake, changes) in ways {
        one_press(&format!("one press on a test{name}"), handshake, changes, empty);
    }
    for (name, handshake, changes) in ways {
        many_labels(&format!("1,000 labels{name}"), handshake, changes, empty);
    }
    many_actions();
    todays_code(empty);
}

fn median(sample: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<Duration> = std::iter::repeat_with(sample).take(SAMPLES).collect();
    times.sort();
    times[times.len() / 2]
}

fn line(what: &str, requests: usize, time: Duration, memory: Option<u64>) {
    let seconds = time.as_secs_f64();
    let memory = memory.map_or(String::new(), |kib| format!("{} MiB", kib / 1024));
    println!("{what:<40} {requests:>8} {seconds:>7.2} s {memory:>9}");
}

/// A push of `count` tests of one build, with definitions about as long as gecko's.
fn push(count: usize) -> (World, Vec<String>) {
    let labels: Vec<String> = (0..count).map(|number| format!("test-{number}")).collect();
    let mut nodes = vec![Node::new("build", false, &[], "completed")];
    nodes.extend(labels.iter().map(|label| Node::new(label, true, &["build"], "completed")));
    for node in &mut nodes {
        node.as_gecko = true;
    }
    let world = World::new();
    taskgraph::decide(&world.queue, &nodes);
    world.queue.state().delay = DELAY;
    (world, labels)
}

fn press(labels: &[String]) -> Press {
    Press::multiple(&json!([{"tasks": labels}])).gecko()
}

fn one_press(what: &str, handshake: Duration, changes: &[(&str, &str)], empty: Duration) {
    let mut requests = 0;
    let time = median(|| {
        let (world, labels) = push(1);
        world.queue.state().connect_delay = handshake;
        let press = press(&labels);
        let start = Instant::now();
        press.start_changed(&world.queue, changes).wait().succeeded();
        let time = start.elapsed();
        requests = world.queue.requests().len();
        time
    });
    line(what, requests, time.saturating_sub(empty), None);
}

fn many_labels(what: &str, handshake: Duration, changes: &[(&str, &str)], empty: Duration) {
    let (world, labels) = push(LABELS);
    world.queue.state().connect_delay = handshake;
    let press = press(&labels);
    let start = Instant::now();
    let (outcome, memory) = press.start_changed(&world.queue, changes).watch();
    let time = start.elapsed().saturating_sub(empty);
    outcome.succeeded();
    assert_eq!(world.queue.created().len(), LABELS);
    line(what, world.queue.requests().len(), time, memory);
}

/// Many people press, each on one job of the push, while the index fills with actions.
fn many_actions() {
    let (mut world, labels) = push(ACTIONS);
    let actions: Vec<String> = (0..ACTIONS).map(|number| id(&format!("action {number}"))).collect();
    for action in &actions {
        world = world.with_action(action);
        let entry = (action.clone(), "2027-06-01T00:00:00.000Z".to_owned());
        let of = namespace("taskgraph.actions");
        world.queue.state().index.entry(of).or_default().push(entry);
        world.queue.artifact(action, "label-to-taskid.json", json!({"some": id("task")}));
    }
    let start = Instant::now();
    let queue = &world.queue;
    std::thread::scope(|scope| {
        for share in 0..8 {
            let (actions, labels) = (&actions, &labels);
            scope.spawn(move || {
                for number in (share..ACTIONS).step_by(8) {
                    let action_id = actions[number].clone();
                    let one = press(&labels[number..=number]);
                    Press { action_id, ..one }.run(queue).succeeded();
                }
            });
        }
    });
    assert_eq!(queue.created().len(), ACTIONS);
    line("200 presses, 8 at a time", queue.requests().len(), start.elapsed(), None);
}

/// The same two presses with `taskgraph action-callback`.
fn todays_code(empty: Duration) {
    let Some(python) = taskgraph::python() else { return };
    for (what, count) in [("taskgraph: one press", 1), ("taskgraph: 1,000 labels", LABELS)] {
        let (world, labels) = push(count);
        let start = Instant::now();
        assert!(taskgraph::run(&python, &press(&labels), &world.queue), "TC_RETRIGGER_SHOW=1");
        let time = start.elapsed().saturating_sub(empty);
        assert_eq!(world.queue.created().len(), count);
        line(what, world.queue.requests().len(), time, None);
    }
}
