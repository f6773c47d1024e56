//! Values as JSON-e has them while it renders, and what names mean.

use serde_json::{Map, Number, Value as Json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What is raised, in the crate's words.
pub type Raised = String;

/// An error of an expression, as the crate displays it (`InterpreterError` in its `errors.rs`).
pub fn interpreter(words: &str) -> Raised {
    format!("Interpreter Error: {words}")
}

/// An error of an operator (`TemplateError` there).
pub fn operator(words: &str) -> Raised {
    format!("TemplateError: {words}")
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` and `false`.
    Bool(bool),
    /// Any number.
    Number(f64),
    /// Text.
    String(String),
    /// A list.
    Array(Vec<Value>),
    /// A mapping.
    Object(BTreeMap<String, Value>),
    /// What an `$if` without the branch renders to.
    Nothing,
    /// A function of JSON-e's own.
    Function(&'static str),
}

impl From<&Json> for Value {
    fn from(json: &Json) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Bool(bool) => Value::Bool(*bool),
            Json::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
            Json::String(text) => Value::String(text.clone()),
            Json::Array(items) => Value::Array(items.iter().map(Value::from).collect()),
            Json::Object(map) => Value::Object(entries(map)),
        }
    }
}

/// The entries of a mapping.
pub fn entries(map: &Map<String, Json>) -> BTreeMap<String, Value> {
    map.iter().map(|(key, value)| (key.clone(), value.into())).collect()
}

impl Value {
    /// The value as JSON: what is nothing as null, whole numbers of 32 bits without a point. Errs where it
    /// holds a function, or a number that JSON has not.
    pub fn json(&self) -> Result<Json, Raised> {
        Ok(match self {
            Value::Null | Value::Nothing => Json::Null,
            Value::Bool(bool) => Json::Bool(*bool),
            Value::Number(number) => Json::Number(written(*number)?),
            Value::String(text) => Json::String(text.clone()),
            Value::Array(items) => {
                Json::Array(items.iter().map(Value::json).collect::<Result<_, _>>()?)
            }
            Value::Object(map) => {
                let entry =
                    |(key, value): (&String, &Value)| Ok::<_, Raised>((key.clone(), value.json()?));
                Json::Object(map.iter().map(entry).collect::<Result<_, _>>()?)
            }
            Value::Function(_) => {
                return Err(operator("cannot represent JSON-e functions as JSON"));
            }
        })
    }

    /// Whether it counts as true.
    pub fn is_true(&self) -> bool {
        match self {
            Value::Null | Value::Nothing => false,
            Value::Bool(bool) => *bool,
            Value::Number(number) => *number != 0.0,
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            Value::Object(map) => !map.is_empty(),
            Value::Function(_) => true,
        }
    }

    /// The whole number that it is.
    pub fn whole(&self) -> Option<i64> {
        match self {
            Value::Number(number) => {
                let whole = *number as i64;
                (whole as f64 == *number).then_some(whole)
            }
            _ => None,
        }
    }
}

fn written(number: f64) -> Result<Number, Raised> {
    let is_short = number.fract() == 0.0 && number.abs() < f64::from(u32::MAX);
    match is_short {
        true if number < 0.0 => Ok((number as i64).into()),
        true => Ok((number as u64).into()),
        false => Number::from_f64(number)
            .ok_or_else(|| operator(&format!("{number} cannot be represented in JSON"))),
    }
}

/// What names mean at a place.
pub struct Scope<'s> {
    /// Those that are bound here.
    pub names: BTreeMap<String, Value>,
    /// The place around it.
    pub outer: Option<&'s Scope<'s>>,
}

impl Scope<'_> {
    /// What a name means; none where nothing.
    pub fn get(&self, name: &str) -> Option<Cow<'_, Value>> {
        let mut scope = self;
        loop {
            if let Some(value) = scope.names.get(name) {
                return Some(Cow::Borrowed(value));
            }
            match scope.outer {
                Some(outer) => scope = outer,
                None => {
                    let own = FUNCTIONS.iter().find(|own| **own == name)?;
                    return Some(Cow::Owned(Value::Function(own)));
                }
            }
        }
    }

    /// A place inside of this one, where `names` are bound.
    pub fn with(&self, names: impl IntoIterator<Item = (String, Value)>) -> Scope<'_> {
        Scope { names: names.into_iter().collect(), outer: Some(self) }
    }
}

/// JSON-e's own functions, as the crate has them (`builtins.rs`).
const FUNCTIONS: [&str; 20] = [
    "abs",
    "ceil",
    "defined",
    "floor",
    "fromNow",
    "join",
    "len",
    "lowercase",
    "lstrip",
    "max",
    "min",
    "number",
    "range",
    "rstrip",
    "split",
    "sqrt",
    "str",
    "strip",
    "typeof",
    "uppercase",
];
