//! Where the value of a payload goes.
//!
//! A retrigger renders another payload than before. That changes nothing else only where the payload's
//! value goes nowhere else: it may be passed on as the task's payload, or within the task, and must not
//! be read by an expression, merged into, or rendered again on the way. Only what an action can render
//! counts: elsewhere the payload is what it was.

use crate::jsone::expr;
use crate::jsone::walk::{self, operator};
use crate::proof::scope::{Bound, Scope, can_be, variable};
use crate::template::{Path, Template};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::rc::Rc;

/// Checks, for an action's task (`tasks[0]`), that the values at `places` go on as the payload of that
/// task only. Errs with the lines of `template` of the place and of what else uses its value.
pub fn check(template: &Template, places: &[Path]) -> Result<(), String> {
    let path = Path::root().key("tasks").index(0);
    let Some(task) = path.find(template.value()) else { return Ok(()) };
    let mut flow = Flow { places, used: None, known: HashMap::new(), holders: HashMap::new() };
    match flow.value(task, &path, Role::Task, &Scope::default()) {
        Ok(_) => Ok(()),
        Err(Elsewhere { place, used, how }) => Err(format!(
            "the payload on line {} goes elsewhere, too: line {} {how}, and a retrigger could differ \
             in more than its payload",
            template.line(&place),
            template.line(&used)
        )),
    }
}

/// What a value is for the task that is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Role {
    /// The task itself, or a mapping that is merged into it.
    Task,
    /// The task's payload, all of it.
    Payload,
    /// Bound to a name, and not read: what raises in it, raises all the same.
    Held,
    /// Anything else.
    Other,
}

/// A use of a place's value that is not the task's payload.
struct Elsewhere {
    place: Path,
    used: Path,
    how: &'static str,
}

struct Flow<'p> {
    places: &'p [Path],
    /// The expression that the value which is looked at was read by.
    used: Option<Path>,
    /// For each value and role, once it was found in order: whether a place's value is in it.
    known: HashMap<(Path, Role), bool>,
    /// For each value that is merged into the task, by where it stands: whether it may have a payload.
    holders: HashMap<*const Value, bool>,
}

impl<'p> Flow<'p> {
    /// Follows a value; gives whether a place's value is in it.
    fn value<'t>(
        &mut self,
        value: &'t Value,
        path: &Path,
        role: Role,
        scope: &Scope<'t>,
    ) -> Result<bool, Elsewhere> {
        let key = (path.clone(), role);
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let is_place = self.places.contains(path);
        if is_place && role == Role::Other {
            return Err(match self.used.clone() {
                Some(used) => Elsewhere { place: path.clone(), used, how: "reads it" },
                None => {
                    let how = "is no task's own `payload`";
                    Elsewhere { place: path.clone(), used: path.clone(), how }
                }
            });
        }
        // What is inside of a payload goes where the payload goes, as a part of it.
        let inner = if is_place { Role::Other } else { role };
        let part = if inner == Role::Held { Role::Held } else { Role::Other };
        let found = match value {
            Value::String(text) => self.interpolations(text, path, scope)?,
            Value::Array(items) => {
                let mut found = false;
                for (at, item) in items.iter().enumerate() {
                    found |= self.value(item, &path.index(at), part, scope)?;
                }
                found
            }
            Value::Object(map) => match operator(map) {
                Some(name) => self.operator(name, map, path, inner, scope)?,
                None => self.mapping(map, path, inner, scope)?,
            },
            _ => false,
        };
        self.known.insert(key, found || is_place);
        Ok(found || is_place)
    }

    fn mapping<'t>(
        &mut self,
        map: &'t Map<String, Value>,
        path: &Path,
        role: Role,
        scope: &Scope<'t>,
    ) -> Result<bool, Elsewhere> {
        let mut found = false;
        for (key, value) in map {
            let inside = path.key(key);
            found |= self.interpolations(key, &inside, scope)?;
            let is_payload = role == Role::Task && key == "payload";
            let role = match role {
                Role::Held => Role::Held,
                _ if is_payload => Role::Payload,
                _ => Role::Other,
            };
            let has_place = self.value(value, &inside, role, scope)?;
            // Of two keys that come out alike, production takes the later one's value.
            let made = map.keys().find(|key| key.contains("${"));
            if let Some(made) = made.filter(|_| is_payload && has_place) {
                let how = "has a key that may come out as `payload`";
                return Err(Elsewhere { place: inside, used: path.key(made), how });
            }
            found |= has_place;
        }
        Ok(found)
    }

    fn operator<'t>(
        &mut self,
        name: &str,
        map: &'t Map<String, Value>,
        path: &Path,
        role: Role,
        scope: &Scope<'t>,
    ) -> Result<bool, Elsewhere> {
        let (operand, inside) = (&map[name], path.key(name));
        match (name, operand) {
            ("$eval", Value::String(text)) => {
                match variable(text).and_then(|name| scope.names.get(name)).cloned() {
                    Some(bound) => self.bound(&bound, &inside, role),
                    None => self.expression(text, &inside, scope),
                }
            }
            ("$if", Value::String(text)) => {
                let mut found = self.expression(text, &inside, scope)?;
                for (key, outcome) in [("then", true), ("else", false)] {
                    if let Some(value) = map.get(key).filter(|_| can_be(text, outcome, scope)) {
                        found |= self.value(value, &path.key(key), role, scope)?;
                    }
                }
                Ok(found)
            }
            ("$switch" | "$match", Value::Object(cases)) => {
                let role = if name == "$switch" { role } else { Role::Other };
                let mut found = false;
                for (condition, value) in cases {
                    let inside = inside.key(condition);
                    if condition != "$default" {
                        found |= self.expression(condition, &inside, scope)?;
                    }
                    if condition == "$default" || can_be(condition, true, scope) {
                        found |= self.value(value, &inside, role, scope)?;
                    }
                }
                Ok(found)
            }
            ("$let", _) => {
                let (names, mut found) = self.names(operand, &inside, scope)?;
                if let Some(value) = map.get("in") {
                    found |= self.value(value, &path.key("in"), role, &names)?;
                }
                Ok(found)
            }
            ("$merge" | "$mergeDeep", Value::Array(items)) if role == Role::Task => {
                self.merged(items, &inside, scope)
            }
            ("$merge" | "$mergeDeep", Value::Array(_)) if role == Role::Held => {
                self.value(operand, &inside, Role::Held, scope)
            }
            _ => {
                let mut found = false;
                for (key, value) in map {
                    let inside = path.key(key);
                    let inner = scope.with_each(key);
                    let scope = &inner;
                    found |= match value {
                        Value::String(text)
                            if key.ends_with(')') && matches!(name, "$find" | "$sort") =>
                        {
                            self.expression(text, &inside, scope)?
                        }
                        _ => self.value(value, &inside, Role::Other, scope)?,
                    };
                }
                Ok(found)
            }
        }
    }

    /// The scope inside of a `$let`. What is bound is rendered in any case, and followed further where it
    /// is used.
    fn names<'t>(
        &mut self,
        operand: &'t Value,
        path: &Path,
        scope: &Scope<'t>,
    ) -> Result<(Scope<'t>, bool), Elsewhere> {
        let mut inner = scope.clone();
        let mut found = false;
        match operand.as_object().filter(|map| operator(map).is_none()) {
            None => {
                inner.is_open = true;
                found = self.value(operand, path, Role::Other, scope)?;
            }
            Some(map) => {
                for (key, value) in map {
                    let path = path.key(key);
                    if key.contains("${") {
                        inner.is_open = true;
                        found |= self.interpolations(key, &path, scope)?;
                        found |= self.value(value, &path, Role::Other, scope)?;
                        continue;
                    }
                    self.value(value, &path, Role::Held, scope)?;
                    let bound = Bound { value, path, scope: scope.clone() };
                    inner.names.insert(key, Rc::new(bound));
                }
            }
        }
        Ok((inner, found))
    }

    /// The items of a `$merge` into the task: one of them may bring a payload.
    fn merged<'t>(
        &mut self,
        items: &'t [Value],
        path: &Path,
        scope: &Scope<'t>,
    ) -> Result<bool, Elsewhere> {
        let (mut found, mut holders) = (false, Vec::new());
        for (at, item) in items.iter().enumerate() {
            found |= self.value(item, &path.index(at), Role::Task, scope)?;
            if self.may_have_payload(item, scope) {
                holders.push(at);
            }
        }
        match (found, holders.as_slice()) {
            (true, [_, second, ..]) => {
                let place = self.places.first().cloned().unwrap_or_default();
                let place = self.places.iter().find(|place| path.contains(place)).unwrap_or(&place);
                let how = "may bring a `payload` that is merged with it";
                Err(Elsewhere { place: place.clone(), used: path.index(*second), how })
            }
            _ => Ok(found),
        }
    }

    /// Whether a mapping that is merged into a task may have a key `payload`.
    fn may_have_payload(&mut self, value: &Value, scope: &Scope) -> bool {
        let at: *const Value = value;
        if let Some(known) = self.holders.get(&at) {
            return *known;
        }
        let may = self.finds_payload(value, scope);
        self.holders.insert(at, may);
        may
    }

    fn finds_payload(&mut self, value: &Value, scope: &Scope) -> bool {
        let Value::Object(map) = value else { return true };
        let Some(name) = operator(map) else {
            return map.keys().any(|key| key == "payload" || key.contains("${"));
        };
        match (name, &map[name]) {
            ("$if", Value::String(text)) => {
                [("then", true), ("else", false)].iter().any(|(key, outcome)| {
                    let value = map.get(*key).filter(|_| can_be(text, *outcome, scope));
                    value.is_some_and(|value| self.may_have_payload(value, scope))
                })
            }
            ("$switch", Value::Object(cases)) => cases.iter().any(|(condition, value)| {
                let can_be = condition == "$default" || can_be(condition, true, scope);
                can_be && self.may_have_payload(value, scope)
            }),
            ("$merge" | "$mergeDeep", Value::Array(items)) => {
                items.iter().any(|item| self.may_have_payload(item, scope))
            }
            ("$eval", Value::String(text)) => {
                let name = variable(text).filter(|name| !scope.is_hidden(name));
                match name.and_then(|name| scope.names.get(name)) {
                    Some(bound) => self.may_have_payload(bound.value, &bound.scope),
                    None => true,
                }
            }
            ("$let", Value::Object(names)) => {
                let mut inner = scope.clone();
                inner.is_open |= operator(names).is_some();
                for (name, value) in names {
                    inner.is_open |= name.contains("${");
                    let bound = Bound { value, path: Path::root(), scope: scope.clone() };
                    inner.names.insert(name, Rc::new(bound));
                }
                map.get("in").is_none_or(|value| self.may_have_payload(value, &inner))
            }
            _ => true,
        }
    }

    fn bound<'t>(&mut self, bound: &Bound<'t>, used: &Path, role: Role) -> Result<bool, Elsewhere> {
        let outer = self.used.replace(used.clone());
        let found = self.value(bound.value, &bound.path, role, &bound.scope);
        self.used = outer;
        found
    }

    fn expression(&mut self, text: &str, path: &Path, scope: &Scope) -> Result<bool, Elsewhere> {
        let mut found = false;
        for name in expr::names(text, &expr::tokens(text).0) {
            if let Some(bound) = scope.names.get(name).cloned() {
                found |= self.bound(&bound, path, Role::Other)?;
            }
        }
        Ok(found)
    }

    fn interpolations(
        &mut self,
        text: &str,
        path: &Path,
        scope: &Scope,
    ) -> Result<bool, Elsewhere> {
        let mut found = Ok(false);
        walk::interpolations(text, &mut |expression| {
            if let Ok(before) = found {
                found = self.expression(expression, path, scope).map(|now| now || before);
            }
        });
        found
    }
}
