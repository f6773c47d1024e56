//! Today's code, `taskgraph action-callback`, run against the queue on loopback.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::queue::Queue;
use super::run::Press;
use super::world::{DOMAIN, GROUP, REVISION, id};
use crate::needs::missing;

/// The interpreter that has taskgraph and scriptworker: `TC_RETRIGGER_PYTHON`, or the folder that
/// `.ci/run` makes. None, and a word about it, where there is none.
pub fn python() -> Option<PathBuf> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".ci/venv/bin/python");
    let path = std::env::var_os("TC_RETRIGGER_PYTHON").map_or(default, PathBuf::from);
    if path.exists() {
        return Some(path);
    }
    missing(&format!("no {}; set TC_RETRIGGER_PYTHON to run this", path.display()));
    None
}

/// A task of the full task graph, and what the decision task made of it.
#[derive(Clone)]
pub struct Node {
    pub label: String,
    pub retrigger: Value,
    /// Labels of upstream tasks.
    pub needs: Vec<String>,
    /// Labels of tasks that it depends on where they are scheduled, as all are here.
    pub soft: Vec<String>,
    pub state: &'static str,
    /// Whether the label is in the full task graph.
    pub in_graph: bool,
    /// As gecko writes it on each task: the attribute as a tag, and a long definition.
    pub as_gecko: bool,
}

impl Node {
    pub fn new(label: &str, retrigger: bool, needs: &[&str], state: &'static str) -> Node {
        let needs = needs.iter().map(|label| (*label).to_owned()).collect();
        Node {
            label: label.to_owned(),
            retrigger: json!(retrigger),
            needs,
            soft: vec![],
            state,
            in_graph: true,
            as_gecko: false,
        }
    }

    /// The node in `full-task-graph.json`: dates and references not yet resolved.
    fn in_full_graph(&self) -> Value {
        let after = |days: u32| json!({"relative-datestamp": format!("{days} days")});
        let url = |need: &String| {
            let url = format!("https://tc.example.com/task/<{need}>/artifacts/public/x.zip");
            (format!("{}_URL", need.to_uppercase()), json!({"task-reference": url}))
        };
        let mut env: serde_json::Map<String, Value> = self.needs.iter().map(url).collect();
        env.insert("SELF".to_owned(), json!({"task-reference": "<self>"}));
        let needs = self.needs.iter().map(|need| (need.clone(), json!(need))).collect::<Value>();
        let mut tags = json!({"kind": "test", "label": self.label});
        if self.as_gecko {
            tags["retrigger"] = json!(self.retrigger.to_string());
            for number in 0..80 {
                let text = format!("https://example.com/some/long/path/to/a/thing/{number}");
                env.insert(format!("VARIABLE_{number}"), json!(text));
            }
        }
        json!({
            "kind": "test", "label": self.label, "description": "A test",
            "attributes": {"kind": "test", "retrigger": self.retrigger},
            "dependencies": needs, "soft_dependencies": self.soft, "if_dependencies": [],
            "optimization": null,
            "task": {
                "provisionerId": "gecko-t", "workerType": "t-linux", "priority": "low", "retries": 5,
                "created": after(0), "deadline": after(1), "expires": after(28),
                "scopes": ["assume:project:gecko"], "routes": ["tc-treeherder.v2.try.0"],
                "payload": {
                    "image": "debian", "command": ["true"], "maxRunTime": 60, "env": env,
                    "artifacts": {"public/logs": {
                        "type": "directory", "path": "/logs", "expires": after(27)}},
                },
                "metadata": {"name": self.label, "description": "A test", "owner": "a@example.com",
                             "source": "https://hg.example.com/try"},
                "tags": tags,
                "extra": {"parent": *GROUP, "treeherder": {"symbol": "1"}},
            },
        })
    }

    /// The task as the queue knows it: what a decision task would have created.
    fn in_queue(&self) -> Value {
        fn resolve(value: &Value, own: &str) -> Value {
            match value {
                Value::Object(map) => {
                    if let Some(after) = map.get("relative-datestamp").and_then(Value::as_str) {
                        let days = after.strip_suffix(" days").and_then(|days| days.parse().ok());
                        return json!(super::world::after(days.expect("a number of days")));
                    }
                    if let Some(text) = map.get("task-reference").and_then(Value::as_str) {
                        let Some((before, rest)) = text.split_once('<') else { return json!(text) };
                        let (name, after) = rest.split_once('>').expect("a closed reference");
                        let name = if name == "self" { own } else { name };
                        return json!(format!("{before}{}{after}", id(name)));
                    }
                    map.iter().map(|(key, item)| (key.clone(), resolve(item, own))).collect()
                }
                Value::Array(items) => items.iter().map(|item| resolve(item, own)).collect(),
                other => other.clone(),
            }
        }
        let mut task = resolve(&self.in_full_graph()["task"], &self.label);
        task["taskQueueId"] = json!("gecko-t/t-linux");
        task["schedulerId"] = json!("gecko-level-1");
        task["taskGroupId"] = json!(*GROUP);
        task["projectId"] = json!("none");
        task["requires"] = json!("all-completed");
        let mut needs: Vec<String> =
            self.needs.iter().chain(&self.soft).map(|need| id(need)).collect();
        if needs.is_empty() {
            needs.push(GROUP.clone());
        }
        task["dependencies"] = json!(needs);
        task
    }
}

/// Publishes what a decision task leaves behind: its tasks, and the artifacts that actions read.
pub fn decide(queue: &Queue, nodes: &[Node]) {
    let (mut graph, mut labels) = (json!({}), json!({}));
    for node in nodes {
        queue.add(&id(&node.label), node.in_queue(), node.state);
        labels[&node.label] = json!(id(&node.label));
        if node.in_graph {
            graph[&node.label] = node.in_full_graph();
        }
    }
    queue.artifact(&GROUP, "full-task-graph.json", graph);
    queue.artifact(&GROUP, "label-to-taskid.json", labels);
    let repository = "https://hg.mozilla.org/try";
    let parameters = json!({
        "project": "try", "level": "1", "pushlog_id": "77", "head_rev": REVISION,
        "repository_type": "hg", "base_repository": repository, "head_repository": repository,
        "tasks_for": "hg-push",
    });
    queue.artifact(&GROUP, "parameters.yml", parameters);
    let mut state = queue.state();
    let decision = format!("{DOMAIN}.v2.try.pushlog-id.77.decision");
    state.index.insert(decision, vec![(GROUP.clone(), "2027-01-01T00:00:00.000Z".to_owned())]);
    let role = "assume:repo:hg.mozilla.org/try:action:";
    state.scopes = vec![format!("{role}generic"), format!("{role}retrigger-decision")];
}

/// Runs taskgraph's own code for the same press; true where it succeeds.
pub fn run(python: &PathBuf, press: &Press, queue: &Queue) -> bool {
    let folder = TempDir::new().expect("a project");
    std::fs::create_dir(folder.path().join("taskcluster")).expect("a folder");
    let config = json!({
        "trust-domain": DOMAIN, "task-priority": "low",
        "workers": {"aliases": {"b": {"provisioner": "p", "implementation": "docker-worker",
                                      "os": "linux", "worker-type": "w"}}},
        "taskgraph": {"repositories": {"ci": {"name": "ci"}}},
    });
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text);
    write("taskcluster/config.yml", config.to_string()).expect("a file");
    write(".taskcluster.yml", "{}".to_owned()).expect("a file");
    let program = "import sys; from taskgraph.main import main; sys.exit(main(sys.argv[1:]))";
    let mut command = Command::new(python);
    command.args(["-c", program, "action-callback"]).current_dir(folder.path());
    press.environment(&mut command, &press.contract(), queue);
    let output = command.output().expect("the interpreter");
    if std::env::var_os("TC_RETRIGGER_SHOW").is_some() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    }
    output.status.success()
}
