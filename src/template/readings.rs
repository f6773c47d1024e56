//! What a file means to the loaders that production uses.
//!
//! fxci-config and build-decision read it with PyYAML (YAML 1.1), the GitHub service with js-yaml
//! (YAML 1.2). The two take some plain scalars for different values: `on`, `0777`, `1:30`.

use super::nodes::{Kind, Node, Style};
use super::text::Text;
use crate::error::{Error, Result};
use regex_lite::Regex;
use serde_json::{Map, Number, Value};
use std::collections::HashMap;
use std::sync::LazyLock;

/// A loader's way to read plain scalars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// PyYAML's: YAML 1.1, `yaml/resolver.py`.
    Yaml11,
    /// js-yaml's: YAML 1.2's core schema and timestamps, its version 4.
    Yaml12,
}

impl Reading {
    /// The loader's name, for messages.
    pub fn loader(self) -> &'static str {
        match self {
            Reading::Yaml11 => "PyYAML (YAML 1.1)",
            Reading::Yaml12 => "js-yaml (YAML 1.2)",
        }
    }
}

/// A plain scalar that the loaders read differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguity {
    /// Where it starts, in bytes.
    pub start: usize,
    /// What the two make of it, in words.
    pub meaning: String,
}

/// The scalars below `root` that the loaders read differently, in the text's order.
pub fn ambiguities(root: &Node, file: &Text) -> Vec<Ambiguity> {
    let mut found = Vec::new();
    root.visit(&mut |node, role| {
        let Kind::Scalar { text, style } = &node.kind else { return };
        if *style == Style::Block && is_open(node, text, file) {
            let meaning = "the block scalar at the end of the file has no last line break for \
                           PyYAML, and one for js-yaml; end the file with a line break";
            found.push(Ambiguity { start: node.start, meaning: meaning.to_owned() });
        }
        if *style != Style::Plain || node.tag.is_some() {
            return;
        }
        let (old, new) = (resolve(text, Reading::Yaml11), resolve(text, Reading::Yaml12));
        let usual = super::value::scalar(text);
        if old != new || new.as_ref().ok() != usual.as_ref() {
            let tell = |read: std::result::Result<Value, &str>| match read {
                Ok(Value::String(text)) => format!("the string {text:?}"),
                Ok(value) => value.to_string(),
                Err(what) => what.to_owned(),
            };
            let meaning = format!(
                "`{text}` is {} for PyYAML and {} for js-yaml; quote it",
                tell(old),
                tell(new)
            );
            found.push(Ambiguity { start: node.start, meaning });
        } else if role.is_key && text != "<<" && !matches!(old, Ok(Value::String(_))) {
            let meaning = format!(
                "the key `{text}` is no string for PyYAML, and JSON-e renders no other keys in \
                 Python; quote it"
            );
            found.push(Ambiguity { start: node.start, meaning });
        }
    });
    found
}

/// The value of a document as a loader reads it, aliases and merge keys resolved.
///
/// A plain scalar that has no form in JSON for that loader, such as a date, becomes a string that
/// says so, and so does a key that is no string for PyYAML: neither must be taken for the string of
/// the same letters. Errs on a tag that does not fit.
pub fn value(root: &Node, file: &Text, reading: Reading) -> Result<Value> {
    Reader { reading, file, anchors: root.anchors() }.value(root)
}

/// Whether a block scalar ends with the file, where that has no last line break: js-yaml adds one
/// to every file, PyYAML does not.
fn is_open(node: &Node, text: &str, file: &Text) -> bool {
    node.end == file.as_str().len() && !file.as_str().ends_with('\n') && text.ends_with('\n')
}

struct Reader<'n> {
    reading: Reading,
    file: &'n Text,
    anchors: HashMap<usize, &'n Node>,
}

impl Reader<'_> {
    fn value(&self, node: &Node) -> Result<Value> {
        Ok(match &node.kind {
            Kind::Scalar { text, style: Style::Plain } if node.tag.is_none() => {
                resolve(text, self.reading)
                    .unwrap_or_else(|what| Value::String(format!("{text} ({what})")))
            }
            Kind::Scalar { text, style: Style::Block }
                if self.reading == Reading::Yaml11 && is_open(node, text, self.file) =>
            {
                Value::String(text[..text.len() - 1].to_owned())
            }
            Kind::Scalar { text, .. } => tagged(text, node.tag.as_deref(), self.reading)
                .map_err(|err| err.at(self.file.place(node.start)))?,
            Kind::Sequence { items, .. } => {
                Value::Array(items.iter().map(|item| self.value(item)).collect::<Result<_>>()?)
            }
            Kind::Mapping { entries, .. } => Value::Object(self.mapping(entries)?),
            Kind::Alias { anchor } => match self.anchors.get(anchor) {
                Some(node) => self.value(node)?,
                None => return Err(Error::new("an alias stands for nothing")),
            },
        })
    }

    fn mapping(&self, entries: &[(Node, Node)]) -> Result<Map<String, Value>> {
        let (mut own, mut merged) = (Map::new(), Vec::new());
        for (key, value) in entries {
            let is_merge = matches!(
                &key.kind,
                Kind::Scalar { text, style: Style::Plain } if text == "<<"
            );
            let value = self.value(value)?;
            match value {
                Value::Object(map) if is_merge => merged.push(map),
                Value::Array(maps) if is_merge => {
                    merged.extend(maps.into_iter().filter_map(|map| match map {
                        Value::Object(map) => Some(map),
                        _ => None,
                    }));
                }
                value => {
                    let key = match (self.value(key)?, self.reading) {
                        (Value::String(text), _) => text,
                        (other, Reading::Yaml11) => format!("{other} (no string)"),
                        (other, Reading::Yaml12) => other.to_string(),
                    };
                    own.insert(key, value);
                }
            }
        }
        for (key, value) in merged.into_iter().flatten() {
            own.entry(key).or_insert(value);
        }
        Ok(own)
    }
}

/// A scalar with an explicit tag, or one in quotes or as a block: a string.
fn tagged(text: &str, tag: Option<&str>, reading: Reading) -> Result<Value> {
    let plain = || resolve(text, reading).ok();
    let is = |value: Option<Value>, fits: fn(&Value) -> bool| value.filter(fits);
    let value = match tag.map(|tag| tag.trim_start_matches("tag:yaml.org,2002:")) {
        None | Some("str" | "!") => Some(Value::String(text.to_owned())),
        Some("null") => Some(Value::Null),
        Some("bool") => is(plain(), Value::is_boolean),
        Some("int") => is(plain(), |value| value.is_i64() || value.is_u64()),
        Some("float") => text.parse().ok().and_then(Number::from_f64).map(Value::Number),
        Some(_) => None,
    };
    value.ok_or_else(|| Error::new(format!("the tag of {text:?} has no meaning in JSON")))
}

/// What a number is that has no form in JSON, or none in this program.
const NO_NUMBER: &str = "a number that JSON has no form for";

/// Whether a plain scalar is a number that has no form in JSON for one of the loaders: one that is not
/// finite, or a whole one that does not fit in 64 bits.
pub fn is_no_number(text: &str) -> bool {
    [Reading::Yaml11, Reading::Yaml12].iter().any(|way| resolve(text, *way) == Err(NO_NUMBER))
}

/// What a loader makes of a plain scalar, or what that is where JSON has no form for it.
fn resolve(text: &str, reading: Reading) -> std::result::Result<Value, &'static str> {
    static RULES_11: LazyLock<Rules> = LazyLock::new(Rules::yaml11);
    static RULES_12: LazyLock<Rules> = LazyLock::new(Rules::yaml12);
    match reading {
        Reading::Yaml11 => RULES_11.resolve(text),
        Reading::Yaml12 => RULES_12.resolve(text),
    }
}

struct Rules {
    bools: &'static [&'static str],
    integer: Regex,
    float: Regex,
    timestamp: Regex,
    /// `0777` is octal.
    octal_by_zero: bool,
    /// All numbers are JavaScript's, with 53 bits.
    has_floats_only: bool,
}

impl Rules {
    fn new(integer: &str, float: &str) -> Rules {
        let compile = |pattern: &str| {
            Regex::new(&format!("^(?:{pattern})$")).unwrap_or_else(|err| panic!("{pattern}: {err}"))
        };
        Rules {
            bools: &["true", "True", "TRUE", "false", "False", "FALSE"],
            integer: compile(integer),
            float: compile(float),
            timestamp: compile(
                r"\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?",
            ),
            octal_by_zero: false,
            has_floats_only: false,
        }
    }

    fn yaml11() -> Rules {
        Rules {
            bools: &[
                "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "false", "False",
                "FALSE", "no", "No", "NO", "off", "Off", "OFF",
            ],
            octal_by_zero: true,
            ..Rules::new(
                r"[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+",
                r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
            )
        }
    }

    fn yaml12() -> Rules {
        let rules = Rules::new(
            r"[-+]?0b[01]+|[-+]?0x[0-9a-fA-F]+|[-+]?0o[0-7]+|[-+]?[0-9]+",
            r"[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        );
        Rules { has_floats_only: true, ..rules }
    }

    fn resolve(&self, text: &str) -> std::result::Result<Value, &'static str> {
        if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
            return Ok(Value::Null);
        }
        if self.bools.contains(&text) {
            return Ok(Value::Bool(
                matches!(text.as_bytes()[0] | 0x20, b't' | b'y') || text.eq_ignore_ascii_case("on"),
            ));
        }
        // All numbers and dates start so: most scalars need no look at what they are like.
        if !text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
            return Ok(Value::String(text.to_owned()));
        }
        if self.integer.is_match(text) {
            return self.number(text).ok_or(NO_NUMBER);
        }
        if self.float.is_match(text) {
            let digits = text.replace('_', "");
            let number = match digits.contains(':') {
                true => sexagesimal(&digits),
                false => digits.parse().ok(),
            };
            return number.and_then(Number::from_f64).map(Value::Number).ok_or(NO_NUMBER);
        }
        if self.timestamp.is_match(text) {
            return Err("a date, not a string");
        }
        Ok(Value::String(text.to_owned()))
    }

    fn number(&self, text: &str) -> Option<Value> {
        let text = text.replace('_', "");
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(&text)),
        };
        if digits.contains(':') {
            let value = sexagesimal(digits)? * if negative { -1.0 } else { 1.0 };
            return Some(Value::from(value as i64));
        }
        let (radix, digits) = match digits.get(..2) {
            Some("0b") => (2, &digits[2..]),
            Some("0x") => (16, &digits[2..]),
            Some("0o") => (8, &digits[2..]),
            _ if self.octal_by_zero && digits.len() > 1 && digits.starts_with('0') => (8, digits),
            _ => (10, digits),
        };
        let value = u64::from_str_radix(digits, radix);
        match value.map(|value| if self.has_floats_only { value as f64 as u64 } else { value }) {
            Ok(value) if negative => match i64::try_from(-i128::from(value)) {
                Ok(value) => Some(Value::from(value)),
                Err(_) => None,
            },
            Ok(value) => Some(Value::from(value)),
            Err(_) => None,
        }
    }
}

/// `1:30` is 90: YAML 1.1's numbers to the base 60.
fn sexagesimal(digits: &str) -> Option<f64> {
    digits.split(':').try_fold(0.0, |sum, part| Some(sum * 60.0 + part.parse::<f64>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::tree;
    use serde_json::json;

    /// What `yaml.safe_load` of PyYAML 6.0 and `load` of js-yaml 4.1 give.
    #[test]
    fn scalars_are_read_as_the_loaders_do() {
        let string = |text: &str| Ok(json!(text));
        let number = |value: f64| Ok(json!(value));
        let int = |value: i64| Ok(json!(value));
        let date = Err("a date, not a string");
        let none = Err(NO_NUMBER);
        let cases = [
            ("on", Ok(json!(true)), string("on")),
            ("No", Ok(json!(false)), string("No")),
            ("y", string("y"), string("y")),
            ("True", Ok(json!(true)), Ok(json!(true))),
            ("0777", int(511), int(777)),
            ("0o17", string("0o17"), int(15)),
            ("089", string("089"), int(89)),
            ("1:30", int(90), string("1:30")),
            ("1:30.5", number(90.5), string("1:30.5")),
            ("1_000", int(1000), string("1_000")),
            ("0x1F", int(31), int(31)),
            ("-0b11", int(-3), int(-3)),
            ("1e3", string("1e3"), number(1000.0)),
            ("1.5e+3", number(1500.0), number(1500.0)),
            (".5", number(0.5), number(0.5)),
            ("1.", number(1.0), number(1.0)),
            ("~", Ok(json!(null)), Ok(json!(null))),
            ("2026-01-01", date.clone(), date),
            ("1.2.3", string("1.2.3"), string("1.2.3")),
            ("9007199254740993", int(9_007_199_254_740_993), int(9_007_199_254_740_992)),
            ("18446744073709551616", none.clone(), none.clone()),
            (".inf", none.clone(), none.clone()),
            ("1e400", string("1e400"), none),
            ("...", string("..."), string("...")),
            ("a b", string("a b"), string("a b")),
        ];
        for (text, old, new) in cases {
            assert_eq!(resolve(text, Reading::Yaml11), old, "{text} for PyYAML");
            assert_eq!(resolve(text, Reading::Yaml12), new, "{text} for js-yaml");
        }
    }

    #[test]
    fn what_means_two_things_is_told() {
        let text =
            Text::new("on: [yes, 'no', 5, !!str 0777]\na: 2026-01-01\n1: '2'\n'3': 4\nb: |\n  c");
        let root = tree::parse(&text).unwrap().unwrap();
        let found: Vec<_> =
            ambiguities(&root, &text).into_iter().map(|found| found.meaning).collect();
        assert_eq!(
            found,
            [
                "`on` is true for PyYAML and the string \"on\" for js-yaml; quote it",
                "`yes` is true for PyYAML and the string \"yes\" for js-yaml; quote it",
                "`2026-01-01` is a date, not a string for PyYAML and a date, not a string for js-yaml; quote it",
                "the key `1` is no string for PyYAML, and JSON-e renders no other keys in Python; quote it",
                "the block scalar at the end of the file has no last line break for PyYAML, and one for js-yaml; end the file with a line break",
            ]
        );
    }

    #[test]
    fn aliases_and_merge_keys_are_resolved() {
        let text = Text::new("a: &a {b: 1, c: 2}\nd: {<<: *a, c: 3}\ne: {<<: [{c: 4}, *a]}\n");
        let root = tree::parse(&text).unwrap().unwrap();
        let wanted = json!({"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}, "e": {"b": 1, "c": 4}});
        assert_eq!(value(&root, &text, Reading::Yaml11).unwrap(), wanted);
        assert_eq!(value(&root, &text, Reading::Yaml12).unwrap(), wanted);
    }
}
