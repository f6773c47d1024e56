//! `retrigger-multiple`, which Treeherder's button fires: from labels to new tasks and reruns.

use crate::needs::sampled;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::world::{copy_of, index_task, namespace, retrigger, tagged};
use crate::support::{ACTION, GROUP, Outcome, Press, World, check, id};

type Change = fn(&mut Value);

/// A green build with tests that are created anew, and an upload that is rerun.
fn push() -> World {
    World::new()
        .task("build", "completed", retrigger("true"))
        .task("upload", "failed", retrigger("false"))
        .task("lint", "completed", retrigger("false"))
        .task("test-1", "completed", tagged("true", &["build"]))
        .task("test-2", "failed", tagged("true", &["build"]))
        .labels(&["build", "upload", "lint", "test-1", "test-2"])
}

fn requests(tasks: &[&str], times: u32) -> Value {
    json!([{"tasks": tasks, "times": times}])
}

/// The label of each created task, with its id and definition.
fn created(world: &World) -> BTreeMap<String, Vec<(String, Value)>> {
    let mut all: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
    for (new, task) in world.queue.created() {
        let label = task["metadata"]["name"].as_str().expect("a label").to_owned();
        all.entry(label).or_default().push((new, task));
    }
    all
}

fn counts(world: &World) -> Vec<(String, usize)> {
    created(world).into_iter().map(|(label, copies)| (label, copies.len())).collect()
}

fn last_line(outcome: &Outcome) -> &str {
    outcome.stdout.lines().last().unwrap_or_default()
}

#[test]
fn one_press_on_a_test() {
    let world = push();
    let outcome = Press::multiple(&requests(&["test-1"], 1)).run(&world.queue);
    outcome.succeeded();
    let (new, task) = world.queue.created().remove(0);
    let original = world.queue.state().tasks[&id("test-1")].clone();
    assert_eq!(crate::support::world::offsets(&task), copy_of(&original, &[&id("build"), &ACTION]));
    let expected = [
        format!("GET queue/v1/task/{}", *ACTION),
        format!("GET queue/v1/task/{}/artifacts/public/label-to-taskid.json", *GROUP),
        format!("GET /storage/{}/public/label-to-taskid.json", *GROUP),
        format!("GET queue/v1/task/{}", id("test-1")),
        format!("GET queue/v1/task/{}/status", id("build")),
        format!("PUT queue/v1/task/{new}"),
    ];
    assert_eq!(world.queue.requests(), expected);
    let log = format!("test-1: created {new}\n");
    assert!(outcome.stdout.starts_with(&log), "{}", outcome.stdout);
    assert_eq!(last_line(&outcome), "total: 1 created, 0 found, 0 rerun, 0 left, 0 failed");
}

#[test]
fn labels_times_and_requests() {
    type Case = (&'static str, Value, Vec<(&'static str, usize)>, Vec<&'static str>, &'static str);
    // name, requests, copies of each label, reruns, totals
    #[rustfmt::skip]
    let cases: Vec<Case> = vec![
        ("none", json!([]), vec![], vec![], "0 created, 0 found, 0 rerun, 0 left, 0 failed"),
        ("no labels", json!([{"tasks": []}]), vec![], vec![],
            "0 created, 0 found, 0 rerun, 0 left, 0 failed"),
        ("times is 1 by default", json!([{"tasks": ["test-1"]}]), vec![("test-1", 1)], vec![],
            "1 created, 0 found, 0 rerun, 0 left, 0 failed"),
        ("many times", requests(&["test-1", "test-2"], 3), vec![("test-1", 3), ("test-2", 3)], vec![],
            "6 created, 0 found, 0 rerun, 0 left, 0 failed"),
        ("twice the same label", requests(&["test-1", "test-1"], 1), vec![("test-1", 1)], vec![],
            "1 created, 0 found, 0 rerun, 0 left, 0 failed"),
        ("in two requests", json!([{"tasks": ["test-1"], "times": 2}, {"tasks": ["test-1", "test-2"]}]),
            vec![("test-1", 3), ("test-2", 1)], vec![],
            "4 created, 0 found, 0 rerun, 0 left, 0 failed"),
        ("a rerun, once", requests(&["upload"], 5), vec![], vec!["upload"],
            "0 created, 0 found, 1 rerun, 0 left, 0 failed"),
        ("completed, so left", requests(&["lint"], 1), vec![], vec![],
            "0 created, 0 found, 0 rerun, 1 left, 0 failed"),
        ("all kinds", requests(&["upload", "lint", "test-2"], 2), vec![("test-2", 2)], vec!["upload"],
            "2 created, 0 found, 1 rerun, 1 left, 0 failed"),
    ];
    for (name, requests, copies, reruns, totals) in sampled("presses on many tasks", cases) {
        let world = push();
        let outcome = Press::multiple(&requests).run(&world.queue);
        outcome.succeeded();
        let copies: Vec<(String, usize)> =
            copies.iter().map(|(l, n)| ((*l).to_owned(), *n)).collect();
        assert_eq!(counts(&world), copies, "{name}");
        let reruns: Vec<String> = reruns.iter().map(|label| id(label)).collect();
        assert_eq!(world.queue.reruns(), reruns, "{name}");
        assert_eq!(last_line(&outcome), format!("total: {totals}"), "{name}");
        // One line for each task, which names its label, and the totals.
        let (made, rerun) = (world.queue.created(), world.queue.reruns());
        let left = usize::from(totals.contains("1 left"));
        let lines = outcome.stdout.lines();
        assert_eq!(
            lines.count(),
            made.len() + rerun.len() + left + 1,
            "{name}: {}",
            outcome.stdout
        );
        for (new, task) in made {
            let label = task["metadata"]["name"].as_str().expect("a label");
            let line = format!("{label}: created {new}\n");
            assert!(outcome.stdout.contains(&line), "{name}: {}", outcome.stdout);
        }
    }
}

/// `force` is for one task; what the input of several may hold besides means nothing.
#[test]
fn no_force_for_many() {
    let world = push();
    let input = json!({"requests": [{"tasks": ["lint"]}], "force": true, "times": 7});
    Press { input, ..Press::multiple(&json!([])) }.run(&world.queue).succeeded();
    assert_eq!((world.queue.created().len(), world.queue.reruns().len()), (0, 0));
}

#[test]
fn refuses_before_it_acts() {
    let twice = |count: usize| -> Value {
        let tasks: Vec<String> = (0..count).map(|number| format!("many-{number}")).collect();
        json!({"requests": [{"tasks": tasks, "times": 100}]})
    };
    #[rustfmt::skip]
    let cases = [
        (json!({"requests": [{"tasks": ["test-1"], "times": 0}]}), "times is a whole number from 1 to 100, not [0]"),
        (json!({"requests": [{"tasks": ["test-1"], "times": 101}]}), "times is a whole number"),
        (json!({"requests": [{"tasks": ["test-1"], "times": 1.5}]}), "times is a whole number"),
        (json!({"requests": [{"tasks": ["test-1"]}, {"tasks": ["nope", "no\nway"]}]}),
            "no such tasks in this push: ['no\\nway', 'nope']"),
        (json!({"requests": [{"tasks": "test-1"}]}), "no such tasks in this push: ['-', '1', 'e', 's', 't']"),
        (json!({"requests": [{"tasks": ["odd"]}]}), "404: no such"),
        (twice(101), "more than 10000 copies in one press"),
    ];
    let mut world = push();
    let many: Vec<String> = (0..101).map(|number| format!("many-{number}")).collect();
    for label in &many {
        world = world.task(label, "completed", retrigger("true"));
    }
    let key = (GROUP.clone(), "label-to-taskid.json".to_owned());
    if let Some(map) = world.queue.state().artifacts.get_mut(&key) {
        map["odd"] = json!("../../auth/v1/scopes/current");
        for label in &many {
            map[label] = json!(id(label));
        }
    }
    for (input, message) in cases {
        let press = Press { input, ..Press::multiple(&json!([])) };
        let outcome = press.run(&world.queue);
        outcome.refused(message);
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    }
    // What Treeherder never sends, and the actions' schema excludes: it ends with Python's own words.
    for input in [json!({"requests": [["test-1"]]}), json!({"requests": [{}]})] {
        let outcome = Press { input, ..Press::multiple(&json!([])) }.run(&world.queue);
        assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("Error"), "{}", outcome.stderr);
    }
    assert_eq!((world.queue.created().len(), world.queue.reruns().len()), (0, 0));
}

/// A new dependent depends on the new upstream of its own round, however long the chain.
#[test]
fn labels_that_depend_on_each_other() {
    let world = World::new()
        .task("build", "completed", tagged("true", &[]))
        .task("sign", "completed", tagged("true", &["build"]))
        .task("test", "completed", tagged("true", &["sign", "build"]))
        .task("other", "completed", tagged("true", &["build"]))
        .labels(&["test", "build", "sign", "other"]);
    let requests = json!([{"tasks": ["test", "sign", "build"], "times": 2}, {"tasks": ["other"]}]);
    Press::multiple(&requests).run(&world.queue).succeeded();
    let all = created(&world);
    let mut builds: Vec<&str> = vec![];
    for (sign, task) in &all["sign"] {
        let build = task["dependencies"][0].as_str().expect("an id");
        assert!(all["build"].iter().any(|(new, _)| new == build), "a new build");
        let url = task["payload"]["env"]["UPSTREAM_OF"].as_str().expect("a URL");
        assert!(url.contains(&format!("/{build}/")), "{url}");
        let tests = &all["test"];
        assert!(
            tests.iter().any(|(_, test)| test["dependencies"] == json!([sign, build, *ACTION]))
        );
        builds.push(build);
    }
    assert_ne!(builds[0], builds[1], "each round has its own");
    // Another request: it keeps the build that it had.
    assert_eq!(all["other"][0].1["dependencies"], json!([id("build"), *ACTION]));
}

/// Where the decision task knows a label, nothing else is read; a clone is not cloned.
#[test]
fn where_labels_are_looked_up() {
    let actions = namespace("taskgraph.actions");
    let pushlog = "gecko.v2.try.pushlog-id.77.actions";
    let cron = namespace("cron");
    // name, label, the task that is cloned, whether the index is asked
    let cases = [
        ("the decision task's own", "test-1", "test-1", false),
        ("from an action", "added", "added", true),
        ("from an action by push", "by-push", "by-push", true),
        ("from a cron task", "nightly", "nightly", true),
        ("the first of several", "added-twice", "added-twice", true),
    ];
    for (name, label, source, asked) in cases {
        let mut world = push();
        for label in ["added", "by-push", "nightly", "added-twice", "added-twice-later"] {
            world = world.task(label, "completed", retrigger("true"));
        }
        let (one, two) = ("2027-06-01T00:00:00.000Z", "2027-06-02T00:00:00.000Z");
        let later = json!({"added-twice": id("added-twice-later"), "test-1": id("test-2")});
        index_task(&world, &actions, "later action", two, &later);
        let first = json!({"added": id("added"), "added-twice": id("added-twice")});
        index_task(&world, &actions, "first action", one, &first);
        index_task(&world, pushlog, "old action", one, &json!({"by-push": id("by-push")}));
        index_task(&world, &cron, "cron", one, &json!({"nightly": id("nightly")}));
        let nothing = (id("wrote nothing"), one.to_owned());
        world.queue.state().index.entry(actions.clone()).or_default().push(nothing);
        Press::multiple(&requests(&[label], 1)).run(&world.queue).succeeded();
        let (_, task) = world.queue.created().remove(0);
        assert_eq!(task["metadata"]["name"], source, "{name}");
        let requests = world.queue.requests();
        assert_eq!(requests.iter().any(|line| line.contains("index/")), asked, "{name}");
        assert_eq!(requests.len(), if asked { 17 } else { 6 }, "{name}: {requests:?}");
    }
}

/// The failed task of a label may be the decision task's or any later one: each is looked at.
#[test]
fn every_failed_task_of_a_label_is_rerun() {
    let states = ["failed", "exception", "completed", "running", "failed"];
    let mut world = World::new().labels(&["t"]);
    for (number, state) in states.iter().enumerate() {
        let word = if number == 0 { "t".to_owned() } else { format!("t-{number}") };
        world = world.task(&word, state, retrigger("false"));
    }
    for number in 1..states.len() {
        let map = json!({"t": id(&format!("t-{number}")), "x": id("x")});
        let expires = format!("2027-06-0{number}T00:00:00.000Z");
        let word = format!("action {number}");
        index_task(&world, &namespace("taskgraph.actions"), &word, &expires, &map);
    }
    let outcome = Press::multiple(&requests(&["t"], 1)).run(&world.queue);
    outcome.succeeded();
    let mut reruns = world.queue.reruns();
    reruns.sort();
    let mut expected = vec![id("t"), id("t-1"), id("t-4")];
    expected.sort();
    assert_eq!(reruns, expected);
    assert_eq!(last_line(&outcome), "total: 0 created, 0 found, 3 rerun, 2 left, 0 failed");
    assert_eq!(outcome.stdout.lines().count(), 6, "one line for each task: {}", outcome.stdout);
}

/// What can be refused is, before anything is changed: neither the others' copies nor their reruns.
#[test]
fn one_that_cannot_be_done_stops_all() {
    // name, what is wrong with task "bad", in which state, message
    type Case = (&'static str, Change, &'static str, fn(&World), &'static str);
    let cases: Vec<Case> = vec![
        (
            "expired",
            retrigger_false,
            "failed",
            |world| {
                world.queue.state().tasks.remove(&id("bad"));
            },
            "404: `",
        ),
        (
            "past its deadline",
            retrigger_false,
            "failed",
            |world| {
                world.queue.state().overdue.insert(id("bad"));
            },
            "bad: failed ",
        ),
        (
            "an upstream task that ends too early",
            |task| {
                retrigger("true")(task);
                task["dependencies"] = json!([id("old")]);
            },
            "completed",
            |world| {
                world.queue.state().tasks.get_mut(&id("old")).expect("a task")["expires"] =
                    json!(check::date(check::now() + 3_600_000));
            },
            "expires before their deadline",
        ),
        (
            "an upstream task that is gone",
            |task| {
                retrigger("true")(task);
                task["dependencies"] = json!([id("gone")]);
            },
            "completed",
            |_| (),
            "404: `",
        ),
    ];
    for (name, change, state, prepare, message) in sampled("tasks that stop all", cases) {
        let world = push().task("old", "completed", |_| ()).task("bad", state, change);
        let world = world.labels(&["test-1", "bad", "upload", "old"]);
        prepare(&world);
        let outcome = Press::multiple(&requests(&["test-1", "bad", "upload"], 1)).run(&world.queue);
        outcome.refused(message);
        assert_eq!((counts(&world).len(), world.queue.reruns().len()), (0, 0), "{name}");
        assert!(outcome.stderr.lines().last().is_some_and(|line| line.starts_with("retrigger: ")));
    }
}

fn retrigger_false(task: &mut Value) {
    retrigger("false")(task);
}

/// A rerun that the service refuses after all: the reruns come first, and nothing is created.
#[test]
fn a_refused_rerun_creates_nothing() {
    let world = push();
    let runs = (0..50)
        .map(|number| crate::support::queue::run(number, "failed", "retry", json!("")))
        .collect();
    world.queue.state().runs.insert(id("upload"), runs);
    let outcome = Press::multiple(&requests(&["test-1", "test-2", "upload"], 1)).run(&world.queue);
    outcome.refused("409: Maximum number of runs reached (50).");
    assert!(outcome.stderr.contains("2 copies not tried"), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("what was made"), "{}", outcome.stderr);
    assert_eq!((counts(&world).len(), world.queue.reruns().len()), (0, 0));
}

/// What the service refuses of several copies leaves the others, which wait for this action; the copies
/// that depend on one that was refused are not even tried: the service would refuse them, too.
#[test]
fn a_refused_copy_leaves_the_others_waiting() {
    if !check::has_schema() {
        return;
    }
    let world = push().task("bad", "completed", |task| {
        retrigger("true")(task);
        task["retries"] = json!(-1);
    });
    let world = world.task("below", "completed", tagged("true", &["bad"]));
    let world = world.labels(&["test-1", "bad", "below", "upload"]);
    let labels = ["test-1", "bad", "upload", "below"];
    let outcome = Press::multiple(&requests(&labels, 1)).run(&world.queue);
    outcome.refused("400: Schema Validation Failed");
    assert!(outcome.stderr.starts_with("bad: failed PUT "), "{}", outcome.stderr);
    let told = "not all was done, 1 copies not tried; what was made waits until this action task is \
                rerun with success";
    assert!(outcome.stderr.contains(told), "{}", outcome.stderr);
    assert_eq!(counts(&world), [("test-1".to_owned(), 1)]);
    assert_eq!(world.queue.reruns(), [id("upload")]);
    assert_eq!(last_line(&outcome), "total: 1 created, 0 found, 1 rerun, 0 left, 1 failed");
}

/// The routes of the rendered action are what tells the script where the index lists actions.
#[test]
fn rendered_routes_name_the_index() {
    let one = "2027-06-01T00:00:00.000Z";
    let cases = [
        ("gecko", "taskgraph.actions", "gecko.v2.try.revision"),
        ("gecko", "cron", "gecko.v2.try.revision"),
        ("standalone", "taskgraph.actions", "widgets.v2.try.revision"),
        ("standalone", "cron", "widgets.v2.try.revision"),
    ];
    for (example, of, prefix) in cases {
        let world = push().task("added", "completed", retrigger("true"));
        let press = Press { example, ..Press::multiple(&requests(&["added"], 1)) };
        let routes = crate::support::rendered::task(&press)["routes"].clone();
        world.queue.state().tasks.get_mut(&*ACTION).expect("the action")["routes"] = routes;
        let namespace = format!("{prefix}.{}.{of}", crate::support::world::REVISION);
        index_task(&world, &namespace, "earlier", one, &json!({"added": id("added")}));
        press.run(&world.queue).succeeded();
        assert_eq!(counts(&world), [("added".to_owned(), 1)], "{example}, {of}");
    }
}
