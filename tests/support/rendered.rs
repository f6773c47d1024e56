//! The task that an action's hook makes of a patched example, as the library renders it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tc_retrigger::jsone::{Context, Renderer, families};
use tc_retrigger::patch::{Patch, Recipe};
use tc_retrigger::template::{Template, Text};

use super::run::Press;
use super::world::REVISION;

/// Where the script goes in the tree, with the recipe that has it there.
pub const SCRIPT: &str = "taskcluster/scripts/retrigger.py";

/// The patched example, made once in a process.
fn patched(example: &str, recipe: &str) -> Arc<Renderer> {
    static DONE: Mutex<BTreeMap<String, Arc<Renderer>>> = Mutex::new(BTreeMap::new());
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    let name = format!("{example} {recipe}");
    if let Some(renderer) = done.get(&name) {
        return renderer.clone();
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(format!("{example}.taskcluster.yml"));
    let text = std::fs::read_to_string(path).expect("an example");
    let template = Template::parse(Text::new(text)).expect("a template");
    let recipe = Recipe::named(recipe).expect("a recipe").at(SCRIPT).expect("a path");
    let patch = Patch::plan(&template, &recipe, families::contexts()).expect("a patch");
    let renderer = Arc::new(Renderer::new(&patch.after));
    done.insert(name, renderer.clone());
    renderer
}

/// The whole task that comes out for this press.
pub fn task(press: &Press) -> Value {
    let permission =
        if press.callback == "retrigger-decision" { "retrigger-decision" } else { "generic" };
    let context = json!({
        "tasks_for": "action",
        "action": {
            "name": "retrigger", "title": "Retrigger", "description": "Create a clone of the task.",
            "symbol": "rt", "taskGroupId": press.group_id, "cb_name": press.callback,
            "repo_scope": format!("assume:repo:hg.example.com/try:action:{permission}"),
            "action_perm": permission,
        },
        "push": {
            "owner": "dev@example.com", "pushlog_id": "77", "revision": REVISION,
            "base_revision": REVISION, "branch": "main", "base_branch": "main",
        },
        "repository": {
            "url": "https://hg.example.com/try", "base_url": "https://hg.example.com/try",
            "project": "try", "level": "1",
        },
        "parameters": {"repository_type": "hg"},
        "input": press.input, "taskId": press.task_id, "taskGroupId": press.group_id,
        "ownTaskId": press.action_id, "clientId": "mozilla-auth0/dev",
    });
    let context = Context::new("press", context).expect("a context");
    patched(press.example, press.recipe).render(&context).expect("it renders")
}

/// Its payload, where the guard takes this press; None where today's path stays.
pub fn payload(press: &Press) -> Option<Value> {
    let payload = task(press)["payload"].clone();
    if payload["command"][0] != "python3" {
        return None;
    }
    let more = if press.recipe == "retrigger" { 0 } else { 2 };
    assert_eq!(
        payload["command"].as_array().map(Vec::len),
        Some(4 + more),
        "python3 -c script folder"
    );
    assert_eq!(payload["command"][3], payload["artifacts"]["public"]["path"]);
    Some(payload)
}
