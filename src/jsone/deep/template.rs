//! What a template renders to: the crate's `render.rs`, in its order and its words.

use super::evaluate::evaluate;
use super::operators::{self, Language};
use super::parse::parse;
use super::syntax;
use super::value::{Raised, Scope, Value};
use std::collections::BTreeMap;

const LANGUAGE: Language = Language { render: &render, evaluate: &evaluated };

/// Renders a template.
pub fn render(template: &Value, scope: &Scope) -> Result<Value, Raised> {
    match template {
        Value::String(text) => interpolated(text, scope).map(Value::String),
        Value::Array(items) => rendered_list(items, scope).map(Value::Array),
        Value::Object(map) => {
            for (key, value) in map {
                let name = interpolated(key, scope)?;
                if name.starts_with('$') && !name.starts_with("$$") {
                    return operators::apply(key, value, map, scope, &LANGUAGE);
                }
            }
            let mut rendered = BTreeMap::new();
            for (key, value) in map {
                let value = render(value, scope)?;
                if value != Value::Nothing {
                    let key = if key.starts_with("$$") { &key[1..] } else { key };
                    rendered.insert(interpolated(key, scope)?, value);
                }
            }
            Ok(Value::Object(rendered))
        }
        other => Ok(other.clone()),
    }
}

fn rendered_list(items: &[Value], scope: &Scope) -> Result<Vec<Value>, Raised> {
    let rendered = items.iter().map(|item| render(item, scope));
    rendered.filter(|item| !matches!(item, Ok(Value::Nothing))).collect()
}

/// What the whole of a text comes to as an expression.
fn evaluated(text: &str, scope: &Scope) -> Result<Value, Raised> {
    match parse(text) {
        Some((node, "")) => evaluate(&node, scope).map(|value| value.into_owned()),
        Some((_, rest)) => Err(syntax::whole(text, Some(rest))),
        None => Err(syntax::whole(text, None)),
    }
}

/// A text with what its `${…}` come to in their place.
fn interpolated(text: &str, scope: &Scope) -> Result<String, Raised> {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        if let Some(expression) = from.strip_prefix("${") {
            let (node, behind) = parse(expression).ok_or_else(|| syntax::part(expression))?;
            rest = behind.strip_prefix('}').ok_or_else(|| syntax::part(expression))?;
            match evaluate(&node, scope)?.as_ref() {
                Value::Number(number) => out.push_str(&number.to_string()),
                Value::Bool(bool) => out.push_str(&bool.to_string()),
                Value::Null => {}
                Value::String(text) => out.push_str(text),
                _ => {
                    let words = "produced an array or object";
                    return Err(format!("interpolation of '{expression}' {words}"));
                }
            }
        } else {
            out.push('$');
            rest = &from[if from.starts_with("$${") { 2 } else { 1 }..];
        }
    }
    Ok(out + rest)
}
