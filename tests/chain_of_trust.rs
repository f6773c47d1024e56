//! scriptworker checks each task that an action created against the action's `task-graph.json`,
//! before it signs or ships anything: its own code must accept what the script wrote.

use crate::needs::sampled;
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
fn every_created_task_is_accepted_and_no_other() {
    let presses = [
        (1, Press::new("retrigger", &id("test"), json!({}))),
        (3, Press::new("retrigger", &id("test"), json!({"times": 3}))),
        (1, Press::new("retrigger-disabled", &id("lint"), json!({"force": true}))),
        (4, Press::multiple(&json!([{"tasks": ["build", "test", "lint"], "times": 2}]))),
    ];
    let presses = sampled("presses whose tasks are accepted", presses);
    let wanted: usize = presses.iter().map(|(count, _)| 2 * count).sum();
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
    // What is not accepted: another command, and a task that the action did not announce.
    let (graph, new, task) = links[0].clone();
    let mut changed = task.clone();
    changed["payload"]["command"] = json!(["something", "else"]);
    links.extend([(graph.clone(), new, changed), (graph, id("unknown"), task)]);
    // One process: it takes long to start.
    let Some(verdicts) = verdicts(&links) else { return };
    assert_eq!(verdicts.len(), wanted + 2);
    let (created, others) = verdicts.split_at(wanted);
    assert_eq!(created, vec!["accepted"; wanted]);
    assert!(others.iter().all(|verdict| verdict.contains("CoTError")), "{others:?}");
}
