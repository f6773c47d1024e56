//! Where the expressions of a template are.

use crate::jsone::expr;
use crate::template::Path;
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
    OPERATORS.into_iter().find(|name| map.contains_key(*name))
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
    Rewriter { replace }.value(template, &Path::root())
}

/// Calls `see` for each expression of a template, as [`rewrite`].
pub fn visit(template: &Value, see: &mut dyn FnMut(&Path, Role, &str)) {
    rewrite(template, &mut |path, role, text| {
        see(path, role, text);
        None
    });
}

/// Calls `see` for the expression of each `${…}` in a string.
pub fn interpolations(text: &str, see: &mut dyn FnMut(&str)) {
    visit(&Value::String(text.to_owned()), &mut |_, _, expression| see(expression));
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

struct Rewriter<'f> {
    replace: &'f mut dyn FnMut(&Path, Role, &str) -> Option<String>,
}

impl Rewriter<'_> {
    fn value(&mut self, value: &Value, path: &Path) -> Value {
        match value {
            Value::String(text) => Value::String(self.interpolated(text, path)),
            Value::Array(items) => Value::Array(
                items.iter().enumerate().map(|(at, v)| self.value(v, &path.index(at))).collect(),
            ),
            Value::Object(map) => {
                let operator = operator(map).map(str::to_owned);
                let mut out = Map::new();
                for (key, value) in map {
                    let inside = path.key(key);
                    let value = match (operator.as_deref(), value) {
                        (Some("$if"), Value::String(text)) if key == "$if" => {
                            self.expression(text, &inside, Role::If)
                        }
                        (Some("$eval"), Value::String(text)) if key == "$eval" => {
                            self.expression(text, &inside, Role::Value)
                        }
                        (Some("$find" | "$sort"), Value::String(text)) if !key.starts_with('$') => {
                            self.expression(text, &inside, Role::Value)
                        }
                        (Some("$switch"), Value::Object(cases)) if key == "$switch" => {
                            self.cases(cases, &inside, Role::Switch)
                        }
                        (Some("$match"), Value::Object(cases)) if key == "$match" => {
                            self.cases(cases, &inside, Role::Match)
                        }
                        _ => self.value(value, &inside),
                    };
                    out.insert(self.interpolated(key, path), value);
                }
                Value::Object(out)
            }
            other => other.clone(),
        }
    }

    fn expression(&mut self, text: &str, path: &Path, role: Role) -> Value {
        Value::String((self.replace)(path, role, text).unwrap_or_else(|| text.to_owned()))
    }

    fn cases(&mut self, cases: &Map<String, Value>, path: &Path, role: Role) -> Value {
        let mut out = Map::new();
        for (condition, value) in cases {
            let inside = path.key(condition);
            let new = if role == Role::Switch && condition == "$default" {
                None
            } else {
                (self.replace)(&inside, role, condition)
            };
            let value = self.value(value, &inside);
            out.insert(new.unwrap_or_else(|| condition.clone()), value);
        }
        Value::Object(out)
    }

    /// A string with the expressions of its `${…}` replaced; `$${` is an escape.
    fn interpolated(&mut self, text: &str, path: &Path) -> String {
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
            match (self.replace)(path, Role::Interpolation, expression) {
                Some(new) => out.push_str(&new),
                None => out.push_str(expression),
            }
            rest = &rest[end..];
        }
        out.push_str(rest);
        out
    }
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
