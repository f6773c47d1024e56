//! Rendering by parts: what does not change from one context to the next is rendered once.
//!
//! A template is taken apart along what only puts values together: plain mappings and lists, the
//! names of `$let`, the branches of `$if` and `$switch`. Every expression and every other operator
//! stays whole, as a leaf, and the engine renders it, with the names that it reads and no others. For
//! the same leaf with the same of these the engine gives the same, so that [`Memory`] may give it again:
//! JSON-e has no state, its time is one of the names, and no expression is made of data but in `$find`.
//!
//! Nothing is said by parts that the engine might say otherwise: a template with `$find`, `$match`
//! (whose list may hold nothings), a `now` of its own or a `defined` of a computed name is not taken
//! apart, and where a leaf raises, or gives a function or a zero that may be -0, the whole is left to
//! the engine.

use crate::jsone::busy;
use crate::jsone::deep::render_value;
use crate::jsone::engine::{Rendered, at};
use crate::jsone::uses::{self, Chain, project};
use crate::jsone::{expr, walk};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::rc::Rc;

/// A template taken apart.
#[derive(Debug, Clone)]
pub struct Parts(Part);

#[derive(Debug, Clone)]
enum Part {
    /// Renders to itself.
    Constant(Value),
    /// `$eval` of a name and nothing else; and as a leaf, where it is none of the names around.
    Name(String, Leaf),
    Leaf(Leaf),
    List(Vec<Part>),
    Map(Vec<(String, Part)>),
    Let {
        bound: Vec<(String, Part)>,
        inner: Box<Part>,
    },
    If {
        condition: Leaf,
        then: Option<Box<Part>>,
        otherwise: Option<Box<Part>>,
    },
    Switch {
        cases: Vec<(Leaf, Part)>,
        default: Option<Box<Part>>,
    },
}

/// What the engine renders.
#[derive(Debug, Clone)]
struct Leaf {
    /// In a list, which is empty where it renders to nothing.
    template: Value,
    /// The same as text.
    source: String,
    /// What it reads.
    chains: Vec<Chain>,
}

/// What the engine gave for leaves, with what they read, of any template and any context.
#[derive(Debug, Default)]
pub struct Memory {
    known: HashMap<Vec<u8>, Told>,
    /// The key that is looked up, kept for its space.
    key: Vec<u8>,
}

/// A leaf's value, or nothing.
type Told = Result<Option<Rc<Value>>, Stop>;

/// Why a render by parts goes no further.
#[derive(Debug, Clone)]
enum Stop {
    /// A leaf raises, and so does the whole: the engine hands on the first error as it is.
    Raised(Rc<str>),
    /// Only the engine can tell, with the whole.
    Unsaid,
}

impl Parts {
    /// Takes a template apart. None where it may render otherwise by parts.
    pub fn of(template: &Value) -> Option<Parts> {
        (is_divisible(template) && is_settled(template)).then(|| Part::of(template)).map(Parts)
    }

    /// Renders where the names mean `names`, which are settled and of which one is `now`. None where
    /// only the engine can tell what the whole renders to.
    pub fn render(&self, names: &Map<String, Value>, memory: &mut Memory) -> Option<Rendered> {
        match self.0.render(&Scope { names, outer: None }, memory) {
            Ok(rendered) => Some(Ok(rendered.unwrap_or_default())),
            Err(Stop::Raised(words)) => Some(Err(words.as_ref().to_owned())),
            Err(Stop::Unsaid) => None,
        }
    }
}

/// Whether a template has nothing that binds parts together in other ways than by the names they read.
fn is_divisible(template: &Value) -> bool {
    fn has_any(value: &Value, keys: &[&str]) -> bool {
        match value {
            Value::Object(map) => {
                keys.iter().any(|key| map.contains_key(*key))
                    || map.values().any(|value| has_any(value, keys))
            }
            Value::Array(items) => items.iter().any(|item| has_any(item, keys)),
            _ => false,
        }
    }
    let mut is_divisible = !has_any(template, &["$find", "$match", "now"]);
    walk::visit(template, &mut |_, _, text| {
        let (tokens, _) = expr::tokens(text);
        let is_fixed = |at: usize| {
            let behind = |by: usize| tokens.get(at + by);
            behind(1).is_some_and(|token| token.text(text) == "(")
                && behind(2).is_some_and(|token| token.string(text).is_some())
                && behind(3).is_some_and(|token| token.text(text) == ")")
        };
        let mut asks = (0..tokens.len()).filter(|at| tokens[*at].text(text) == "defined");
        is_divisible &= asks.all(is_fixed);
    });
    is_divisible
}

/// Whether the engine gives back a value's numbers as they are written: it has floating point only, and
/// writes whole numbers without a point where they have 32 bits at most (`f64_to_serde_number` in its
/// `value.rs`).
pub fn is_settled(value: &Value) -> bool {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.unsigned_abs() < u64::from(u32::MAX),
            None => number.is_f64() && number.as_f64().is_some_and(|number| number.fract() != 0.0),
        },
        Value::Array(items) => items.iter().all(is_settled),
        Value::Object(map) => map.values().all(is_settled),
        _ => true,
    }
}

fn has_zero(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Array(items) => items.iter().any(has_zero),
        Value::Object(map) => map.values().any(has_zero),
        _ => false,
    }
}

fn is_constant(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.contains('$'),
        Value::Array(items) => items.iter().all(is_constant),
        Value::Object(map) => {
            map.iter().all(|(key, value)| !key.contains('$') && is_constant(value))
        }
        _ => true,
    }
}

impl Part {
    fn of(value: &Value) -> Part {
        if is_constant(value) {
            return Part::Constant(value.clone());
        }
        match value {
            Value::Array(items) => Part::List(items.iter().map(Part::of).collect()),
            Value::Object(map) => match Part::plain(map) {
                Some(entries) => Part::Map(entries),
                None => Part::operator(map).unwrap_or_else(|| Part::Leaf(Leaf::of(value))),
            },
            _ => Part::Leaf(Leaf::of(value)),
        }
    }

    /// A mapping whose keys are no operators and hold no expressions.
    fn plain(map: &Map<String, Value>) -> Option<Vec<(String, Part)>> {
        let part = |(key, value): (&String, &Value)| (key.clone(), Part::of(value));
        map.keys().all(|key| !key.contains('$')).then(|| map.iter().map(part).collect())
    }

    /// An operator that only leads to other parts, with its own keys and no others.
    fn operator(map: &Map<String, Value>) -> Option<Part> {
        let has_only = |keys: &[&str]| map.keys().all(|key| keys.contains(&key.as_str()));
        let part = |value: &Value| Box::new(Part::of(value));
        match (map.get("$let"), map.get("$if"), map.get("$switch"), map.get("$eval")) {
            (Some(Value::Object(bound)), ..) if has_only(&["$let", "in"]) => {
                let inner = part(map.get("in")?);
                are_names(&map["$let"]).then_some(())?;
                Some(Part::Let { bound: Part::plain(bound)?, inner })
            }
            (_, Some(Value::String(text)), ..) if has_only(&["$if", "then", "else"]) => {
                let branch = |key: &str| map.get(key).map(part);
                let condition = Leaf::of(&json!({"$if": text, "then": true, "else": false}));
                Some(Part::If { condition, then: branch("then"), otherwise: branch("else") })
            }
            (_, _, Some(Value::Object(cases)), _) if map.len() == 1 => {
                let own = cases.iter().filter(|(text, _)| *text != "$default");
                let own = own.map(|(text, value)| {
                    // The engine has words of its own for a case's condition that raises.
                    let mut case = json!({"$switch": {"$default": false}});
                    case["$switch"][text] = true.into();
                    (Leaf::of(&case), Part::of(value))
                });
                Some(Part::Switch {
                    cases: own.collect(),
                    default: cases.get("$default").map(part),
                })
            }
            (.., Some(Value::String(text))) if map.len() == 1 => match uses::only_chain(text)? {
                chain if chain.len() == 1 => {
                    let leaf = Leaf::of(&json!({"$eval": text}));
                    Some(Part::Name(chain.into_iter().next()?, leaf))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn render(&self, scope: &Scope, memory: &mut Memory) -> Result<Option<Value>, Stop> {
        Ok(Some(match self {
            Part::Constant(value) => value.clone(),
            Part::Name(name, leaf) => match scope.get(name) {
                Some(value) => value.clone(),
                None => return memory.value(leaf, scope),
            },
            Part::Leaf(leaf) => return memory.value(leaf, scope),
            Part::List(items) => {
                let mut rendered = Vec::with_capacity(items.len());
                for item in items {
                    rendered.extend(item.render(scope, memory)?);
                }
                Value::Array(rendered)
            }
            Part::Map(entries) => Value::Object(Part::entries(entries, scope, memory)?),
            Part::Let { bound, inner } => {
                let names = Part::entries(bound, scope, memory)?;
                return inner.render(&Scope { names: &names, outer: Some(scope) }, memory);
            }
            Part::If { condition, then, otherwise } => {
                let branch = if memory.truth(condition, scope)? { then } else { otherwise };
                return branch.as_ref().map_or(Ok(None), |part| part.render(scope, memory));
            }
            Part::Switch { cases, default } => {
                let mut taken = None;
                for (condition, part) in cases {
                    // Two that are true raise.
                    if memory.truth(condition, scope)? && taken.replace(part).is_some() {
                        return Err(Stop::Unsaid);
                    }
                }
                let taken = taken.or(default.as_deref());
                return taken.map_or(Ok(None), |part| part.render(scope, memory));
            }
        }))
    }

    fn entries(
        entries: &[(String, Part)],
        scope: &Scope,
        memory: &mut Memory,
    ) -> Result<Map<String, Value>, Stop> {
        let mut rendered = Map::new();
        for (key, part) in entries {
            if let Some(value) = part.render(scope, memory)? {
                rendered.insert(key.clone(), value);
            }
        }
        Ok(rendered)
    }
}

/// Whether all keys of a mapping are names that JSON-e can look up (`is_identifier` in the engine's
/// `render.rs`).
pub fn are_names(map: &Value) -> bool {
    let is_name = |text: &String| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    map.as_object().is_some_and(|map| map.keys().all(is_name))
}

impl Leaf {
    fn of(template: &Value) -> Leaf {
        let template = json!([template]);
        let source = template.to_string();
        let mut chains = uses::chains_in(&template);
        if source.contains("fromNow") {
            chains.push(vec!["now".to_owned()]);
        }
        Leaf { template, source, chains }
    }
}

/// What the names mean at a place of the template.
struct Scope<'s> {
    names: &'s Map<String, Value>,
    outer: Option<&'s Scope<'s>>,
}

impl Scope<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        self.names.get(name).or_else(|| self.outer?.get(name))
    }
}

impl Memory {
    fn value(&mut self, leaf: &Leaf, scope: &Scope) -> Result<Option<Value>, Stop> {
        Ok(self.tell(leaf, scope)?.map(|value| Value::clone(&value)))
    }

    fn truth(&mut self, condition: &Leaf, scope: &Scope) -> Result<bool, Stop> {
        self.tell(condition, scope)?.and_then(|value| value.as_bool()).ok_or(Stop::Unsaid)
    }

    fn tell(&mut self, leaf: &Leaf, scope: &Scope) -> Told {
        self.key.clear();
        self.key.extend_from_slice(leaf.source.as_bytes());
        for chain in &leaf.chains {
            write_read(&mut self.key, chain, scope);
        }
        if let Some(told) = self.known.get(&self.key) {
            return told.clone();
        }
        let told = ask(leaf, scope);
        self.known.insert(self.key.clone(), told.clone());
        told
    }
}

/// Writes what a leaf finds at a chain: the value, or how far the chain leads, each so that it is told
/// apart from all others.
fn write_read(key: &mut Vec<u8>, chain: &Chain, scope: &Scope) {
    key.push(b'\n');
    let Some(mut value) = chain.first().and_then(|name| scope.get(name)) else { return };
    for step in &chain[1..] {
        match value {
            Value::Object(map) => match map.get(step) {
                Some(inside) => value = inside,
                None => return key.push(b'-'),
            },
            _ => break,
        }
        key.push(b'.');
    }
    // Writing into memory does not fail.
    let _ = serde_json::to_writer(key, value);
}

fn ask(leaf: &Leaf, scope: &Scope) -> Told {
    busy::part(&leaf.source);
    let now = scope.get("now").and_then(Value::as_str).ok_or(Stop::Unsaid)?;
    let names = project(&leaf.chains, |name| scope.get(name));
    let rendered = render_value(&at(now, leaf.template.clone()), &Value::Object(names));
    match rendered {
        Ok(Value::Array(mut list)) if !list.iter().any(has_zero) => Ok(list.pop().map(Rc::new)),
        // What cannot be written may still be used.
        Err(words) if !words.contains("represent") => Err(Stop::Raised(words.into())),
        _ => Err(Stop::Unsaid),
    }
}
