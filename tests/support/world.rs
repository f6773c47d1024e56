//! A push: a decision task, the tasks it made, and the action task that a press on a button makes.

use std::sync::LazyLock;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::queue::Queue;

pub const DOMAIN: &str = "gecko";
pub const REVISION: &str = "0123456789abcdef0123456789abcdef01234567";
/// The decision task, whose id is the group's.
pub static GROUP: LazyLock<String> = LazyLock::new(|| id("decision"));
/// The action task that runs.
pub static ACTION: LazyLock<String> = LazyLock::new(|| id("action"));

/// When the push's tasks were made: three hours ago, and 123 milliseconds after a full second.
static CREATED: LazyLock<i64> =
    LazyLock::new(|| (super::check::now() / 1000 - 3 * 3600) * 1000 + 123);

/// The date so many days after the push's tasks were made.
pub fn after(days: i64) -> String {
    super::check::date(*CREATED + days * 24 * 3_600_000)
}

/// A task id that a test can name: the same for the same word.
pub fn id(word: &str) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digest = Sha256::digest(word.as_bytes());
    let letter = |at: usize| char::from(alphabet[usize::from(digest[at] & 63)]);
    let mut text: Vec<char> = (0..22).map(letter).collect();
    (text[0], text[8], text[10], text[21]) = ('T', 'R', 'C', 'A');
    text.into_iter().collect()
}

/// A task of the group as the queue returns it, made long ago, with every kind of date in it.
pub fn definition(label: &str) -> Value {
    json!({
        "provisionerId": "gecko-t", "workerType": "t-linux", "taskQueueId": "gecko-t/t-linux",
        "schedulerId": "gecko-level-1", "projectId": "none", "taskGroupId": *GROUP,
        "dependencies": [*GROUP], "requires": "all-completed", "routes": ["tc-treeherder.v2.try.0"],
        "priority": "low", "retries": 5,
        "created": after(0), "deadline": after(1), "expires": after(28),
        "scopes": ["assume:project:gecko"],
        "payload": {
            "image": {"type": "task-image", "path": "public/image.tar.zst", "taskId": id("image")},
            "command": ["run", "<label>", "&&", "sleep 5"],
            "env": {"NUMBER": "3.10", "TEXT": "caf\u{e9} \u{2603}"},
            "maxRunTime": 5400,
            "artifacts": {"public/logs": {
                "type": "directory", "path": "/logs", "expires": after(27)}},
        },
        "metadata": {
            "name": label, "description": format!("{label} on Linux"),
            "owner": "dev@example.com", "source": "https://hg.example.com/try/file/tip/taskcluster"},
        "tags": {"kind": "test", "label": label, "os": "linux"},
        "extra": {"parent": *GROUP, "treeherder": {"symbol": "1", "tier": 2}},
    })
}

/// How a task of the group is found when a test asks for a rerun or a new copy of it.
pub struct World {
    pub queue: Queue,
}

impl World {
    /// A group with its decision task and a running action task.
    pub fn new() -> World {
        let queue = Queue::start();
        let mut decision = definition("Gecko Decision Task");
        decision["tags"] = json!({"kind": "decision-task"});
        decision["extra"] = json!({"tasks_for": "hg-push"});
        decision["dependencies"] = json!([]);
        queue.add(&GROUP, decision, "completed");
        World { queue }.with_action(&ACTION)
    }

    /// An action task, with the routes that it is indexed under.
    pub fn with_action(self, action_id: &str) -> World {
        let mut action = definition("Action: Retrigger");
        action["tags"] = json!({"kind": "action-callback"});
        action["extra"] = json!({"parent": *GROUP, "action": {"name": "retrigger"}});
        action["routes"] = json!([
            "tc-treeherder.v2.try.0",
            format!("index.{}.{action_id}", namespace("taskgraph.actions")),
            format!("index.{DOMAIN}.v2.try.pushlog-id.77.actions.{action_id}"),
        ]);
        self.queue.add(action_id, action, "running");
        self
    }

    /// Adds a task under its label as its id's word; `change` adapts the definition.
    pub fn task(self, label: &str, state: &str, change: impl FnOnce(&mut Value)) -> World {
        let mut task = definition(label);
        change(&mut task);
        self.queue.add(&id(label), task, state);
        self
    }

    /// Publishes `label-to-taskid.json` of the decision task, for tasks of the words `labels`.
    pub fn labels(self, labels: &[&str]) -> World {
        let map: Value =
            labels.iter().map(|label| ((*label).to_owned(), json!(id(label)))).collect();
        self.queue.artifact(&GROUP, "label-to-taskid.json", map);
        self
    }
}

/// What the index calls the tasks of this push.
pub fn namespace(of: &str) -> String {
    format!("{DOMAIN}.v2.try.revision.{REVISION}.{of}")
}

/// Tags a task as gecko does.
pub fn retrigger(value: &'static str) -> impl FnOnce(&mut Value) {
    move |task| task["tags"]["retrigger"] = json!(value)
}

/// Tags a task as gecko does, and makes it depend on the tasks of these words: where it has any, its
/// payload names the artifact of the last.
pub fn tagged(value: &'static str, dependencies: &[&str]) -> impl FnOnce(&mut Value) {
    let dependencies: Vec<String> = dependencies.iter().map(|label| id(label)).collect();
    move |task| {
        retrigger(value)(task);
        if !dependencies.is_empty() {
            task["dependencies"] = json!(dependencies);
        }
        for dependency in dependencies {
            let url =
                format!("https://tc.example.com/task/{dependency}/artifacts/public/build/x.zip");
            task["payload"]["env"]["UPSTREAM_OF"] = json!(url);
        }
    }
}

/// Indexes an action or cron task of this word, with the label map that it wrote.
pub fn index_task(world: &World, of: &str, word: &str, expires: &str, labels: &Value) {
    let entry = (id(word), expires.to_owned());
    world.queue.state().index.entry(of.to_owned()).or_default().push(entry);
    world.queue.artifact(&id(word), "label-to-taskid.json", labels.clone());
}

/// Sets `extra.retrigger`.
pub fn extra_retrigger(value: bool) -> impl FnOnce(&mut Value) {
    move |task| task["extra"]["retrigger"] = json!(value)
}

/// The definition with each date that counts from its creation as its distance from `created`, so that
/// two can be compared; all other dates as they are.
pub fn offsets(task: &Value) -> Value {
    fn walk(value: &Value, base: i64) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| walk(item, base)).collect(),
            Value::Object(map) => {
                let is_moved = |key: &str| ["created", "deadline", "expires"].contains(&key);
                let millis = |item: &Value| item.as_str().and_then(super::check::millis);
                let item = |(key, item): (&String, &Value)| match millis(item) {
                    Some(millis) if is_moved(key) => {
                        (key.clone(), json!(format!("created + {} ms", millis - base)))
                    }
                    _ => (key.clone(), walk(item, base)),
                };
                map.iter().map(item).collect()
            }
            other => other.clone(),
        }
    }
    let created = task["created"].as_str().and_then(super::check::millis);
    walk(task, created.expect("a task has a date of creation"))
}

/// What a copy of `original` must be, dates as offsets.
pub fn copy_of(original: &Value, dependencies: &[&str]) -> Value {
    let mut copy = offsets(original);
    copy["extra"]["parent"] = json!(*ACTION);
    copy["dependencies"] = json!(dependencies);
    copy
}
