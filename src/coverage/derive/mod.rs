//! Contexts derived from a template's own literals.
//!
//! A template that compares `repository.project` with "autoland" asks for contexts on both sides
//! of that. Each outcome that the built-in contexts miss is searched for: contexts that evaluate
//! the condition and come out on its other side are changed in one field that the condition
//! depends on (`sources`), to a value that production can send there (`values`), together with
//! what belongs to it (`relations`). A changed context is kept where it reaches something new,
//! and can be changed again. So the judge is coverage itself, not a second understanding of JSON-e.

mod relations;
mod sources;
mod values;

use crate::coverage::conditions::Conditions;
use crate::coverage::follow::Follow;
use crate::coverage::reach::Reachable;
use crate::jsone::uses::Chain;
use crate::jsone::{Context, Renderer, families};
use foldhash::fast::RandomState;
use serde_json::Value;
use sources::{Definitions, Sources};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// At most so many contexts are derived: each is rendered with both templates by the proof.
const MOST_CONTEXTS: usize = 150;

/// At most so many changes are tried.
const MOST_TRIES: usize = 2000;

/// Contexts are changed at most so often.
const MOST_CHANGES: usize = 6;

/// At most so many contexts of one `tasks_for` are changed for an outcome.
const MOST_BASES: usize = 3;

/// Derives contexts from a template's value (the whole document, without the fast path): what they
/// reach, together with the built-in ones, is what [`coverage`](crate::coverage) can reach.
///
/// The same template always gives the same contexts, in the same order, and none whose outcomes
/// the others and the built-in ones reach without it. A context is called after the built-in one
/// that it was made of and the fields that were changed:
/// `derived/github-push/upstream/branch-main/event.ref=refs/heads/production`.
///
/// Each outcome is also looked for among the contexts of one kind, which `is_special` tells: what they
/// alone do is seen nowhere else.
pub fn contexts(document: &Value, is_special: &dyn Fn(&Context) -> bool) -> Vec<Context> {
    let renderer = Renderer::of_value(document);
    let conditions = Conditions::of(renderer.offered());
    let reachable = Reachable::of(&conditions);
    contexts_for(document, &renderer, &conditions, &reachable, is_special)
}

/// As [`contexts`], with what is made of the document already.
pub(super) fn contexts_for(
    document: &Value,
    renderer: &Renderer,
    conditions: &Conditions,
    reachable: &Reachable,
    is_special: &dyn Fn(&Context) -> bool,
) -> Vec<Context> {
    let mut search = Search {
        renderer,
        conditions,
        follow: Follow::new(conditions),
        definitions: Definitions::of(document),
        sources: HashMap::new(),
        samples: Vec::new(),
        is_special,
        reached: vec![false; 4 * conditions.outcomes.len()],
        reached_by: vec![vec![false; 4 * conditions.outcomes.len()]; families::all().len()],
        tried: HashSet::new(),
        names: HashSet::new(),
        derived: 0,
    };
    search.start();
    search.run(reachable);
    search.kept()
}

/// A context, and what it reaches.
struct Sample {
    /// The built-in context's name.
    base: &'static str,
    /// The fields that were changed, as they are told.
    changes: Vec<String>,
    value: Value,
    /// The number of its family in [`families::all`].
    family: usize,
    /// What it reaches: two outcomes for each condition, and the same again for a special context.
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
    is_special: &'t dyn Fn(&Context) -> bool,
    /// What all samples reach.
    reached: Vec<bool>,
    /// What those of each family reach.
    reached_by: Vec<Vec<bool>>,
    tried: HashSet<(usize, Chain, Option<String>)>,
    names: HashSet<String>,
    derived: usize,
}

impl<'t> Search<'t> {
    /// Takes the built-in contexts as samples; one of those that reach the same is enough.
    fn start(&mut self) {
        for (at, family) in families::all().iter().enumerate() {
            // Of as many bytes as there are outcomes.
            let mut seen: HashSet<Vec<bool>, RandomState> = HashSet::default();
            for context in &family.contexts {
                let Some(reaches) = self.reach(context) else { continue };
                if seen.insert(reaches.clone()) {
                    self.note(&reaches, at);
                    self.samples.push(Sample {
                        base: &context.name,
                        changes: Vec::new(),
                        value: context.value(),
                        family: at,
                        reaches,
                        context: None,
                    });
                }
            }
        }
    }

    fn reach(&mut self, context: &Context) -> Option<Vec<bool>> {
        let scope = self.renderer.scope(context).ok()?;
        let mut reaches = self.follow.reach(context, scope);
        let (len, is_special) = (reaches.len(), (self.is_special)(context));
        reaches.extend_from_within(..);
        reaches[len..].iter_mut().for_each(|reached| *reached &= is_special);
        Some(reaches)
    }

    /// Writes down what a sample of a family reached; false where nothing of it is new there.
    fn note(&mut self, reaches: &[bool], family: usize) -> bool {
        let mut is_new = false;
        for (known, &reached) in self.reached_by[family].iter_mut().zip(reaches) {
            is_new |= reached && !*known;
            *known |= reached;
        }
        for (known, &reached) in self.reached.iter_mut().zip(reaches) {
            *known |= reached;
        }
        is_new
    }

    /// Searches until a round over all missed outcomes finds nothing more. Where some stay, what
    /// each `tasks_for` misses is searched for too: a condition inside of others may be reached
    /// with one `tasks_for` only, while the others are first led there with another.
    fn run(&mut self, reachable: &Reachable) {
        let all: Vec<(usize, bool)> =
            (0..self.conditions.outcomes.len()).flat_map(|at| [(at, true), (at, false)]).collect();
        let families = 0..families::all().len();
        for only_missed in [true, false] {
            loop {
                let before = self.derived;
                for &(at, truth) in &all {
                    for family in families.clone().filter(|&f| reachable.can_be(at, truth, f)) {
                        let is_reached = match only_missed {
                            true => self.reached[index(at, truth)],
                            false => self.reached_by[family][index(at, truth)],
                        };
                        if !is_reached {
                            self.look_for(at, truth, family, false);
                        }
                    }
                }
                if self.derived == before {
                    break;
                }
            }
            let is_missed = |&(at, truth): &(usize, bool)| {
                !self.reached[index(at, truth)] && reachable.why_not(at, truth).is_none()
            };
            if !all.iter().any(is_missed) {
                break;
            }
        }
        self.run_special(reachable, &all);
    }

    /// Searches for what no special sample reaches.
    fn run_special(&mut self, reachable: &Reachable, all: &[(usize, bool)]) {
        let has_special =
            |family: &usize| families::all()[*family].contexts.iter().any(self.is_special);
        let families: Vec<usize> = (0..families::all().len()).filter(has_special).collect();
        loop {
            let before = self.derived;
            for &(at, truth) in all {
                for &family in &families {
                    let goal = index(at, truth) + self.reached.len() / 2;
                    if !self.reached[goal] && reachable.can_be(at, truth, family) {
                        self.look_for(at, truth, family, true);
                    }
                }
            }
            if self.derived == before {
                return;
            }
        }
    }

    /// Tries to reach one outcome with contexts of a family, or with special ones of it only.
    fn look_for(&mut self, at: usize, truth: bool, family: usize, is_special: bool) {
        let sources = self.sources_of(at);
        let half = if is_special { self.reached.len() / 2 } else { 0 };
        for base in self.bases(index(at, !truth) + half, family) {
            for field in &sources.fields {
                let value = &self.samples[base].value;
                for new in values::candidates(value, field, &sources.literals) {
                    self.change(base, field, new);
                    if self.reached_by[family][index(at, truth) + half] {
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

    /// Samples of a family that reach an outcome: the first ones and the last.
    fn bases(&self, outcome: usize, family: usize) -> Vec<usize> {
        let is_base = |at: &usize| {
            let sample = &self.samples[*at];
            sample.family == family
                && sample.reaches[outcome]
                && sample.changes.len() < MOST_CHANGES
        };
        let mut found = (0..self.samples.len()).filter(is_base);
        let mut bases: Vec<usize> = found.by_ref().take(MOST_BASES - 1).collect();
        bases.extend(found.next_back());
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
        let told = told(field, new.as_ref());
        let sample = &self.samples[base];
        // A field that is changed again is told once.
        let again = format!("{}=", field.join("."));
        let others = sample.changes.iter().filter(|change| !change.starts_with(&again));
        let changes: Vec<String> = others.cloned().chain([told]).collect();
        let name = format!("derived/{}/{}", sample.base, changes.join(","));
        if self.names.contains(&name) {
            return;
        }
        let Some(value) = relations::set(&sample.value, field, new) else { return };
        let Ok(context) = Context::new(name.clone(), value.clone()) else { return };
        let (base, family) = (sample.base, sample.family);
        let Some(reaches) = self.reach(&context) else { return };
        if self.note(&reaches, family) {
            self.derived += 1;
            self.names.insert(name);
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

/// A change as a context's name tells it.
fn told(field: &Chain, new: Option<&Value>) -> String {
    let field = field.join(".");
    match new {
        Some(Value::String(text))
            if !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic()) =>
        {
            format!("{field}={text}")
        }
        Some(value) => format!("{field}={value}"),
        None => format!("-{field}"),
    }
}

fn index(outcome: usize, truth: bool) -> usize {
    2 * outcome + usize::from(truth)
}
