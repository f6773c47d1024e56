//! The proof that a new template does what the old one does, but for retriggers.
//!
//! Three parts, none of which stands for another: [`structural`] speaks of all contexts,
//! [`sampled`] of those that were rendered, [`coverage`] of what those reached.

mod conditions;
pub mod contract;
pub mod coverage;
mod follow;
pub mod sampled;
pub mod structural;

pub use coverage::Coverage;
pub use sampled::{Counterexample, Counts};
pub use structural::Structural;

use crate::jsone::{Context, Renderer};
use crate::patch::{Branch, Patch, sites};
use crate::template::Template;
use serde::Serialize;

/// What the proof comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The structural proof holds, and no sample speaks against it.
    Proved,
    /// A sample shows a difference.
    Different,
    /// No sample shows a difference, but the structural proof does not hold: nothing is proved.
    Unproved,
}

/// The proof, with its parts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proof {
    /// What it comes to.
    pub verdict: Verdict,
    /// For all contexts.
    pub structural: Structural,
    /// For those that were rendered.
    pub contexts: Counts,
    /// What those reached in the old template.
    pub coverage: Coverage,
    /// The contexts that show a difference, in the order of rendering.
    pub counterexamples: Vec<Counterexample>,
}

impl Proof {
    /// Proves `new` against `old` with all `contexts`.
    pub fn new(old: &Template, new: &Template, branch: &Branch, contexts: &[&Context]) -> Proof {
        let structural = match sites::find(old.value(), contexts.iter().copied()) {
            sites::Reach::Sites(sites) => structural::check(old, new, branch, &sites),
            sites::Reach::Nothing(_) => structural::check(old, new, branch, &[]),
            sites::Reach::Elsewhere(context) => Structural::from(Err(format!(
                "in context {context} the old file's payload comes out of an expression"
            ))),
        };
        Proof::with(structural, old, new, branch, contexts)
    }

    /// Proves a patch, with the contexts that it was planned with.
    pub fn of_patch(patch: &Patch, branch: &Branch, contexts: &[&Context]) -> Proof {
        let (old, new) = (&patch.before, &patch.after);
        let structural = structural::check(old, new, branch, &patch.sites);
        Proof::with(structural, old, new, branch, contexts)
    }

    fn with(
        structural: Structural,
        old: &Template,
        new: &Template,
        branch: &Branch,
        contexts: &[&Context],
    ) -> Proof {
        let all = || contexts.iter().copied();
        let (before, after) = (Renderer::new(old), Renderer::new(new));
        let (counts, counterexamples) = sampled::run(&before, &after, branch, all());
        let verdict = match (counts.different, structural.holds) {
            (0, true) => Verdict::Proved,
            (0, false) => Verdict::Unproved,
            _ => Verdict::Different,
        };
        let coverage = coverage::measure(old, all());
        Proof { verdict, structural, contexts: counts, coverage, counterexamples }
    }
}
