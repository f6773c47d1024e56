//! Coverage: which outcomes of a template's own conditions contexts reach.
//!
//! The template is walked beside its render: the engine evaluates the expressions, `follow` only
//! follows where they lead and writes down what came out. [`derive`](mod@derive) makes the contexts that
//! reach more, and `reach` tells what no context of production can reach.

mod compared;
mod conditions;
pub mod derive;
mod engine;
mod follow;
mod reach;

use crate::error::Place;
use crate::jsone::{Context, Renderer};
use crate::template::{Path, Template};
use conditions::{Conditions, Outcome};
use follow::Follow;
use reach::Reachable;
use serde::{Deserialize, Serialize};

/// How much the samples reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The outcomes there are: two for each condition and for each operand of `&&` and `||`.
    pub outcomes: usize,
    /// Those that a sample reached.
    pub reached: usize,
    /// The others, in the template's order.
    pub missed: Vec<Missed>,
}

/// An outcome that no sample reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// Where the condition stands in the template.
    pub path: Path,
    /// The line it stands on.
    pub line: usize,
    /// The column where it starts, in characters from 1.
    pub column: usize,
    /// The last line it stands on.
    pub end_line: usize,
    /// The condition, or the operand of one.
    pub condition: String,
    /// The outcome.
    pub outcome: bool,
    /// Why no context of production can reach it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A condition, or an operand of one, and how often contexts came to each outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Where it stands in the template.
    pub path: Path,
    /// The line it stands on.
    pub line: usize,
    /// The condition, or the operand of one.
    pub condition: String,
    /// How often it was true.
    pub when_true: Times,
    /// How often it was false.
    pub when_false: Times,
}

/// How often an outcome was reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Times {
    /// The number of contexts.
    pub contexts: usize,
    /// Why no context of production can reach it, where none did and that is known.
    pub why: Option<String>,
}

/// A template's conditions, made ready: for the search for contexts, and for what they reach then.
pub struct Study {
    template: Template,
    renderer: Renderer,
    conditions: Conditions,
    reachable: Reachable,
}

impl Study {
    /// Studies a template.
    pub fn of(template: &Template) -> Study {
        let renderer = Renderer::new(template);
        let conditions = Conditions::of(renderer.offered());
        let reachable = Reachable::of(&conditions);
        Study { template: template.clone(), renderer, conditions, reachable }
    }

    /// Whether it is this template that was studied, and not one like it.
    pub fn is_of(&self, template: &Template) -> bool {
        std::ptr::eq(self.template.value(), template.value())
    }

    /// As [`derive::contexts`].
    pub fn contexts(&self, is_special: &dyn Fn(&Context) -> bool) -> Vec<Context> {
        let Study { template, renderer, conditions, reachable } = self;
        derive::contexts_for(template.value(), renderer, conditions, reachable, is_special)
    }

    /// As [`tally`].
    pub fn tally<'c>(&self, contexts: impl IntoIterator<Item = &'c Context>) -> Vec<Tally> {
        let Study { template, renderer, conditions, reachable } = self;
        let mut follow = Follow::new(conditions);
        let mut reached = vec![0; 2 * conditions.outcomes.len()];
        for context in contexts {
            // Where production's own part of the render raises, nothing is reached.
            if let Ok(scope) = renderer.scope(context) {
                let more = follow.reach(context, scope);
                reached.iter_mut().zip(more).for_each(|(times, more)| *times += usize::from(more));
            }
        }
        let outcomes = conditions.outcomes.iter().enumerate();
        let tally = |(at, Outcome { path, condition }): (usize, &Outcome)| {
            let times = |truth| {
                let contexts = reached[2 * at + usize::from(truth)];
                let why = (contexts == 0).then(|| reachable.why_not(at, truth)).flatten();
                Times { contexts, why }
            };
            let (line, condition) = (template.line(path), condition.clone());
            let (path, when_true, when_false) = (path.clone(), times(true), times(false));
            Tally { path, line, condition, when_true, when_false }
        };
        outcomes.map(tally).collect()
    }

    /// As [`measure`].
    pub fn measure<'c>(&self, contexts: impl IntoIterator<Item = &'c Context>) -> Coverage {
        let template = &self.template;
        let mut coverage = Coverage::default();
        for Tally { path, condition, when_true, when_false, .. } in self.tally(contexts) {
            for (outcome, times) in [(true, when_true), (false, when_false)] {
                coverage.outcomes += 1;
                if times.contexts > 0 {
                    coverage.reached += 1;
                    continue;
                }
                let Place { line, column } = template.key_place(&path);
                coverage.missed.push(Missed {
                    path: path.clone(),
                    line,
                    column,
                    end_line: template.end_line(&path).max(line),
                    condition: condition.clone(),
                    outcome,
                    why: times.why,
                });
            }
        }
        coverage.missed.sort_by_key(|missed| missed.line);
        coverage
    }
}

/// Counts what `contexts` reach in `template`, for each of its conditions, in its order.
pub fn tally<'c>(
    template: &Template,
    contexts: impl IntoIterator<Item = &'c Context>,
) -> Vec<Tally> {
    Study::of(template).tally(contexts)
}

/// Measures what `contexts` reach in `template`.
pub fn measure<'c>(
    template: &Template,
    contexts: impl IntoIterator<Item = &'c Context>,
) -> Coverage {
    Study::of(template).measure(contexts)
}

/// A condition, or an operand of one, and what came out of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// The line it stands on.
    pub line: usize,
    /// The condition.
    pub condition: String,
    /// What came out.
    pub outcome: bool,
}

/// What one context decides in a template, in the order of its lines.
pub fn decided(template: &Template, context: &Context) -> Vec<Decided> {
    let renderer = Renderer::new(template);
    let conditions = Conditions::of(renderer.offered());
    let Ok(scope) = renderer.scope(context) else { return Vec::new() };
    let outcomes = Follow::new(&conditions).reach(context, scope);
    let reached = outcomes.into_iter().enumerate().filter(|(_, reached)| *reached);
    let mut decided: Vec<Decided> = reached
        .map(|(at, _)| {
            let Outcome { path, condition } = &conditions.outcomes[at / 2];
            let line = template.line(path);
            Decided { line, condition: condition.clone(), outcome: at % 2 == 1 }
        })
        .collect();
    decided.sort_by_key(|decided| decided.line);
    decided
}
