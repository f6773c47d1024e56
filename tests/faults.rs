//! What the script does when the service, the network or the worker fails it: nothing is created
//! twice, nothing is lost without a message, and the exit status tells.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::needs::sampled;
use crate::support::run::until;
use crate::support::world::retrigger;
use crate::support::{Fault, GROUP, Outcome, Press, World, id};

fn press(times: usize) -> Press {
    Press::new("retrigger", &id("t"), json!({ "times": times }))
}

fn clonable() -> World {
    World::new().task("t", "completed", retrigger("true"))
}

fn failed() -> World {
    World::new().task("t", "failed", retrigger("false"))
}

/// Three copies exist, and the log names each.
fn three_copies(world: &World, outcome: &Outcome) {
    outcome.succeeded();
    let created = world.queue.created();
    assert_eq!(created.len(), 3);
    for (new, _) in created {
        assert!(outcome.stdout.contains(&new), "{} lacks {new}", outcome.stdout);
    }
}

#[test]
fn one_fault_at_each_request_in_turn() {
    let faults = [
        Fault::Reset,
        Fault::LostAnswer,
        Fault::Truncated,
        Fault::HalfJson,
        Fault::Status(503, "try again"),
        Fault::Status(429, "too many"),
    ];
    std::thread::scope(|scope| {
        for fault in sampled("faults at each request of one press", &faults) {
            scope.spawn(move || {
                // Own task, target, and three creations make five requests.
                for number in 1..=5 {
                    let world = clonable();
                    let this = fault.clone();
                    world.queue.trouble(move |n, _| (n == number).then(|| this.clone()));
                    three_copies(&world, &press(3).run_sooner(&world.queue));
                }
            });
        }
    });
    // Own task, target, status, and the rerun.
    for fault in [Fault::Reset, Fault::LostAnswer] {
        for number in 1..=4 {
            let world = failed();
            let this = fault.clone();
            world.queue.trouble(move |n, _| (n == number).then(|| this.clone()));
            press(1).run_sooner(&world.queue).succeeded();
            assert_eq!(world.queue.reruns(), [id("t")], "{fault:?} at {number}");
        }
    }
}

#[test]
fn a_service_that_recovers() {
    let world = clonable();
    world.queue.trouble(|n, _| (n <= 2).then_some(Fault::Status(503, "busy")));
    three_copies(&world, &press(3).run_sooner(&world.queue));
    let world = clonable();
    world.queue.trouble(|n, _| n.is_multiple_of(3).then_some(Fault::Status(500, "oops")));
    three_copies(&world, &press(3).run_sooner(&world.queue));
}

/// A rerun whose answer was lost, of a task that has completed since: the queue would run it again.
#[test]
fn a_completed_task_is_never_rerun() {
    let world = failed();
    world.queue.trouble(|_, line| line.ends_with("/rerun").then_some(Fault::LostAnswer));
    let running = press(1).start(&world.queue);
    until("the rerun has arrived", || !world.queue.reruns().is_empty());
    world.queue.state().states.insert(id("t"), "completed".to_owned());
    running.wait().succeeded();
    assert_eq!(world.queue.reruns().len(), 1);
}

#[test]
fn a_service_that_stays_down() {
    let start = Instant::now();
    let world = clonable();
    world.queue.trouble(|_, line| line.starts_with("PUT").then_some(Fault::Status(503, "down")));
    let outcome = press(1).run_sooner(&world.queue);
    outcome.refused("t: failed PUT queue/v1/task/");
    outcome.refused(": 503: down");
    assert!(start.elapsed() < Duration::from_secs(20), "the tries are bounded");
    assert_eq!(world.queue.requests().len(), 2 + 8);
}

/// Where trying again cannot help, the service's own words are shown, and nothing is repeated.
#[test]
fn the_services_own_message() {
    #[rustfmt::skip]
    let cases = [
        ("GET", 403, "no scopes", "GET queue/v1/task/"),
        ("GET", 403, "no scopes", ": 403: no scopes"),
        ("PUT", 403, "Client ID task-client\nlacks  scopes", "403: Client ID task-client lacks scopes"),
        ("PUT", 400, "Schema Validation Failed", "400: Schema Validation Failed"),
    ];
    for (method, status, message, shown) in cases {
        let world = clonable();
        let fault = Fault::Status(status, message);
        world.queue.trouble(move |_, line| line.starts_with(method).then(|| fault.clone()));
        let outcome = press(1).run(&world.queue);
        outcome.refused(shown);
        assert!(!outcome.stderr.contains("---"), "{}", outcome.stderr);
        assert_eq!(world.queue.created().len(), 0);
        assert!(world.queue.requests().len() <= 3, "{:?}", world.queue.requests());
    }
    let world = failed();
    world.queue.state().overdue.insert(id("t"));
    press(1).run(&world.queue).refused("past its deadline");
}

/// The other copies are made all the same.
#[test]
fn one_copy_of_three_fails() {
    let world = clonable();
    world.queue.trouble(|n, _| (n == 4).then_some(Fault::Status(403, "not this one")));
    let outcome = press(3).run(&world.queue);
    outcome.refused("not this one");
    let created: Vec<String> = world.queue.created().into_iter().map(|(new, _)| new).collect();
    assert_eq!(created.len(), 2);
    // The action, run again by hand, makes the one that is missing, and no other.
    world.queue.forget();
    three_copies(&world, &press(3).run(&world.queue));
    assert!(world.queue.state().created.starts_with(&created));
}

/// The worker dies between two creations, and runs the same action task a second time.
#[test]
fn killed_and_run_again() {
    let expected: BTreeSet<String> = {
        let world = clonable();
        press(9).run(&world.queue).succeeded();
        world.queue.created().into_iter().map(|(new, _)| new).collect()
    };
    for survivors in 0..3 {
        let world = clonable();
        // The later creations hang until the process is gone.
        let last = 2 + survivors;
        world.queue.trouble(move |n, _| {
            if n > last {
                std::thread::sleep(Duration::from_millis(100));
            }
            (n > last).then_some(Fault::Reset)
        });
        let mut running = press(9).start(&world.queue);
        until("the first ones are created", || world.queue.created().len() == survivors);
        if survivors == 0 {
            until("it has begun", || world.queue.requests().len() == 2);
        }
        running.kill();
        assert_eq!(running.wait().code, None, "killed by a signal");
        world.queue.forget();
        press(9).env("RUN_ID", "1").run(&world.queue).succeeded();
        let created = world.queue.created();
        assert_eq!(created.len(), 9, "each once");
        assert_eq!(created.into_iter().map(|(new, _)| new).collect::<BTreeSet<_>>(), expected);
    }
}

/// A conflict keeps the service's own words: it is not what came of the question after the task.
#[test]
fn a_sealed_group() {
    let world = clonable();
    world.queue.state().sealed.insert(GROUP.clone());
    let outcome = press(1).run(&world.queue);
    outcome.refused(&format!(": 409: Task group `{}` is sealed", *GROUP));
    assert!(!outcome.stderr.contains("404"), "{}", outcome.stderr);
}

/// Answers over a kilobyte are compressed on their way through the proxy, errors too.
#[test]
fn missing_scopes_are_named() {
    let world = clonable();
    let own = (0..40).map(|number| format!("queue:route:index.gecko.v2.try.{number}"));
    world.queue.state().allowed = Some(own.collect());
    let outcome = press(1).run(&world.queue);
    outcome.refused(": 403: Client ID task-client/x does not have sufficient scopes");
    outcome.refused("queue:create-task:low:gecko-t/t-linux");
    let world = failed();
    world.queue.state().allowed = Some(vec![]);
    press(1).run(&world.queue).refused("queue:rerun-task:gecko-level-1/");
    // With the scopes that an action of the project has, all is well.
    let world = clonable();
    let own =
        ["assume:project:gecko", "queue:route:*", "queue:create-task:*", "queue:scheduler-id:*"];
    world.queue.state().allowed = Some(own.map(str::to_owned).to_vec());
    press(1).run(&world.queue).succeeded();
}

/// The service may say when to come again.
#[test]
fn retry_after_is_heeded() {
    let world = clonable();
    world.queue.trouble(|n, _| (n == 2).then_some(Fault::Later(429, 1, "too many requests")));
    let start = Instant::now();
    press(1).run(&world.queue).succeeded();
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
}

/// The proxy itself tries for up to 15 minutes and holds the connection meanwhile: the whole run has its
/// end, and says how far it came and what the last answer was. Seconds are shortened here.
#[test]
fn a_run_has_its_end() {
    type Case = (&'static str, fn(usize, &str) -> Option<Fault>, &'static str);
    let cases: [Case; 3] = [
        (
            "the proxy holds on",
            |n, _| (n > 1).then_some(Fault::Hold(Duration::from_secs(3))),
            "no answer: ",
        ),
        (
            "it answers and answers",
            |_, line| line.starts_with("PUT").then_some(Fault::Status(503, "down")),
            "503: down",
        ),
        (
            "later, and later",
            |n, _| (n > 1).then_some(Fault::Later(503, 100, "maintenance")),
            "503: maintenance",
        ),
    ];
    let all = "total: 0 created, 0 found, 0 rerun, 0 left, 0 failed\n";
    let ends = |(name, trouble, last): Case| {
        let world = clonable();
        world.queue.trouble(trouble);
        let start = Instant::now();
        let seconds = [("RUN_SECONDS = 10000, 8, 20, 480", "RUN_SECONDS = 10000, 8, 1, 4")];
        let outcome = press(1).start_changed(&world.queue, &seconds).wait();
        let time = start.elapsed();
        assert!(time < Duration::from_secs(7), "{name}: {time:?}");
        outcome.refused("retrigger: cannot be done in 4 seconds; the last answer: ");
        outcome.refused(last);
        assert!(outcome.stdout.ends_with(all));
    };
    std::thread::scope(|scope| {
        for case in cases {
            scope.spawn(move || ends(case));
        }
    });
}

/// An id that is taken by something else is a failure, not a success.
#[test]
fn another_task_under_the_same_id() {
    let world = clonable();
    press(1).run(&world.queue).succeeded();
    let (new, mut task) = world.queue.created().remove(0);
    task["extra"]["parent"] = json!(id("another action"));
    world.queue.state().tasks.insert(new, task);
    // Dates are kept to milliseconds: a second run has others.
    press(1).run(&world.queue).refused("already used by another task");
}
