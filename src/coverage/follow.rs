//! Following a render through a template's conditions.

use crate::coverage::conditions::{Bound, Conditions, Each, Part};
use crate::coverage::engine::Engine;
use crate::jsone::uses::project;
use crate::jsone::{Context, Memory, Scope, Shape};
use serde_json::{Map, Value, json};
use std::rc::Rc;

/// Follows renders of one template, and remembers what the engine found from one to the next.
pub struct Follow<'c> {
    conditions: &'c Conditions,
    engine: Engine,
    memory: Memory,
    /// Whether the engine gives the context's numbers back as they are.
    is_plain: bool,
    reached: Vec<bool>,
}

impl Follow<'_> {
    /// Starts with nothing known of the template.
    pub fn new(conditions: &Conditions) -> Follow<'_> {
        let (engine, memory) = (Engine::default(), Memory::default());
        Follow { conditions, engine, memory, is_plain: false, reached: Vec::new() }
    }

    /// Which outcomes are reached when a context is rendered: for the outcome `n`, false at `2 * n` and
    /// true at `2 * n + 1`. `names` is what the names mean outside of the template.
    pub fn reach(&mut self, context: &Context, names: &Map<String, Value>) -> Vec<bool> {
        self.reached = vec![false; 2 * self.conditions.outcomes.len()];
        self.is_plain = context.is_plain();
        let conditions = self.conditions;
        let part = match context.shape() {
            Shape::Hook => &conditions.first_task,
            Shape::Document { .. } => &conditions.document,
        };
        // None: the render raises here, and so ends.
        let _ = self.part(part, &Scope { names, outer: None });
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
                let names = bound.as_object()?;
                self.part(inner, &Scope { names, outer: Some(scope) })
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
            let scope = Scope { names: &names, outer: Some(scope) };
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
        let (memory, reached) = (&mut self.memory, &mut self.reached);
        let mut see = |outcome: usize, truth| reached[2 * outcome + usize::from(truth)] = true;
        let truth = expression.logic.truth(
            &mut |range| memory.truth(&expression.leaves[&(range.start, range.end)], scope).ok(),
            &mut |range, truth| see(expression.operands[&(range.start, range.end)], truth),
        );
        if let Some((outcome, truth)) = expression.whole.zip(truth) {
            see(outcome, truth);
        }
        truth
    }

    fn render(&mut self, bound: &Bound, scope: &Scope) -> Option<Rc<Value>> {
        let parts = bound.parts.as_ref().filter(|_| self.is_plain);
        if let Some(rendered) = parts.and_then(|parts| parts.render_in(scope, &mut self.memory)) {
            return rendered.ok().map(Rc::new);
        }
        let names = project(&bound.chains, |name| scope.get(name));
        self.engine.value(bound.id, &bound.template, names)
    }
}
