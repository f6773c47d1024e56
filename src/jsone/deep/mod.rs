//! Templates with expressions that json-e's crate is too slow for, rendered here.
//!
//! The crate's parser takes twice as long for each level of brackets, and its parser and evaluator recurse
//! along rows of operators: a template with an expression in 30 brackets, or of a thousand operands, never
//! gets there, where production's engines take both in a millisecond. The crate evaluates no expressions
//! by themselves and takes no functions, so that such an expression cannot be handed to it in pieces: what
//! a condition of `$switch`, or one inside of `$map`, comes to hangs on names that only a render knows. So
//! a template that has one is rendered here as a whole: its expressions are read once, character by
//! character (`parse`), with the crate's grammar, order of evaluation and words. All other templates go to
//! the crate as they are. `tests/deep.rs` holds the two against each other, and both against production's.

mod builtins;
mod evaluate;
mod operators;
mod parse;
mod syntax;
mod template;
mod value;

use crate::jsone::engine::{self, Rendered};
use crate::jsone::walk;
use serde_json::{Value as Json, json};
use value::{Scope, Value, entries, operator};

/// Renders any template value with any mapping as context, by the crate or, where an expression in it is
/// too deep or too long for that, here; the crate's own rules for `now`.
pub fn render_value(template: &Json, context: &Json) -> Rendered {
    match is_deep(template) {
        true => render(template, context),
        false => engine::render(template, context),
    }
}

/// Whether a template has an expression that the crate is too slow for.
pub fn is_deep(template: &Json) -> bool {
    match template {
        Json::String(text) => has_deep(text),
        Json::Array(items) => items.iter().any(is_deep),
        Json::Object(map) => map.iter().any(|(key, value)| {
            let is_expression = matches!(key.as_str(), "$if" | "$eval")
                || key.starts_with("each(")
                || key.starts_with("by(");
            has_deep(key)
                || match value {
                    Json::String(text) if is_expression => has_deep(text) || syntax::is_deep(text),
                    Json::Object(cases) if matches!(key.as_str(), "$switch" | "$match") => {
                        cases.keys().any(|text| syntax::is_deep(text)) || is_deep(value)
                    }
                    value => is_deep(value),
                }
        }),
        _ => false,
    }
}

/// Whether a text has a `${…}` with such an expression.
fn has_deep(text: &str) -> bool {
    let mut found = false;
    if syntax::may_be_deep(text) && text.contains("${") {
        walk::interpolations(text, &mut |expression| found |= syntax::is_deep(expression));
    }
    found
}

/// Renders here what [`render_value`] renders.
pub fn render(template: &Json, context: &Json) -> Rendered {
    let Json::Object(names) = context else { return Err("Context is not an Object".to_owned()) };
    if !names.keys().all(|name| operators::is_name(name)) {
        let words = "top level keys of context must follow /[a-zA-Z_][a-zA-Z0-9_]";
        return Err(operator(words));
    }
    let now = engine::render(&json!({"$eval": "now"}), &json!({}))?;
    let context = Scope { names: entries(names), outer: None };
    let scope = context.with([("now".to_owned(), Value::from(&now))]);
    template::render(&template.into(), &scope)?.json()
}
