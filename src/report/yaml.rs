//! A value as YAML that all of production's loaders read alike.

use crate::template::{Template, Text, value};
use serde_json::{Map, Value, json};

/// Writes a value as YAML, so that PyYAML and js-yaml read the same value again, in all versions.
///
/// The library writes for the reader that it brings, and leaves bare what others take for a date, a
/// boolean or a number (`2026-01-01`, `yes`, `1:30`), or for the end of a line. Such a string stands
/// in double quotes.
pub fn write(value: &Value) -> String {
    let all = value.to_string();
    let mut quotes = Quotes { mark: "quoted".to_owned(), texts: Vec::new() };
    while all.contains(&quotes.mark) {
        quotes.mark.push('-');
    }
    let written = value::write(&quotes.take(value));
    let mut pieces = written.split(&quotes.mark);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (number, rest) = piece.split_at(piece.find('x').unwrap_or(piece.len()));
        out += number.parse().ok().and_then(|at: usize| quotes.texts.get(at)).map_or("", |t| t);
        out += rest.trim_start_matches('x');
    }
    out
}

/// Strings that must stand in quotes, and the mark of what stands for them until they do.
struct Quotes {
    mark: String,
    texts: Vec<String>,
}

impl Quotes {
    fn take(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.take_text(text)),
            Value::Array(items) => items.iter().map(|item| self.take(item)).collect(),
            Value::Object(entries) => {
                let entry =
                    |(key, value): (&String, &Value)| (self.take_text(key), self.take(value));
                Value::Object(entries.iter().map(entry).collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }

    fn take_text(&mut self, text: &str) -> String {
        if is_read_alike(text) {
            return text.to_owned();
        }
        let quoted = quoted(text);
        // As long as what it stands for: a long key is written otherwise than a short one.
        let filler = "x".repeat(quoted.len().max(1));
        self.texts.push(quoted);
        format!("{}{}{filler}", self.mark, self.texts.len() - 1)
    }
}

/// Whether the library writes a string so that all loaders read it again.
fn is_read_alike(text: &str) -> bool {
    let written = value::write(&json!({"key": text, "next": 1}));
    let template = Template::parse(Text::new(written));
    template.is_ok_and(|template| template.ambiguities().next().is_none())
}

/// A string as in JSON, with what YAML does not print (section 5.1 of its specification), and the
/// line breaks that only some versions know, escaped.
fn quoted(text: &str) -> String {
    let escape = |c: char| match c {
        '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
            format!("\\u{:04x}", u32::from(c))
        }
        other => other.to_string(),
    };
    Value::from(text).to_string().chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_loader_would_read_otherwise_stands_in_quotes() {
        let cases = [
            (json!("a"), "a\n"),
            (json!(1), "1\n"),
            (json!("1"), "'1'\n"),
            (json!("2026-01-01T00:00:00.000Z"), "\"2026-01-01T00:00:00.000Z\"\n"),
            (json!(["yes", "1:30", "=", "<<"]), "- \"yes\"\n- \"1:30\"\n- \"=\"\n- \"<<\"\n"),
            (json!({"on": {"quoted": "off"}}), "\"on\":\n  quoted: \"off\"\n"),
            (json!("a\u{2028}b\""), "\"a\\u2028b\\\"\"\n"),
            (json!("a\nb\n"), "|\n  a\n  b\n"),
        ];
        for (value, wanted) in cases {
            assert_eq!(write(&value), wanted, "{value}");
        }
    }

    #[test]
    fn a_long_key_is_a_key() {
        let value = json!({"\u{2028}".repeat(200): 1});
        let text = write(&value);
        assert!(text.starts_with("? \""), "{text}");
        assert_eq!(value::parse(&Text::new(text)).unwrap(), value);
    }
}
