//! What of a template this program cannot take, where production's engines may.

use crate::jsone::{expr, walk};
use crate::template::Path;
use serde_json::Value;

/// Levels of brackets, and of prefix operators one behind another, that an expression may have: what reads
/// and evaluates it recurses along them. Python's engine takes 88 to 97 before its interpreter's limit of
/// 1,000 frames, JavaScript's more than 500 (measured with json-e 4.8.4); real expressions have 4.
pub const DEEPEST_BRACKETS: usize = 64;

/// Tokens that an expression may have. Python's engine takes 494 operands joined by `||`, JavaScript's
/// 5,000 (measured); one such as `a.b["c"] == "x" ||` has 9 tokens.
pub const MOST_TOKENS: usize = 16_000;

/// What of a template this program cannot take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Where it is.
    pub path: Path,
    /// Whether it is the key at that path, not the value.
    pub is_key: bool,
    /// Why.
    pub why: String,
}

/// The first part of a document that this program cannot take: no render of such a document is attempted.
pub fn limit(document: &Value) -> Option<Limit> {
    let mut limit = None;
    walk::visit(document, &mut |path, _, text| {
        let (tokens, end) = expr::tokens(text);
        let (length, depth) = (tokens.len(), expr::depth(text, &tokens));
        let why = if length > MOST_TOKENS {
            format!("the expression has {length} tokens, and this program takes {MOST_TOKENS}")
        } else if depth > DEEPEST_BRACKETS {
            format!(
                "the expression is nested {depth} levels deep, and this program takes \
                 {DEEPEST_BRACKETS}"
            )
        } else if expr::has_odd_space(text, &tokens, end) {
            "the expression has white space that this program's engine does not know".to_owned()
        } else {
            return;
        };
        let is_key = !path.find(document).is_some_and(Value::is_string);
        limit.get_or_insert_with(|| Limit { path: path.clone(), is_key, why });
    });
    limit.or_else(|| has_odd_key(document).then(|| odd_key(document, &Path::root())).flatten())
}

/// Whether the Rust engine takes a key for an operator and production for a key like any other: `$${…}`, of
/// which production takes off the first `$`, and `$` with something behind it that is no name (`updated`
/// in json-e's `render.py`).
fn is_odd(key: &str) -> bool {
    let Some(rest) = key.strip_prefix('$').filter(|rest| !rest.starts_with(['{', '$'])) else {
        return key.starts_with("$${");
    };
    !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        || !rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether there is such a key, be it a condition: most templates have none, and need no paths.
fn has_odd_key(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| is_odd(key) || has_odd_key(value)),
        Value::Array(items) => items.iter().any(has_odd_key),
        _ => false,
    }
}

/// The first such key.
fn odd_key(value: &Value, path: &Path) -> Option<Limit> {
    match value {
        Value::Object(map) => map.iter().find_map(|(key, value)| {
            let inside = path.key(key);
            // A condition is no key.
            if is_odd(key) && path.last_key().is_none_or(|key| !matches!(key, "$switch" | "$match"))
            {
                let why = format!("this program's engine cannot take the key {key}");
                return Some(Limit { path: inside, is_key: true, why });
            }
            odd_key(value, &inside)
        }),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(at, item)| odd_key(item, &path.index(at)))
        }
        _ => None,
    }
}
