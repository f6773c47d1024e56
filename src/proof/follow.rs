//! Following a render through a template's conditions.

use crate::jsone::{Shape, render_value};
use crate::proof::conditions::{Bound, Conditions, Each, Part, looked_up};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::rc::Rc;

/// Marks the outcomes that are reached when a context of this shape is rendered; `names` is what
/// the names mean outside of the template.
pub fn follow(conditions: &mut Conditions, shape: Shape, names: Map<String, Value>) {
    let part = match shape {
        Shape::Hook => conditions.first_task.clone(),
        Shape::Document { .. } => conditions.document.clone(),
    };
    let names = names.into_iter().map(|(name, value)| (name, Rc::new(value))).collect();
    // None: the render raises here, and so ends.
    let _ = Follow { conditions }.part(&part, &Scope(names));
}

struct Follow<'c> {
    conditions: &'c mut Conditions,
}

impl Follow<'_> {
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
                let Value::Object(bound) = scope.render(bound)? else {
                    return None;
                };
                self.part(inner, &scope.with(bound))
            }
            Part::Each(each) => self.each(each, scope),
        }
    }

    fn each(&mut self, each: &Each, scope: &Scope) -> Option<()> {
        self.part(&each.before, scope)?;
        let items: Vec<(Value, Value)> = match scope.render(&each.items)? {
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
            let scope = scope.with(each.names.iter().cloned().zip(values).collect());
            match &each.body {
                Part::Expression(condition) => {
                    if self.truth(*condition, &scope)? && each.finds {
                        break;
                    }
                }
                body => self.part(body, &scope)?,
            }
            if let Some((_, next)) = &each.gathers {
                gathered = Some(scope.render(next)?);
            }
        }
        Some(())
    }

    /// The truth of an expression, with all outcomes that lead to it written down.
    fn truth(&mut self, at: usize, scope: &Scope) -> Option<bool> {
        let expression = self.conditions.expressions[at].clone();
        let mut seen = Vec::new();
        let truth = expression.logic.truth(
            &mut |range| scope.truth(&expression.text[range.clone()]),
            &mut |range, truth| seen.push((expression.operands[&(range.start, range.end)], truth)),
        );
        seen.extend(expression.whole.zip(truth));
        for (outcome, truth) in seen {
            self.conditions.outcomes[outcome].reached[usize::from(truth)] = true;
        }
        truth
    }
}

/// What the names mean at a place of the template.
struct Scope(HashMap<String, Rc<Value>>);

impl Scope {
    fn with(&self, bound: Map<String, Value>) -> Scope {
        let mut names = self.0.clone();
        names.extend(bound.into_iter().map(|(name, value)| (name, Rc::new(value))));
        Scope(names)
    }

    fn render(&self, bound: &Bound) -> Option<Value> {
        render_value(&bound.template, &self.only(&bound.names)).ok()
    }

    fn truth(&self, text: &str) -> Option<bool> {
        let template = json!({"$if": text, "then": true, "else": false});
        render_value(&template, &self.only(&looked_up(text))).ok()?.as_bool()
    }

    /// A context of only these names: the engine copies the whole of what it gets.
    fn only(&self, names: &[String]) -> Value {
        let known = |name: &String| Some((name.clone(), Value::clone(self.0.get(name)?)));
        Value::Object(names.iter().filter_map(known).collect())
    }
}
