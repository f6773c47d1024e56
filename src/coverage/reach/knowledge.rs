//! What is known about the names at a place of a template, without a context.

use crate::coverage::compared::{self, Says};
use crate::coverage::reach::bindings::{self, union};
use crate::coverage::reach::possible::{self, Can};
use crate::coverage::uses::{self, Chain, Engine, is_built_in};
use crate::jsone::expr;
use crate::jsone::logic::Logic;
use crate::jsone::{Context, render_value};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// More values than this are as good as unknown.
const MOST_VALUES: usize = 16;

/// What follows from an expression with more operands, or nested deeper, is left unknown: each
/// level is looked at three times.
const MOST_OPERANDS: usize = 24;
const MOST_LEVELS: usize = 4;

/// What is known at a place.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// The values that something can have, where they can be told: of a name, or of `event.ref`.
    values: BTreeMap<Chain, Vec<Value>>,
    /// What strings start with.
    starts: BTreeMap<Chain, String>,
    /// Conditions that were decided on the way here, with each name as what it stands for.
    decided: BTreeMap<String, bool>,
    /// Names that stand for something else: `head_branch` for `event.ref`.
    stands_for: BTreeMap<String, Chain>,
    /// The names that may be bound here.
    names: BTreeSet<String>,
    /// What always is a string.
    strings: Arc<BTreeSet<Chain>>,
    /// A `$let` may have bound names that cannot be told.
    is_open: bool,
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
        known.strings = Arc::new(&strings - &others);
        known.values.insert(vec!["tasks_for".to_owned()], vec![json!(tasks_for)]);
        // "The full git ref that was pushed", says GitHub of its push event
        // (https://docs.github.com/en/webhooks/webhook-events-and-payloads#push).
        let git_ref = vec!["event".to_owned(), "ref".to_owned()];
        if known.strings.contains(&git_ref) {
            known.starts.insert(git_ref, "refs/".to_owned());
        }
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
        let read = engine.chains(&text);
        let Some(contexts) = self.contexts(&read) else {
            let start = read.first().and_then(|chain| self.starts.get(chain));
            return match start.and_then(|start| compared::truth(&text, start)) {
                Some(truth) => Can { hold: truth, fail: !truth },
                None => Can::BOTH,
            };
        };
        contexts.into_iter().fold(Can::default(), |can, names| match engine.truth(&text, names) {
            Some(truth) => can.or(Can { hold: truth, fail: !truth }),
            None => can,
        })
    }

    /// The expression with each chain as what it stands for, always written the same way. All
    /// else stays: the engine is particular about spaces.
    fn canonical(&self, text: &str) -> String {
        let (tokens, _) = expr::tokens(text);
        let (mut out, mut done, mut at) = (String::new(), 0, 0);
        while at < tokens.len() {
            let Some((chain, end)) = uses::chain_at(text, &tokens, at) else {
                at += 1;
                continue;
            };
            let chain = self.origin(&chain);
            out.push_str(&text[done..tokens[at].span.start]);
            out.push_str(&chain[0]);
            for key in &chain[1..] {
                // JSON-e's strings know no escapes.
                let quote = if key.contains('"') { '\'' } else { '"' };
                out.push_str(&format!("[{quote}{key}{quote}]"));
            }
            (done, at) = (tokens[end - 1].span.end, end);
        }
        out.push_str(&text[done..]);
        out
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
        if !is_simple(logic) {
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
        match compared::says(&text, truth) {
            Some((chain, Says::OneOf(strings)))
                if self.known(&chain).is_none() && strings.len() <= MOST_VALUES =>
            {
                self.values.insert(chain, strings.into_iter().map(Value::String).collect());
            }
            Some((chain, Says::StartsWith(start))) => {
                let known = self.starts.entry(chain).or_default();
                if start.len() > known.len() {
                    *known = start;
                }
            }
            _ => {}
        }
        // Of branches and tags, what is not one is the other.
        if let Some((chain, Says::StartsWith(start))) = compared::says(&text, !truth) {
            let known = self.starts.get_mut(&chain).filter(|known| *known == "refs/");
            match (known, start.as_str()) {
                (Some(known), "refs/heads/") => *known = "refs/tags/".to_owned(),
                (Some(known), "refs/tags/") => *known = "refs/heads/".to_owned(),
                _ => {}
            }
        }
        // Of the values that something can have, those stay with which it comes out like this.
        if let [chain] = engine.chains(&text).as_slice()
            && let Some((at, values)) = self.known(chain)
        {
            let fits = |value: &&Value| {
                let mut names = Map::new();
                insert(&mut names, at, value);
                engine.truth(&text, names) == Some(truth)
            };
            let (at, left) = (at.clone(), values.iter().filter(fits).cloned().collect());
            self.values.insert(at, left);
        }
        self.decided.insert(text, truth);
    }

    /// What a string starts with.
    fn start(&self, chain: &Chain) -> Option<String> {
        let strings = self.values.get(chain).map(|values| values.iter().map(Value::as_str));
        let start = strings.and_then(|strings| {
            strings.map(|text| text.map(str::to_owned)).reduce(|a, b| Some(common(&a?, &b?)))?
        });
        start.or_else(|| self.starts.get(chain).cloned())
    }

    /// What is known where it is one or the other.
    fn or(mut self, other: Knowledge) -> Knowledge {
        // Before the values: they tell starts, too.
        let chains: BTreeSet<Chain> =
            self.starts.keys().chain(other.starts.keys()).cloned().collect();
        for chain in chains {
            let start = self.start(&chain).zip(other.start(&chain)).map(|(a, b)| common(&a, &b));
            match start {
                Some(start) => drop(self.starts.insert(chain, start)),
                None => drop(self.starts.remove(&chain)),
            }
        }
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
        self.starts.retain(|chain, _| chain[0] != name);
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

fn is_simple(logic: &Logic) -> bool {
    fn levels(logic: &Logic) -> usize {
        match logic {
            Logic::Or(parts) | Logic::And(parts) => {
                1 + parts.iter().map(|(_, part)| levels(part)).max().unwrap_or_default()
            }
            Logic::Not(inner) => levels(inner),
            Logic::Leaf(_) => 0,
        }
    }
    logic.operands().len() <= MOST_OPERANDS && levels(logic) <= MOST_LEVELS
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

/// What two strings both start with.
fn common(a: &str, b: &str) -> String {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
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
