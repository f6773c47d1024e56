//! The operators of a template: the crate's `render.rs`, in its order and its words.

use super::builtins::shifted;
use super::value::{Raised, Scope, Value, interpreter, operator};
use std::cmp::Ordering;
use std::collections::BTreeMap;

type Object = BTreeMap<String, Value>;

/// What operators are written in.
pub struct Language<'l> {
    /// Renders a template.
    pub render: &'l dyn Fn(&Value, &Scope) -> Result<Value, Raised>,
    /// Evaluates a text.
    pub evaluate: &'l dyn Fn(&str, &Scope) -> Result<Value, Raised>,
}

/// What the crate panics on is told in these words ([`crate::jsone::engine`]).
const PANIC: &str = "the JSON-e engine failed on a value that it cannot compute";

fn wrong<T>(words: &str) -> Result<T, Raised> {
    Err(operator(words))
}

/// Renders the mapping `map`, whose key `name` with `value` is an operator's.
pub fn apply(
    name: &str,
    value: &Value,
    map: &Object,
    scope: &Scope,
    language: &Language,
) -> Result<Value, Raised> {
    let Language { render, evaluate } = language;
    let alone = || only(name, map, |_| false);
    match name {
        "$eval" => {
            alone()?;
            match value {
                Value::String(text) => evaluate(text, scope),
                _ => wrong("$eval must be given a string expression"),
            }
        }
        "$if" => {
            only(name, map, |key| matches!(key, "then" | "else"))?;
            let Value::String(text) = value else {
                return wrong("$if can evaluate string expressions only");
            };
            let branch = if evaluate(text, scope)?.is_true() { "then" } else { "else" };
            map.get(branch).map_or(Ok(Value::Nothing), |branch| render(branch, scope))
        }
        "$let" => {
            only(name, map, |key| key == "in")?;
            let bound = match value {
                Value::Object(_) => render(value, scope)?,
                _ => Value::Null,
            };
            let Value::Object(bound) = bound else { return wrong("$let value must be an object") };
            if !bound.keys().all(|key| is_name(key)) {
                return wrong("top level keys of $let must follow /[a-zA-Z_][a-zA-Z0-9_]*/");
            }
            match map.get("in") {
                Some(inner) => render(inner, &scope.with(bound)),
                None => wrong("$let operator requires an `in` clause"),
            }
        }
        "$json" => {
            alone()?;
            Ok(Value::String(render(value, scope)?.json()?.to_string()))
        }
        "$fromNow" => {
            only(name, map, |key| key == "from")?;
            let reference = match map.get("from") {
                Some(from) => render(from, scope)?,
                None => match scope.get("now").map(|now| now.into_owned()) {
                    Some(now @ Value::String(_)) => now,
                    _ => return wrong("context value `now` must be a string"),
                },
            };
            let Value::String(reference) = reference else {
                return wrong("$fromNow expects a string");
            };
            match render(value, scope)? {
                Value::String(offset) => shifted(&offset, &reference),
                _ => wrong("$fromNow expects a string"),
            }
        }
        "$flatten" | "$flattenDeep" => {
            alone()?;
            let Value::Array(items) = render(value, scope)? else {
                return wrong("$flatten value must evaluate to an array");
            };
            let mut flat = Vec::new();
            items.into_iter().for_each(|item| flatten(item, name == "$flattenDeep", &mut flat));
            Ok(Value::Array(flat))
        }
        "$reverse" => {
            alone()?;
            match render(value, scope)? {
                Value::Array(items) => Ok(Value::Array(items.into_iter().rev().collect())),
                _ => wrong("$reverse value must evaluate to an array"),
            }
        }
        "$merge" | "$mergeDeep" => {
            alone()?;
            let words = format!("{name} value must evaluate to an array of objects");
            let Value::Array(items) = render(value, scope)? else { return wrong(&words) };
            let mut merged = Object::new();
            for item in items {
                let Value::Object(item) = item else { return wrong(&words) };
                merge(&mut merged, item, name == "$mergeDeep");
            }
            Ok(Value::Object(merged))
        }
        "$match" => {
            alone()?;
            let Value::Object(cases) = value else {
                return wrong("$match can evaluate objects only");
            };
            let mut rendered = Vec::new();
            for (condition, value) in cases {
                if is_case(condition, scope, language)? {
                    rendered.push(render(value, scope)?);
                }
            }
            Ok(Value::Array(rendered))
        }
        "$switch" => {
            let Value::Object(cases) = value else {
                return wrong("$switch can evaluate objects only");
            };
            let mut taken = None;
            for (condition, value) in cases.iter().filter(|(text, _)| *text != "$default") {
                if is_case(condition, scope, language)? && taken.replace(value).is_some() {
                    return wrong("$switch can only have one truthy condition");
                }
            }
            let taken = taken.or_else(|| cases.get("$default"));
            taken.map_or(Ok(Value::Nothing), |value| render(value, scope))
        }
        "$map" => mapped(value, map, scope, language),
        "$reduce" => reduced(value, map, scope, language),
        "$find" => found(value, map, scope, language),
        "$sort" => sorted(value, map, scope, language),
        _ => wrong(&format!("$<identifier> is reserved; use $$<identifier> ({name})")),
    }
}

fn is_case(condition: &str, scope: &Scope, language: &Language) -> Result<bool, Raised> {
    match (language.evaluate)(condition, scope) {
        Ok(value) => Ok(value.is_true()),
        Err(_) => wrong("parsing error in condition"),
    }
}

/// Errs where a mapping has keys beside an operator that are not the operator's own.
fn only(name: &str, map: &Object, is_own: impl Fn(&str) -> bool) -> Result<(), Raised> {
    let others = map.keys().map(String::as_str).filter(|key| *key != name && !is_own(key));
    let others: Vec<&str> = others.collect();
    match others.is_empty() {
        true => Ok(()),
        false => wrong(&format!("{name} has undefined properties: {}", others.join(" "))),
    }
}

/// Whether a text is a name.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The names in a key such as `each(x, i)`; none where it is none with so many.
fn names<'k>(key: &'k str, call: &str, wanted: &[usize]) -> Option<Vec<&'k str>> {
    let inside = key.strip_prefix(call)?.strip_suffix(')')?;
    let names = inside.split(',').map(|name| name.trim_start_matches([' ', '\t', '\r', '\n']));
    let names: Vec<&str> = names.collect();
    (wanted.contains(&names.len()) && names.iter().all(|name| is_name(name))).then_some(names)
}

/// The key that is none of `known`, with its value.
fn other<'m>(map: &'m Object, known: &[&str]) -> Option<(&'m str, &'m Value)> {
    map.iter().map(|(k, v)| (k.as_str(), v)).find(|(key, _)| !known.contains(key))
}

fn bound(names: &[&str], values: impl IntoIterator<Item = Value>) -> Object {
    let names = names.iter().map(|name| (*name).to_owned());
    // Of two that are the same, the last one's value counts.
    names.zip(values).collect()
}

fn at(index: usize) -> Value {
    Value::Number(index as f64)
}

fn flatten(item: Value, is_deep: bool, flat: &mut Vec<Value>) {
    match item {
        Value::Array(items) if is_deep => {
            items.into_iter().for_each(|item| flatten(item, true, flat));
        }
        Value::Array(items) => flat.extend(items),
        other => flat.push(other),
    }
}

fn merge(into: &mut Object, more: Object, is_deep: bool) {
    for (key, value) in more {
        match (into.get_mut(&key), value) {
            (Some(Value::Array(items)), Value::Array(more)) if is_deep => items.extend(more),
            (Some(Value::Object(map)), Value::Object(more)) if is_deep => merge(map, more, true),
            (_, value) => drop(into.insert(key, value)),
        }
    }
}

fn mapped(
    value: &Value,
    map: &Object,
    scope: &Scope,
    language: &Language,
) -> Result<Value, Raised> {
    only("$map", map, |key| names(key, "each(", &[1, 2]).is_some())?;
    let each = other(map, &["$map"]).filter(|_| map.len() == 2);
    let Some((key, each)) = each else { return wrong("$map must have exactly two properties") };
    let names = names(key, "each(", &[1, 2]).unwrap_or_default();
    match (language.render)(value, scope)? {
        Value::Array(items) => {
            let mut rendered = Vec::new();
            for (index, item) in items.into_iter().enumerate() {
                let inner = scope.with(bound(&names, [item, at(index)]));
                match (language.render)(each, &inner)? {
                    Value::Nothing => {}
                    value => rendered.push(value),
                }
            }
            Ok(Value::Array(rendered))
        }
        Value::Object(entries) => {
            let mut rendered = Object::new();
            for (key, value) in entries {
                let key = Value::String(key);
                let values = match names.len() {
                    2 => [value, key],
                    _ => {
                        let pair = [("key".to_owned(), key), ("val".to_owned(), value)];
                        [Value::Object(pair.into()), Value::Null]
                    }
                };
                match (language.render)(each, &scope.with(bound(&names, values)))? {
                    Value::Object(more) => rendered.extend(more),
                    _ => return wrong("$map on objects expects each(..) to evaluate to an object"),
                }
            }
            Ok(Value::Object(rendered))
        }
        _ => wrong("$map value must evaluate to an array or object"),
    }
}

fn reduced(
    value: &Value,
    map: &Object,
    scope: &Scope,
    language: &Language,
) -> Result<Value, Raised> {
    let is_each = |key: &str| names(key, "each(", &[2, 3]).is_some();
    only("$reduce", map, |key| key == "initial" || is_each(key))?;
    if map.len() != 3 {
        return wrong("$reduce must have exactly three properties");
    }
    let each = other(map, &["$reduce", "initial"]);
    let items = (language.render)(value, scope)?;
    let (Some((key, each)), Some(initial)) = (each, map.get("initial")) else {
        return Err(PANIC.to_owned());
    };
    let names = names(key, "each(", &[2, 3]).unwrap_or_default();
    let Value::Array(items) = items else {
        return wrong("$reduce value must evaluate to an array");
    };
    let mut gathered = initial.clone();
    for (index, item) in items.into_iter().enumerate() {
        let inner = scope.with(bound(&names, [gathered.clone(), item, at(index)]));
        match (language.render)(each, &inner)? {
            Value::Nothing => {}
            value => gathered = value,
        }
    }
    Ok(gathered)
}

fn found(value: &Value, map: &Object, scope: &Scope, language: &Language) -> Result<Value, Raised> {
    only("$find", map, |key| names(key, "each(", &[1, 2]).is_some())?;
    let each = other(map, &["$find"]).filter(|_| map.len() == 2);
    let Some((key, each)) = each else { return wrong("$find must have exactly two properties") };
    let names = names(key, "each(", &[1, 2]).unwrap_or_default();
    let Value::Array(items) = (language.render)(value, scope)? else {
        return wrong("$find value must be an array");
    };
    for (index, item) in items.iter().enumerate() {
        let inner = scope.with(bound(&names, [item.clone(), at(index)]));
        let Value::String(text) = each else {
            return wrong("$find can evaluate string expressions only");
        };
        if (language.evaluate)(text, &inner)?.is_true() {
            return (language.render)(item, &inner);
        }
    }
    Ok(Value::Nothing)
}

fn sorted(
    value: &Value,
    map: &Object,
    scope: &Scope,
    language: &Language,
) -> Result<Value, Raised> {
    const MIXED: &str = "$sorted values to be sorted must have the same type";
    only("$sort", map, |key| names(key, "by(", &[1]).is_some())?;
    let Value::Array(items) = (language.render)(value, scope)? else { return wrong(MIXED) };
    if items.is_empty() {
        return Ok(Value::Array(items));
    }
    let mut keyed: Vec<(Value, Value)> = match other(map, &["$sort"]) {
        None => items.into_iter().map(|item| (item.clone(), item)).collect(),
        Some(_) if map.len() > 2 => return wrong("only one by(..) is allowed"),
        Some((key, Value::String(text))) => {
            let names = names(key, "by(", &[1]).unwrap_or_default();
            let keyed = items.into_iter().map(|item| {
                let inner = scope.with(bound(&names, [item.clone()]));
                Ok(((language.evaluate)(text, &inner)?, item))
            });
            keyed.collect::<Result<_, Raised>>()?
        }
        Some(_) => {
            return Err(interpreter("invalid expression in $sorted by"));
        }
    };
    let are_all = |is: fn(&Value) -> bool| keyed.iter().all(|(key, _)| is(key));
    let are_numbers = are_all(|key| matches!(key, Value::Number(_)));
    let is_odd = |key: &Value| matches!(key, Value::Number(number) if number.is_nan());
    if are_numbers && keyed.len() > 1 && keyed.iter().any(|(key, _)| is_odd(key)) {
        return Err(PANIC.to_owned());
    }
    if !are_numbers && !are_all(|key| matches!(key, Value::String(_))) {
        return wrong(MIXED);
    }
    keyed.sort_by(|(a, _), (b, _)| match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        _ => Ordering::Equal,
    });
    Ok(Value::Array(keyed.into_iter().map(|(_, item)| item).collect()))
}
