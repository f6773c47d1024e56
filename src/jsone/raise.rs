//! Where in a template a render raises, told as production tells it.
//!
//! The engine gives an error's words and no place. So the place is asked for by rendering again: a
//! part that is replaced by one that raises something else shows whether rendering comes that far,
//! and one that is rendered first and raises something else then shows whether the part itself raises.

use crate::jsone::expr;
use crate::jsone::walk::{OPERATORS, operator};
use crate::template::Path;
use serde_json::{Map, Value, json};

/// A name that no context has, to be raised on purpose.
const PROBE: &str = "probe_that_no_context_has";

/// What a render raises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raise {
    /// The value or expression that raises, in the document.
    pub path: Path,
    /// Whether it is the key at that path that raises, not the value.
    pub is_key: bool,
    /// The error as Python's json-e words it: `InterpreterError at template.metadata.owner: object
    /// has no property "onwer"`. The path in it is that of what would be rendered, and so leaves
    /// out operators.
    pub error: String,
}

/// Finds where the part of `document` at `start` raises. `render` renders the document with another
/// value at a path, and `raised` is what it gave for the document itself.
pub fn locate(
    document: &Value,
    start: &Path,
    raised: &str,
    render: &mut dyn FnMut(&Path, Value) -> Result<Value, String>,
) -> Raise {
    let mut search = Search { render };
    let whole = start.find(document).unwrap_or(&Value::Null);
    let (path, is_key, location, words) =
        search.descend(whole, start.clone(), String::new(), raised);
    let text = path.find(document).and_then(Value::as_str).or(path.last_key());
    let (name, words) = words_of_python(&words, text.unwrap_or_default());
    let place = if location.is_empty() { String::new() } else { format!(" at template{location}") };
    Raise { path, is_key, error: format!("{name}{place}: {words}") }
}

struct Search<'s> {
    render: &'s mut dyn FnMut(&Path, Value) -> Result<Value, String>,
}

impl Search<'_> {
    /// The part at or below `path` that raises `raised`, whether that is its key, its location in what
    /// is rendered, and the engine's words for what that part raises by itself.
    fn descend(
        &mut self,
        value: &Value,
        path: Path,
        location: String,
        raised: &str,
    ) -> (Path, bool, String, String) {
        for (inside, part, step) in parts(value, &path) {
            if self.raises(&inside, part, raised) {
                return self.descend(part, inside, location + &step, raised);
            }
        }
        let Value::Object(map) = value else { return (path, false, location, raised.to_owned()) };
        match operator(map) {
            None => {
                let mut raises = |key: &&String| self.evaluates(&path, json!(key)).is_err();
                let key = map.keys().filter(|key| key.contains("${")).find(&mut raises);
                let at = key.map_or(path.clone(), |key| path.key(key));
                (at, key.is_some(), location, raised.to_owned())
            }
            Some(name) => {
                if map.keys().filter(|key| OPERATORS.contains(&key.as_str())).count() > 1 {
                    let words = "TemplateError: only one operator allowed".to_owned();
                    return (path, false, location, words);
                }
                let cases = map[name].as_object().filter(|_| matches!(name, "$switch" | "$match"));
                for condition in cases.into_iter().flat_map(Map::keys).filter(|c| *c != "$default")
                {
                    if let Err(words) = self.evaluates(&path, json!({"$eval": condition})) {
                        return (path.key(name).key(condition), true, location, words);
                    }
                }
                (path.key(name), false, location, raised.to_owned())
            }
        }
    }

    /// Whether rendering comes to the part at `path`, and the part itself raises `raised`.
    fn raises(&mut self, path: &Path, part: &Value, raised: &str) -> bool {
        let probe = json!({"$eval": PROBE});
        let is_reached = (self.render)(path, probe).is_err_and(|err| err.contains(PROBE));
        is_reached && self.evaluates(path, part.clone()).is_err_and(|words| words == raised)
    }

    /// Renders a template where the part at `path` stands. Errs with what it raises.
    fn evaluates(&mut self, path: &Path, template: Value) -> Result<(), String> {
        let then = json!({"$let": {"rendered": template}, "in": {"$eval": PROBE}});
        match (self.render)(path, then) {
            Err(words) if !words.contains(PROBE) => Err(words),
            _ => Ok(()),
        }
    }
}

/// The templates inside of a value, each with its path and the step that it adds to an error's location
/// (`add_location` in json-e's `render.py`: keys of plain mappings, and items of lists).
fn parts<'v>(value: &'v Value, path: &Path) -> Vec<(Path, &'v Value, String)> {
    let map = match value {
        Value::Array(items) => {
            let item = |(at, item)| (path.index(at), item, format!("[{at}]"));
            return items.iter().enumerate().map(item).collect();
        }
        Value::Object(map) => map,
        _ => return Vec::new(),
    };
    let Some(name) = operator(map) else {
        return map.iter().map(|(key, value)| (path.key(key), value, step(key))).collect();
    };
    let below = |key: &str| map.get(key).map(|value| (path.key(key), value, String::new()));
    match (name, &map[name]) {
        ("$eval", _) => Vec::new(),
        ("$if", _) => ["then", "else"].into_iter().filter_map(below).collect(),
        ("$switch" | "$match", Value::Object(cases)) => {
            let inside = path.key(name);
            cases.iter().map(|(text, value)| (inside.key(text), value, String::new())).collect()
        }
        _ => {
            let is_template = |key: &&str| {
                [name, "in", "from"].contains(key)
                    || (key.starts_with("each(") && matches!(name, "$map" | "$reduce"))
            };
            map.keys().map(String::as_str).filter(is_template).filter_map(below).collect()
        }
    }
}

fn step(key: &str) -> String {
    let is_name = !key.is_empty()
        && !key.starts_with(|c: char| c.is_ascii_digit())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_name { format!(".{key}") } else { format!("[{}]", json!(key)) }
}

/// The name of an error's class and its words in Python's json-e 4.8 (`interpreter.py`, `render.py`),
/// for what the Rust engine says about the string or expression `text`.
fn words_of_python(words: &str, text: &str) -> (&'static str, String) {
    const INTERPRETER: &str = "InterpreterError";
    if let Some(words) = words.strip_prefix("TemplateError: ") {
        let words = words.split(" ($").next().unwrap_or(words);
        return ("TemplateError", words.to_owned());
    }
    if let Some(rest) = words.strip_prefix("interpolation of '") {
        // The engine quotes all that is left of the string.
        let expression = &rest[..expr::tokens(rest).1.min(rest.len())];
        let words = format!("interpolation of '{expression}' produced an array or object");
        return ("TemplateError", words);
    }
    if let Some(offset) = words
        .strip_prefix("String '")
        .and_then(|rest| rest.strip_suffix("' isn't a time expression"))
    {
        return ("TemplateError", format!("offset string: '{offset}' does not parse"));
    }
    let Some(words) = words.strip_prefix("Interpreter Error: ") else {
        let syntax = ["Parse error", "unterminated", "Unexpected trailing"];
        let name = if syntax.iter().any(|start| words.starts_with(start)) {
            "SyntaxError"
        } else {
            "TemplateError"
        };
        return (name, words.to_owned());
    };
    if let Some(words) = words.strip_prefix("BuiltinError: ") {
        return ("BuiltinError", words.to_owned());
    }
    if words.starts_with("invalid arguments to builtin") {
        return ("BuiltinError", words.to_owned());
    }
    if let Some(property) = words.strip_prefix("object has no property ") {
        return (INTERPRETER, format!("object has no property \"{property}\""));
    }
    let infix = |signs: &[&str], expects: &str| {
        let text = text.split_once("${").map_or(text, |(_, expression)| expression);
        let (tokens, _) = expr::tokens(text);
        let mut found: Vec<&str> =
            tokens.iter().map(|token| token.text(text)).filter(|t| signs.contains(t)).collect();
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            [sign] => format!("infix: {sign} expects {expects} {sign} {expects}"),
            _ => words.to_owned(),
        }
    };
    let told = match words {
        "dot operator expects an object" => "infix: . expects objects".to_owned(),
        "indexing operator expects an object, string, or array"
        | "can only slice strings and arrays" => {
            "infix: \"[..]\" expects object, array, or string".to_owned()
        }
        "slice indices must be integers" => {
            "cannot perform interval access with non-integers".to_owned()
        }
        "This operator expects numbers" => infix(&["-", "*", "/", "**"], "number"),
        "Expected numbers or strings" | "This operator expects numbers or strings" => {
            infix(&["+", "<", ">", "<=", ">="], "numbers/strings")
        }
        other => other.to_owned(),
    };
    (INTERPRETER, told)
}
