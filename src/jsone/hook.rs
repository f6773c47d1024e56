//! A hook's own context, and what fxci-config's `$let` makes of it (`make_hook` in its
//! `ciadmin/generate/in_tree_actions.py`).

use crate::error::{Error, Result};
use crate::jsone::slugid::slugid;
use serde_json::{Map, Value, json};

/// The keys of a bound action context that the hook's `$let` makes.
pub const BOUND: [&str; 9] = [
    "tasks_for",
    "action",
    "push",
    "repository",
    "parameters",
    "input",
    "taskId",
    "taskGroupId",
    "ownTaskId",
];

/// The key of the repository's URL that an action's scopes are made of: those of a pull request are
/// the scopes of the repository that it is made to.
pub fn scope_url(bound: &Map<String, Value>) -> &'static str {
    match bound.get("tasks_for").and_then(Value::as_str) {
        Some("pr-action") => "base_url",
        _ => "url",
    }
}

/// `action.repo_scope` as `make_hook` of fxci-config's `ciadmin/generate/in_tree_actions.py` makes it;
/// none where the context has no repository with that URL.
pub fn repo_scope(bound: &Map<String, Value>) -> Option<String> {
    let url = bound.get("repository")?.get(scope_url(bound))?.as_str()?;
    let permission = bound.get("action")?.get("action_perm")?.as_str()?;
    let path: String = url.chars().skip(8).collect();
    Some(format!("assume:repo:{path}:action:{permission}"))
}

/// A string that fxci-config writes into the hook as it is: no interpolation.
pub fn escaped(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("${", "$${")),
        other => other,
    }
}

/// The hook's own context for an action, from what the template sees.
pub fn hook_context(bound: &Map<String, Value>) -> Result<Map<String, Value>> {
    let Some(Value::Object(action)) = bound.get("action") else {
        return Err(Error::new("the context of an action has no mapping `action`")
            .help("see `tc-retrigger contexts` for examples"));
    };
    let or_null = |key: &str| bound.get(key).cloned().unwrap_or(Value::Null);
    let mut fields = Map::new();
    for key in ["name", "title", "description", "taskGroupId", "symbol", "cb_name"] {
        fields.insert(key.to_owned(), action.get(key).cloned().unwrap_or(Value::Null));
    }
    let mut decision = Map::from_iter([
        ("action".to_owned(), Value::Object(fields)),
        ("push".to_owned(), or_null("push")),
        ("repository".to_owned(), or_null("repository")),
    ]);
    if let Some(parameters) = bound.get("parameters") {
        decision.insert("parameters".to_owned(), parameters.clone());
    }
    let user = json!({
        "input": or_null("input"),
        "taskId": or_null("taskId"),
        "taskGroupId": or_null("taskGroupId"),
    });
    let mut context: Map<String, Value> = bound
        .iter()
        .filter(|(key, _)| !BOUND.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    context.insert("payload".to_owned(), json!({"decision": decision, "user": user}));
    let own = bound.get("ownTaskId").cloned().unwrap_or_else(|| slugid("own task").into());
    context.insert("taskId".to_owned(), own);
    context.entry("clientId").or_insert_with(|| "tests".into());
    context.entry("firedBy").or_insert_with(|| "triggerHook".into());
    Ok(context)
}

/// What a template sees of a hook's own context.
pub fn bind(mut raw: Map<String, Value>) -> Result<Map<String, Value>> {
    let mut payload = raw.remove("payload").unwrap_or_default();
    let mut take = |pointer: &str| payload.pointer_mut(pointer).map(Value::take);
    let mut action = take("/decision/action").unwrap_or_default();
    let tasks_for = raw.remove("tasks_for").unwrap_or_else(|| "action".into());
    let permission = raw.remove("action_perm").unwrap_or_else(|| "generic".into());
    let Value::Object(fields) = &mut action else {
        return Err(Error::new("the hook's context has no mapping payload.decision.action"));
    };
    fields.insert("action_perm".to_owned(), permission);
    let mut bound = raw;
    if let Some(own) = bound.remove("taskId") {
        bound.insert("ownTaskId".to_owned(), own);
    }
    let pieces = [
        ("push", take("/decision/push")),
        ("parameters", take("/decision/parameters")),
        ("input", take("/user/input")),
        ("taskId", take("/user/taskId")),
        ("taskGroupId", take("/user/taskGroupId")),
        ("tasks_for", Some(tasks_for)),
        ("action", Some(action)),
        ("repository", take("/decision/repository")),
    ];
    for (key, value) in pieces {
        if let Some(value) = value {
            bound.insert(key.to_owned(), value);
        }
    }
    Ok(bound)
}
