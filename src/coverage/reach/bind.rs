//! What a `$let` binds, as far as that can be told without a context.

use crate::coverage::engine::Engine;
use crate::coverage::reach::condition::{self, Condition};
use crate::coverage::reach::environment::Environment;
use crate::coverage::reach::value::AbstractValue;
use crate::jsone::logic::Logic;
use crate::jsone::uses::{self, Chain};
use crate::jsone::walk::{self, operator};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

type Bound = BTreeMap<String, AbstractValue>;

/// The environment inside of a `$let` that binds what `template` renders to.
pub fn inside(environment: &Environment, template: &Value, engine: &mut Engine) -> Environment {
    match bound(environment, template, engine) {
        Some(bound) => environment.binding(bound),
        None => Environment::open(),
    }
}

/// The names that a template binds, and their values; none where the names cannot be told.
fn bound(environment: &Environment, template: &Value, engine: &mut Engine) -> Option<Bound> {
    let map = template.as_object()?;
    if let Some(ways) = ways(environment, map, engine) {
        let mut each = ways.into_iter().map(|(environment, value)| match value {
            Some(value) => bound(&environment, value, engine),
            None => Some(Bound::new()),
        });
        let first = each.next().unwrap_or_else(|| Some(Bound::new()))?;
        return each.try_fold(first, |all, names| Some(join(all, names?)));
    }
    match operator(map) {
        None if map.keys().any(|name| name.contains("${")) => None,
        None => Some(
            map.iter()
                .map(|(name, template)| (name.clone(), value(environment, template, engine)))
                .collect(),
        ),
        Some("$merge") => {
            let mut all = Bound::new();
            for part in map["$merge"].as_array()? {
                all.extend(bound(environment, part, engine)?);
            }
            Some(all)
        }
        _ => None,
    }
}

/// The value of a template where a `$let` binds it.
fn value(environment: &Environment, template: &Value, engine: &mut Engine) -> AbstractValue {
    if let Some(ways) = template.as_object().and_then(|map| ways(environment, map, engine)) {
        let values = ways.into_iter().map(|(environment, template)| match template {
            Some(template) => value(&environment, template, engine),
            None => AbstractValue::Any,
        });
        return values.reduce(AbstractValue::join).unwrap_or(AbstractValue::Any);
    }
    match (environment.rendered(template), same_as(environment, template)) {
        (AbstractValue::Any, Some(chain)) => AbstractValue::SameAs(chain),
        (value, _) => value,
    }
}

/// What a template is another name for: `{$eval: event.ref}`, or `${event.ref}` where that always
/// is a string.
fn same_as(environment: &Environment, template: &Value) -> Option<Chain> {
    match template {
        Value::Object(map) if map.len() == 1 => {
            let chain = uses::only_chain(map.get("$eval")?.as_str()?)?;
            Some(environment.origin(&chain))
        }
        Value::String(text) => {
            let mut chain = None;
            walk::visit(template, &mut |_, _, expression| {
                if format!("${{{expression}}}") == *text {
                    chain = uses::only_chain(expression);
                }
            });
            let origin = environment.origin(&chain?);
            environment.is_string(&origin).then_some(origin)
        }
        _ => None,
    }
}

/// The values that an `$if` or a `$switch` may lead to (none for nothing), each with the
/// environment behind its condition. None where it is no such operator.
fn ways<'v>(
    environment: &Environment,
    map: &'v Map<String, Value>,
    engine: &mut Engine,
) -> Option<Vec<(Environment, Option<&'v Value>)>> {
    match (operator(map)?, map.get("$if"), map.get("$switch")) {
        ("$if", Some(Value::String(text)), _) => {
            let logic = Logic::parse(text);
            let branches =
                condition::quietly(Condition { text, logic: &logic }, environment, engine);
            let ways = [(branches.holds, "then"), (branches.fails, "else")];
            Some(ways.into_iter().filter_map(|(way, key)| Some((way?, map.get(key)))).collect())
        }
        ("$switch", _, Some(Value::Object(cases))) => {
            let named = cases.iter().filter(|(text, _)| *text != "$default");
            let parsed: Vec<_> =
                named.map(|(text, value)| (text, Logic::parse(text), value)).collect();
            let conditions = parsed.iter().map(|(text, logic, _)| Condition { text, logic });
            let mut ways = Vec::new();
            for (condition, (.., value)) in conditions.clone().zip(&parsed) {
                let holds = condition::quietly(condition, environment, engine).holds;
                ways.extend(holds.map(|way| (way, Some(*value))));
            }
            let otherwise = condition::otherwise(conditions, environment, engine);
            ways.extend(otherwise.map(|way| (way, cases.get("$default"))));
            Some(ways)
        }
        _ => None,
    }
}

/// What is bound where it is one or the other: a name that only one of them binds may be anything.
fn join(one: Bound, mut other: Bound) -> Bound {
    let mut both = Bound::new();
    for (name, value) in one {
        let joined = other.remove(&name).map_or(AbstractValue::Any, |other| value.join(other));
        both.insert(name, joined);
    }
    both.extend(other.into_keys().map(|name| (name, AbstractValue::Any)));
    both
}
