//! The distinct differences that counterexamples show, each on one line.

use crate::error::plain;
use crate::patch::difference;
use crate::proof::Counterexample;
use serde_json::Value;

/// A difference, and what shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference<'p> {
    /// The first counterexample that shows it.
    pub example: &'p Counterexample,
    /// Where in what is rendered, in words.
    pub at: String,
    /// What must be there and what is, each on one line, long ones cut around their first difference.
    pub values: [String; 2],
    /// How many more contexts show it.
    pub more: usize,
}

/// The distinct differences; each counterexample by itself where `is_each`.
pub fn differences(examples: &[Counterexample], is_each: bool) -> Vec<Difference<'_>> {
    let mut out: Vec<Difference> = Vec::new();
    for example in examples {
        let values = values(&example.old, &example.new);
        let is_same =
            |one: &&mut Difference| one.example.path == example.path && one.values == values;
        match out.iter_mut().find(is_same).filter(|_| !is_each) {
            Some(one) => one.more += 1,
            None => {
                let at = match example.path.steps() {
                    [] => "the whole".to_owned(),
                    _ => example.path.to_string(),
                };
                out.push(Difference { example, at, values, more: 0 });
            }
        }
    }
    out
}

fn values(old: &Value, new: &Value) -> [String; 2] {
    match (old, new) {
        (Value::String(old), Value::String(new)) => difference::quoted(old, new),
        (Value::Null, _) | (_, Value::Null) => [old, new].map(short),
        _ => difference::bare(&old.to_string(), &new.to_string()),
    }
}

/// A value on one line, cut where it is long.
fn short(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        other => cut(&other.to_string(), 160),
    }
}

/// A text's first characters, and that there are more.
pub fn cut(text: &str, most: usize) -> String {
    let text = &*plain(text);
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}… ({} characters)", &text[..at], text.chars().count()),
        None => text.to_owned(),
    }
}
