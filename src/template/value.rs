//! Reads a template's value. The only module that knows `serde_yaml`, so that it can be
//! exchanged: that crate is no longer developed, and reads real templates exactly as PyYAML does.

use super::text::Text;
use crate::error::{Error, Place, Result};
use serde_json::{Map, Number, Value};
use serde_yaml::Value as Yaml;

/// Parses YAML into the value that JSON-e gets to see, merge keys (`<<`) applied.
///
/// Errs, with the place where that is known, on what production's loaders refuse too (bad syntax,
/// keys that are collections, tags without a meaning in JSON) and on duplicate keys, which PyYAML
/// lets pass and js-yaml does not.
pub fn parse(text: &Text) -> Result<Value> {
    let (content, _) = text.without_bom();
    let mut yaml: Yaml = serde_yaml::from_str(content).map_err(|err| explain(&err, text))?;
    yaml.apply_merge()
        .map_err(|err| Error::new(format!("a merge key (`<<`) cannot be applied: {err}")))?;
    to_json(yaml)
}

/// What a plain scalar is by itself; none where that has no form in JSON.
pub fn scalar(text: &str) -> Option<Value> {
    // These are no documents with something else in them: a line break is left of an empty line, and
    // the signs were none where the scalar stands.
    let is_string = text.contains('\n')
        || text.contains(": ")
        || text.ends_with(':')
        || text == "-"
        || ["- ", "---", "..."].iter().any(|start| text.starts_with(start));
    if is_string || is_plainly_a_string(text) {
        return Some(Value::String(text.to_owned()));
    }
    serde_yaml::from_str::<Yaml>(text).ok().and_then(|yaml| to_json(yaml).ok())
}

/// Whether a text cannot be anything else: each of the other types' forms starts with another character
/// or has five at most.
fn is_plainly_a_string(text: &str) -> bool {
    const LONGEST_WORD: usize = "false".len();
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || b"_-./".contains(&c);
    text.len() > LONGEST_WORD
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(is_plain)
}

/// Whether two values are the same to the last bit: for `==`, `-0.0` is `0.0`.
pub fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => a == b && a.to_string() == b.to_string(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| is_same(a, b)))
        }
        _ => one == other,
    }
}

/// Writes a value as YAML.
pub fn write(value: &Value) -> String {
    serde_yaml::to_string(value).unwrap_or_else(|err| unreachable!("JSON is YAML: {err}"))
}

fn explain(err: &serde_yaml::Error, text: &Text) -> Error {
    let message = err.to_string();
    let error = if message.contains("recursion limit exceeded") {
        Error::new("the file is nested too deeply").help("this program cannot read it")
    } else if message.contains("more than one document") {
        Error::new("the file holds more than one YAML document").help("keep one")
    } else if message.contains("duplicate entry") {
        Error::new(format!("a key stands twice: {}", without_place(&message)))
            .help("js-yaml, which production uses, refuses the file: keep one")
    } else {
        Error::new(format!("the YAML cannot be read: {}", without_place(&message))).help(MAY)
    };
    match err.location() {
        Some(at) => error.at(Place { line: at.line().max(1), column: at.column().max(1) }),
        // An empty key path and no place: the end of the input.
        None if message.contains("EndOfStream") => error.at(text.place(text.as_str().len())),
        None => error,
    }
}

/// What can be said of a file that only this program's readers are known to refuse.
pub const MAY: &str =
    "production's loaders may, but this program cannot read it: write it otherwise";

/// The message without `at line 5 column 7`, which the error tells in front.
fn without_place(message: &str) -> &str {
    message.split(" at line ").next().unwrap_or(message)
}

fn to_json(yaml: Yaml) -> Result<Value> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(bool) => Value::Bool(bool),
        Yaml::String(string) => Value::String(string),
        Yaml::Number(number) => Value::Number(to_json_number(&number)?),
        Yaml::Sequence(items) => {
            Value::Array(items.into_iter().map(to_json).collect::<Result<_>>()?)
        }
        Yaml::Mapping(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let key = to_key(key)?;
                if map.insert(key.clone(), to_json(value)?).is_some() {
                    return Err(Error::new(format!("the key {key:?} stands twice"))
                        .help("keep one; JSON's keys are strings, so 1 and \"1\" are the same"));
                }
            }
            Value::Object(map)
        }
        Yaml::Tagged(tagged) => {
            return Err(Error::new(format!("the tag {} has no meaning in JSON", tagged.tag)));
        }
    })
}

fn to_json_number(number: &serde_yaml::Number) -> Result<Number> {
    if let Some(int) = number.as_u64() {
        Ok(int.into())
    } else if let Some(int) = number.as_i64() {
        Ok(int.into())
    } else {
        number
            .as_f64()
            .and_then(Number::from_f64)
            .ok_or_else(|| Error::new(format!("the number {number} has no form in JSON")))
    }
}

fn to_key(key: Yaml) -> Result<String> {
    Ok(match key {
        Yaml::String(string) => string,
        Yaml::Bool(bool) => bool.to_string(),
        Yaml::Number(number) => number.to_string(),
        Yaml::Null => "null".to_owned(),
        Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => {
            return Err(Error::new("a key is a collection").help("keys must be strings"));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plain_scalars_are_what_they_are_by_themselves() {
        let cases = [
            ("5", Some(json!(5))),
            ("a", Some(json!("a"))),
            ("~", Some(json!(null))),
            ("...", Some(json!("..."))),
            ("--- d", Some(json!("--- d"))),
            ("---", Some(json!("---"))),
            ("else:", Some(json!("else:"))),
            ("-", Some(json!("-"))),
            ("- a", Some(json!("- a"))),
            ("--", Some(json!("--"))),
            ("false", Some(json!(false))),
            ("falsely", Some(json!("falsely"))),
            ("docker-worker", Some(json!("docker-worker"))),
            ("0x1F2E3D", Some(json!(0x1F_2E3D))),
            ("a\n- b", Some(json!("a\n- b"))),
            (".inf", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(scalar(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn values_are_the_same_to_the_last_bit() {
        let cases = [
            (json!({"a": [0.0]}), json!({"a": [0.0]}), true),
            (json!({"a": [0.0]}), json!({"a": [-0.0]}), false),
            (json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1}), true),
            (json!(1), json!(1.0), false),
            (json!([1]), json!([1, 2]), false),
            (json!({"a": 1}), json!({"b": 1}), false),
            (json!({"a": 1}), json!({"a": 1, "b": 1}), false),
            (json!("a"), json!("a"), true),
            (json!(null), json!({}), false),
        ];
        for (one, other, wanted) in cases {
            assert_eq!(is_same(&one, &other), wanted, "{one} {other}");
            assert_eq!(is_same(&other, &one), wanted, "{other} {one}");
        }
    }
}
