//! What the no-clone task must be: each promise, broken alone, is told with its place.

use serde_json::{Value, json};
use tc_retrigger::jsone::{Context, families, render_value};
use tc_retrigger::patch::Recipe;
use tc_retrigger::proof::contract;

const CONTEXT: &str = "action/widget/retrigger";

/// An action's payload in a context, and the one that the fast path makes of it.
fn payloads(recipe: &Recipe, context: &Context) -> (Value, Value) {
    let old = json!({
        "image": {"type": "task-image", "taskId": "D6CNbGkLTMyLTdZ6ybRCcw", "path": "public/i"},
        "features": {"taskclusterProxy": true, "chainOfTrust": true},
        "env": {
            "ACTION_TASK_GROUP_ID": context.get("action").unwrap()["taskGroupId"],
            "ACTION_TASK_ID": context.get("taskId").unwrap().to_string(),
            "ACTION_INPUT": context.get("input").unwrap().to_string(),
            "ACTION_CALLBACK": context.get("action").unwrap()["cb_name"],
        },
        "maxRunTime": 1800,
        "cache": {"checkouts": "/builds/worker/checkouts"},
        "artifacts": {"public": {"type": "directory", "path": "/builds/worker/artifacts"}},
        "command": ["run-task"],
    });
    let new = render_value(&recipe.value()["then"], &recipe.variables(old.clone())).unwrap();
    (old, new)
}

#[test]
fn each_broken_promise_is_told_with_its_place() {
    let recipe = Recipe::built_in();
    let context = families::find(CONTEXT).expect(CONTEXT);
    let (old, new) = payloads(&recipe, context);
    assert_eq!(contract::check(context, &recipe, &old, &new), []);
    // A change of the new payload, and where it is told.
    let changed = [
        ("/image/path", json!("public/j"), "payload.image"),
        ("/features/chainOfTrust", json!(false), "payload.features"),
        ("/env/MORE", json!("x"), "payload.env"),
        ("/cache", json!({}), "payload.cache"),
        ("/artifacts/more", json!({}), "payload.artifacts"),
        ("/command/2", json!("print(1)\n"), "payload.command"),
        ("/command/3", json!("/elsewhere"), "payload.command"),
        ("/maxRunTime", json!(0), "payload.maxRunTime"),
        ("/maxRunTime", json!("600"), "payload.maxRunTime"),
    ];
    // A change of both payloads: what the worker or the script cannot do with.
    let both = [
        ("/image", json!(""), "payload.image"),
        ("/env/MORE", json!(5), "payload.env"),
        ("/env/ACTION_TASK_GROUP_ID", json!("other"), "payload.env.ACTION_TASK_GROUP_ID"),
        ("/env/ACTION_CALLBACK", json!("rerun"), "payload.env.ACTION_CALLBACK"),
        ("/env/ACTION_INPUT", json!("{\"times\": 7}"), "payload.env.ACTION_INPUT"),
        ("/env/ACTION_INPUT", json!("no JSON"), "payload.env.ACTION_INPUT"),
        ("/env/ACTION_TASK_ID", json!("\"other\""), "payload.env.ACTION_TASK_ID"),
        ("/features/taskclusterProxy", json!(false), "payload.features.taskclusterProxy"),
        ("/features/chainOfTrust", json!("yes"), "payload.features"),
        ("/artifacts/public/type", json!("file"), "payload.artifacts.public.type"),
        ("/artifacts/public/path", json!("public"), "payload.artifacts.public.path"),
    ];
    let set = |value: &Value, pointer: &str, to: &Value| {
        let mut value = value.clone();
        let (around, key) = pointer.rsplit_once('/').unwrap();
        match value.pointer_mut(around).unwrap() {
            Value::Array(items) => items[key.parse::<usize>().unwrap()] = to.clone(),
            around => around[key] = to.clone(),
        }
        value
    };
    let cases = changed
        .iter()
        .map(|(pointer, to, told)| (old.clone(), set(&new, pointer, to), pointer, told))
        .chain(both.iter().map(|(pointer, to, told)| {
            let old = set(&old, pointer, to);
            let new =
                render_value(&recipe.value()["then"], &recipe.variables(old.clone())).unwrap();
            (old, new, pointer, told)
        }));
    for (old, new, pointer, told) in cases {
        let found = contract::check(context, &recipe, &old, &new);
        let places: Vec<String> = found.iter().map(|(path, ..)| path.to_string()).collect();
        assert!(places.iter().any(|place| place == told), "{pointer}: {places:?}, not {told}");
    }
    for key in ["image", "features", "env", "maxRunTime", "artifacts", "command"] {
        let mut without = new.clone();
        without.as_object_mut().unwrap().remove(key);
        let found = contract::check(context, &recipe, &old, &without);
        let is_told = found.iter().any(|(path, ..)| path.to_string().starts_with("payload."));
        assert!(is_told, "without {key}: {found:?}");
    }
}
