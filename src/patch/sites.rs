//! The sites: the payloads of `tasks[0]` that a fired retrigger reaches.
//!
//! Which of a template's payloads those are is decided by its conditions. Instead of a second
//! understanding of JSON-e, the engine decides: each payload is given a mark, the template
//! rendered with all retriggers, and the marks that come out with a task's payload are the sites.

use crate::jsone::walk::operator;
use crate::jsone::{Context, Memory, Renderer};
use crate::patch::faults::parameters_read;
use crate::patch::fit::{self, Unfit};
use crate::patch::retrigger::{self, is_action};
use crate::patch::vanish::may_vanish;
use crate::template::{Path, type_name};
use serde_json::{Value, json};

/// What a template with actions names: the variable that tells an action task its callback
/// (taskgraph's `action-callback` reads it, and Chain of Trust asks for it).
const ACTION: &str = "ACTION_CALLBACK";

/// The variable that holds a payload while it is marked.
const MARKED: &str = "markedPayload";

/// The name under which the marks know JSON-e's `typeof` where the template binds that name itself.
const TYPE_OF: &str = "typeOfMarked";

/// The key of a payload's mark, among its own.
const MARK: &str = "number of the marked payload";

/// What the retriggers of a template come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Reach {
    /// What those that render something render.
    pub found: Found,
    /// Those that raise, of a template that has actions: their contexts.
    pub raised: Vec<Context>,
    /// The first payload found of which no fast path can be made, and what is in the way.
    pub unfit: Option<(Path, Unfit)>,
    /// The payloads that a retrigger (not of a pull request) renders and that are no action's, each
    /// with the first of [`retrigger::VARIABLES`] that it lacks.
    pub no_action: Vec<(Path, &'static str)>,
}

/// What retriggers render.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A task with one of these payloads, each reached by one at least.
    Sites(Vec<Path>),
    /// No action task, and why.
    Nothing(String),
    /// A task whose payload is written nowhere as such, and in which context.
    Elsewhere(String),
}

/// Finds what the retriggers among `contexts` reach in a template's document. `fits` tells what else may
/// be in the way of a fast path for a payload, as it is rendered.
pub fn find<'c>(
    document: &Value,
    contexts: impl IntoIterator<Item = &'c Context>,
    fits: impl Fn(&Value) -> Option<Unfit>,
) -> Reach {
    let nothing = |why: String| Reach {
        found: Found::Nothing(why),
        raised: Vec::new(),
        unfit: None,
        no_action: Vec::new(),
    };
    let tasks = match document.get("tasks") {
        None => return nothing("the template has no `tasks`".to_owned()),
        Some(Value::Array(tasks)) if tasks.is_empty() => {
            return nothing("`tasks` is empty".to_owned());
        }
        Some(Value::Array(tasks)) => tasks,
        Some(other) => {
            return nothing(format!(
                "`tasks` is {} before rendering, so there are no hooks for actions",
                type_name(other)
            ));
        }
    };
    let mut places = Vec::new();
    candidates(&tasks[0], &Path::root().key("tasks").index(0), &mut places);
    let renderer = Renderer::of_value(&marked(document, &places));
    let mut reached = vec![false; places.len()];
    let (mut elsewhere, mut other, mut raised) = (None, None, Vec::new());
    let (mut renders_for_pull_requests, mut unfit) = (false, None);
    let mut no_action = Vec::new();
    let parameters = parameters_read(document);
    let mut memory = Memory::default();
    for context in contexts.into_iter().filter(|context| retrigger::needs_no_clone(context)) {
        let name = context.name.as_str();
        let rendered = renderer.render_with(&mut memory, context);
        let mut completed = || renderer.render_with(&mut memory, &context.completed(&parameters));
        match rendered.or_else(|err| completed().map_err(|_| err)) {
            Ok(task) => {
                let payload = task.get("payload").unwrap_or(&Value::Null);
                // Of a payload that a variable passed on, the last mark is the task's own.
                let mark = payload.get(MARK).and_then(Value::as_u64);
                let mark = mark.map(|mark| mark as usize).filter(|mark| *mark < places.len());
                renders_for_pull_requests |= is_action(payload) && is_for_pull_request(context);
                match mark {
                    Some(mark) if is_action(payload) => {
                        reached[mark] = true;
                        if unfit.is_none() {
                            let found = in_the_way(payload, context).or_else(|| fits(payload));
                            unfit = found.map(|found| (places[mark].clone(), found));
                        }
                    }
                    None if is_action(payload) => drop(elsewhere.get_or_insert(name)),
                    _ if payload.is_null() => {}
                    mark => {
                        other.get_or_insert(name);
                        // Some templates render a decision task for an action on a pull request.
                        let lacks = retrigger::lacks(payload);
                        if let Some((mark, name)) =
                            mark.zip(lacks).filter(|_| !is_for_pull_request(context))
                        {
                            no_action.push((places[mark].clone(), name));
                        }
                    }
                }
            }
            Err(err) => raised.push((context, err)),
        }
    }
    let sites: Vec<Path> =
        places.into_iter().zip(reached).filter(|(_, reached)| *reached).map(|(p, _)| p).collect();
    let found = match (elsewhere, other) {
        (Some(context), _) => Found::Elsewhere(context.to_owned()),
        (None, _) if !sites.is_empty() => Found::Sites(sites),
        (None, Some(context)) => Found::Nothing(format!(
            "the task of a retrigger is no action task: its environment has not all of {} (in \
             context {context})",
            retrigger::VARIABLES.join(", ")
        )),
        (None, None) => Found::Nothing(match raised.first() {
            Some((context, err)) => {
                format!("no retrigger renders a task (in context {}: {err})", context.name)
            }
            None => "no retrigger renders a task".to_owned(),
        }),
    };
    let has_actions = names_an_action(&tasks[0]);
    let serves_pull_requests =
        renders_for_pull_requests || tasks[0].to_string().contains("pr-action");
    raised.retain(|(context, _)| {
        has_actions && (serves_pull_requests || !is_for_pull_request(context))
    });
    let raised = raised.into_iter().map(|(context, _)| context.clone()).collect();
    Reach { found, raised, unfit, no_action }
}

/// Whether a task's template is one with actions.
pub fn names_an_action(task: &Value) -> bool {
    task.to_string().contains(ACTION)
}

fn in_the_way(payload: &Value, context: &Context) -> Option<Unfit> {
    let get = |name: &str| context.get(name).unwrap_or(&Value::Null);
    fit::unfit(payload).or_else(|| fit::misled(payload, get("action"), get("input"), get("taskId")))
}

fn is_for_pull_request(context: &Context) -> bool {
    context.get("tasks_for").is_some_and(|tasks_for| tasks_for == "pr-action")
}

/// The document with each of the payloads at `places` marked by its number: a key more, so that what
/// reads the payload still can.
fn marked(document: &Value, places: &[Path]) -> Value {
    let mut marked = document.clone();
    let type_of = if binds(document, "typeof") { TYPE_OF } else { "typeof" };
    // What is inside of another comes behind it, and is marked first: its path changes with the outer one.
    for (at, path) in places.iter().enumerate().rev() {
        if let Some(value) = path.find_mut(&mut marked) {
            let is_mapping = format!("{type_of}({MARKED}) == \"object\"");
            let with_mark = json!({"$merge": [{"$eval": MARKED}, {MARK: at}]});
            *value = json!({
                "$let": {MARKED: value.take()},
                "in": {"$if": is_mapping, "then": with_mark, "else": {"$eval": MARKED}},
            });
        }
    }
    if type_of == TYPE_OF
        && let Some(task) = marked.pointer_mut("/tasks/0")
    {
        *task = json!({"$let": {TYPE_OF: {"$eval": "typeof"}}, "in": task.take()});
    }
    marked
}

/// Whether a template may give this name a meaning of its own.
fn binds(value: &Value, name: &str) -> bool {
    let is_bound = |key: &str| key == name || key.ends_with(')') && key.contains(name);
    match value {
        Value::Object(map) => {
            let is_computed = map.get("$let").is_some_and(|bound| !are_written(bound));
            is_computed || map.iter().any(|(key, value)| is_bound(key) || binds(value, name))
        }
        Value::Array(items) => items.iter().any(|item| binds(item, name)),
        _ => false,
    }
}

/// Whether all names that a `$let` binds are keys somewhere in what it is given.
fn are_written(bound: &Value) -> bool {
    let Some(map) = bound.as_object() else { return false };
    let Some(name) = operator(map) else { return map.keys().all(|key| !key.contains('$')) };
    let mut results: Box<dyn Iterator<Item = &Value>> = match (name, &map[name]) {
        ("$merge" | "$mergeDeep", Value::Array(items)) => Box::new(items.iter()),
        ("$switch", Value::Object(cases)) => Box::new(cases.values()),
        ("$if", _) => Box::new(["then", "else"].into_iter().filter_map(|key| map.get(key))),
        _ => return false,
    };
    results.all(are_written)
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
                }
                // A variable, or a condition, may be called so, and hold a task.
                candidates(value, &inside, out);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsone::families;

    fn reach(task: &Value) -> String {
        match find(&json!({"tasks": [task]}), families::contexts(), |_| None).found {
            Found::Sites(sites) => sites.iter().map(Path::to_string).collect::<Vec<_>>().join(", "),
            Found::Nothing(reason) => format!("nothing: {reason}"),
            Found::Elsewhere(context) => format!("elsewhere: {}", context.is_empty()),
        }
    }

    #[test]
    fn a_site_is_a_payload_that_a_retrigger_reaches() {
        let action = "tasks_for == 'action'";
        let env = json!({
            "ACTION_TASK_GROUP_ID": "x", "ACTION_TASK_ID": "null", "ACTION_INPUT": "{}",
            "ACTION_CALLBACK": "${action.cb_name}",
        });
        let payload = json!({"env": env});
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
                json!({"$let": {"task": task}, "in": {"$merge": [
                    {"$eval": "task"},
                    {"extra": {"payload": "${task.payload.env.ACTION_CALLBACK}"}},
                ]}}),
                "tasks[0].$let.task.payload",
            ),
            (
                json!({"payload": {"$if": "input", "then": payload, "else": payload}}),
                "tasks[0].payload",
            ),
            (json!({"payload": {"$if": action, "then": payload}}), "tasks[0].payload.then"),
            (json!({"extra": task, "payload": payload}), "tasks[0].payload"),
            (json!({"$let": {"p": payload}, "in": {"$eval": "{payload: p}"}}), "elsewhere: false"),
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
            (json!({"tasks": [{"payload": {"env": {}}}]}), "not all of"),
        ];
        for (document, wanted) in cases {
            match find(&document, families::contexts(), |_| None).found {
                Found::Nothing(reason) => assert!(reason.contains(wanted), "{reason}"),
                other => panic!("{document}: {other:?}"),
            }
        }
    }
}
