//! What a retrigger is: said once in Rust, independent of the guard's expression, so that the
//! proof has something to hold the guard against.

use crate::jsone::Context;
use serde_json::Value;

/// The callbacks that the fast path takes, each with the permission of its own hook, as taskgraph
/// and gecko register them. Today's code refuses a callback that comes with another permission.
pub const CALLBACKS: [(&str, &str); 4] = [
    ("retrigger", "generic"),
    ("retrigger-disabled", "generic"),
    ("retrigger-multiple", "generic"),
    ("retrigger-decision", "retrigger-decision"),
];

/// Why an event keeps today's path, whatever a template makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// It is no action.
    NoAction,
    /// It is an action whose callback is none of [`CALLBACKS`].
    OtherCallback,
    /// Its callback comes through a hook of another permission than its own.
    OtherPermission,
    /// Its input is neither null nor a mapping.
    NoMapping,
    /// Its input asks for `downstream`, which needs the whole graph.
    Downstream,
}

/// Whether an action with this context is a retrigger that needs no clone: one of
/// [`CALLBACKS`], fired through a hook of its own permission, with no `downstream` in its input
/// (that one needs the whole graph).
pub fn needs_no_clone(context: &Context) -> bool {
    kept(context).is_none()
}

/// Why what has this context is no retrigger that needs no clone; none where it is one.
pub fn kept(context: &Context) -> Option<Kept> {
    let field = |key: &str| {
        context.get("action").and_then(|action| action.get(key)).and_then(Value::as_str)
    };
    if !matches!(context.get("tasks_for").and_then(Value::as_str), Some("action" | "pr-action")) {
        return Some(Kept::NoAction);
    }
    let known = CALLBACKS.iter().find(|(callback, _)| field("cb_name") == Some(callback));
    let Some((_, permission)) = known else { return Some(Kept::OtherCallback) };
    if field("action_perm") != Some(permission) {
        return Some(Kept::OtherPermission);
    }
    match context.get("input") {
        None | Some(Value::Null) => None,
        Some(Value::Object(input)) => {
            input.get("downstream").is_some_and(is_truthy).then_some(Kept::Downstream)
        }
        Some(_) => Some(Kept::NoMapping),
    }
}

/// The variables that make a rendered payload an action's, each a string: taskgraph's
/// `action-callback` and the script read all four, and Chain of Trust asks for two of them.
pub const VARIABLES: [&str; 4] =
    ["ACTION_TASK_GROUP_ID", "ACTION_TASK_ID", "ACTION_INPUT", "ACTION_CALLBACK"];

/// Whether a rendered payload is an action's: its `env` holds the four [`VARIABLES`]. One that has
/// them not runs something else, such as the decision task that some templates render for every
/// action on a pull request, and keeps doing so.
pub fn is_action(payload: &Value) -> bool {
    lacks(payload).is_none()
}

/// The first of the [`VARIABLES`] that a rendered payload has not as a string.
pub fn lacks(payload: &Value) -> Option<&'static str> {
    VARIABLES.into_iter().find(|name| !payload["env"][*name].is_string())
}

/// Whether two values are the same, numbers by value: the engine knows only floating point.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// JSON-e's own truth.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(bool) => *bool,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsone::{Renderer, families};
    use crate::patch::Recipe;
    use serde_json::json;

    /// An action's payload.
    fn payload() -> Value {
        json!({"image": "i", "env": {
            "ACTION_TASK_GROUP_ID": "g", "ACTION_TASK_ID": "null", "ACTION_INPUT": "{}",
            "ACTION_CALLBACK": "retrigger",
        }})
    }

    /// The guard around a payload.
    fn guard(payload: &Value) -> Value {
        let guard = json!({"taken": {"$eval": Recipe::built_in().guard()}});
        json!({"$let": {"clonePayload": payload}, "in": guard})
    }

    /// The guard, rendered in every built-in context and in odd ones, against [`needs_no_clone`].
    #[test]
    fn the_guard_takes_exactly_these_and_never_raises() {
        let guard = guard(&payload());
        let renderer = Renderer::of_value(&json!({"tasks": [guard], "document": guard}));
        let action = json!({"cb_name": "retrigger", "action_perm": "generic"});
        let mut contexts: Vec<Context> = families::contexts().cloned().collect();
        let odd_inputs = [
            json!(null),
            json!({}),
            json!([]),
            json!("downstream"),
            json!(1),
            json!(true),
            json!({"downstream": true}),
            json!({"downstream": 0}),
            json!({"downstream": "no"}),
            json!({"downstream": {}}),
            json!({"downstream": [0]}),
            json!({"downstream": null}),
        ];
        for (at, input) in odd_inputs.into_iter().enumerate() {
            let value = json!({"tasks_for": "action", "action": action, "input": input});
            contexts.push(Context::new(format!("odd-{at}"), value).unwrap());
        }
        for value in [json!({}), json!({"tasks_for": 5}), json!({"tasks_for": "github-push"})] {
            contexts.push(Context::new("no-action", value).unwrap());
        }
        let mut taken = 0;
        for context in &contexts {
            let rendered =
                renderer.render(context).unwrap_or_else(|err| panic!("{}: {err}", context.name));
            let value = rendered.get("document").unwrap_or(&rendered)["taken"].clone();
            assert_eq!(value, json!(needs_no_clone(context)), "{}", context.name);
            taken += usize::from(value == json!(true));
        }
        assert!(taken > 20 && taken < contexts.len() / 2, "{taken} of {}", contexts.len());
    }

    #[test]
    fn what_keeps_todays_path_is_told() {
        let action = json!({"cb_name": "retrigger", "action_perm": "generic"});
        let cases = [
            (json!({"tasks_for": "cron"}), Some(Kept::NoAction)),
            (json!({"tasks_for": "action", "action": action}), None),
            (json!({"tasks_for": "action", "action": action, "input": {}}), None),
            (json!({"tasks_for": "action", "action": action, "input": []}), Some(Kept::NoMapping)),
            (
                json!({"tasks_for": "pr-action", "action": action, "input": {"downstream": true}}),
                Some(Kept::Downstream),
            ),
            (json!({"tasks_for": "action", "action": {}}), Some(Kept::OtherCallback)),
            (
                json!({"tasks_for": "action", "action": {"cb_name": "retrigger"}}),
                Some(Kept::OtherPermission),
            ),
        ];
        for (context, wanted) in cases {
            let context = Context::new("case", context).unwrap();
            assert_eq!(kept(&context), wanted, "{:?}", context.value());
        }
    }

    /// The guard, around payloads of every form, against [`is_action`].
    #[test]
    fn the_guard_takes_an_actions_payload_only() {
        let context = families::find("action/central/retrigger").unwrap();
        let mut payloads = vec![
            json!(null),
            json!("env"),
            json!(5),
            json!(true),
            json!([]),
            json!([{"env": {}}]),
            json!({}),
            json!({"env": "ACTION_CALLBACK"}),
            json!({"env": ["ACTION_CALLBACK"]}),
            json!({"env": null}),
            json!({"env": {}}),
            payload(),
        ];
        for name in VARIABLES {
            let mut without = payload();
            without["env"].as_object_mut().unwrap().remove(name);
            payloads.push(without);
            for odd in [json!(null), json!(5), json!({}), json!(["x"]), json!(true)] {
                let mut other = payload();
                other["env"][name] = odd;
                payloads.push(other);
            }
        }
        for payload in payloads {
            let renderer = Renderer::of_value(&json!({"tasks": [guard(&payload)]}));
            let wanted = is_action(&payload);
            assert_eq!(renderer.render(context), Ok(json!({"taken": wanted})), "{payload}");
        }
    }

    /// In contexts that no service sends, where a name is missing or is no mapping.
    #[test]
    fn the_guard_is_total() {
        let guard = guard(&payload());
        let odd = [json!(null), json!(5), json!("x"), json!([]), json!({}), json!({"cb_name": 5})];
        for tasks_for in [json!("action"), json!(["action"]), json!(null)] {
            for action in &odd {
                for input in &odd {
                    let mut context = json!({"tasks_for": tasks_for});
                    for (key, value) in [("action", action), ("input", input)] {
                        if *value != json!(5) {
                            context[key] = value.clone();
                        }
                    }
                    let rendered = crate::jsone::render_value(&guard, &context);
                    assert_eq!(rendered, Ok(json!({"taken": false})), "{context}");
                }
            }
        }
    }
}
