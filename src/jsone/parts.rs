//! Rendering by parts: what does not change from one context to the next is rendered once.
//!
//! A template is taken apart along what only puts values together: plain mappings and lists, the
//! names of `$let`, the branches of `$if` and `$switch`. Every expression and every other operator
//! stays whole, as a [`Leaf`], which [`Memory`] renders.
//!
//! Nothing is said by parts that the engine might say otherwise: a template with `$find`, `$match`
//! (whose list may hold nothings), a `now` of its own or a `defined` of a computed name is not taken
//! apart, and where a leaf raises, or gives a function or a zero that may be -0, the whole is left to
//! the engine.

use crate::jsone::busy;
use crate::jsone::condition::Condition;
use crate::jsone::engine::Rendered;
use crate::jsone::join::Join;
use crate::jsone::memory::{Leaf, Memory, Scope, Stop};
use crate::jsone::uses::{self, Chain};
use crate::jsone::{expr, walk};
use serde_json::{Map, Value};

/// A text of so many bytes may be what is too much.
const LONG: usize = 1 << 16;

/// A template taken apart.
#[derive(Debug, Clone)]
pub struct Parts(Part);

#[derive(Debug, Clone)]
enum Part {
    /// Renders to itself.
    Constant(Value),
    /// `$eval` of a name, or of keys that are taken of one, and nothing else; and as a leaf, where that
    /// leads nowhere.
    Name(Chain, Leaf),
    /// A string with such names in it; and as a leaf, where one of them is no string.
    Text(Vec<Piece>, Leaf),
    Leaf(Leaf),
    List(Vec<Part>),
    Map(Vec<(Key, Part)>),
    Let {
        bound: Box<Part>,
        inner: Box<Part>,
    },
    If {
        condition: Condition,
        then: Option<Box<Part>>,
        otherwise: Option<Box<Part>>,
    },
    Switch {
        cases: Vec<(Condition, Part)>,
        default: Option<Box<Part>>,
    },
    /// `$merge`, `$flatten` and the like, of what the part renders to.
    Joined(Join, Box<Part>),
}

#[derive(Debug, Clone)]
enum Piece {
    Literal(String),
    Name(Chain),
}

#[derive(Debug, Clone)]
enum Key {
    Fixed(String),
    Computed(Part),
}

impl Parts {
    /// Takes a template apart. None where it may render otherwise by parts.
    pub fn of(template: &Value) -> Option<Parts> {
        (is_divisible(template) && is_settled(template)).then(|| Part::of(template)).map(Parts)
    }

    /// Renders where the names mean `names`, which are settled and of which one is `now`. None where
    /// only the engine can tell what the whole renders to.
    pub fn render(&self, names: &Map<String, Value>, memory: &mut Memory) -> Option<Rendered> {
        self.render_in(&Scope { names, outer: None }, memory)
    }

    /// As [`Parts::render`], where the names mean what `scope` says.
    pub fn render_in(&self, scope: &Scope, memory: &mut Memory) -> Option<Rendered> {
        match self.0.render(scope, memory) {
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
            Value::String(text) => Part::text(text),
            _ => Part::Leaf(Leaf::of(value)),
        }
    }

    fn text(text: &str) -> Part {
        let leaf = Leaf::of(&text.into());
        match pieces(text) {
            Some(pieces) => Part::Text(pieces, leaf),
            None => Part::Leaf(leaf),
        }
    }

    /// A mapping whose keys are no operators, or only so where they are computed.
    fn plain(map: &Map<String, Value>) -> Option<Vec<(Key, Part)>> {
        let entry = |(key, value): (&String, &Value)| {
            let key = match key.contains('$') {
                false => Key::Fixed(key.clone()),
                true => match Part::text(key) {
                    part @ Part::Text(..) => Key::Computed(part),
                    _ => return None,
                },
            };
            Some((key, Part::of(value)))
        };
        map.iter().map(entry).collect()
    }

    /// An operator that only leads to other parts, with its own keys and no others.
    fn operator(map: &Map<String, Value>) -> Option<Part> {
        let has_only = |keys: &[&str]| map.keys().all(|key| keys.contains(&key.as_str()));
        let part = |value: &Value| Box::new(Part::of(value));
        if let (1, Some((name, value))) = (map.len(), map.iter().next())
            && let Some(join) = Join::of(name)
        {
            return Some(Part::Joined(join, part(value)));
        }
        match (map.get("$let"), map.get("$if"), map.get("$switch"), map.get("$eval")) {
            (Some(bound @ Value::Object(_)), ..) if has_only(&["$let", "in"]) => {
                Some(Part::Let { bound: part(bound), inner: part(map.get("in")?) })
            }
            (_, Some(Value::String(text)), ..) if has_only(&["$if", "then", "else"]) => {
                let branch = |key: &str| map.get(key).map(part);
                let condition = Condition::of_if(text);
                Some(Part::If { condition, then: branch("then"), otherwise: branch("else") })
            }
            (_, _, Some(Value::Object(cases)), _) if map.len() == 1 => {
                let own = cases.iter().filter(|(text, _)| *text != "$default");
                let own = own.map(|(text, value)| (Condition::of_switch(text), Part::of(value)));
                Some(Part::Switch {
                    cases: own.collect(),
                    default: cases.get("$default").map(part),
                })
            }
            (.., Some(Value::String(text))) if map.len() == 1 => {
                Some(Part::Name(uses::only_chain(text)?, Leaf::of(&Value::Object(map.clone()))))
            }
            _ => None,
        }
    }

    fn render(&self, scope: &Scope, memory: &mut Memory) -> Result<Option<Value>, Stop> {
        Ok(Some(match self {
            Part::Constant(value) => value.clone(),
            Part::Name(chain, leaf) => match scope.find(chain) {
                Some(value) => value.clone(),
                None => return memory.value(leaf, scope),
            },
            Part::Text(pieces, leaf) => match written(pieces, leaf, scope) {
                Some(text) => Value::String(text),
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
                let bound = bound.render(scope, memory)?.unwrap_or_default();
                let is_whole = are_names(&bound) && bound.get("now").is_none();
                let names = bound.as_object().filter(|_| is_whole).ok_or(Stop::Unsaid)?;
                return inner.render(&Scope { names, outer: Some(scope) }, memory);
            }
            Part::If { condition, then, otherwise } => {
                let branch = if condition.truth(scope, memory)? { then } else { otherwise };
                return branch.as_ref().map_or(Ok(None), |part| part.render(scope, memory));
            }
            Part::Switch { cases, default } => {
                let mut taken = None;
                for (condition, part) in cases {
                    // Two that are true raise.
                    if condition.truth(scope, memory)? && taken.replace(part).is_some() {
                        return Err(Stop::Unsaid);
                    }
                }
                let taken = taken.or(default.as_deref());
                return taken.map_or(Ok(None), |part| part.render(scope, memory));
            }
            Part::Joined(join, part) => {
                let joined = part.render(scope, memory)?.and_then(|value| join.join(value));
                joined.ok_or(Stop::Unsaid)?
            }
        }))
    }

    /// The engine renders all keys before the first value.
    fn entries(
        entries: &[(Key, Part)],
        scope: &Scope,
        memory: &mut Memory,
    ) -> Result<Map<String, Value>, Stop> {
        let mut keys = Vec::with_capacity(entries.len());
        for (key, _) in entries {
            keys.push(match key {
                Key::Fixed(key) => key.clone(),
                Key::Computed(part) => match part.render(scope, memory)? {
                    // An operator, for the engine.
                    Some(Value::String(key)) if !key.starts_with('$') => key,
                    _ => return Err(Stop::Unsaid),
                },
            });
        }
        let mut rendered = Map::new();
        for (key, (_, part)) in keys.into_iter().zip(entries) {
            if let Some(value) = part.render(scope, memory)? {
                rendered.insert(key, value);
            }
        }
        Ok(rendered)
    }
}

/// The pieces of a string that has names in it, or keys taken of one, and no other expression.
fn pieces(text: &str) -> Option<Vec<Piece>> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some((literal, behind)) = rest.split_once("${") {
        let (_, end) = expr::tokens(behind);
        pieces.push(Piece::Literal(literal.to_owned()));
        pieces.push(Piece::Name(uses::only_chain(&behind[..end])?));
        rest = behind[end..].strip_prefix('}')?;
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    let is_plain = |piece: &Piece| !matches!(piece, Piece::Literal(text) if text.contains('$'));
    pieces.iter().all(is_plain).then_some(pieces)
}

/// What a string comes to in which all names mean strings: those go in as they are.
fn written<'s>(pieces: &'s [Piece], leaf: &Leaf, scope: &'s Scope) -> Option<String> {
    let written = |piece: &'s Piece| match piece {
        Piece::Literal(literal) => Some(literal.as_str()),
        Piece::Name(chain) => scope.find(chain)?.as_str(),
    };
    let length = pieces.iter().try_fold(0, |length, piece| Some(length + written(piece)?.len()))?;
    let write = || pieces.iter().map(written).collect();
    // Nobody waits for what is short.
    if length < LONG { write() } else { busy::at(leaf.source(), write) }
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
