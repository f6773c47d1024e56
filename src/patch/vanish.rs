//! Templates that may render to nothing, so that their key or item is left out.

use crate::jsone::walk::operator;
use serde_json::Value;

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
