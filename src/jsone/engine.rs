//! The engine itself: json-e stays inside this file.

use serde_json::{Value, json};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The time of every render whose context names no other.
pub const NOW: &str = "2026-01-01T00:00:00.000Z";

/// What a template renders to, or the engine's own message where it raises.
pub type Rendered = std::result::Result<Value, String>;

thread_local! {
    static RENDERING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside of the engine: a panic there is told as a render's error.
pub fn is_rendering() -> bool {
    RENDERING.get()
}

/// Renders any template value with any mapping as context; the engine's own rules for `now`.
pub fn render(template: &Value, context: &Value) -> Rendered {
    RENDERING.set(true);
    // The engine panics on some inputs, such as a `$fromNow` that leaves the calendar.
    let rendered = catch_unwind(AssertUnwindSafe(|| json_e::render(template, context)));
    RENDERING.set(false);
    match rendered {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(err)) => Err(err.to_string()),
        Err(_) => Err("the JSON-e engine failed on a value that it cannot compute".to_owned()),
    }
}

/// The template at a time: the engine sets `now` itself, from the clock; an inner `$let` overrides
/// that.
pub(super) fn at(now: &str, template: Value) -> Value {
    let mut timed = json!({"$let": {"now": now.replace("${", "$${")}});
    timed["in"] = template;
    timed
}
