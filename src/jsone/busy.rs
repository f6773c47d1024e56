//! What this process is at, for whoever has to say why it takes so long.
//!
//! One for the process: what is bounded is done in a process of its own, by one thread.

use crate::template::Path;
use serde_json::Value;
use std::sync::{Mutex, MutexGuard};

/// How much of a part of the template is told.
const LONGEST: usize = 60;

/// What the process is at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Busy {
    /// The step of the work.
    step: &'static str,
    /// The context that is rendered.
    context: Option<String>,
    /// The part of the template that the engine has: an expression, or JSON.
    part: Option<String>,
}

static BUSY: Mutex<Option<Busy>> = Mutex::new(None);

fn lock() -> MutexGuard<'static, Option<Busy>> {
    BUSY.lock().unwrap_or_else(|broken| broken.into_inner())
}

/// Puts in what was made before: a thread that stands still for want of memory must not have the lock.
fn put(change: impl FnOnce(&mut Busy)) {
    if let Some(busy) = lock().as_mut() {
        change(busy);
    }
}

/// Notes a step of the work, in words that go on from "while".
pub fn step(step: &'static str) {
    let old = lock().replace(Busy { step, context: None, part: None });
    drop(old);
}

/// Notes the context that is rendered.
pub fn context(name: &str) {
    let mut name = Some(name.to_owned());
    put(|busy| std::mem::swap(&mut busy.context, &mut name));
}

/// Does `work`, which is on this part of the template: an expression, or JSON, in a list of its own or not.
pub fn at<T>(text: &str, work: impl FnOnce() -> T) -> T {
    let mut text = Some(text.to_owned());
    put(|busy| std::mem::swap(&mut busy.part, &mut text));
    let done = work();
    put(|busy| std::mem::swap(&mut busy.part, &mut text));
    done
}

/// What the process is at; none where it has not come as far as to a first step, or cannot tell.
pub fn now() -> Option<Busy> {
    BUSY.try_lock().ok()?.clone()
}

impl Busy {
    /// In words, on one line.
    pub fn told(&self) -> String {
        let part = self.text().map(|text| {
            let mut short: String = text.chars().take(LONGEST).collect();
            if short.len() < text.len() {
                short.push('…');
            }
            format!(", at `{short}`")
        });
        let context = self.context.as_ref().map(|name| format!(" in context {name}"));
        [self.step, &part.unwrap_or_default(), &context.unwrap_or_default()].concat()
    }

    /// Where in a document the part stands that the engine has; none where it is none of its parts. Of
    /// several that are the same, the first.
    pub fn path(&self, document: &Value) -> Option<Path> {
        let text = self.text()?;
        let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        find(document, &value, &Path::root())
    }

    /// The expression that the engine has, or the JSON where it has more.
    fn text(&self) -> Option<String> {
        let text = self.part.as_ref()?;
        let Ok(value) = serde_json::from_str::<Value>(text) else { return Some(text.clone()) };
        let part = match &value {
            Value::Array(items) if items.len() == 1 => &items[0],
            other => other,
        };
        let only = |key: &str| part.get(key).filter(|_| part.get("in").is_none());
        let condition = only("$eval").or(only("$if")).and_then(Value::as_str);
        let case = only("$switch").and_then(Value::as_object);
        let case = case.and_then(|cases| cases.keys().find(|key| *key != "$default"));
        let is_asked = part.get("then") == Some(&true.into()) || part.get("$eval").is_some();
        match (condition.filter(|_| is_asked), case) {
            (Some(text), _) => Some(text.to_owned()),
            (_, Some(text)) => Some(text.clone()),
            _ => Some(part.to_string()),
        }
    }
}

fn find(value: &Value, wanted: &Value, path: &Path) -> Option<Path> {
    if value == wanted {
        return Some(path.clone());
    }
    match value {
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(at, item)| find(item, wanted, &path.index(at)))
        }
        Value::Object(map) => map.iter().find_map(|(key, value)| {
            let inside = path.key(key);
            let is_key = wanted.as_str() == Some(key);
            if is_key { Some(inside) } else { find(value, wanted, &inside) }
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_engine_has_is_told_and_found() {
        let document = json!({
            "a": {"$eval": "f(x)"}, "b": [{"$map": [1], "each(y)": 2}, "${g(x)}"],
            "c": {"$switch": {"x == 1": 3}}, "d": {"$if": "x == 2", "then": 4},
        });
        let cases = [
            (r#"[{"$eval":"f(x)"}]"#, "f(x)", "a.$eval"),
            ("f(x)", "f(x)", "a.$eval"),
            (r#"[{"$map":[1],"each(y)":2}]"#, r#"{"$map":[1],"each(y)":2}"#, "b[0]"),
            (r#"["${g(x)}"]"#, r#""${g(x)}""#, "b[1]"),
            (
                r#"[{"$switch":{"$default":false,"x == 1":true}}]"#,
                "x == 1",
                r#"c.$switch["x == 1"]"#,
            ),
            (r#"[{"$if":"x == 2","then":true,"else":false}]"#, "x == 2", "d.$if"),
        ];
        for (part, told, path) in cases {
            let busy = Busy { step: "rendering", context: None, part: Some(part.to_owned()) };
            assert_eq!(busy.told(), format!("rendering, at `{told}`"));
            let found = busy.path(&document).map(|path| path.to_string());
            assert_eq!(found.as_deref(), Some(path), "{part}");
        }
        let elsewhere = Busy { step: "", context: None, part: Some("h(x)".to_owned()) };
        assert_eq!(elsewhere.path(&document), None);
    }
}
