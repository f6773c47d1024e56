//! scriptworker checks each task that an action created against the action's `task-graph.json`,
//! before it signs or ships anything: its own code must accept what the script wrote.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::taskgraph;
use crate::support::world::retrigger;
use crate::support::{GROUP, Press, World, id};

/// Prints "accepted", or the reason, for each of the links on standard input.
const CHECK: &str = r#"
import json, sys
from types import SimpleNamespace
from scriptworker.cot.verify import verify_link_in_task_graph
decision, action, links = json.load(sys.stdin)
for graph, task_id, task in links:
    parent = SimpleNamespace(name="action", task_id=action, task_graph=graph)
    link = SimpleNamespace(name="new", task_id=task_id, task=task, decision_task_id=decision)
    try:
        verify_link_in_task_graph(None, parent, link)
        print("accepted")
    except Exception as error:
        print(repr(error))
"#;

/// What scriptworker says of each task, given the graph of its action; None without scriptworker.
fn verdicts(links: &[(Value, String, Value)]) -> Option<Vec<String>> {
    let data = json!([*GROUP, *crate::support::ACTION, links]);
    let mut child = Command::new(taskgraph::python()?)
        .args(["-c", CHECK])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the interpreter");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(data.to_string().as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8(output.stdout).expect("text");
    Some(text.lines().map(ToOwned::to_owned).collect())
}

fn push() -> World {
    World::new()
        .task("build", "completed", retrigger("true"))
        .task("test", "completed", |task| {
            retrigger("true")(task);
            task["dependencies"] = json!([id("build")]);
            let url = format!("https://tc/{}/{}", id("build"), id("test"));
            task["payload"]["env"]["URL"] = json!(url);
            // Kept to the second in a task graph, whatever stood there before.
            task["extra"]["odd"] = json!("2026-01-05T10:00:01.9+00:00");
        })
        .task("lint", "failed", retrigger("false"))
        .labels(&["build", "test", "lint"])
}

#[test]
fn every_created_task_is_accepted() {
    let presses = [
        (1, Press::new("retrigger", &id("test"), json!({}))),
        (3, Press::new("retrigger", &id("test"), json!({"times": 3}))),
        (1, Press::new("retrigger-disabled", &id("lint"), json!({"force": true}))),
        (4, Press::multiple(&json!([{"tasks": ["build", "test", "lint"], "times": 2}]))),
    ];
    let mut links = vec![];
    for (count, press) in presses {
        for gecko in [true, false] {
            let press = if gecko { press.clone().gecko() } else { press.clone() };
            let world = push();
            let outcome = press.run(&world.queue);
            outcome.succeeded();
            let created = world.queue.created();
            assert_eq!(created.len(), count, "{}", press.callback);
            let graph = outcome.artifact("task-graph.json");
            links.extend(created.into_iter().map(|(new, task)| (graph.clone(), new, task)));
        }
    }
    let Some(verdicts) = verdicts(&links) else { return };
    assert_eq!(verdicts, vec!["accepted"; 2 * (1 + 3 + 1 + 4)]);
}

/// The check above can fail: another command, or a task that the action did not announce.
#[test]
fn a_changed_task_is_not_accepted() {
    let world = push();
    let outcome = Press::new("retrigger", &id("test"), json!({})).run(&world.queue);
    let graph = outcome.artifact("task-graph.json");
    let (new, task) = world.queue.created().remove(0);
    let mut changed = task.clone();
    changed["payload"]["command"] = json!(["something", "else"]);
    let links = [(graph.clone(), new, changed), (graph, id("unknown"), task)];
    let Some(verdicts) = verdicts(&links) else { return };
    assert_eq!(verdicts.len(), 2);
    assert!(verdicts.iter().all(|verdict| verdict.contains("CoTError")), "{verdicts:?}");
}
