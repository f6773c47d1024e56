//! What a `$let` binds, as far as that can be told without a context.

use crate::coverage::reach::knowledge::Knowledge;
use crate::coverage::reach::possible;
use crate::coverage::uses::{self, Chain, Engine};
use crate::jsone::logic::Logic;
use crate::jsone::walk::{self, operator};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

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

/// The names that `template` binds as the value of a `$let`; none where they cannot be told.
pub fn keys(
    known: &Knowledge,
    template: &Value,
    engine: &mut Engine,
) -> Option<BTreeMap<String, Bound>> {
    let map = template.as_object()?;
    if let Some(ways) = ways(known, map, engine) {
        let mut all: Option<BTreeMap<String, Bound>> = None;
        for (known, value) in ways {
            let keys = value.map_or(Some(BTreeMap::new()), |value| keys(&known, value, engine))?;
            all = Some(match all {
                None => keys,
                Some(all) => either(all, keys),
            });
        }
        return Some(all.unwrap_or_default());
    }
    match operator(map) {
        None => {
            let mut keys = BTreeMap::new();
            for (name, template) in map {
                if name.contains("${") {
                    return None;
                }
                keys.insert(name.clone(), value(known, template, engine));
            }
            Some(keys)
        }
        Some("$merge") => {
            let mut all: BTreeMap<String, Bound> = BTreeMap::new();
            for part in map["$merge"].as_array()? {
                for (name, key) in keys(known, part, engine)? {
                    let key = match all.remove(&name) {
                        // It may be left as it was.
                        Some(before) if key.may_miss => {
                            let may_miss = before.may_miss;
                            Bound { may_miss, ..before.or(key) }
                        }
                        _ => key,
                    };
                    all.insert(name, key);
                }
            }
            Some(all)
        }
        _ => None,
    }
}

/// A value where a `$let` binds it.
fn value(known: &Knowledge, template: &Value, engine: &mut Engine) -> Bound {
    let map = template.as_object();
    if let Some(ways) = map.and_then(|map| ways(known, map, engine)) {
        let bound = ways.into_iter().map(|(known, template)| {
            template.map_or(Bound::MISSING, |template| value(&known, template, engine))
        });
        return bound.reduce(Bound::or).unwrap_or(Bound::MISSING);
    }
    let values = known.rendered(template);
    let may_miss = values.is_empty() && map.is_some_and(|map| operator(map).is_some());
    let stands_for = stands_for(known, template);
    Bound { may_miss: may_miss && stands_for.is_none(), values, stands_for }
}

/// What a value is another name for: `{$eval: event.ref}`, or `${event.ref}` where that always
/// is a string.
fn stands_for(known: &Knowledge, template: &Value) -> Option<Chain> {
    match template {
        Value::Object(map) if map.len() == 1 => {
            let chain = uses::only_chain(map.get("$eval")?.as_str()?)?;
            Some(known.origin(&chain))
        }
        Value::String(text) => {
            let mut chain = None;
            walk::visit(template, &mut |_, _, expression| {
                if format!("${{{expression}}}") == *text {
                    chain = uses::only_chain(expression);
                }
            });
            let origin = known.origin(&chain?);
            known.is_string(&origin).then_some(origin)
        }
        _ => None,
    }
}

/// The values that an `$if` or a `$switch` may lead to (none for nothing), each with what is known
/// behind its condition. None where it is no such operator.
fn ways<'v>(
    known: &Knowledge,
    map: &'v Map<String, Value>,
    engine: &mut Engine,
) -> Option<Vec<(Knowledge, Option<&'v Value>)>> {
    let mut ways = Vec::new();
    let behind = |text: &str, truth: bool, known: &Knowledge, engine: &mut Engine| {
        let mut known = known.clone();
        known.assume(text, &Logic::parse(text), truth, engine);
        known
    };
    let can = |text: &str, engine: &mut Engine| {
        possible::logic(text, &Logic::parse(text), known, engine, &mut |_, _| {})
    };
    match (operator(map)?, map.get("$if"), map.get("$switch")) {
        ("$if", Some(Value::String(text)), _) => {
            let can = can(text, engine);
            for (truth, key) in [(true, "then"), (false, "else")] {
                if can.be(truth) {
                    ways.push((behind(text, truth, known, engine), map.get(key)));
                }
            }
        }
        ("$switch", _, Some(Value::Object(cases))) => {
            let mut otherwise = Some(known.clone());
            for (text, value) in cases.iter().filter(|(text, _)| *text != "$default") {
                let can = can(text, engine);
                if can.hold {
                    ways.push((behind(text, true, known, engine), Some(value)));
                }
                otherwise =
                    otherwise.filter(|_| can.fail).map(|known| behind(text, false, &known, engine));
            }
            ways.extend(otherwise.map(|known| (known, cases.get("$default"))));
        }
        _ => return None,
    }
    Some(ways)
}

/// The keys where it is one or the other.
fn either(mut a: BTreeMap<String, Bound>, b: BTreeMap<String, Bound>) -> BTreeMap<String, Bound> {
    let mut both = BTreeMap::new();
    for (name, bound) in b {
        let other = a.remove(&name).unwrap_or(Bound::MISSING);
        both.insert(name, other.or(bound));
    }
    both.extend(a.into_iter().map(|(name, bound)| (name, bound.or(Bound::MISSING))));
    both
}

/// The values of both, each once.
pub fn union(mut values: Vec<Value>, more: Vec<Value>) -> Vec<Value> {
    for value in more {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}
