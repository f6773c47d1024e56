//! Coverage: which outcomes of a template's own conditions contexts reach.
//!
//! The template is walked beside its render: the engine evaluates the expressions, `follow` only
//! follows where they lead and writes down what came out. [`derive`](mod@derive) makes the contexts that
//! reach more, and `reach` tells what no context of production can reach.

mod compared;
mod conditions;
pub mod derive;
mod follow;
mod reach;
mod uses;

use crate::error::Place;
use crate::jsone::{Context, Renderer};
use crate::template::{Path, Template};
use conditions::{Conditions, Outcome};
use follow::Follow;
use reach::Reachable;
use serde::Serialize;

/// How much the samples reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The outcomes there are: two for each condition and for each operand of `&&` and `||`.
    pub outcomes: usize,
    /// Those that a sample reached.
    pub reached: usize,
    /// The others, in the template's order.
    pub missed: Vec<Missed>,
}

/// An outcome that no sample reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

/// Measures what `contexts` reach in `template`.
pub fn measure<'c>(
    template: &Template,
    contexts: impl IntoIterator<Item = &'c Context>,
) -> Coverage {
    let renderer = Renderer::new(template);
    let conditions = Conditions::of(renderer.offered());
    let mut follow = Follow::new(&conditions);
    let mut reached = vec![false; 2 * conditions.outcomes.len()];
    for context in contexts {
        // Where production's own part of the render raises, nothing is reached.
        if let Ok(scope) = renderer.scope(context) {
            let more = follow.reach(context.shape(), scope);
            reached.iter_mut().zip(more).for_each(|(reached, more)| *reached |= more);
        }
    }
    let mut coverage = Coverage { outcomes: reached.len(), ..Coverage::default() };
    let reachable = Reachable::of(&conditions);
    for (at, outcome) in conditions.outcomes.iter().enumerate() {
        for value in [true, false] {
            if reached[2 * at + usize::from(value)] {
                coverage.reached += 1;
            } else {
                let Place { line, column } = template.key_place(&outcome.path);
                coverage.missed.push(Missed {
                    path: outcome.path.clone(),
                    line,
                    column,
                    end_line: template.end_line(&outcome.path).max(line),
                    condition: outcome.condition.clone(),
                    outcome: value,
                    why: reachable.why_not(at, value),
                });
            }
        }
    }
    coverage.missed.sort_by_key(|missed| missed.line);
    coverage
}

/// A condition, or an operand of one, and what came out of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    let outcomes = Follow::new(&conditions).reach(context.shape(), scope);
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
