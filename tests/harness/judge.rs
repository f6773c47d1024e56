//! Judges mutants of patched files twice: by this library's proof, and by production's engines.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;
use tc_retrigger::jsone::Context;
use tc_retrigger::patch::{Patch, Recipe, retrigger};
use tc_retrigger::proof::{Proof, Verdict, structural};
use tc_retrigger::template::{Reading, Template, Text};

use super::driver::{Engine, Outcome};
use super::edits::EDITORS;
use super::files::File;
use super::oracle::{alike, may_become};
use super::quiet::{KINDS, Quiet};
use super::rng::Rng;
use super::subject::Subject;

/// The class of mutants that mean something else to production and are proved.
pub const PROVED: &str = "WRONGLY PROVED";
/// The class of mutants that mean the same and are not proved.
pub const REFUSED: &str = "WRONGLY REFUSED";
/// The class of edits that did what the harness did not mean them to.
pub const MISTAKEN: &str = "MISTAKEN EDIT";

/// How the mutants are judged.
pub struct Plan {
    /// How many mutants, spread over the files.
    pub mutants: usize,
    /// Of the mutants that mean the same, one in so many gets the whole proof, the others only its
    /// structural part, on which alone the text has an influence.
    pub whole: usize,
    /// Of those that are not proved, one in so many goes to the oracle, to show that it sees them.
    pub shown: usize,
    /// One in so many is edited before it is patched: the same change in the old and the new file.
    pub twins: usize,
    /// Whether contexts are derived from each file's own literals, beside the built-in ones.
    pub derive: bool,
    /// What makes the choices.
    pub seed: u64,
}

/// What came out.
#[derive(Default)]
pub struct Tally {
    /// Mutants by class; the classes are in the order of their names.
    pub classes: BTreeMap<&'static str, usize>,
    /// Mutants by the kind of edit.
    pub kinds: BTreeMap<String, usize>,
    /// Mutants by the region that was edited.
    pub regions: BTreeMap<&'static str, usize>,
    /// All mutants.
    pub mutants: usize,
    /// The mutants of [`PROVED`], [`REFUSED`] and [`MISTAKEN`], each with its story.
    pub faults: Vec<String>,
}

impl Tally {
    /// Counts a mutant's class.
    pub fn count(&mut self, class: &'static str) {
        *self.classes.entry(class).or_default() += 1;
    }

    /// How many are of a class.
    pub fn of(&self, class: &str) -> usize {
        self.classes.get(class).copied().unwrap_or_default()
    }
}

/// Judges mutants of each of `files` that can be patched; with the engines (Python's, then
/// JavaScript's) where there are any.
pub fn judge(files: &[File], plan: &Plan, engines: &mut Option<[Engine; 2]>) -> Tally {
    let recipe = Recipe::built_in();
    let subjects: Vec<Subject> =
        files.iter().filter_map(|file| Subject::new(file, &recipe, plan.derive)).collect();
    let (count, mut tally) = (subjects.len(), Tally::default());
    for (at, subject) in subjects.into_iter().enumerate() {
        let number = (plan.mutants - tally.mutants).div_ceil(count - at);
        if let Some(engines) = engines {
            for engine in engines.iter_mut() {
                engine.contexts(&subject.contexts);
                load(engine, "old", &subject.old);
                load(engine, "patched", &subject.patched);
            }
        }
        let rng = Rng::new(plan.seed.wrapping_mul(1000).wrapping_add(at as u64));
        Judge {
            subject,
            recipe: &recipe,
            plan,
            engines,
            rng,
            tally: &mut tally,
            references: HashMap::new(),
        }
        .run(number);
    }
    tally
}

fn load(engine: &mut Engine, slot: &str, template: &Template) {
    let request = json!({"template": slot, "text": template.text().as_str()});
    engine.get(&request).unwrap_or_else(|err| panic!("{:?} refuses: {err}", engine.language));
}

struct Judge<'j> {
    subject: Subject,
    recipe: &'j Recipe,
    plan: &'j Plan,
    engines: &'j mut Option<[Engine; 2]>,
    rng: Rng,
    tally: &'j mut Tally,
    /// What Python's engine makes of the old and the patched file, by context.
    references: HashMap<usize, (Outcome, Outcome)>,
}

/// A mutant: its text, and a story for messages.
struct Mutant {
    text: String,
    story: String,
    is_quiet: bool,
}

impl Judge<'_> {
    fn run(mut self, number: usize) {
        let patched = self.subject.patched.clone();
        let quiet = Quiet::new(&patched);
        let (mut seen, mut made) = (HashSet::new(), 0);
        // Small files run out of places for new mutants.
        for _ in 0..number * 20 {
            if made == number {
                break;
            }
            let Some(mutant) = self.mutant(&quiet) else { continue };
            if mutant.text == patched.text().as_str() || !seen.insert(mutant.text.clone()) {
                continue;
            }
            made += 1;
            self.tally.mutants += 1;
            self.judge(&mutant);
            if self.tally.mutants.is_multiple_of(self.plan.twins) {
                self.twin();
            }
        }
    }

    fn mutant(&mut self, quiet: &Quiet) -> Option<Mutant> {
        let regions = &self.subject.regions;
        let (region, lines) = &regions[self.rng.below(regions.len())];
        let at = lines[self.rng.below(lines.len())];
        let is_quiet = self.rng.below(3) == 0;
        let (kind, text) = if is_quiet {
            let kind = self.rng.below(KINDS.len());
            (KINDS[kind], quiet.edit(kind, at, &mut self.rng)?)
        } else {
            edited(self.subject.patched.text(), at, &mut self.rng)?
        };
        *self.tally.kinds.entry(kind.to_owned()).or_default() += 1;
        *self.tally.regions.entry(region).or_default() += 1;
        let story = format!("{}: {kind} at line {} ({region})", self.subject.name, at + 1);
        Some(Mutant { text, story, is_quiet })
    }

    fn judge(&mut self, mutant: &Mutant) {
        let Subject { patched, .. } = &self.subject;
        let new = match Template::parse(Text::new(&*mutant.text)) {
            Ok(new) => new,
            Err(err) => {
                if mutant.is_quiet {
                    self.fault(mutant, REFUSED, &err.to_string());
                }
                return self.tally.count("refused: cannot be read");
            }
        };
        let same = [Reading::Yaml11, Reading::Yaml12]
            .iter()
            .all(|reading| new.read_by(*reading).value() == patched.read_by(*reading).value());
        if mutant.is_quiet && !same {
            self.fault(mutant, MISTAKEN, "the value was not meant to change");
        }
        match (same, self.is_proved(&new, same)) {
            (true, true) => {
                self.tally.count("same value: proved");
                self.read_alike(mutant);
            }
            (true, false) if !mutant.is_quiet && self.has_another_order(mutant) => {
                self.tally.count("same value, keys in another order: not proved");
            }
            (true, false) => {
                self.fault(mutant, REFUSED, "the value is the patched file's");
            }
            (false, true) => {
                self.tally.count("other value: proved");
                let all = (0..self.subject.contexts.len()).collect::<Vec<_>>();
                let apart = self.told_apart(&mutant.text, &all);
                let apart = apart.unwrap_or_else(|| "by no context".to_owned());
                self.fault(mutant, PROVED, &format!("with another value, told apart {apart}"));
            }
            (false, false) => {
                self.tally.count("other value: not proved");
                if self.rng.below(self.plan.shown) == 0 && self.engines.is_some() {
                    let chosen = self.subject.chosen(60);
                    match self.told_apart(&mutant.text, &chosen) {
                        Some(_) => self.tally.count("  of these shown to the oracle: told apart"),
                        None => self.tally.count("  of these shown to the oracle: not told apart"),
                    }
                }
            }
        }
    }

    /// What `verify` says. Where a premise of the structural proof fails, the verdict cannot be
    /// `proved` and the samples are left out.
    fn is_proved(&mut self, new: &Template, same: bool) -> bool {
        let Subject { old, sites, contexts, .. } = &self.subject;
        let plain = old.ambiguities().next().is_none() && new.ambiguities().next().is_none();
        if plain {
            let holds = structural::check(old, new, self.recipe, sites).holds;
            if !holds || (same && self.rng.below(self.plan.whole) > 0) {
                return holds;
            }
        }
        self.tally.count("  (of all: the whole proof was made)");
        let contexts: Vec<&Context> = contexts.iter().collect();
        Proof::new(old, new, self.recipe, &contexts).verdict == Verdict::Proved
    }

    /// A mutant with the patched file's value must be that to production's loaders too, the order
    /// of keys included but in the fast path; where it is not, no render may show it.
    fn read_alike(&mut self, mutant: &Mutant) {
        match self.loaded_alike(mutant) {
            None => {}
            Some(Err(refused)) => {
                self.fault(mutant, PROVED, &format!("production's loaders: {refused}"));
            }
            Some(Ok(true)) => self.tally.count("  same value, and for production's loaders"),
            Some(Ok(false)) => {
                self.tally.count("  same value, keys in another order or another reading");
                let chosen = self.subject.chosen(40);
                if let Some(apart) = self.told_apart(&mutant.text, &chosen) {
                    self.fault(mutant, PROVED, &format!("told apart {apart}"));
                }
            }
        }
    }

    /// Whether a mutant with the patched file's value has another order of keys. Without engines
    /// that is taken on trust.
    fn has_another_order(&mut self, mutant: &Mutant) -> bool {
        self.loaded_alike(mutant).is_none_or(|alike| alike == Ok(false))
    }

    /// Whether production's loaders make of a mutant what they make of the patched file, the order
    /// of keys included, or that one refuses it.
    fn loaded_alike(&mut self, mutant: &Mutant) -> Option<Result<bool, String>> {
        let engines = self.engines.as_mut()?;
        // libyaml is quicker than PyYAML's own scanner, and takes more: tabs, for one.
        let pure = mutant.story.contains("character") || mutant.text.contains('\t');
        let request = json!({"template": "mutant", "text": mutant.text, "pure": pure});
        let same = json!({"same": ["patched", "mutant"]});
        engines.iter_mut().for_each(|engine| engine.ask(&request));
        let read: Vec<_> = engines.iter_mut().map(|engine| engine.answer()).collect();
        if read.iter().any(|answer| answer.get("error").is_some()) {
            return Some(Err(format!("{read:?}").chars().take(150).collect()));
        }
        engines.iter_mut().for_each(|engine| engine.ask(&same));
        let alike: Vec<_> = engines.iter_mut().map(|engine| engine.answer()).collect();
        Some(Ok(alike.iter().all(|answer| answer["ok"] == true)))
    }

    /// The first of the contexts in which Python's engine renders the mutant neither as the old
    /// file nor, for a retrigger that needs no clone, as the patched one.
    fn told_apart(&mut self, text: &str, chosen: &[usize]) -> Option<String> {
        let [python, _] = self.engines.as_mut()?;
        if let Err(err) = python.get(&json!({"template": "mutant", "text": text})) {
            return Some(format!("by PyYAML, which refuses it: {err}"));
        }
        let unknown = chosen.iter().filter(|at| !self.references.contains_key(at));
        let unknown: Vec<usize> = unknown.copied().collect();
        ["old", "patched"].iter().for_each(|slot| python.render(slot, &unknown));
        let (old, patched) = (python.rendered(), python.rendered());
        self.references.extend(unknown.into_iter().zip(old.into_iter().zip(patched)));
        python.render("mutant", chosen);
        chosen.iter().zip(python.rendered()).find_map(|(at, mutant)| {
            let (context, (old, patched)) = (&self.subject.contexts[*at], &self.references[at]);
            let may = alike(&mutant, old)
                || (retrigger::needs_no_clone(context) && alike(&mutant, patched));
            (!may).then(|| format!("in {}", context.name))
        })
    }

    /// The same edit in the old file and, since that is patched then, in the new one: where that
    /// is proved, the oracle must not tell the two apart.
    fn twin(&mut self) {
        let text = self.subject.old.text();
        let line = self.rng.below(text.line_count());
        let Some((kind, text)) = edited(text, line, &mut self.rng) else { return };
        let Ok(edited) = Template::parse(Text::new(text)) else { return };
        let contexts: Vec<&Context> = self.subject.contexts.iter().collect();
        let Ok(patch) = Patch::plan(&edited, self.recipe, contexts.iter().copied()) else {
            return self.tally.count("twins: not patchable");
        };
        if patch.sites.is_empty() {
            return self.tally.count("twins: nothing to patch");
        }
        if Proof::of_patch(&patch, self.recipe, &contexts).verdict != Verdict::Proved {
            return self.tally.count("twins: not proved");
        }
        self.tally.count("twins: proved");
        let chosen = self.subject.chosen(60);
        let Some([python, _]) = self.engines else { return };
        let slots = ["old twin", "new twin"];
        let read = slots.iter().zip([&patch.before, &patch.after]).map(|(slot, template)| {
            python.get(&json!({"template": slot, "text": template.text().as_str()})).is_ok()
        });
        match read.collect::<Vec<_>>()[..] {
            [true, true] => {}
            // What PyYAML cannot read had no meaning before either.
            [false, false] => {
                return self.tally.count("twins: proved (of these PyYAML reads neither)");
            }
            _ => {
                self.tally.count(PROVED);
                let name = &self.subject.name;
                let story = format!("{name}: {kind} at line {}, then patched", line + 1);
                return self.tally.faults.push(format!("{story}: PyYAML reads only one"));
            }
        }
        slots.iter().for_each(|slot| python.render(slot, &chosen));
        let [old, new] = slots.map(|_| python.rendered());
        for ((&at, old), new) in chosen.iter().zip(&old).zip(&new) {
            let context = &self.subject.contexts[at];
            if !may_become(context, old, new, self.recipe) {
                self.tally.count(PROVED);
                return self.tally.faults.push(format!(
                    "{}: {kind} at line {} of the old file, then patched: {PROVED}, {}",
                    self.subject.name,
                    line + 1,
                    context.name
                ));
            }
        }
    }

    fn fault(&mut self, mutant: &Mutant, class: &'static str, what: &str) {
        self.tally.count(class);
        let old = self.subject.patched.text().as_str().lines();
        let differ = old.zip(mutant.text.lines()).find(|(old, new)| old != new);
        let (old, new) = differ.unwrap_or_default();
        self.tally.faults.push(format!("{}: {class}: {what}\n  - {old}\n  + {new}", mutant.story));
    }
}

/// An edit of some kind at a line: the kind, and the new text.
fn edited(text: &Text, at: usize, rng: &mut Rng) -> Option<(&'static str, String)> {
    let (kind, editor) = EDITORS[rng.below(EDITORS.len())];
    let mut lines: Vec<String> = text.as_str().lines().map(str::to_owned).collect();
    let at = at.min(lines.len() - 1);
    editor(&mut lines, at, rng)?;
    Some((kind, lines.join("\n") + "\n"))
}
