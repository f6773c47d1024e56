//! Faults in the middle of a press on many labels: the counterpart of `faults`, which knows one
//! task only.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::needs::sampled;
use crate::support::run::until;
use crate::support::world::{index_task, namespace, retrigger};
use crate::support::{Fault, GROUP, Outcome, Press, World, id};

/// A build to rerun, a test to create, one that depends on it, and an earlier action.
fn push() -> World {
    let world = World::new()
        .task("build", "failed", retrigger("false"))
        .task("one", "completed", retrigger("true"))
        .task("two", "completed", |task| {
            retrigger("true")(task);
            task["dependencies"] = json!([id("one"), id("build")]);
        })
        .labels(&["build", "one", "two"]);
    let of = namespace("taskgraph.actions");
    let map = json!({"one": id("one")});
    index_task(&world, &of, "earlier", "2027-06-01T00:00:00.000Z", &map);
    world
}

fn press() -> Press {
    Press::multiple(&json!([{"tasks": ["build", "one", "two"]}]))
}

/// All of it was done, and once.
fn done(world: &World, outcome: &Outcome, what: &str) {
    assert_eq!(outcome.code, Some(0), "{what}: {}{}", outcome.stdout, outcome.stderr);
    assert_eq!(world.queue.reruns(), [id("build")], "{what}");
    let created = world.queue.created();
    let labels: Vec<&Value> = created.iter().map(|(_, task)| &task["metadata"]["name"]).collect();
    assert_eq!(labels, ["one", "two"], "{what}");
    assert_eq!(
        created[1].1["dependencies"],
        json!([created[0].0, id("build"), *crate::support::ACTION])
    );
}

const REQUESTS: usize = 15;

#[test]
fn without_faults() {
    let world = push();
    done(&world, &press().run(&world.queue), "no fault");
    assert_eq!(world.queue.requests().len(), REQUESTS, "{:?}", world.queue.requests());
}

/// Then the worker runs the same action task again, which it does up to five times (`retries`), and
/// nothing is done again.
fn run_again(world: &World, what: &str, runs: &[usize]) {
    for run in runs {
        let outcome = press().env("RUN_ID", &run.to_string()).run(&world.queue);
        done(world, &outcome, &format!("{what}, run {run}"));
        assert!(outcome.stdout.contains(" 1 rerun, 0 left"), "{what}: {}", outcome.stdout);
        // What an action leaves behind is what was made, whichever run made it.
        let graph = outcome.artifact("task-graph.json");
        let created = world.queue.created();
        assert!(
            created
                .iter()
                .all(|(new, task)| { graph[new]["task"]["dependencies"] == task["dependencies"] })
        );
    }
}

#[test]
fn one_fault_at_each_request_in_turn() {
    let faults = [
        Fault::Reset,
        Fault::LostAnswer,
        Fault::Truncated,
        Fault::HalfJson,
        Fault::Status(500, "oops"),
        Fault::Status(503, "busy"),
        Fault::Status(429, "too many"),
    ];
    let numbers = &sampled("one fault at each request", 1..=REQUESTS);
    let again = numbers.iter().flat_map(|&number| [(number, 1), (number, 5)]);
    let again = &sampled("runs again", again);
    std::thread::scope(|scope| {
        for fault in &faults {
            scope.spawn(move || {
                for &number in numbers {
                    let world = push();
                    let this = fault.clone();
                    world.queue.trouble(move |n, _| (n == number).then(|| this.clone()));
                    let what = format!("{fault:?} at {number}");
                    done(&world, &press().run_sooner(&world.queue), &what);
                    let runs =
                        again.iter().filter(|(after, _)| *after == number).map(|(_, run)| *run);
                    run_again(&world, &what, &runs.collect::<Vec<_>>());
                }
            });
        }
    });
}

#[test]
fn every_third_request_fails() {
    let world = push();
    world.queue.trouble(|n, _| n.is_multiple_of(3).then_some(Fault::Status(500, "oops")));
    done(&world, &press().run_sooner(&world.queue), "500 on every third request");
}

/// An artifact that never arrives whole: nothing is done by halves.
#[test]
fn a_broken_artifact() {
    type Case = (&'static str, &'static str, fn() -> Fault);
    let cases: [Case; 3] = [
        ("of the decision task", "storage", || Fault::Truncated),
        ("half a JSON text", "storage", || Fault::HalfJson),
        ("of an earlier action", "earlier", || Fault::Truncated),
    ];
    std::thread::scope(|scope| {
        for (name, part, fault) in cases {
            scope.spawn(move || {
                let world = push();
                let part = if part == "earlier" { id("earlier") } else { part.to_owned() };
                world.queue.trouble(move |_, line| line.contains(&part).then(fault));
                let outcome = press().run_sooner(&world.queue);
                assert_eq!(outcome.code, Some(1), "{name}");
                assert_eq!(outcome.stderr.lines().count(), 1, "{name}: {}", outcome.stderr);
                // It names the request: which artifact, of which task.
                let of = if name == "of an earlier action" { id("earlier") } else { GROUP.clone() };
                let told = format!("retrigger: GET queue/v1/task/{of}/artifacts/public/label-to-");
                assert!(outcome.stderr.starts_with(&told), "{name}: {}", outcome.stderr);
                assert_eq!(world.queue.created().len() + world.queue.reruns().len(), 0, "{name}");
            });
        }
    });
    // The right JSON, of the wrong type.
    let world = push();
    world.queue.artifact(&crate::support::GROUP, "label-to-taskid.json", json!(["one"]));
    let outcome = press().run(&world.queue);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stdout);
    assert_eq!(world.queue.created().len() + world.queue.reruns().len(), 0);
}

/// What depends on a task that could not be created is not tried, and is listed, too.
#[test]
fn an_upstream_task_that_cannot_be_created() {
    let world = push();
    world
        .queue
        .trouble(|_, line| line.starts_with("PUT").then_some(Fault::Status(403, "no scope")));
    let outcome = press().run(&world.queue);
    outcome.refused("403: no scope");
    assert!(outcome.stderr.contains("1 copies not tried"), "{}", outcome.stderr);
    let puts = world.queue.requests().iter().filter(|line| line.starts_with("PUT")).count();
    assert_eq!((puts, world.queue.reruns().len()), (1, 1), "the rerun is done");
    assert!(outcome.stdout.ends_with("1 rerun, 0 left, 1 failed\n"), "{}", outcome.stdout);
}

/// The worker dies between two requests of its choice, and runs the same action task again.
#[test]
fn killed_and_run_again() {
    let expected: BTreeSet<String> = {
        let world = push();
        press().run(&world.queue).succeeded();
        world.queue.created().into_iter().map(|(new, _)| new).collect()
    };
    let again = sampled("runs again of one that was killed", 2..=5);
    for last in sampled("killed and run again", 0..REQUESTS) {
        let world = push();
        world.queue.trouble(move |n, _| {
            if n > last {
                std::thread::sleep(Duration::from_millis(100));
            }
            (n > last).then_some(Fault::Reset)
        });
        let mut running = press().start(&world.queue);
        until("the requests before are done", || world.queue.requests().len() >= last);
        if last == 0 {
            std::thread::sleep(Duration::from_millis(20));
        }
        running.kill();
        assert_eq!(running.wait().code, None, "killed by a signal");
        let before = world.queue.created().len();
        world.queue.forget();
        let outcome = press().env("RUN_ID", "1").run(&world.queue);
        done(&world, &outcome, &format!("killed after {last} requests"));
        let created: BTreeSet<String> =
            world.queue.created().into_iter().map(|(new, _)| new).collect();
        assert_eq!(created, expected);
        let found = format!("{} created, {before} found, 1 rerun, 0 left", 2 - before);
        assert!(outcome.stdout.contains(&found), "{found}: {}", outcome.stdout);
        run_again(&world, &format!("killed after {last} requests"), &again);
    }
}
