//! Where the expressions of a template are.

use crate::jsone::expr;
use crate::template::{Path, Step};
use serde_json::{Map, Value};

/// The role of an expression in its template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `$if: expr`.
    If,
    /// A key of `$switch`, other than `$default`.
    Switch,
    /// A key of `$match`.
    Match,
    /// `$eval: expr`, `each(x): expr` of `$find`, `by(x): expr` of `$sort`.
    Value,
    /// `${expr}` in a string or a key.
    Interpolation,
}

/// The operators of JSON-e (`operators` in its `render.py`, and in `index.js`).
pub const OPERATORS: [&str; 16] = [
    "$eval",
    "$find",
    "$flatten",
    "$flattenDeep",
    "$fromNow",
    "$if",
    "$json",
    "$let",
    "$map",
    "$match",
    "$merge",
    "$mergeDeep",
    "$reduce",
    "$reverse",
    "$sort",
    "$switch",
];

/// The operator of a mapping, if it is one: the key in it that names an operator of JSON-e.
pub fn operator(map: &Map<String, Value>) -> Option<&str> {
    let mut keys = map.keys().filter(|key| key.starts_with('$')).peekable();
    keys.peek()?;
    let at = keys.filter_map(|key| OPERATORS.iter().position(|name| name == key)).min();
    at.map(|at| OPERATORS[at])
}

/// A key beside a mapping's operator that is not the operator's and that an engine ignores all the same,
/// where there is one; others make every engine raise. `checkUndefinedProperties` tells keys apart by the
/// operator's own keys joined by `|`, with a `$` behind the last: JavaScript's asks whether that occurs
/// anywhere in a key, Python's whether a key starts with it.
pub fn stray_key(map: &Map<String, Value>) -> Option<&str> {
    let operator = operator(map)?;
    let own: &[&str] = match operator {
        "$if" => &["then", "else"],
        "$let" => &["in"],
        "$fromNow" => &["from"],
        "$map" | "$find" => &["each("],
        "$reduce" => &["initial", "each("],
        "$sort" => &["by("],
        _ => &[],
    };
    let is_call = |own: &str| own.ends_with('(');
    let is_own = |key: &str| {
        let fits =
            |own: &&str| key == *own || is_call(own) && key.starts_with(own) && key.ends_with(')');
        key == operator || own.iter().any(fits)
    };
    let is_ignored = |key: &str| {
        let all: Vec<&str> = std::iter::once(operator).chain(own.iter().copied()).collect();
        let Some((last, others)) = all.split_last() else { return false };
        others.iter().any(|own| key.contains(own))
            || key.ends_with(last)
            || is_call(last) && key.contains(last)
    };
    let is_stray =
        |key: &&str| !is_own(key) && OPERATORS.iter().all(|name| name != key) && is_ignored(key);
    map.keys().map(String::as_str).find(is_stray)
}

/// Rebuilds a template with each of its expressions replaced by what `replace` makes of it (none
/// keeps it). `replace` gets the path of the value that holds the expression, the expression's
/// role and its text.
pub fn rewrite(
    template: &Value,
    replace: &mut dyn FnMut(&Path, Role, &str) -> Option<String>,
) -> Value {
    Rewriter { replace }.value(template, &mut Path::root())
}

/// Calls `see` for each expression of a template, in the order of [`rewrite`].
pub fn visit(template: &Value, see: &mut dyn FnMut(&Path, Role, &str)) {
    Visitor { see }.value(template, &mut Path::root());
}

/// Calls `see` for the expression of each `${…}` in a string.
pub fn interpolations(text: &str, see: &mut dyn FnMut(&str)) {
    let mut see = |_: &Path, _: Role, expression: &str| see(expression);
    Visitor { see: &mut see }.interpolated(text, &Path::root());
}

/// The first mapping of a template that has a [`stray_key`], and that key.
pub fn stray(template: &Value) -> Option<(Path, String)> {
    fn find(value: &Value, path: &Path) -> Option<(Path, String)> {
        match value {
            Value::Object(map) => match stray_key(map) {
                Some(key) => Some((path.clone(), key.to_owned())),
                None => map.iter().find_map(|(key, value)| find(value, &path.key(key))),
            },
            Value::Array(items) => {
                items.iter().enumerate().find_map(|(at, item)| find(item, &path.index(at)))
            }
            _ => None,
        }
    }
    find(template, &Path::root())
}

/// What an expression under this key is, in a mapping of that operator; none where it is a template.
fn role(operator: Option<&str>, key: &str) -> Option<Role> {
    match operator {
        Some("$if") if key == "$if" => Some(Role::If),
        Some("$eval") if key == "$eval" => Some(Role::Value),
        Some("$find" | "$sort") if !key.starts_with('$') => Some(Role::Value),
        _ => None,
    }
}

/// What the keys of a mapping under this key are, in a mapping of that operator; none where it is a template.
fn role_of_cases(operator: Option<&str>, key: &str) -> Option<Role> {
    match operator {
        Some("$switch") if key == "$switch" => Some(Role::Switch),
        Some("$match") if key == "$match" => Some(Role::Match),
        _ => None,
    }
}

struct Visitor<'f> {
    see: &'f mut dyn FnMut(&Path, Role, &str),
}

impl Visitor<'_> {
    fn value(&mut self, value: &Value, path: &mut Path) {
        match value {
            Value::String(text) => self.interpolated(text, path),
            Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| {
                path.within(Step::Index(at), |path| self.value(item, path));
            }),
            Value::Object(map) => {
                let operator = operator(map);
                for (key, value) in map {
                    path.within(Step::Key(key.clone()), |path| {
                        self.entry(operator, key, value, path)
                    });
                    self.interpolated(key, path);
                }
            }
            _ => {}
        }
    }

    fn entry(&mut self, operator: Option<&str>, key: &str, value: &Value, path: &mut Path) {
        match (value, role(operator, key), role_of_cases(operator, key)) {
            (Value::String(text), Some(role), _) => (self.see)(path, role, text),
            (Value::Object(cases), _, Some(role)) => {
                for (condition, value) in cases {
                    path.within(Step::Key(condition.clone()), |path| {
                        if role != Role::Switch || condition != "$default" {
                            (self.see)(path, role, condition);
                        }
                        self.value(value, path);
                    });
                }
            }
            (value, ..) => self.value(value, path),
        }
    }

    fn interpolated(&mut self, text: &str, path: &Path) {
        let mut see = |expression: &str| {
            (self.see)(path, Role::Interpolation, expression);
            None
        };
        if text.contains("${") {
            interpolated(text, &mut see);
        }
    }
}

struct Rewriter<'f> {
    replace: &'f mut dyn FnMut(&Path, Role, &str) -> Option<String>,
}

impl Rewriter<'_> {
    fn value(&mut self, value: &Value, path: &mut Path) -> Value {
        match value {
            Value::String(text) => Value::String(self.interpolated(text, path)),
            Value::Array(items) => {
                let item = |(at, item)| path.within(Step::Index(at), |path| self.value(item, path));
                Value::Array(items.iter().enumerate().map(item).collect())
            }
            Value::Object(map) => {
                let operator = operator(map);
                let mut out = Map::new();
                for (key, value) in map {
                    let value = path.within(Step::Key(key.clone()), |path| {
                        self.entry(operator, key, value, path)
                    });
                    out.insert(self.interpolated(key, path), value);
                }
                Value::Object(out)
            }
            other => other.clone(),
        }
    }

    fn entry(
        &mut self,
        operator: Option<&str>,
        key: &str,
        value: &Value,
        path: &mut Path,
    ) -> Value {
        match (value, role(operator, key), role_of_cases(operator, key)) {
            (Value::String(text), Some(role), _) => {
                Value::String((self.replace)(path, role, text).unwrap_or_else(|| text.clone()))
            }
            (Value::Object(cases), _, Some(role)) => {
                let mut out = Map::new();
                for (condition, value) in cases {
                    let case = path.within(Step::Key(condition.clone()), |path| {
                        let new = match role == Role::Switch && condition == "$default" {
                            true => None,
                            false => (self.replace)(path, role, condition),
                        };
                        (new.unwrap_or_else(|| condition.clone()), self.value(value, path))
                    });
                    out.extend([case]);
                }
                Value::Object(out)
            }
            (value, ..) => self.value(value, path),
        }
    }

    fn interpolated(&mut self, text: &str, path: &Path) -> String {
        match text.contains("${") {
            true => interpolated(text, &mut |expression| {
                (self.replace)(path, Role::Interpolation, expression)
            }),
            false => text.to_owned(),
        }
    }
}

/// A string with the expressions of its `${…}` replaced; `$${` is an escape.
fn interpolated(text: &str, replace: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let start = at + 2;
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        if out.ends_with("$${") {
            continue;
        }
        let (_, end) = expr::tokens(rest);
        let expression = &rest[..end];
        match replace(expression) {
            Some(new) => out.push_str(&new),
            None => out.push_str(expression),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_expression_is_seen_once() {
        let template = json!({
            "a": "x ${b} $${no} ${c['}']}",
            "${k}": [{"$if": "i", "then": {"$eval": "e"}, "else": "$no"}],
            "s": {"$switch": {"p": "${q}", "$default": 1}},
            "m": {"$match": {"r": 1}},
            "f": {"$find": ["${l}"], "each(x)": "x == 1"},
            "o": {"$sort": {"$eval": "n"}, "by(x)": "x"},
        });
        let mut seen = Vec::new();
        visit(&template, &mut |_, role, text| seen.push(format!("{role:?} {text}")));
        seen.sort();
        let mut wanted = [
            "Interpolation b",
            "Interpolation c['}']",
            "Interpolation k",
            "Interpolation l",
            "Interpolation q",
            "If i",
            "Value e",
            "Switch p",
            "Match r",
            "Value x == 1",
            "Value n",
            "Value x",
        ];
        wanted.sort();
        assert_eq!(seen, wanted);
    }
}
