//! What the no-clone task must be, checked field by field on the rendered task: the promise of
//! the fast path, stated without the recipe's own template.

use crate::jsone::Context;
use crate::patch::{Recipe, retrigger};
use crate::template::Path;
use serde_json::{Map, Value, json};

/// A broken promise: where in the task, what it should be, and what it is.
pub type Violation = (Path, Value, Value);

/// The keys of the no-clone payload: no cache, no run-task, no checkout, no other artifact.
const KEYS: [&str; 6] = ["image", "features", "env", "maxRunTime", "artifacts", "command"];

/// Checks the payload of a task that took the fast path against the old task's payload.
///
/// Image, features, environment and the artifact `public` must be the old ones; the command must
/// be the script; the script must find what it reads (the four `ACTION_…` variables, of which Chain of
/// Trust wants two, and the proxy to the queue); and the worker must accept all of it (docker-worker's
/// payload schema).
pub fn check(context: &Context, recipe: &Recipe, old: &Value, new: &Value) -> Vec<Violation> {
    let mut checks = Checks { found: Vec::new(), base: Path::root().key("payload") };
    let nothing = Map::new();
    let payload = new.as_object().unwrap_or(&nothing);
    for key in payload.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        checks.equal(&[key], &Value::Null, &payload[key]);
    }
    for key in ["image", "features", "env"] {
        checks.equal(&[key], &old[key], &new[key]);
    }
    let public = &old["artifacts"]["public"];
    checks.equal(&["artifacts"], &json!({"public": public}), &new["artifacts"]);
    let mut command = vec![json!("python3"), json!("-c"), json!(recipe.script())];
    command.push(public["path"].clone());
    command.extend(recipe.arguments().into_iter().map(Value::from));
    checks.equal(&["command"], &command.into(), &new["command"]);

    checks.holds(&["maxRunTime"], "a positive number of seconds", &new["maxRunTime"], |value| {
        value.as_f64().is_some_and(|seconds| seconds > 0.0)
    });
    checks.holds(&["image"], "an image", &new["image"], |value| {
        value.is_object() || value.as_str().is_some_and(|name| !name.is_empty())
    });
    checks.holds(&["env"], "a mapping of strings", &new["env"], |value| {
        value.as_object().is_some_and(|env| env.values().all(Value::is_string))
    });
    checks.holds(&["features"], "a mapping of booleans", &new["features"], |value| {
        value.as_object().is_some_and(|features| features.values().all(Value::is_boolean))
    });
    let proxy = &new["features"]["taskclusterProxy"];
    checks.equal(&["features", "taskclusterProxy"], &json!(true), proxy);
    let artifact = &new["artifacts"]["public"];
    checks.equal(&["artifacts", "public", "type"], &json!("directory"), &artifact["type"]);
    checks.holds(
        &["artifacts", "public", "path"],
        "an absolute path",
        &artifact["path"],
        |value| value.as_str().is_some_and(|path| path.starts_with('/')),
    );
    environment(context, &new["env"], &mut checks);
    checks.found
}

/// What the script reads: the environment that today's action tasks get.
fn environment(context: &Context, env: &Value, checks: &mut Checks) {
    let action = context.get("action").unwrap_or(&Value::Null);
    for (key, field) in [("ACTION_TASK_GROUP_ID", "taskGroupId"), ("ACTION_CALLBACK", "cb_name")] {
        let wanted = action.get(field).and_then(Value::as_str).unwrap_or_default();
        checks.equal(&["env", key], &json!(wanted), &env[key]);
    }
    for (key, name) in [("ACTION_TASK_ID", "taskId"), ("ACTION_INPUT", "input")] {
        let wanted = context.get(name).unwrap_or(&Value::Null);
        let found = env[key].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        if found.as_ref().is_none_or(|found| !retrigger::same(found, wanted)) {
            checks.differ(&["env", key], json!(wanted.to_string()), env[key].clone());
        }
    }
}

struct Checks {
    found: Vec<Violation>,
    base: Path,
}

impl Checks {
    fn differ(&mut self, keys: &[&str], wanted: Value, found: Value) {
        let path = keys.iter().fold(self.base.clone(), |path, key| path.key(*key));
        self.found.push((path, wanted, found));
    }

    fn equal(&mut self, keys: &[&str], wanted: &Value, found: &Value) {
        if wanted != found || (wanted.is_null() && keys.len() == 1) {
            self.differ(keys, wanted.clone(), found.clone());
        }
    }

    fn holds(&mut self, keys: &[&str], wanted: &str, value: &Value, holds: fn(&Value) -> bool) {
        if !holds(value) {
            self.differ(keys, json!(wanted), value.clone());
        }
    }
}
