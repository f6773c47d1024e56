//! Random templates in which the payload travels, and in which other parts of the task are made of
//! it: where the premises hold, production's engines must agree, whatever the conditions say.
//!
//! As in `shapes.rs` the samples are left out. What may come out is told from the two rendered
//! tasks alone, not from where the tool has found a payload.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;
use tc_retrigger::jsone::{Context, families};
use tc_retrigger::patch::{Patch, Recipe};
use tc_retrigger::proof::{Verdict, structural};
use tc_retrigger::template::{Template, Text};
use tc_retrigger::work::{self, Job, Options};

use super::driver::{Engine, Outcome};
use super::judge::{PROVED, REFUSED, Tally};
use super::maker::{Made, Maker};
use super::oracle::{alike, takes_the_fast_path};
use super::rare::Contexts;
use super::rng::Rng;

/// Of the templates that are not proved, one in so many is shown to the engines.
const SHOWN: usize = 3;

/// So many of each way that are wrong are told.
const TOLD: usize = 3;

/// What came out: the counts of all, and by the way of the payload.
#[derive(Default)]
pub struct Travels {
    /// Of all; with the stories of what is wrong.
    pub tally: Tally,
    /// By way.
    ways: BTreeMap<String, Tally>,
}

impl Travels {
    fn count(&mut self, made: &Made, class: &'static str) {
        self.tally.count(class);
        self.ways.entry(made.way.clone()).or_default().count(class);
    }

    /// A line for each way, with the number of each class that it has.
    pub fn table(&self) -> String {
        let mut out = String::new();
        for (way, tally) in &self.ways {
            let counts: Vec<_> =
                tally.classes.iter().map(|(class, count)| format!("{count} {class}")).collect();
            writeln!(out, "{way}: {}", counts.join(", ")).expect("a string takes all");
        }
        out
    }
}

/// Judges as many random templates.
pub fn judge(number: usize, seed: u64, engines: &mut Option<[Engine; 2]>) -> Travels {
    let (recipe, mut travels) = (Recipe::built_in(), Travels::default());
    let built_in: Vec<&Context> = families::contexts().collect();
    let contexts = Contexts::new();
    for engine in engines.iter_mut().flatten() {
        engine.contexts(&contexts.all);
    }
    let mut rng = Rng::new(seed);
    for at in 0..number {
        // The harmless ways in turn, so that each comes by itself, and all others at random.
        let made = match at % 12 {
            0 => Maker::new(&mut rng).harmless(at / 12),
            _ => Maker::new(&mut rng).any(),
        };
        travels.tally.mutants += 1;
        let old = Template::parse(Text::new(&*made.text)).expect("YAML");
        let patch = match Patch::plan(&old, &recipe, built_in.iter().copied()) {
            Ok(patch) if patch.sites.is_empty() => {
                travels.count(&made, "nothing to patch");
                continue;
            }
            Ok(patch) => patch,
            Err(_) => {
                travels.count(&made, "not patchable");
                continue;
            }
        };
        let proof = structural::check(&patch.before, &patch.after, &recipe, &patch.sites);
        if !proof.holds && made.is_harmless {
            travels.count(&made, REFUSED);
            let story = format!("{}: {REFUSED}: {}\n{}", made.way, proof.reason, made.text);
            travels.tally.faults.push(story);
        }
        let Some(engines) = engines else {
            travels.count(&made, if proof.holds { "the premises hold" } else { "a premise fails" });
            continue;
        };
        if !proof.holds && at % SHOWN > 0 {
            travels.count(&made, "a premise fails");
            continue;
        }
        let ruling = rule(&patch, &made, &contexts, &recipe, engines);
        let class = match (proof.holds, &ruling) {
            (true, Ruling::Right) => "the premises hold",
            (true, Ruling::Kept) => "the premises hold, some retriggers keep their payload",
            (true, Ruling::Wrong(story)) => {
                if travels.ways.get(&made.way).is_none_or(|way| way.of(PROVED) < TOLD) {
                    let whole = by_all(&made);
                    let told = format!("{}: {PROVED}{whole}: {story}\n{}", made.way, made.text);
                    travels.tally.faults.push(told);
                }
                PROVED
            }
            (false, Ruling::Wrong(_)) => "a premise fails, rightly",
            (false, _) => "a premise fails, though no context tells the two apart",
        };
        travels.count(&made, class);
    }
    travels
}

/// What the whole tool says, samples included.
fn by_all(made: &Made) -> &'static str {
    let done = work::on(made.text.clone(), Job::Patch, &Options::default());
    let proof = done.ok().and_then(|done| done.finding.proof);
    match proof.map(|proof| proof.verdict) {
        Some(Verdict::Proved) => ", by the samples too",
        _ => ", though the samples would tell",
    }
}

/// What production's engines say of an old and a new template.
enum Ruling {
    /// Nothing changes, but for retriggers, and these take the fast path.
    Right,
    /// The same, but that some retriggers go on as before: no sample reaches their payload.
    Kept,
    /// What is wrong, and where.
    Wrong(String),
}

fn rule(
    patch: &Patch,
    made: &Made,
    contexts: &Contexts,
    recipe: &Recipe,
    engines: &mut [Engine; 2],
) -> Ruling {
    let slots = contexts.of(made.used);
    let pair = [("old", &patch.before), ("new", &patch.after)];
    for (slot, template) in pair {
        for engine in engines.iter_mut() {
            engine.ask(&serde_json::json!({"template": slot, "text": template.text().as_str()}));
            engine.render(slot, &slots);
        }
    }
    let mut ruling = Ruling::Right;
    for engine in engines.iter_mut() {
        let [old, new] = pair.map(|(slot, _)| {
            let read = engine.answer();
            assert_eq!(read["ok"], true, "{slot}: {read}\n{}", made.text);
            engine.rendered()
        });
        for (slot, (old, new)) in slots.iter().zip(old.iter().zip(&new)) {
            let story = match verdict(contexts.is_retrigger(*slot), old, new, recipe) {
                Ok(true) => continue,
                // Where no condition is rare, the built-in contexts are alike.
                Ok(false) if contexts.is_common(*slot) => {
                    "a retrigger keeps its payload".to_owned()
                }
                Ok(false) => {
                    if let Ruling::Right = ruling {
                        ruling = Ruling::Kept;
                    }
                    continue;
                }
                Err(story) => story,
            };
            if !matches!(ruling, Ruling::Wrong(_)) {
                let context = &contexts.all[*slot].name;
                ruling = Ruling::Wrong(format!("{story}, {:?}, {context}", engine.language));
            }
        }
    }
    ruling
}

/// Whether a retrigger of an action's task takes the fast path and all else stays. Errs with what
/// is wrong.
fn verdict(
    is_retrigger: bool,
    old: &Outcome,
    new: &Outcome,
    recipe: &Recipe,
) -> Result<bool, String> {
    let is_same = alike(old, new);
    let (old, new) = match (old, new) {
        _ if is_same && !is_retrigger => return Ok(true),
        (Err(_), Err(_)) if is_same => return Ok(true),
        (Err(err), Ok(_)) => return Err(format!("raised before ({err})")),
        (Ok(_), Err(err)) => return Err(format!("raises ({err})")),
        (Err(_), Err(err)) => return Err(format!("raises otherwise ({err})")),
        (Ok(old), Ok(new)) => (old, new),
    };
    let without = |task: &Value| {
        let mut task = task.clone();
        task.as_object_mut().map(|task| task.remove("payload"));
        task
    };
    match is_retrigger {
        false => Err("no retrigger, and not the same".to_owned()),
        true if !is_action(old) && is_same => Ok(true),
        true if !is_action(old) => Err("no action's task, and not the same".to_owned()),
        true if is_same => Ok(false),
        true if takes_the_fast_path(&Ok(old.clone()), &Ok(new.clone()), recipe) => Ok(true),
        true if without(old) != without(new) => Err("a retrigger differs elsewhere".to_owned()),
        true => Err("a retrigger's payload is not the fast path's".to_owned()),
    }
}

/// Whether a task has what a fired action's has.
fn is_action(task: &Value) -> bool {
    let names = ["ACTION_CALLBACK", "ACTION_INPUT", "ACTION_TASK_GROUP_ID", "ACTION_TASK_ID"];
    names.iter().all(|name| task["payload"]["env"].get(name).is_some())
}
