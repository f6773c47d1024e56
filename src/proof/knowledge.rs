//! What is known about the names at a place of a template, without a context.

use crate::jsone::expr::{self, Lexeme};
use crate::jsone::logic::Logic;
use crate::jsone::{Context, render_value};
use crate::proof::bindings;
use crate::proof::possible;
use crate::proof::uses::{self, Chain, Engine};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// More values than this are as good as unknown.
const MOST_VALUES: usize = 16;

/// How a condition can come out; in no way where it surely raises.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Can {
    /// It can be true.
    pub hold: bool,
    /// It can be false.
    pub fail: bool,
}

impl Can {
    const BOTH: Can = Can { hold: true, fail: true };

    /// Whether it can come out at all.
    pub fn any(self) -> bool {
        self.hold || self.fail
    }

    /// Whether it can have this truth.
    pub fn be(self, truth: bool) -> bool {
        if truth { self.hold } else { self.fail }
    }

    /// What one of the two can.
    pub fn or(self, other: Can) -> Can {
        Can { hold: self.hold || other.hold, fail: self.fail || other.fail }
    }
}

/// What is known at a place.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// The values that something can have, where they can be told: of a name, or of `event.ref`.
    values: BTreeMap<Chain, Vec<Value>>,
    /// Conditions that were decided on the way here, with each name as what it stands for.
    decided: BTreeMap<String, bool>,
    /// Names that stand for something else: `head_branch` for `event.ref`.
    stands_for: BTreeMap<String, Chain>,
    /// The names that may be bound here.
    names: BTreeSet<String>,
    /// What always is a string.
    strings: Rc<BTreeSet<Chain>>,
    /// A `$let` may have bound names that cannot be told.
    is_open: bool,
}

/// A value that a `$let` binds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bound {
    /// The values that it can have; none where they cannot be told.
    pub values: Vec<Value>,
    /// What it is another name for.
    pub stands_for: Option<Chain>,
    /// Whether it may be left out.
    pub may_miss: bool,
}

impl Bound {
    /// Nothing at all.
    pub const MISSING: Bound = Bound { values: Vec::new(), stands_for: None, may_miss: true };

    /// What it is where it is one or the other.
    pub fn or(self, other: Bound) -> Bound {
        let values = match self.values.is_empty() || other.values.is_empty() {
            true => Vec::new(),
            false => union(self.values, other.values),
        };
        let stands_for = self.stands_for.filter(|chain| other.stands_for.as_ref() == Some(chain));
        Bound { values, stands_for, may_miss: self.may_miss || other.may_miss }
    }
}

impl Knowledge {
    /// What is known of an event: its `tasks_for`, the names and the kinds of value of its
    /// contexts, and the names in `added`.
    pub fn of_event(tasks_for: &str, contexts: &[Context], added: Vec<String>) -> Knowledge {
        let mut known = Knowledge { names: added.into_iter().collect(), ..Knowledge::default() };
        let (mut strings, mut others) = (BTreeSet::new(), BTreeSet::new());
        for context in contexts {
            let value = context.value();
            known.names.extend(value.as_object().into_iter().flat_map(Map::keys).cloned());
            kinds(&value, &mut Vec::new(), &mut strings, &mut others);
        }
        known.strings = Rc::new(&strings - &others);
        known.values.insert(vec!["tasks_for".to_owned()], vec![json!(tasks_for)]);
        known
    }

    /// How an expression can come out that joins no conditions.
    pub fn leaf(&self, text: &str, engine: &mut Engine) -> Can {
        if uses::asks_defined(text) {
            return Can::BOTH;
        }
        let read = engine.chains(text);
        // An inner `&&` may leave out a name, and a key of `{key: value}` is none.
        let evaluates_all = !["&&", "||", "{"].iter().any(|sign| text.contains(sign));
        let is_unbound = |chain: &Chain| !self.names.contains(&chain[0]) && !is_built_in(&chain[0]);
        if evaluates_all && !self.is_open && read.iter().any(is_unbound) {
            return Can::default();
        }
        let text = self.canonical(text);
        if let Some(&truth) = self.decided.get(&text) {
            return Can { hold: truth, fail: !truth };
        }
        let Some(contexts) = self.contexts(&engine.chains(&text)) else {
            return Can::BOTH;
        };
        contexts.into_iter().fold(Can::default(), |can, names| match engine.truth(&text, names) {
            Some(truth) => can.or(Can { hold: truth, fail: !truth }),
            None => can,
        })
    }

    /// The expression with each name as what it stands for, always written the same way.
    fn canonical(&self, text: &str) -> String {
        let (tokens, _) = expr::tokens(text);
        let (mut words, mut at) = (Vec::new(), 0);
        while at < tokens.len() {
            match uses::chain_at(text, &tokens, at) {
                Some((chain, end)) => {
                    let chain = self.origin(&chain);
                    let keys = chain[1..].iter().map(|key| format!("[{key:?}]"));
                    words.push(std::iter::once(chain[0].clone()).chain(keys).collect());
                    at = end;
                }
                None => {
                    words.push(tokens[at].text(text).to_owned());
                    at += 1;
                }
            }
        }
        words.join(" ")
    }

    /// The chain that a chain stands for: itself, mostly.
    pub fn origin(&self, chain: &Chain) -> Chain {
        match self.stands_for.get(&chain[0]) {
            Some(origin) => origin.iter().chain(&chain[1..]).cloned().collect(),
            None => chain.clone(),
        }
    }

    /// Whether what a chain leads to always is a string.
    pub fn is_string(&self, origin: &Chain) -> bool {
        self.strings.contains(origin)
    }

    /// The values of the chain or of what is around it.
    fn known(&self, chain: &Chain) -> Option<(&Chain, &Vec<Value>)> {
        (1..=chain.len()).rev().find_map(|len| self.values.get_key_value(&chain[..len]))
    }

    /// All contexts that there can be, each with no more than `origins` read; none where they
    /// cannot be told.
    fn contexts(&self, origins: &[Chain]) -> Option<Vec<Map<String, Value>>> {
        let mut contexts = vec![Map::new()];
        let mut done: Vec<&Chain> = Vec::new();
        for chain in origins.iter().filter(|chain| !is_built_in(&chain[0])) {
            let (at, values) = self.known(chain)?;
            if done.contains(&at) {
                continue;
            }
            done.push(at);
            let mut product = Vec::new();
            for names in &contexts {
                for value in values {
                    let mut names = names.clone();
                    insert(&mut names, at, value);
                    product.push(names);
                }
            }
            contexts = product;
            if contexts.len() > MOST_VALUES {
                return None;
            }
        }
        Some(contexts)
    }

    /// The values that a template value can render to; none where they cannot be told.
    pub fn rendered(&self, template: &Value) -> Vec<Value> {
        if template.to_string().contains("defined") {
            return Vec::new();
        }
        let chains = uses::chains_in(template);
        if chains.iter().any(|chain| self.stands_for.contains_key(&chain[0])) {
            // The template keeps the names; only a context has what they stand for.
            return self.through(template, &chains).unwrap_or_default();
        }
        self.contexts(&chains).map(|contexts| render_all(template, contexts)).unwrap_or_default()
    }

    /// As [`Knowledge::rendered`], with names that stand for something.
    fn through(&self, template: &Value, chains: &[Chain]) -> Option<Vec<Value>> {
        let mut known = self.clone();
        for chain in chains {
            let (_, values) = self.known(chain).or_else(|| {
                let origin = self.origin(chain);
                self.known(&origin).filter(|(at, _)| **at == origin)
            })?;
            known.values.insert(chain.clone(), values.clone());
        }
        known.contexts(chains).map(|contexts| render_all(template, contexts))
    }

    /// Adds what follows where an expression came out like this.
    pub fn assume(&mut self, text: &str, logic: &Logic, truth: bool, engine: &mut Engine) {
        let (parts, all) = match logic {
            Logic::Or(parts) => (parts, !truth),
            Logic::And(parts) => (parts, truth),
            Logic::Not(inner) => return self.assume(text, inner, !truth, engine),
            Logic::Leaf(range) => return self.assume_leaf(&text[range.clone()], truth, engine),
        };
        if all {
            parts.iter().for_each(|(_, part)| self.assume(text, part, truth, engine));
            return;
        }
        // The first of them that came out like this, those before it did not.
        let (mut before, mut joined) = (self.clone(), None::<Knowledge>);
        for (_, part) in parts {
            let can = possible::logic(text, part, &before, engine, &mut |_, _| {});
            if can.be(truth) {
                let mut decided = before.clone();
                decided.assume(text, part, truth, engine);
                joined = Some(joined.map_or(decided.clone(), |joined| joined.or(decided)));
            }
            if !can.be(!truth) {
                break;
            }
            before.assume(text, part, !truth, engine);
        }
        if let Some(joined) = joined {
            *self = joined;
        }
    }

    fn assume_leaf(&mut self, text: &str, truth: bool, engine: &mut Engine) {
        let text = self.canonical(text);
        if let Some((chain, values)) = compared(&text, truth) {
            if self.known(&chain).is_none() {
                self.values.insert(chain, values);
            }
        }
        // Of the values that something can have, those stay with which it comes out like this.
        if let [chain] = engine.chains(&text).as_slice() {
            if let Some((at, values)) = self.known(chain) {
                let fits = |value: &&Value| {
                    let mut names = Map::new();
                    insert(&mut names, at, value);
                    engine.truth(&text, names) == Some(truth)
                };
                let (at, left) = (at.clone(), values.iter().filter(fits).cloned().collect());
                self.values.insert(at, left);
            }
        }
        self.decided.insert(text, truth);
    }

    /// What is known where it is one or the other.
    fn or(mut self, other: Knowledge) -> Knowledge {
        self.values = std::mem::take(&mut self.values)
            .into_iter()
            .filter_map(|(chain, values)| {
                let values = union(values, other.values.get(&chain)?.clone());
                (values.len() <= MOST_VALUES).then_some((chain, values))
            })
            .collect();
        self.decided.retain(|text, truth| other.decided.get(text) == Some(truth));
        self.stands_for.retain(|name, chain| other.stands_for.get(name) == Some(chain));
        self.names.extend(other.names);
        self.is_open |= other.is_open;
        self
    }

    /// Binds a name to what nothing is known of.
    pub fn bind_unknown(&mut self, name: &str) {
        self.values.retain(|chain, _| chain[0] != name);
        self.decided.retain(|text, _| uses::chains(text).iter().all(|chain| chain[0] != name));
        self.stands_for.retain(|other, chain| other != name && chain[0] != name);
        self.names.insert(name.to_owned());
    }

    /// Binds what a `$let` of `template` binds, rendered where `outside` is known.
    pub fn bind(&mut self, template: &Value, outside: &Knowledge, engine: &mut Engine) {
        let Some(keys) = bindings::keys(outside, template, engine) else {
            *self = Knowledge { is_open: true, ..Knowledge::default() };
            return;
        };
        keys.keys().for_each(|name| self.bind_unknown(name));
        for (name, bound) in &keys {
            // A name that may not be bound keeps its meaning, or changes it.
            if bound.may_miss {
                continue;
            }
            // A name that is itself bound anew stands for nothing outside.
            let origin = bound.stands_for.clone().filter(|origin| !keys.contains_key(&origin[0]));
            if let Some(origin) = origin {
                self.stands_for.insert(name.clone(), origin);
            } else if !bound.values.is_empty() {
                self.values.insert(vec![name.clone()], bound.values.clone());
            }
        }
    }
}

/// The values that a comparison leaves: `x == "a"`, `x != "a"` that is false, `x in ["a", "b"]`.
fn compared(text: &str, truth: bool) -> Option<(Chain, Vec<Value>)> {
    let (tokens, _) = expr::tokens(text);
    let (chain, end) = uses::chain_at(text, &tokens, 0)?;
    let rest: Vec<_> = tokens[end..].iter().collect();
    let string = |token: &&expr::Token| token.string(text).map(|text| json!(text));
    match (rest.first()?.text(text), truth) {
        ("==", true) | ("!=", false) => match rest[1..] {
            [literal] => Some((chain, vec![string(&literal)?])),
            _ => None,
        },
        ("in", true) if rest.len() > 3 && rest[1].text(text) == "[" => {
            let mut values = Vec::new();
            for (at, token) in rest[2..rest.len() - 1].iter().enumerate() {
                match token.lexeme {
                    Lexeme::Str if at % 2 == 0 => values.extend(string(token)),
                    Lexeme::Sign if at % 2 == 1 && token.text(text) == "," => {}
                    _ => return None,
                }
            }
            let is_list = rest.last().is_some_and(|last| last.text(text) == "]");
            (is_list && values.len() <= MOST_VALUES).then_some((chain, values))
        }
        _ => None,
    }
}

fn render_all(template: &Value, contexts: Vec<Map<String, Value>>) -> Vec<Value> {
    let mut values = Vec::new();
    for names in contexts {
        let Ok(Value::Array(rendered)) = render_value(&json!([template]), &Value::Object(names))
        else {
            continue;
        };
        // Nothing is no value.
        let Some(value) = rendered.into_iter().next() else { return Vec::new() };
        values = union(values, vec![value]);
    }
    values
}

fn union(mut values: Vec<Value>, more: Vec<Value>) -> Vec<Value> {
    for value in more {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn insert(names: &mut Map<String, Value>, at: &Chain, value: &Value) {
    let mut into = names.entry(at[0].clone()).or_insert(Value::Null);
    for key in &at[1..] {
        if !into.is_object() {
            *into = json!({});
        }
        into = &mut into[key.as_str()];
    }
    *into = value.clone();
}

/// Where in a context there are strings, and where anything else.
fn kinds(
    value: &Value,
    at: &mut Chain,
    strings: &mut BTreeSet<Chain>,
    others: &mut BTreeSet<Chain>,
) {
    match value {
        Value::String(_) => drop(strings.insert(at.clone())),
        Value::Object(map) => {
            for (key, value) in map {
                at.push(key.clone());
                kinds(value, at, strings, others);
                at.pop();
            }
        }
        _ => drop(others.insert(at.clone())),
    }
}

/// The functions that the engine itself gives
/// (<https://json-e.js.org/language.html#built-in-functions-and-variables>).
fn is_built_in(name: &str) -> bool {
    const NAMES: [&str; 22] = [
        "abs", "as_slugid", "ceil", "defined", "floor", "fromNow", "join", "len", "lowercase",
        "lstrip", "max", "min", "now", "number", "range", "rstrip", "split", "sqrt", "str",
        "strip", "typeof", "uppercase",
    ];
    NAMES.contains(&name)
}
