//! Which tasks are of this push, and which of them a copy depends on.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::world::{index_task, namespace, retrigger, tagged};
use crate::support::{ACTION, GROUP, Press, World, id};

/// A test with its build, both green, and an upload that failed.
fn push() -> World {
    World::new()
        .task("build", "completed", retrigger("true"))
        .task("upload", "failed", retrigger("false"))
        .task("test-1", "completed", tagged("true", &["build"]))
        .task("test-2", "completed", tagged("true", &["build"]))
        .labels(&["build", "upload", "test-1", "test-2"])
}

fn press(tasks: &[&str], times: u32) -> Press {
    Press::multiple(&json!([{"tasks": tasks, "times": times}]))
}

/// The definition of each created task, by its label.
fn created(world: &World) -> BTreeMap<String, Value> {
    let label = |task: &Value| task["metadata"]["name"].as_str().expect("a label").to_owned();
    world.queue.created().into_iter().map(|(_, task)| (label(&task), task)).collect()
}

/// The build failed, and something else is green: a copy must not wait for what never comes.
#[test]
fn upstream_tasks_that_failed_are_replaced() {
    // name, the state of the build, those of its copies (oldest first), the copy that serves
    type Case<'a> = (&'a str, &'a str, &'a [&'a str], Option<usize>);
    let cases: [Case; 7] = [
        ("a green copy", "failed", &["completed"], Some(0)),
        ("the newest of several", "exception", &["completed", "completed"], Some(1)),
        ("the newest that has not failed", "failed", &["completed", "failed"], Some(0)),
        ("one that runs", "failed", &["failed", "running"], Some(1)),
        ("none", "failed", &["failed", "exception"], None),
        ("no copy at all", "failed", &[], None),
        ("the build is green", "completed", &["completed"], None),
    ];
    for (name, state, copies, wanted) in cases {
        let mut world = World::new()
            .task("build", state, retrigger("true"))
            .task("test", "failed", tagged("true", &["build"]))
            .labels(&["build", "test"]);
        for (number, state) in copies.iter().enumerate() {
            let word = format!("build-{number}");
            world = world.task(&word, state, retrigger("true"));
            let expires = format!("2027-06-0{}T00:00:00.000Z", number + 1);
            let map = json!({"build": id(&word)});
            let action = format!("action {number}");
            index_task(&world, &namespace("taskgraph.actions"), &action, &expires, &map);
        }
        let outcome = press(&["test"], 2).run(&world.queue);
        outcome.succeeded();
        let upstream = wanted.map_or_else(|| id("build"), |number| id(&format!("build-{number}")));
        let graph = outcome.artifact("task-graph.json");
        for (new, task) in world.queue.created() {
            assert_eq!(task["dependencies"], json!([upstream, *ACTION]), "{name}");
            let url = task["payload"]["env"]["UPSTREAM_OF"].as_str().expect("a URL");
            assert!(url.contains(&upstream), "{name}: {url}");
            assert_eq!(graph[&new]["task"]["dependencies"], task["dependencies"], "{name}");
        }
        let waits = format!("build: copies wait for {}, which is {state}\n", id("build"));
        let is_said = outcome.stdout.contains(&waits);
        assert_eq!(is_said, wanted.is_none() && state == "failed", "{name}: {}", outcome.stdout);
        // A storm stays linear: nobody asks the index where nothing failed.
        let asked = world.queue.requests().iter().any(|line| line.contains("index/"));
        assert_eq!(asked, state != "completed", "{name}");
    }
}

/// Where the build is rerun by the same press, its dependents wait for that.
#[test]
fn an_upstream_task_that_is_rerun_stays() {
    let world = World::new()
        .task("build", "failed", retrigger("false"))
        .task("test", "failed", tagged("true", &["build"]))
        .labels(&["build", "test"]);
    let outcome = press(&["test", "build"], 1).run(&world.queue);
    outcome.succeeded();
    assert!(!outcome.stdout.contains("wait"), "{}", outcome.stdout);
    let (_, task) = world.queue.created().remove(0);
    assert_eq!(task["dependencies"], json!([id("build"), *ACTION]));
    assert_eq!(world.queue.reruns(), [id("build")]);
}

/// Cron decision tasks and release promotions have groups of their own; Treeherder fires the push's
/// action for their jobs.
#[test]
fn tasks_of_other_groups_that_a_label_map_names() {
    let in_group = |group: &'static str, tag: &'static str| {
        move |task: &mut Value| {
            retrigger(tag)(task);
            task["taskGroupId"] = json!(id(group));
            task["dependencies"] = json!([id(group)]);
            task["extra"]["parent"] = json!(id(group));
        }
    };
    let world = push()
        .task("cron", "completed", |task| task["taskGroupId"] = json!(id("cron")))
        .task("promotion", "completed", |task| task["taskGroupId"] = json!(id("promotion")))
        .task("nightly", "completed", in_group("cron", "true"))
        .task("ship", "failed", in_group("promotion", "false"));
    let one = "2027-06-01T00:00:00.000Z";
    index_task(&world, &namespace("cron"), "cron", one, &json!({"nightly": id("nightly")}));
    let actions = namespace("taskgraph.actions");
    index_task(&world, &actions, "promotion", one, &json!({"ship": id("ship")}));
    let labels = ["nightly", "test-1", "test-2", "ship"];
    let outcome = press(&labels, 1).run(&world.queue);
    outcome.succeeded();
    let all = created(&world);
    assert_eq!(all.len(), 3, "{}", outcome.stdout);
    assert!(all.values().all(|task| task["taskGroupId"] == *GROUP));
    assert_eq!(all["nightly"]["extra"]["parent"], *ACTION);
    assert_eq!(world.queue.reruns(), [id("ship")]);
    // By their ids, the same.
    let world = push().task("nightly", "completed", in_group("cron", "true")).task(
        "cron",
        "completed",
        |_| (),
    );
    let one_task = Press::new("retrigger", &id("nightly"), json!({}));
    let outcome = one_task.run(&world.queue);
    outcome.refused(&format!("is of task group {}, and in no label map of this push", id("cron")));
    index_task(&world, &namespace("cron"), "cron", one, &json!({"nightly": id("nightly")}));
    one_task.run(&world.queue).succeeded();
    assert_eq!(created(&world).into_keys().collect::<Vec<_>>(), ["nightly"]);
}

/// On git, every push has the id 0: that namespace holds other pushes' actions.
#[test]
fn the_namespace_of_all_pushes_is_not_read() {
    let world = push();
    let routes = json!([
        format!("index.{}.{}", namespace("taskgraph.actions"), *ACTION),
        format!("index.gecko.v2.try.pushlog-id.0.actions.{}", *ACTION),
    ]);
    world.queue.state().tasks.get_mut(&*ACTION).expect("the action")["routes"] = routes;
    let other = json!({"upload": id("of another push")});
    let all = "gecko.v2.try.pushlog-id.0.actions";
    index_task(&world, all, "another", "2027-06-01T00:00:00.000Z", &other);
    press(&["upload"], 1).run(&world.queue).succeeded();
    assert_eq!(world.queue.reruns(), [id("upload")]);
    // A retriggered action task has the routes of the one that it is a copy of.
    let world = push();
    let routes = json!([format!("index.{}.{}", namespace("taskgraph.actions"), id("first"))]);
    world.queue.state().tasks.get_mut(&*ACTION).expect("the action")["routes"] = routes;
    let actions = namespace("taskgraph.actions");
    let map = json!({"added": id("upload")});
    index_task(&world, &actions, "earlier", "2027-06-01T00:00:00.000Z", &map);
    press(&["added"], 1).run(&world.queue).succeeded();
    assert_eq!(world.queue.reruns(), [id("upload")]);
}
