//! Following a render through a template's conditions.

use crate::coverage::conditions::{Bound, Conditions, Each, Part};
use crate::coverage::engine::Engine;
use crate::jsone::Shape;
use crate::jsone::uses::project;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::rc::Rc;

/// Follows renders of one template, and remembers what the engine found from one to the next.
pub struct Follow<'c> {
    conditions: &'c Conditions,
    engine: Engine,
    reached: Vec<bool>,
}

impl Follow<'_> {
    /// Starts with nothing known.
    pub fn new(conditions: &Conditions) -> Follow<'_> {
        Follow { conditions, engine: Engine::default(), reached: Vec::new() }
    }

    /// Which outcomes are reached when a context of this shape is rendered: for the outcome `n`,
    /// false at `2 * n` and true at `2 * n + 1`. `names` is what the names mean outside of the
    /// template.
    pub fn reach(&mut self, shape: Shape, names: Map<String, Value>) -> Vec<bool> {
        self.reached = vec![false; 2 * self.conditions.outcomes.len()];
        let part = match shape {
            Shape::Hook => self.conditions.first_task.clone(),
            Shape::Document { .. } => self.conditions.document.clone(),
        };
        // None: the render raises here, and so ends.
        let _ = self.part(&part, &Scope::new(names, None));
        std::mem::take(&mut self.reached)
    }

    /// None where the render raises.
    fn part(&mut self, part: &Part, scope: &Scope) -> Option<()> {
        match part {
            Part::All(parts) => parts.iter().try_for_each(|part| self.part(part, scope)),
            Part::Shared(part) => self.part(part, scope),
            Part::Expression(at) => self.truth(*at, scope).map(drop),
            Part::If { condition, then, otherwise } => {
                let next = if self.truth(*condition, scope)? { then } else { otherwise };
                self.part(next, scope)
            }
            Part::Cases { cases, default } => {
                let mut taken = Vec::new();
                for (condition, part) in cases {
                    if self.truth(*condition, scope)? {
                        taken.push(part);
                    }
                }
                match taken.is_empty() {
                    true => self.part(default, scope),
                    false => taken.into_iter().try_for_each(|part| self.part(part, scope)),
                }
            }
            Part::Let { bound, before, inner } => {
                self.part(before, scope)?;
                let bound = self.render(bound, scope)?;
                let names = bound.as_object()?.clone();
                self.part(inner, &Scope::new(names, Some(scope)))
            }
            Part::Each(each) => self.each(each, scope),
        }
    }

    fn each(&mut self, each: &Each, scope: &Scope) -> Option<()> {
        self.part(&each.before, scope)?;
        let items: Vec<(Value, Value)> = match Value::clone(&*self.render(&each.items, scope)?) {
            Value::Array(items) => {
                items.into_iter().enumerate().map(|(at, item)| (item, json!(at))).collect()
            }
            Value::Object(map) if each.names.len() > 1 => {
                map.into_iter().map(|(key, value)| (value, json!(key))).collect()
            }
            Value::Object(map) => map
                .into_iter()
                .map(|(key, value)| (json!({"key": key, "val": value}), json!(key)))
                .collect(),
            _ => return None,
        };
        let mut gathered = each.gathers.as_ref().map(|(initial, _)| initial.clone());
        for (item, at) in items {
            let values = gathered.iter().cloned().chain([item, at]);
            let names = each.names.iter().cloned().zip(values).collect();
            let scope = Scope::new(names, Some(scope));
            match &each.body {
                Part::Expression(condition) => {
                    if self.truth(*condition, &scope)? && each.finds {
                        break;
                    }
                }
                body => self.part(body, &scope)?,
            }
            if let Some((_, next)) = &each.gathers {
                gathered = Some(Value::clone(&*self.render(next, &scope)?));
            }
        }
        Some(())
    }

    /// The truth of an expression, with all outcomes that lead to it written down.
    fn truth(&mut self, at: usize, scope: &Scope) -> Option<bool> {
        let expression = &self.conditions.expressions[at];
        let engine = &mut self.engine;
        let mut seen = Vec::new();
        let truth = expression.logic.truth(
            &mut |range| {
                let text = &expression.text[range.clone()];
                let chains = engine.chains(text);
                engine.truth(text, project(&chains, |name| scope.get(name)))
            },
            &mut |range, truth| seen.push((expression.operands[&(range.start, range.end)], truth)),
        );
        seen.extend(expression.whole.zip(truth));
        for (outcome, truth) in seen {
            self.reached[2 * outcome + usize::from(truth)] = true;
        }
        truth
    }

    fn render(&mut self, bound: &Bound, scope: &Scope) -> Option<Rc<Value>> {
        let names = project(&bound.chains, |name| scope.get(name));
        self.engine.value(bound.id, &bound.template, names)
    }
}

/// What the names mean at a place of the template.
struct Scope<'s> {
    names: HashMap<String, Value>,
    outer: Option<&'s Scope<'s>>,
}

impl<'s> Scope<'s> {
    fn new(names: Map<String, Value>, outer: Option<&'s Scope<'s>>) -> Scope<'s> {
        Scope { names: names.into_iter().collect(), outer }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.names.get(name).or_else(|| self.outer?.get(name))
    }
}
