//! What production's engines say about an old and a new template.

use serde_json::json;
use tc_retrigger::jsone::Context;
use tc_retrigger::patch::{Recipe, retrigger};

use super::driver::{Outcome, agree};

/// Whether a patch may turn what Python's engine makes of the old template into what it makes of
/// the new one: nothing changes, or a retrigger that needs no clone takes the fast path.
pub fn may_become(context: &Context, old: &Outcome, new: &Outcome, recipe: &Recipe) -> bool {
    alike(old, new) || (retrigger::needs_no_clone(context) && takes_the_fast_path(old, new, recipe))
}

/// Whether Python's engine made the same of two templates, be it the same error; where in the
/// template that came up does not count, since the fast path is in its path.
pub fn alike(a: &Outcome, b: &Outcome) -> bool {
    fn message(error: &str) -> &str {
        let path = error.split_once(" at template").and_then(|(_, path)| path.split_once(": "));
        path.map_or(error, |(_, message)| message)
    }
    match (a, b) {
        (Err(a), Err(b)) => message(a) == message(b),
        _ => agree(a, b),
    }
}

/// Whether the new task is the old one with the no-clone payload that the fast path promises of it.
pub fn takes_the_fast_path(old: &Outcome, new: &Outcome, recipe: &Recipe) -> bool {
    let (Ok(old), Ok(new)) = (old, new) else { return false };
    let (mut wanted, payload) = (old.clone(), &old["payload"]);
    let public = &payload["artifacts"]["public"];
    wanted["payload"] = json!({
        "image": payload["image"],
        "features": payload["features"],
        "env": payload["env"],
        "maxRunTime": recipe.value()["then"]["maxRunTime"],
        "artifacts": {"public": public},
        "command": ["python3", "-c", recipe.script(), public["path"]],
    });
    agree(&Ok(wanted), &Ok(new.clone()))
}
