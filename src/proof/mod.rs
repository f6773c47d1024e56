//! The proof that a new template does what the old one does, but for retriggers.
//!
//! Three parts, none of which stands for another: [`structural`] speaks of all contexts,
//! [`sampled`] of those that were rendered, [`coverage`](mod@coverage) of what those reached.

pub mod contract;
mod explain;
mod flow;
mod order;
pub mod sampled;
mod scope;
pub mod structural;

pub use sampled::{Counterexample, Counts, Detail};
pub use structural::Structural;

use crate::coverage::{self, Coverage, Study};
use crate::jsone::{Context, Memory, Renderer};
use crate::patch::{Patch, Recipe, sites};
use crate::template::{Reading, Template};
use serde::{Deserialize, Serialize};

/// What the proof comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The structural proof holds, and no sample speaks against it.
    Proved,
    /// A sample shows a difference.
    Different,
    /// No sample shows a difference, but the structural proof does not hold: nothing is proved.
    Unproved,
}

impl Verdict {
    fn of(counts: Counts, structural: &Structural) -> Verdict {
        match (counts.different, structural.holds) {
            (0, true) => Verdict::Proved,
            (0, false) => Verdict::Unproved,
            _ => Verdict::Different,
        }
    }
}

/// The proof, with its parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Proves `new` against `old` with all `contexts`. Where production's loaders read one of the
    /// files differently, it is proved for each of the readings.
    pub fn new(old: &Template, new: &Template, recipe: &Recipe, contexts: &[&Context]) -> Proof {
        Proof::for_readings(old, new, |old, new| {
            let structural =
                match sites::find(old.value(), contexts.iter().copied(), |_| None).found {
                    sites::Found::Sites(sites) => structural::check(old, new, recipe, &sites),
                    sites::Found::Nothing(_) => structural::check(old, new, recipe, &[]),
                    sites::Found::Elsewhere(context) => Structural::from(Err(format!(
                        "in context {context} the old file's payload comes out of an expression"
                    ))),
                };
            Proof::with(structural, old, new, recipe, contexts, None)
        })
    }

    /// Proves a patch, with the contexts that it was planned with; as [`Proof::new`].
    pub fn of_patch(patch: &Patch, recipe: &Recipe, contexts: &[&Context]) -> Proof {
        Proof::of_studied(patch, recipe, contexts, None)
    }

    /// As [`Proof::of_patch`], where the template without the fast path may have been studied already.
    pub fn of_studied(
        patch: &Patch,
        recipe: &Recipe,
        contexts: &[&Context],
        study: Option<&Study>,
    ) -> Proof {
        Proof::for_readings(&patch.before, &patch.after, |old, new| {
            let structural = structural::check(old, new, recipe, &patch.sites);
            Proof::with(structural, old, new, recipe, contexts, study)
        })
    }

    fn for_readings(
        old: &Template,
        new: &Template,
        prove: impl Fn(&Template, &Template) -> Proof,
    ) -> Proof {
        if old.ambiguities().next().is_none() && new.ambiguities().next().is_none() {
            return prove(old, new);
        }
        let [mut proof, other] = [Reading::Yaml11, Reading::Yaml12].map(|reading| {
            let mut proof = prove(&old.read_by(reading), &new.read_by(reading));
            if !proof.structural.holds {
                let reason = &proof.structural.reason;
                proof.structural.reason = format!("for {}, {reason}", reading.loader());
            }
            proof
        });
        if proof.structural.holds {
            proof.structural = other.structural;
        }
        proof.contexts.add(other.contexts);
        proof.counterexamples.extend(other.counterexamples);
        proof.verdict = Verdict::of(proof.contexts, &proof.structural);
        proof
    }

    fn with(
        structural: Structural,
        old: &Template,
        new: &Template,
        recipe: &Recipe,
        contexts: &[&Context],
        study: Option<&Study>,
    ) -> Proof {
        let (before, after) = (Renderer::new(old), Renderer::new(new));
        let (counts, mut counterexamples) =
            sampled::run(&before, &after, recipe, contexts, &mut Memory::default());
        let all = contexts.iter().copied();
        let coverage = match study.filter(|study| study.is_of(old)) {
            Some(study) => study.measure(all),
            None => coverage::measure(old, all),
        };
        if let Some(example) = counterexamples.first_mut()
            && let Some(context) = contexts.iter().find(|context| context.name == example.context)
        {
            explain::explain(example, context, old, new, recipe);
        }
        let verdict = Verdict::of(counts, &structural);
        Proof { verdict, structural, contexts: counts, coverage, counterexamples }
    }
}
