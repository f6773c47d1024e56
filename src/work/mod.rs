//! The work on one template: read, plan, prove, and say what came of it.
//!
//! [`on`] takes a text and gives a finding and the new text. Files, printing and exit statuses are
//! its callers' business.

mod domain;
pub mod evidence;
mod finding;
mod samples;
mod script;

pub use finding::{Code, Finding, Note, Raised, Site, Status};
pub use script::{Script, Step};

use crate::error::{Error, Place, Result};
use crate::jsone::{Context, Memory, busy};
use crate::patch::faults::Fault;
use crate::patch::{self, Patch, Recipe, State, Told, cut};
use crate::proof::{Proof, Verdict};
use crate::template::{self, Template, Text};
use finding::PATCH;
use samples::{samples, samples_without};
use script::scripts;
use serde::{Deserialize, Serialize};

/// What to do with a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Job {
    /// Put the fast path in, in place of what may be there of it.
    Patch,
    /// Take the fast path out.
    Revert,
    /// Tell whether the fast path is there as it should be.
    Check,
}

/// What the work is done with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Options {
    /// What the fast path is written from; none: the built-in recipe that the template has already, or
    /// else [`Recipe::built_in`].
    pub recipe: Option<Recipe>,
    /// Where the recipe's script goes in the tree, from the repository's root, where it is to be a file of
    /// its own; none: where the template has it already.
    pub script: Option<String>,
    /// Contexts to sample with, beside the built-in ones and those that a template's own conditions
    /// ask for.
    pub contexts: Vec<Context>,
    /// Whether [`Job::Revert`] cuts out line by line a fast path that is not whole any more.
    pub force: bool,
}

impl Default for Options {
    /// A built-in recipe, and no contexts of the caller's.
    fn default() -> Options {
        Options { recipe: None, script: None, contexts: Vec::new(), force: false }
    }
}

/// What came of the work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// What there is to say. Its status tells whether the new text may be kept: where a proof was
    /// asked for and does not hold, it is [`Status::Unpatched`].
    pub finding: Finding,
    /// The new text; none where the work makes none.
    pub text: Option<String>,
    /// The files of the tree that go with it.
    pub scripts: Vec<Script>,
}

/// What to say of a task with actions that is not the first.
const OTHER_TASK: &str =
    "this task names ACTION_CALLBACK, but only `tasks[0]` counts for actions: make it the first";

/// Does a job on a template's text.
///
/// Errs, with the place, where the text is no template. Where the job cannot be done on it, the
/// status is [`Status::Error`]; where that is for a limit of this program's, the code [`Code::Limit`].
pub fn on(text: impl Into<Vec<u8>>, job: Job, options: &Options) -> Result<Done> {
    Memory::tidy();
    busy::step("reading it");
    let text = Text::from_bytes(text.into())?;
    let is_forced = job == Job::Revert && options.force;
    let template = match Template::parse(text.clone()) {
        // Where there is no fast path to cut out, what is wrong is what the reader says.
        Err(err) if is_forced => {
            let done = cut_out(&text);
            return done.map_err(|cut| if cut.place().is_some() { cut } else { err });
        }
        read => read?,
    };
    if let Err(limit) = patch::is_within_limits(&template) {
        if is_forced {
            return cut_out(&text).or(Ok(refused_by(&limit, Code::Limit, &template)));
        }
        return Ok(refused_by(&limit, Code::Limit, &template));
    }
    let done = match job {
        Job::Revert if is_forced => revert(&template, options).or_else(|_| {
            cut_out(&text).map(|done| Done { scripts: scripts(&template, None), ..done })
        }),
        Job::Revert => revert(&template, options),
        Job::Patch | Job::Check => planned(&template, job, options),
    };
    Ok(done.unwrap_or_else(|error| {
        let mut done = refused_by(&error, Code::CannotBePatched, &template);
        if job != Job::Revert {
            let finding = &mut done.finding;
            finding.reason =
                finding.reason.take().map(|reason| format!("cannot be patched: {reason}"));
            finding.notes = notes(&template);
        }
        done
    }))
}

fn refused_by(error: &Error, code: Code, template: &Template) -> Done {
    let finding = Finding::error(error, code).of(template);
    Done { finding, text: None, scripts: Vec::new() }
}

/// Proves any template against another, with the contexts that `patch` and `check` would take: see
/// [`Proof::new`].
pub fn verify(old: &Template, new: &Template, options: &Options) -> Proof {
    // Where the recipe is not known, the proof says of the built-in one that the fast path is not its.
    let recipe = recipe_of(new, options).unwrap_or_else(|_| Recipe::built_in());
    busy::step("looking for contexts");
    let samples = samples(&[old, new], &options.contexts);
    busy::step("proving it");
    Proof::new(old, new, &recipe, &samples.all())
}

fn recipe_of(template: &Template, options: &Options) -> Result<Recipe> {
    script::recipe_of(template, options.recipe.as_ref(), options.script.as_deref())
}

/// What a template's owner should know beside its status.
pub fn notes(template: &Template) -> Vec<Note> {
    let ambiguous = template.ambiguities().map(|(place, meaning)| Note {
        line: place.line,
        column: place.column,
        code: Code::Ambiguous,
        message: meaning.to_owned(),
    });
    let other = patch::other_task(template).map(|path| {
        let Place { line, column } = template.place(&path);
        Note { line, column, code: Code::OtherTask, message: OTHER_TASK.to_owned() }
    });
    ambiguous.chain(other).collect()
}

fn revert(template: &Template, options: &Options) -> Result<Done> {
    let before = patch::revert(template)?;
    let text = before.text().as_str();
    if text == template.text().as_str() {
        let finding = Finding::new(Status::Unpatched, None).of(template);
        return Ok(Done { finding, text: Some(text.to_owned()), scripts: Vec::new() });
    }
    // An edited fast path is taken out, too.
    let recipe = recipe_of(template, options).unwrap_or_else(|_| Recipe::built_in());
    let mut finding = Finding::new(Status::Reverted, None).of(template);
    finding.new_hash = Some(before.hook_hash());
    busy::step("looking for contexts");
    let contexts = samples(&[&before], &options.contexts);
    busy::step("proving it");
    let proof = of_this_file(Proof::new(&before, template, &recipe, &contexts.all()));
    if !patch::is_by(template, &before, &recipe) {
        finding = finding.because("the fast path that is taken out is not this recipe's");
    }
    finding.proof = Some(proof);
    Ok(Done { finding, text: Some(text.to_owned()), scripts: scripts(template, None) })
}

/// Reverts a text of which no node tells where the fast path is.
fn cut_out(text: &Text) -> Result<Done> {
    let (before, beside) = cut::cut(text)?;
    let mut finding = Finding::new(Status::Reverted, None)
        .because("cut out line by line, and so not proved")
        .advising("look at the payload before you patch again");
    finding.old_hash = Some(template::hook_hash(text));
    finding.new_hash = Some(before.hook_hash());
    finding.notes = beside
        .into_iter()
        .map(|(Place { line, column }, key)| Note {
            line,
            column,
            code: Code::Dropped,
            message: format!("`{key}` stood beside the fast path and went away with it"),
        })
        .collect();
    let text = Some(before.text().as_str().to_owned());
    Ok(Done { finding, text, scripts: Vec::new() })
}

fn planned(template: &Template, job: Job, options: &Options) -> Result<Done> {
    let recipe = &recipe_of(template, options)?;
    busy::step("looking for contexts");
    let before = patch::revert(template);
    // The plan says what is wrong with a fast path that cannot be taken out.
    let without = before.as_ref().unwrap_or(template).clone();
    let samples = samples_without(&[without], &options.contexts);
    let contexts = samples.all();
    busy::step("looking for what retriggers reach");
    let plan = Patch::plan_without(template, before, recipe, contexts.iter().copied())?;
    if let Some(obstacle) = plan.obstacle {
        return Err(obstacle);
    }
    let mut finding = found(template, &plan, job).of(template);
    finding.notes = notes(template);
    finding.trust_domain = domain::trust_domain(template, &contexts);
    finding.sites = plan.sites.iter().map(|path| Site::of(template, path)).collect();
    busy::step("proving it");
    let text = match (job, finding.status) {
        (_, Status::NotApplicable | Status::Raises) => None,
        _ if plan.sites.is_empty() => None,
        _ => {
            let proof = Proof::of_studied(&plan, recipe, &contexts, samples.study.as_ref());
            match job {
                Job::Patch => Some(patched(&mut finding, &plan, proof)),
                _ => {
                    checked(&mut finding, template, &plan, proof, (recipe, &contexts));
                    None
                }
            }
        }
    };
    let has_fast_path = text.is_some() || finding.status == Status::AlreadyPatched;
    let scripts = if has_fast_path { scripts(template, Some(recipe)) } else { Vec::new() };
    Ok(Done { finding, text, scripts })
}

/// What a plan says of a template.
fn found(template: &Template, plan: &Patch, job: Job) -> Finding {
    let is_patch = job == Job::Patch;
    let told = |status, code, told: &Told| {
        let status = if is_patch { Status::Updated } else { status };
        Finding::new(status, Some(code)).because(&told.reason).at(told.place, told.place.line)
    };
    match &plan.state {
        State::NotApplicable(reason) => {
            Finding::new(Status::NotApplicable, Some(Code::NoActions)).because(reason)
        }
        State::Raises(faults) => raises(template, faults),
        State::Current => Finding::new(Status::AlreadyPatched, None),
        State::Unpatched if is_patch => Finding::new(Status::Patched, None),
        State::Unpatched => {
            let finding = Finding::new(Status::Unpatched, Some(Code::NoFastPath)).advising(PATCH);
            match plan.sites.first() {
                Some(site) => finding.at(template.key_place(site), template.end_line(site)),
                None => finding,
            }
        }
        // Nothing is taken out because retriggers ceased to come to it: that may be what is wrong.
        State::Moved(Told { reason, place }) if plan.sites.is_empty() => {
            Finding::new(Status::Stale, Some(Code::PayloadMoved))
                .because(reason)
                .at(*place, place.line)
                .advising("correct the template, or run `tc-retrigger revert --write`")
        }
        State::Old(what) => told(Status::Stale, Code::OldRecipe, what).advising(PATCH),
        State::Moved(what) => told(Status::Stale, Code::PayloadMoved, what).advising(PATCH),
        State::Edited(what) => told(Status::Edited, Code::Edited, what).advising(PATCH),
    }
}

fn raises(template: &Template, faults: &[Fault]) -> Finding {
    let raised = |fault: &Fault| {
        let Place { line, column } = fault.place(template);
        Raised {
            path: fault.path.to_string(),
            line,
            column,
            end_line: template.end_line(&fault.path),
            error: fault.error.clone(),
            contexts: fault.contexts.clone(),
        }
    };
    let finding = Finding::new(Status::Raises, Some(Code::Raises))
        .advising("every such retrigger fails in production: correct the template");
    let Some(first) = faults.first() else { return finding };
    let more = match first.contexts.as_slice() {
        [only] => format!("in context {only}"),
        [first, rest @ ..] => format!("in context {first} and {} more", rest.len()),
        [] => "in no context".to_owned(),
    };
    Finding { raised: faults.iter().map(raised).collect(), ..finding }
        .because(format!("{}, {more}", first.error))
        .at(first.place(template), template.end_line(&first.path))
}

/// Proves a plan that is to be written; where it is not proved, the finding says so.
fn patched(finding: &mut Finding, plan: &Patch, proof: Proof) -> String {
    if proof.verdict == Verdict::Proved {
        // What was wrong is mended.
        (finding.code, finding.advice) = (None, None);
        finding.new_hash = Some(plan.after.hook_hash());
    } else {
        finding.status = Status::Unpatched;
        refused(finding, &proof);
    }
    finding.proof = Some(proof);
    plan.after.text().as_str().to_owned()
}

/// A proof whose new file is the one that was read: that has no other name for its reader.
fn of_this_file(mut proof: Proof) -> Proof {
    proof.structural.reason = proof.structural.reason.replace(" of the new file", "");
    proof
}

/// Why a proof does not hold.
fn fault(proof: &Proof) -> (Code, &str) {
    let code = match proof.verdict {
        Verdict::Different => Code::Different,
        _ => Code::NotProved,
    };
    match proof.structural.holds {
        true => (code, "a retrigger or another event would differ"),
        false => (code, &proof.structural.reason),
    }
}

/// Says that no patch can be written, since `proof` does not hold for it.
fn refused(finding: &mut Finding, proof: &Proof) {
    let (code, why) = fault(proof);
    let before = finding.reason.take().map(|reason| format!("{reason}; ")).unwrap_or_default();
    finding.code = Some(code);
    finding.reason = Some(format!("{before}cannot be patched: {why}"));
    finding.advice =
        Some("it keeps today's path; docs/proof.md has what a patch rests on".to_owned());
    if let Some(site) = finding.sites.first().filter(|_| finding.line.is_none()) {
        finding.line = Some(site.line);
        finding.column = Some(site.column);
        finding.end_line = Some(site.end_line);
    }
}

fn checked(
    finding: &mut Finding,
    template: &Template,
    plan: &Patch,
    planned: Proof,
    (recipe, contexts): (&Recipe, &[&Context]),
) {
    let is_proved = planned.verdict == Verdict::Proved;
    match finding.status {
        // The template is what the plan would write.
        Status::AlreadyPatched if is_proved => finding.proof = Some(planned),
        Status::AlreadyPatched => {
            let (code, why) = fault(&planned);
            finding.status = Status::Edited;
            finding.code = Some(code);
            finding.reason = Some(format!("not proved: {why}"));
            finding.advice = Some("run `tc-retrigger revert --write`".to_owned());
            finding.proof = Some(planned);
        }
        // Nothing is advised that would not be written.
        _ if !is_proved => {
            refused(finding, &planned);
            finding.proof = Some(planned);
        }
        Status::Edited => {
            let proof = Proof::new(&plan.before, template, recipe, contexts);
            finding.proof = Some(of_this_file(proof));
        }
        _ => {}
    }
}
