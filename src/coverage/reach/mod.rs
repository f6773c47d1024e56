//! Which outcomes no context of production can reach: an abstract interpretation of the template.
//!
//! The template is interpreted once for each `tasks_for` that production sends. In place of a context
//! there is an [`Environment`], which stands for all contexts of that event: it has an abstract value
//! for what is known, and nothing for all else. A condition has branch outcomes, and behind each of
//! them is an environment that knows it: the same condition has the same truth until a name that it
//! reads is bound anew, and behind `event.ref == "refs/heads/main"` that field has that value. Where
//! ways meet, their environments are joined. An outcome is reachable unless no environment leads to
//! it; where too little is known, both are.

mod bind;
mod condition;
mod environment;
mod value;

use crate::coverage::conditions::{Conditions, Part};
use crate::coverage::engine::Engine;
use crate::jsone::families::{self, Family};
use crate::jsone::{Renderer, Shape};
use condition::{Branches, Condition};
use environment::Environment;
use serde_json::json;
use std::sync::LazyLock;
use value::{AbstractValue, BranchOutcomes};

/// Which outcomes of a template's conditions are reachable.
pub struct Reachable {
    /// For each condition, its outcomes by the number of the family in [`families::all`].
    outcomes: Vec<Vec<BranchOutcomes>>,
}

impl Reachable {
    /// Interprets the conditions of a template.
    pub fn of(conditions: &Conditions) -> Reachable {
        let nowhere = vec![BranchOutcomes::default(); events().len()];
        let mut interpreter = Interpreter {
            conditions,
            engine: Engine::default(),
            family: 0,
            outcomes: vec![nowhere; conditions.outcomes.len()],
        };
        for (at, (shape, environment)) in events().iter().enumerate() {
            interpreter.family = at;
            let part = match shape {
                Shape::Hook => &conditions.first_task,
                Shape::Document { .. } => &conditions.document,
            };
            interpreter.part(part, environment);
        }
        Reachable { outcomes: interpreter.outcomes }
    }

    /// Whether the condition `at` may have this truth, in contexts of a family.
    pub fn can_be(&self, at: usize, truth: bool, family: usize) -> bool {
        self.outcomes[at][family].can_be(truth)
    }

    /// Why the condition `at` never has this truth; none where it may have.
    pub fn why_not(&self, at: usize, truth: bool) -> Option<String> {
        if self.outcomes[at].iter().any(|outcomes| outcomes.can_be(truth)) {
            return None;
        }
        let families = families::all().iter().zip(&self.outcomes[at]);
        let names: Vec<_> = families
            .filter(|(_, outcomes)| outcomes.any())
            .map(|(family, _)| family.name)
            .collect();
        Some(match names.as_slice() {
            [] => "no render gets here, whatever its tasks_for".to_owned(),
            names => format!("always {} here (for {})", !truth, names.join(", ")),
        })
    }
}

/// The environment at the start, and what is rendered, of each family in [`families::all`].
fn events() -> &'static [(Shape, Environment)] {
    static EVENTS: LazyLock<Vec<(Shape, Environment)>> = LazyLock::new(|| {
        let nothing = Renderer::of_value(&json!({"tasks": [{}]}));
        let event = |family: &Family| {
            // One context is enough for the names that the service itself adds.
            let first = &family.contexts[0];
            let names = nothing.scope(first);
            let added = names.into_iter().flat_map(|names| names.keys().cloned());
            let environment = Environment::of_event(family.name, &family.contexts, added.collect());
            (first.shape(), environment)
        };
        families::all().iter().map(event).collect()
    });
    &EVENTS
}

struct Interpreter<'c> {
    conditions: &'c Conditions,
    engine: Engine,
    family: usize,
    outcomes: Vec<Vec<BranchOutcomes>>,
}

impl<'c> Interpreter<'c> {
    /// False where the render surely raises.
    fn part(&mut self, part: &Part, environment: &Environment) -> bool {
        match part {
            Part::All(parts) => parts.iter().all(|part| self.part(part, environment)),
            Part::Shared(part) => self.part(part, environment),
            Part::Expression(at) => self.branches(*at, environment).outcomes().any(),
            Part::If { condition, then, otherwise } => {
                let branches = self.branches(*condition, environment);
                let goes_on = branches.holds.is_some_and(|behind| self.part(then, &behind));
                branches.fails.is_some_and(|behind| self.part(otherwise, &behind)) || goes_on
            }
            Part::Cases { cases, default } => {
                let branches: Vec<Branches> =
                    cases.iter().map(|(at, _)| self.branches(*at, environment)).collect();
                if !branches.iter().all(|branches| branches.outcomes().any()) {
                    return false;
                }
                let conditions: Vec<_> = cases.iter().map(|(at, _)| self.condition(*at)).collect();
                let otherwise = condition::otherwise(conditions, environment, &mut self.engine);
                let ways = branches.into_iter().map(|branches| branches.holds);
                let ways = ways.zip(cases.iter().map(|(_, part)| part));
                let mut goes_on = false;
                for (behind, part) in ways.chain([(otherwise, &**default)]) {
                    goes_on |= behind.is_some_and(|behind| self.part(part, &behind));
                }
                goes_on
            }
            Part::Let { bound, before, inner } => {
                self.part(before, environment) && {
                    let inside = bind::inside(environment, &bound.template, &mut self.engine);
                    self.part(inner, &inside)
                }
            }
            Part::Each(each) => {
                let goes_on = self.part(&each.before, environment);
                if goes_on {
                    let names = each.names.iter().map(|name| (name.clone(), AbstractValue::Any));
                    // It may raise: there may be no items.
                    self.part(&each.body, &environment.binding(names));
                }
                goes_on
            }
        }
    }

    fn condition(&self, at: usize) -> Condition<'c> {
        let expression = &self.conditions.expressions[at];
        Condition { text: &expression.text, logic: &expression.logic }
    }

    /// The branches of the expression `at`, with the outcomes of all in it written down.
    fn branches(&mut self, at: usize, environment: &Environment) -> Branches {
        let (condition, expression) = (self.condition(at), &self.conditions.expressions[at]);
        let (family, known) = (self.family, &mut self.outcomes);
        let mut note = |outcome: usize, more: BranchOutcomes| {
            known[outcome][family] = known[outcome][family].join(more);
        };
        let see = &mut |range: &std::ops::Range<usize>, outcomes| {
            note(expression.operands[&(range.start, range.end)], outcomes);
        };
        let branches = condition::branches(condition, environment, &mut self.engine, see);
        if let Some(whole) = expression.whole {
            note(whole, branches.outcomes());
        }
        branches
    }
}
