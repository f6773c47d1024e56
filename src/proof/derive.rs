//! Contexts derived from a template's own literals.
//!
//! A template that compares `repository.project` with "autoland" asks for contexts on both sides
//! of that. Each outcome that the built-in contexts miss is searched for: contexts that evaluate
//! the condition and come out on its other side are changed in one field that the condition
//! depends on ([`sources`]), to a value that production can send there ([`values`]), together with
//! what belongs to it ([`relations`]). A changed context is kept where it reaches something new,
//! and can be changed again. So the judge is coverage itself, not a second understanding of JSON-e.

pub mod relations;
pub mod sources;
pub mod values;

use crate::jsone::{Context, Renderer, families};
use crate::proof::conditions::Conditions;
use crate::proof::follow::Follow;
use crate::proof::possible::Possible;
use crate::proof::uses::Chain;
use serde_json::Value;
use sources::{Definitions, Sources};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// At most so many contexts are derived: each is rendered with both templates by the proof.
const MOST_CONTEXTS: usize = 150;

/// At most so many changes are tried.
const MOST_TRIES: usize = 4000;

/// Contexts are changed at most so often.
const MOST_CHANGES: usize = 6;

/// At most so many contexts of one `tasks_for` are changed for an outcome.
const MOST_BASES: usize = 3;

/// Derives contexts from a template's value (the whole document, without the branch): what they
/// reach, together with the built-in ones, is what [`coverage`](crate::proof::coverage) can reach.
///
/// The same template always gives the same contexts, in the same order, and none whose outcomes
/// the others and the built-in ones reach without it. A context is called after the built-in one
/// that it was made of and the fields that were changed:
/// `derived/github-push/upstream/branch-main/event.ref=refs/heads/production`.
pub fn contexts(document: &Value) -> Vec<Context> {
    let renderer = Renderer::of_value(document);
    let conditions = Conditions::of(renderer.offered());
    let mut search = Search {
        renderer: &renderer,
        conditions: &conditions,
        follow: Follow::new(&conditions),
        definitions: Definitions::of(document),
        sources: HashMap::new(),
        samples: Vec::new(),
        reached: vec![false; 2 * conditions.outcomes.len()],
        tried: HashSet::new(),
        derived: 0,
    };
    search.start();
    search.run(&Possible::of(&conditions));
    search.kept()
}

/// A context, and what it reaches.
struct Sample {
    /// The built-in context's name.
    base: &'static str,
    /// The fields that were changed, as they are told.
    changes: Vec<String>,
    value: Value,
    family: String,
    reaches: Vec<bool>,
    /// The context itself, where it is derived.
    context: Option<Context>,
}

struct Search<'t> {
    renderer: &'t Renderer,
    conditions: &'t Conditions,
    follow: Follow<'t>,
    definitions: Definitions<'t>,
    sources: HashMap<&'t str, Rc<Sources>>,
    samples: Vec<Sample>,
    /// What all samples reach.
    reached: Vec<bool>,
    tried: HashSet<(usize, Chain, Option<String>)>,
    derived: usize,
}

impl<'t> Search<'t> {
    /// Takes the built-in contexts as samples; one of those that reach the same is enough.
    fn start(&mut self) {
        for family in families::all() {
            let mut seen = HashSet::new();
            for context in &family.contexts {
                let Some(reaches) = self.reach(context) else { continue };
                if seen.insert(reaches.clone()) {
                    self.note(&reaches);
                    self.samples.push(Sample {
                        base: &context.name,
                        changes: Vec::new(),
                        value: context.value(),
                        family: family.name.to_owned(),
                        reaches,
                        context: None,
                    });
                }
            }
        }
    }

    fn reach(&mut self, context: &Context) -> Option<Vec<bool>> {
        let scope = self.renderer.scope(context).ok()?;
        Some(self.follow.reach(context.shape(), scope))
    }

    /// Writes down what was reached; false where nothing of it is new.
    fn note(&mut self, reaches: &[bool]) -> bool {
        let mut is_new = false;
        for (known, &reached) in self.reached.iter_mut().zip(reaches) {
            is_new |= reached && !*known;
            *known |= reached;
        }
        is_new
    }

    /// Searches until a round over all missed outcomes finds nothing more.
    fn run(&mut self, possible: &Possible) {
        let wanted: Vec<(usize, bool)> = (0..self.conditions.outcomes.len())
            .flat_map(|at| [(at, true), (at, false)])
            .filter(|&(at, truth)| possible.why_not(at, truth).is_none())
            .collect();
        loop {
            let before = self.derived;
            for &(at, truth) in &wanted {
                if !self.reached[index(at, truth)] {
                    self.look_for(at, truth);
                }
            }
            if self.derived == before {
                return;
            }
        }
    }

    /// Tries to reach one outcome.
    fn look_for(&mut self, at: usize, truth: bool) {
        let sources = self.sources_of(at);
        for base in self.bases(index(at, !truth)) {
            for field in &sources.fields {
                let value = &self.samples[base].value;
                for new in values::candidates(value, field, &sources.literals) {
                    self.change(base, field, new);
                    if self.reached[index(at, truth)] {
                        return;
                    }
                }
            }
        }
    }

    fn sources_of(&mut self, at: usize) -> Rc<Sources> {
        let conditions = self.conditions;
        let text = conditions.outcomes[at].condition.as_str();
        let definitions = &self.definitions;
        self.sources.entry(text).or_insert_with(|| Rc::new(definitions.sources(text))).clone()
    }

    /// Samples that reach an outcome: of each `tasks_for` the first ones and the last.
    fn bases(&self, outcome: usize) -> Vec<usize> {
        let mut bases: Vec<usize> = Vec::new();
        for family in families::all() {
            let is_base = |sample: &&usize| {
                let sample = &self.samples[**sample];
                sample.family == family.name
                    && sample.reaches[outcome]
                    && sample.changes.len() < MOST_CHANGES
            };
            let all: Vec<usize> = (0..self.samples.len()).collect();
            let mut found = all.iter().filter(is_base).copied();
            bases.extend(found.by_ref().take(MOST_BASES - 1));
            bases.extend(found.next_back());
        }
        bases
    }

    /// Changes one field of a sample, and keeps the result where it reaches something new.
    fn change(&mut self, base: usize, field: &Chain, new: Option<Value>) {
        if self.tried.len() >= MOST_TRIES || self.derived >= MOST_CONTEXTS {
            return;
        }
        let key = (base, field.clone(), new.as_ref().map(Value::to_string));
        if !self.tried.insert(key) {
            return;
        }
        let told = match &new {
            Some(Value::String(text)) => format!("{}={text}", field.join(".")),
            Some(value) => format!("{}={value}", field.join(".")),
            None => format!("-{}", field.join(".")),
        };
        let sample = &self.samples[base];
        let changes: Vec<String> = sample.changes.iter().cloned().chain([told]).collect();
        let name = format!("derived/{}/{}", sample.base, changes.join(","));
        let Some(value) = relations::set(&sample.value, field, new) else { return };
        let Ok(context) = Context::new(name, value.clone()) else { return };
        let (base, family) = (sample.base, sample.family.clone());
        let Some(reaches) = self.reach(&context) else { return };
        if self.note(&reaches) {
            self.derived += 1;
            let context = Some(context);
            self.samples.push(Sample { base, changes, value, family, reaches, context });
        }
    }

    /// The derived contexts without those that reach nothing of their own.
    fn kept(self) -> Vec<Context> {
        let mut times = vec![0usize; self.reached.len()];
        let mut count = |sample: &Sample, add: bool| {
            for (times, _) in times.iter_mut().zip(&sample.reaches).filter(|(_, reached)| **reached)
            {
                if add { *times += 1 } else { *times -= 1 }
            }
            let alone = times.iter().zip(&sample.reaches);
            alone.filter(|(times, reached)| **reached && **times == 0).count()
        };
        for sample in &self.samples {
            count(sample, true);
        }
        let mut kept = Vec::new();
        for sample in self.samples {
            if sample.context.is_none() {
                continue;
            }
            // Where something is reached by no other, it is needed.
            if count(&sample, false) > 0 {
                count(&sample, true);
                kept.extend(sample.context);
            }
        }
        kept
    }
}

fn index(outcome: usize, truth: bool) -> usize {
    2 * outcome + usize::from(truth)
}
