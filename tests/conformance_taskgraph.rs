//! The script against the code that it replaces: `taskgraph action-callback`, on the same push.
//!
//! Both must create the same definitions (dates as distances from `created`, ids by label, the
//! decision task's own id in `dependencies` aside) and rerun the same tasks. Where they differ on
//! purpose, the case says how. Without the interpreter that `.ci/run` makes, it says that it
//! skipped.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::needs::sampled;
use crate::support::taskgraph::{self, Node};
use crate::support::world::{namespace, offsets};
use crate::support::{ACTION, GROUP, Press, World, id};

type Prepare = fn(&World);

/// Everything that a press left behind, comparable across runs with other ids.
#[derive(Clone, Debug, PartialEq)]
struct Effect {
    success: bool,
    created: Vec<Value>,
    reruns: Vec<String>,
}

fn nodes() -> Vec<Node> {
    let mut odd = Node::new("not-in-graph", true, &[], "failed");
    odd.in_graph = false;
    vec![
        Node::new("toolchain", true, &[], "completed"),
        Node::new("build", true, &["toolchain"], "completed"),
        Node::new("sign", true, &["build"], "completed"),
        Node::new("test", true, &["build"], "failed"),
        Node::new("repackage", true, &["sign"], "completed"),
        Node::new("upload", false, &["test"], "failed"),
        Node::new("lint", false, &[], "completed"),
        Node::new("crashed", false, &[], "exception"),
        Node::new("solo", true, &[], "completed"),
        Node::new("nightly", true, &["build"], "completed"),
        Node::new("ship", false, &["sign"], "failed"),
        Node { soft: vec!["lint".to_owned()], ..Node::new("docs", true, &["build"], "completed") },
        odd,
    ]
}

fn world(prepare: Prepare) -> World {
    let world = World::new();
    taskgraph::decide(&world.queue, &nodes());
    prepare(&world);
    world
}

/// An earlier action task of this push, which made a new task for a label.
fn earlier_action(world: &World, label: &str, new: &str, state: &str) {
    let task = world.queue.state().tasks[&id(label)].to_string();
    let mut task: Value = serde_json::from_str(&task.replace(&id(label), &id(new))).expect("JSON");
    task["extra"]["parent"] = json!(id("earlier"));
    let dependencies = task["dependencies"].as_array_mut().expect("a list");
    dependencies.push(json!(id("earlier")));
    world.queue.add(&id(new), task, state);
    let action = world.queue.state().tasks[&*ACTION].clone();
    world.queue.add(&id("earlier"), action, "completed");
    world.queue.artifact(&id("earlier"), "label-to-taskid.json", json!({label: id(new)}));
    indexed(world, "earlier");
}

/// Two namespaces: taskgraph reads one by push, templates write the other by revision.
fn indexed(world: &World, word: &str) {
    let mut state = world.queue.state();
    let entry = (id(word), "2027-06-01T00:00:00.000Z".to_owned());
    let pushlog = "gecko.v2.try.pushlog-id.77.actions".to_owned();
    for of in [namespace("taskgraph.actions"), pushlog] {
        state.index.entry(of).or_default().push(entry.clone());
    }
}

/// The task of this label is one of another group: the push's decision task did not schedule it, but a
/// cron task or an action of the push did, which is indexed under the namespace `of`.
fn of_another_group(world: &World, label: &str, of: &str) {
    let group = id(&format!("group of {label}"));
    unscheduled(world, label);
    let decision = world.queue.state().tasks[&*GROUP].clone();
    world.queue.add(&group, decision, "completed");
    change(world, label, |task| {
        task["taskGroupId"] = json!(group);
        task["extra"]["parent"] = json!(group);
    });
    world.queue.artifact(&group, "label-to-taskid.json", json!({label: id(label)}));
    let entry = (group, "2027-06-01T00:00:00.000Z".to_owned());
    let mut state = world.queue.state();
    state.index.entry(of.to_owned()).or_default().push(entry.clone());
    if of != namespace("cron") {
        // taskgraph reads this one for actions.
        let pushlog = "gecko.v2.try.pushlog-id.77.actions".to_owned();
        state.index.entry(pushlog).or_default().push(entry);
    }
}

/// The push's decision task knows the label, and did not schedule it.
fn unscheduled(world: &World, label: &str) {
    let key = (GROUP.clone(), "label-to-taskid.json".to_owned());
    let mut state = world.queue.state();
    let map = state.artifacts.get_mut(&key).and_then(Value::as_object_mut);
    map.expect("a label map").remove(label).expect("a known label");
}

/// Changes the task of a label in the queue.
fn change(world: &World, label: &str, change: impl FnOnce(&mut Value)) {
    change(world.queue.state().tasks.get_mut(&id(label)).expect("a task"));
}

/// Changes the node of a label in the decision task's graph.
fn change_node(world: &World, label: &str, change: impl FnOnce(&mut Value)) {
    let key = (GROUP.clone(), "full-task-graph.json".to_owned());
    change(&mut world.queue.state().artifacts.get_mut(&key).expect("a graph")[label]);
}

fn effect(world: &World, success: bool) -> Effect {
    let created = world.queue.created();
    let state = world.queue.state();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (task_id, task) in &state.tasks {
        let label = task["metadata"]["name"].as_str().expect("a label");
        let cloned = task["extra"]["parent"] == id("earlier");
        let name = if cloned { format!("<earlier {label}>") } else { format!("<{label}>") };
        names.insert(task_id.clone(), name);
    }
    for (new, task) in &created {
        let label = task["metadata"]["name"].as_str().expect("a label");
        names.insert(new.clone(), format!("<new {label}>"));
    }
    names.insert(ACTION.clone(), "<this action>".to_owned());
    let by_label = |task: &Value| {
        let mut task = offsets(task);
        let mut dependencies: Vec<String> = task["dependencies"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .filter(|task_id| *task_id != *GROUP)
            .map(ToOwned::to_owned)
            .collect();
        dependencies.sort_by_key(|task_id| names[task_id].clone());
        task["dependencies"] = json!(dependencies);
        let mut text = task.to_string();
        for (task_id, name) in &names {
            text = text.replace(task_id, name);
        }
        serde_json::from_str(&text).expect("still JSON")
    };
    let mut created: Vec<Value> = created.iter().map(|(_, task)| by_label(task)).collect();
    created.sort_by_key(Value::to_string);
    let mut reruns: Vec<String> = state.reruns.iter().map(|task| names[task].clone()).collect();
    reruns.sort();
    Effect { success, created, reruns }
}

/// What both do, the script first; None for the second without taskgraph.
fn both(press: &Press, prepare: Prepare) -> Option<(Effect, Effect)> {
    let python = taskgraph::python()?;
    let ours = world(prepare);
    let success = press.run(&ours.queue).code == Some(0);
    let ours = effect(&ours, success);
    let theirs = world(prepare);
    let success = taskgraph::run(&python, press, &theirs.queue);
    Some((ours, effect(&theirs, success)))
}

fn on(callback: &str, target: &str, input: Value) -> Press {
    Press::new(callback, &id(target), input)
}

fn multiple(requests: Value) -> Press {
    Press::multiple(&requests)
}

fn nothing(_: &World) {}

/// A date near those that count from a task's creation.
fn soon() -> Value {
    json!(crate::support::world::after(2))
}

#[test]
fn the_same_effect() {
    let (ret, dis, dec) = ("retrigger", "retrigger-disabled", "retrigger-decision");
    #[rustfmt::skip]
    let cases: Vec<(&str, Press, Prepare, (usize, usize))> = vec![
        // name, press, what happened before, how many are created and rerun
        ("one", on(ret, "test", json!({})), nothing, (1, 0)),
        ("first of a chain", on(ret, "toolchain", json!({})), nothing, (1, 0)),
        ("three", on(ret, "test", json!({"times": 3})), nothing, (3, 0)),
        ("downstream false", on(ret, "build", json!({"downstream": false})), nothing, (1, 0)),
        ("force", on(dis, "lint", json!({"force": true})), nothing, (1, 0)),
        ("force twice", on(dis, "upload", json!({"force": true, "times": 2})), nothing, (2, 0)),
        ("force on the other callback", on(ret, "lint", json!({"force": true})), nothing, (1, 0)),
        ("disabled, but clonable", on(dis, "test", json!({"force": false})), nothing, (1, 0)),
        ("completed, no force", on(dis, "lint", json!({})), nothing, (0, 0)),
        ("a clone", on(ret, "test-clone", json!({})),
            |world| earlier_action(world, "test", "test-clone", "failed"), (1, 0)),
        ("decision task", on(dec, "decision", Value::Null), nothing, (1, 0)),
        ("action task", on(dec, "earlier", Value::Null),
            |world| earlier_action(world, "test", "test-clone", "failed"), (1, 0)),
        ("labels", multiple(json!([{"tasks": ["test", "sign"]}])), nothing, (2, 0)),
        ("no label", multiple(json!([{"tasks": []}])), nothing, (0, 0)),
        ("a chain", multiple(json!([{"tasks": ["sign", "build", "repackage"], "times": 2}])), nothing, (6, 0)),
        ("in two requests", multiple(json!([{"tasks": ["build"]}, {"tasks": ["sign", "build"]}])), nothing, (3, 0)),
        ("reruns", multiple(json!([{"tasks": ["upload", "crashed", "lint"], "times": 3}])), nothing, (0, 2)),
        ("both kinds", multiple(json!([{"tasks": ["upload", "test"]}])), nothing, (1, 1)),
        ("a label of an action only", multiple(json!([{"tasks": ["extra"]}])), |world| {
            earlier_action(world, "upload", "extra", "failed");
            world.queue.artifact(&id("earlier"), "label-to-taskid.json", json!({"extra": id("extra")}));
        }, (0, 1)),
        ("an unknown label", multiple(json!([{"tasks": ["nope"]}])), nothing, (0, 0)),
        ("a nightly of a cron decision task", multiple(json!([{"tasks": ["nightly", "test", "sign"]}])),
            |world| of_another_group(world, "nightly", &namespace("cron")), (3, 0)),
        ("the same by its id", on(ret, "nightly", json!({})),
            |world| of_another_group(world, "nightly", &namespace("cron")), (1, 0)),
        ("a task of a release promotion", multiple(json!([{"tasks": ["ship"]}])),
            |world| of_another_group(world, "ship", &namespace("taskgraph.actions")), (0, 1)),
        ("an upstream task that failed, and its green clone", multiple(json!([{"tasks": ["test"]}])),
            |world| {
                earlier_action(world, "build", "build-again", "completed");
                world.queue.state().states.insert(id("build"), "failed".to_owned());
            }, (1, 0)),
        ("fixed dates", on(ret, "test", json!({})), |world| {
            let dates = json!({
                "RELEASE_ETA": "2026-11-01T12:00:00Z", "NEVER": "9999-12-31T23:59:59Z",
                "SOON": soon(),
            });
            let set = |env: &mut Value| {
                for (name, date) in dates.as_object().into_iter().flatten() {
                    env[name] = date.clone();
                }
            };
            change(world, "test", |task| set(&mut task["payload"]["env"]));
            change_node(world, "test", |node| set(&mut node["task"]["payload"]["env"]));
        }, (1, 0)),
        ("an ordinary task under retrigger-decision", on(dec, "test", Value::Null), nothing, (1, 0)),
    ];
    for (name, press, prepare, counts) in sampled("presses with the same effect", cases) {
        let Some((ours, theirs)) = both(&press, prepare) else { return };
        assert_eq!(ours, theirs, "{name}");
        assert_eq!((ours.created.len(), ours.reruns.len()), counts, "{name}");
    }
}

impl Effect {
    /// In short: exit status, labels created, tasks rerun.
    fn summary(&self) -> String {
        let status = if self.success { "done" } else { "failed" };
        let label = |task: &Value| task["metadata"]["name"].as_str().map(ToOwned::to_owned);
        let created: Vec<String> = self.created.iter().filter_map(label).collect();
        format!("{status}, created [{}], rerun [{}]", created.join(" "), self.reruns.join(" "))
    }
}

/// What the script does otherwise, on purpose. docs/retrigger.md has the same table, with the
/// reasons.
#[test]
fn named_differences() {
    let (ret, dis) = ("retrigger", "retrigger-disabled");
    #[rustfmt::skip]
    let cases: Vec<(&str, Press, Prepare, &str, &str)> = vec![
        // name, press, what happened before, what the script does, what taskgraph does
        ("a failed task that is not to be cloned is rerun", on(dis, "upload", json!({})), nothing,
            "done, created [], rerun [<upload>]", "failed, created [], rerun []"),
        ("the same for a label that the graph lacks", on(ret, "not-in-graph", json!({})), nothing,
            "done, created [], rerun [<not-in-graph>]", "failed, created [], rerun []"),
        ("extra.retrigger decides before the graph does", on(ret, "test", json!({})),
            |world| change(world, "test", |task| task["extra"]["retrigger"] = json!(false)),
            "done, created [], rerun [<test>]", "done, created [test], rerun []"),
        ("no input is an empty input", on(ret, "test", Value::Null), nothing,
            "done, created [test], rerun []", "failed, created [], rerun []"),
        ("a task of a group that is not the push's is refused", on(ret, "test", json!({})),
            |world| {
                change(world, "test", |task| task["taskGroupId"] = json!(id("x")));
                unscheduled(world, "test");
            },
            "failed, created [], rerun []", "done, created [test], rerun []"),
        ("a label that the push did not schedule is unknown", multiple(json!([{"tasks": ["test"]}])),
            |world| unscheduled(world, "test"),
            "failed, created [], rerun []", "done, created [test], rerun []"),
        ("a refused rerun creates nothing", multiple(json!([{"tasks": ["test"]}, {"tasks": ["upload", "sign"]}])),
            |world| assert!(world.queue.state().overdue.insert(id("upload"))),
            "failed, created [], rerun []", "failed, created [test], rerun []"),
        ("a copy that cannot be made stops the others", multiple(json!([{"tasks": ["test", "solo"]}])),
            |world| {
                let soon = json!(crate::support::check::date(crate::support::check::now() + 3_600_000));
                change(world, "build", |task| task["expires"] = soon);
            },
            "failed, created [], rerun []", "failed, created [solo], rerun []"),
        ("times is checked", on(ret, "test", json!({"times": 0})), nothing,
            "failed, created [], rerun []", "done, created [], rerun []"),
        ("only the labels asked for are created", multiple(json!([{"tasks": ["toolchain", "sign"]}])), nothing,
            "done, created [sign toolchain], rerun []", "done, created [sign build toolchain], rerun []"),
        ("no task_duplicates", on(ret, "test", json!({})),
            |world| change_node(world, "test", |node| node["attributes"]["task_duplicates"] = json!(2)),
            "done, created [test], rerun []", "done, created [test test], rerun []"),
        ("every failed task of a label is rerun, as gecko does", multiple(json!([{"tasks": ["upload"]}])),
            |world| earlier_action(world, "upload", "upload-again", "failed"),
            "done, created [], rerun [<earlier upload> <upload>]", "done, created [], rerun [<earlier upload>]"),
        ("an action without a label map does no harm", multiple(json!([{"tasks": ["upload"]}])),
            |world| indexed(world, "earlier"),
            "done, created [], rerun [<upload>]", "failed, created [], rerun []"),
        ("an unknown label stops everything", multiple(json!([{"tasks": ["upload", "nope"]}])), nothing,
            "failed, created [], rerun []", "failed, created [], rerun [<upload>]"),
    ];
    for (name, press, prepare, ours, theirs) in sampled("presses with another effect", cases) {
        let Some(effects) = both(&press, prepare) else { return };
        assert_eq!(effects.0.summary(), ours, "{name}, the script");
        assert_eq!(effects.1.summary(), theirs, "{name}, taskgraph");
    }
}

/// Differences within a definition that both create.
#[test]
fn named_differences_in_definitions() {
    type Case = (&'static str, Press, Prepare, &'static str, Value, Value);
    let press = on("retrigger", "test", json!({}));
    #[rustfmt::skip]
    let cases: Vec<Case> = vec![
        // name, press, what happened before, place, what the script writes, what taskgraph writes
        ("upstream tasks stay those of the original", press.clone(),
            |world| earlier_action(world, "build", "build-again", "completed"),
            "/dependencies", json!(["<build>", "<this action>"]), json!(["<earlier build>", "<this action>"])),
        ("what was changed in the task itself is kept", press.clone(),
            |world| change(world, "test", |task| task["payload"]["maxRunTime"] = json!(90)),
            "/payload/maxRunTime", json!(90), json!(60)),
        ("a task that the push took from another one is copied as it is", press.clone(),
            |world| change(world, "test", |task| {
                task["taskGroupId"] = json!(id("another push"));
                task["payload"]["env"]["SELF"] = json!("of another revision");
            }),
            "/payload/env/SELF", json!("of another revision"), json!("<new test>")),
        ("a raised priority is kept", press,
            |world| change(world, "test", |task| task["priority"] = json!("high")),
            "/priority", json!("high"), json!("low")),
        ("a soft dependency is kept", on("retrigger", "docs", json!({})), nothing,
            "/dependencies", json!(["<build>", "<lint>", "<this action>"]), json!(["<build>", "<this action>"])),
    ];
    for (name, press, prepare, place, ours, theirs) in cases {
        let Some(effects) = both(&press, prepare) else { return };
        let (mut mine, mut other) = (effects.0.created[0].clone(), effects.1.created[0].clone());
        assert_eq!(mine.pointer(place), Some(&ours), "{name}, the script");
        assert_eq!(other.pointer(place), Some(&theirs), "{name}, taskgraph");
        // Nothing else differs, but the same thing named elsewhere in the definition.
        for task in [&mut mine, &mut other] {
            *task.pointer_mut(place).expect("there in both") = Value::Null;
            *task = serde_json::from_str(&task.to_string().replace("<earlier build>", "<build>"))
                .expect("JSON");
        }
        assert_eq!(mine, other, "{name}");
    }
}
