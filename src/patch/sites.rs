//! The sites: the payloads of `tasks[0]` that a fired retrigger reaches.
//!
//! Which of a template's payloads those are is decided by its conditions. Instead of a second
//! understanding of JSON-e, the engine decides: each payload is given a mark, the template
//! rendered with all retriggers, and the marks that come out with a task's payload are the sites.

use crate::jsone::walk::operator;
use crate::jsone::{Context, Renderer};
use crate::patch::retrigger;
use crate::template::{Path, type_name};
use serde_json::{Value, json};

/// The variable that holds a payload while it is marked.
const MARKED: &str = "markedPayload";

/// What the retriggers of a template come to.
#[derive(Debug, Clone, PartialEq)]
pub enum Reach {
    /// A retrigger renders a task with one of these payloads, each reached by one at least.
    Sites(Vec<Path>),
    /// No retrigger renders a task, and why.
    Nothing(String),
    /// A retrigger renders a task whose payload is written nowhere as such, and in which context.
    Elsewhere(String),
}

/// Finds what the retriggers among `contexts` reach in a template's document.
pub fn find<'c>(document: &Value, contexts: impl IntoIterator<Item = &'c Context>) -> Reach {
    let tasks = match document.get("tasks") {
        None => return Reach::Nothing("the template has no `tasks`".to_owned()),
        Some(Value::Array(tasks)) if tasks.is_empty() => {
            return Reach::Nothing("`tasks` is empty".to_owned());
        }
        Some(Value::Array(tasks)) => tasks,
        Some(other) => {
            return Reach::Nothing(format!(
                "`tasks` is {} before rendering, so there are no hooks for actions",
                type_name(other)
            ));
        }
    };
    let mut places = Vec::new();
    candidates(&tasks[0], &Path::root().key("tasks").index(0), &mut places);
    let mut marked = document.clone();
    for (at, path) in places.iter().enumerate() {
        if let Some(value) = path.find_mut(&mut marked) {
            *value = json!({
                "$let": {MARKED: value.take()},
                "in": {"mark": at, "payload": {"$eval": MARKED}},
            });
        }
    }
    let renderer = Renderer::of_value(&marked);
    let mut reached = vec![false; places.len()];
    let (mut elsewhere, mut raised, mut other) = (None, None, None);
    for context in contexts.into_iter().filter(|context| retrigger::needs_no_clone(context)) {
        let name = context.name.as_str();
        match renderer.render(context) {
            Ok(task) => {
                let mut payload = task.get("payload").unwrap_or(&Value::Null);
                let mark = mark_of(payload);
                // A payload that is passed on by a variable has been marked there, too.
                while mark_of(payload).is_some() {
                    payload = &payload["payload"];
                }
                match mark {
                    Some(mark) if is_action(payload) => reached[mark as usize] = true,
                    None if is_action(payload) => drop(elsewhere.get_or_insert(name)),
                    _ if payload.is_null() => {}
                    _ => drop(other.get_or_insert(name)),
                }
            }
            Err(err) => drop(raised.get_or_insert((name, err))),
        }
    }
    let sites: Vec<Path> =
        places.into_iter().zip(reached).filter(|(_, reached)| *reached).map(|(p, _)| p).collect();
    if let Some(context) = elsewhere {
        return Reach::Elsewhere(context.to_owned());
    }
    if !sites.is_empty() {
        return Reach::Sites(sites);
    }
    Reach::Nothing(match (other, raised) {
        (Some(context), _) => format!(
            "the task of a retrigger is no action task: its environment has no ACTION_CALLBACK \
             (in context {context})"
        ),
        (_, Some((context, err))) => {
            format!("no retrigger renders a task (in context {context}: {err})")
        }
        _ => "no retrigger renders a task".to_owned(),
    })
}

fn mark_of(payload: &Value) -> Option<u64> {
    payload.get("mark").and_then(Value::as_u64)
}

/// Whether a rendered payload is an action's: today's code reads `ACTION_CALLBACK`, and Chain of
/// Trust wants it. A template that makes some other task for every event has no actions.
pub fn is_action(payload: &Value) -> bool {
    payload.pointer("/env/ACTION_CALLBACK").is_some()
}

/// The values of all keys `payload` of mappings that are no operators.
fn candidates(value: &Value, path: &Path, out: &mut Vec<Path>) {
    match value {
        Value::Object(map) => {
            let is_operator = operator(map).is_some();
            for (key, value) in map {
                let inside = path.key(key);
                if key == "payload" && !is_operator {
                    results(value, &inside, out);
                } else {
                    candidates(value, &inside, out);
                }
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| candidates(item, &path.index(at), out))
        }
        _ => {}
    }
}

/// A payload as a whole, or, where it may render to nothing at all, each of its outcomes: the
/// wrapper must give back what it took, and a variable cannot hold nothing.
fn results(value: &Value, path: &Path, out: &mut Vec<Path>) {
    if !may_vanish(value, false) {
        out.push(path.clone());
        return;
    }
    let Some(map) = value.as_object() else { return };
    let mut outcome = |key: &str, path: &Path| {
        if let Some(value) = map.get(key) {
            results(value, &path.key(key), out);
        }
    };
    match operator(map) {
        Some("$if") => ["then", "else"].iter().for_each(|key| outcome(key, path)),
        Some("$let") => outcome("in", path),
        Some("$switch") => {
            for (condition, value) in map["$switch"].as_object().into_iter().flatten() {
                results(value, &path.key("$switch").key(condition), out);
            }
        }
        _ => {}
    }
}

/// Whether a value may render to nothing, so that its key is dropped: an `$if` without one of
/// its branches, a `$switch` without `$default`, a `$find`; and an `$eval`, where expressions may
/// come upon nothing (`by_eval`), as they can in the list of a `$match`.
pub fn may_vanish(value: &Value, by_eval: bool) -> bool {
    let Some(map) = value.as_object() else {
        return false;
    };
    let may = |value: &Value| may_vanish(value, by_eval);
    let vanishes = |key: &str| map.get(key).is_none_or(may);
    match operator(map) {
        Some("$if") => vanishes("then") || vanishes("else"),
        Some("$let") => vanishes("in"),
        Some("$switch") => map["$switch"]
            .as_object()
            .is_none_or(|cases| !cases.contains_key("$default") || cases.values().any(may)),
        Some("$find") => true,
        Some("$eval") => by_eval,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsone::families;

    fn reach(task: &Value) -> String {
        match find(&json!({"tasks": [task]}), families::contexts()) {
            Reach::Sites(sites) => sites.iter().map(Path::to_string).collect::<Vec<_>>().join(", "),
            Reach::Nothing(reason) => format!("nothing: {reason}"),
            Reach::Elsewhere(context) => format!("elsewhere: {}", context.is_empty()),
        }
    }

    #[test]
    fn a_site_is_a_payload_that_a_retrigger_reaches() {
        let action = "tasks_for == 'action'";
        let payload = json!({"env": {"ACTION_CALLBACK": "${action.cb_name}"}});
        let task = json!({"payload": payload});
        let cases = [
            (task.clone(), "tasks[0].payload"),
            (
                json!({"$if": action, "then": task, "else": task}),
                "tasks[0].else.payload, tasks[0].then.payload",
            ),
            (
                json!({"$if": "tasks_for == 'cron'", "then": task, "else": task}),
                "tasks[0].else.payload",
            ),
            (
                json!({"$let": {"payload": payload}, "in": {"payload": {"$eval": "payload"}}}),
                "tasks[0].in.payload",
            ),
            (
                json!({"$let": {"task": task}, "in": {"$eval": "task"}}),
                "tasks[0].$let.task.payload",
            ),
            (json!({"$mergeDeep": [{"a": 1}, task]}), "tasks[0].$mergeDeep[1].payload"),
            (
                json!({"payload": {"$if": "input", "then": payload, "else": payload}}),
                "tasks[0].payload",
            ),
            (json!({"payload": {"$if": action, "then": payload}}), "tasks[0].payload.then"),
            (json!({"extra": task, "payload": payload}), "tasks[0].payload"),
            (json!({"$eval": "{payload: {env: {ACTION_CALLBACK: 'x'}}}"}), "elsewhere: false"),
            (
                json!({"$if": "tasks_for == 'cron'", "then": task}),
                "nothing: no retrigger renders a task",
            ),
        ];
        for (task, wanted) in cases {
            let got = reach(&task);
            let mut got: Vec<_> = got.split(", ").collect();
            got.sort();
            assert_eq!(got.join(", "), wanted, "{task}");
        }
    }

    #[test]
    fn a_template_without_actions_says_why() {
        let cases = [
            (json!({}), "no `tasks`"),
            (json!({"tasks": []}), "is empty"),
            (json!({"tasks": {"$if": "true", "then": []}}), "a mapping before rendering"),
            (json!({"tasks": ["${event.x}"]}), "unknown context value event"),
            (json!({"tasks": [{"payload": {"env": {}}}]}), "no ACTION_CALLBACK"),
        ];
        for (document, wanted) in cases {
            match find(&document, families::contexts()) {
                Reach::Nothing(reason) => assert!(reason.contains(wanted), "{reason}"),
                other => panic!("{document}: {other:?}"),
            }
        }
    }
}
