//! The work on one template: read, plan, prove, and say what came of it.
//!
//! [`on`] takes a text and gives a finding and the new text. Files, printing and exit statuses are
//! its callers' business.

mod finding;

pub use finding::{Finding, Site, Status};

use crate::coverage::derive;
use crate::error::Result;
use crate::jsone::{Context, families};
use crate::patch::{self, Patch, Recipe, State};
use crate::proof::{Proof, Verdict};
use crate::template::Template;

/// What to do with a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Put the fast path in, in place of what may be there of it.
    Patch,
    /// Take the fast path out.
    Revert,
    /// Tell whether the fast path is there as it should be.
    Check,
}

/// What the work is done with.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the fast path is written from.
    pub recipe: Recipe,
    /// Contexts to sample with, beside the built-in ones and those that a template's own conditions
    /// ask for.
    pub contexts: Vec<Context>,
}

impl Default for Options {
    /// The built-in recipe, and no contexts of the caller's.
    fn default() -> Options {
        Options { recipe: Recipe::built_in(), contexts: Vec::new() }
    }
}

/// What came of the work.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// What there is to say. Its status tells whether the new text may be kept: where a proof was
    /// asked for and does not hold, it is [`Status::Unpatched`].
    pub finding: Finding,
    /// The new text; none where the work makes none.
    pub text: Option<String>,
}

/// Does a job on a template's text.
///
/// Errs, with the place, where the text is no template. Where the job cannot be done on it, the
/// status is [`Status::Error`].
pub fn on(text: impl Into<Vec<u8>>, job: Job, options: &Options) -> Result<Done> {
    let template = Template::from_bytes(text.into())?;
    let done = match job {
        Job::Revert => revert(&template, options),
        Job::Patch | Job::Check => planned(&template, job, options),
    };
    Ok(done.unwrap_or_else(|error| {
        let mut finding = Finding::error(&error).of(&template);
        if job != Job::Revert {
            finding.notes = template.ambiguities().collect();
        }
        Done { finding, text: None }
    }))
}

/// Proves any template against another: see [`Proof::new`].
pub fn verify(old: &Template, new: &Template, options: &Options) -> Proof {
    Proof::new(old, new, &options.recipe, &samples(&[old, new], options).all())
}

fn revert(template: &Template, options: &Options) -> Result<Done> {
    let before = patch::revert(template)?;
    let mut finding = Finding::new(Status::Unpatched, None).of(template);
    let text = before.text().as_str();
    if text != template.text().as_str() {
        finding.status = Status::Reverted;
        finding.new_hash = Some(before.hook_hash());
        let contexts = samples(&[&before], options);
        let proof = Proof::new(&before, template, &options.recipe, &contexts.all());
        if proof.verdict != Verdict::Proved {
            let reason = "the fast path that is taken out is not this recipe's";
            finding.reason = Some(reason.to_owned());
        }
        finding.proof = Some(proof);
    }
    Ok(Done { finding, text: Some(text.to_owned()) })
}

fn planned(template: &Template, job: Job, options: &Options) -> Result<Done> {
    // A template's own conditions are those without the fast path. The plan will say what is wrong
    // with one that cannot be taken out.
    let before = patch::revert(template);
    let samples = samples(&[before.as_ref().unwrap_or(template)], options);
    let contexts = samples.all();
    let plan = Patch::plan(template, &options.recipe, contexts.iter().copied())?;
    let (status, reason) = match (&plan.state, job) {
        (State::NotApplicable(reason), _) => (Status::NotApplicable, Some(reason)),
        (State::Current, _) => (Status::AlreadyPatched, None),
        (State::Unpatched, Job::Patch) => (Status::Patched, None),
        (State::Unpatched, _) => (Status::Unpatched, None),
        (State::Stale(reason) | State::Edited(reason), Job::Patch) => {
            (Status::Updated, Some(reason))
        }
        (State::Stale(reason), _) => (Status::Stale, Some(reason)),
        (State::Edited(reason), _) => (Status::Edited, Some(reason)),
    };
    let mut finding = Finding::new(status, reason.cloned()).of(template);
    finding.notes = template.ambiguities().collect();
    let site = |path: &_| Site { path: format!("{path}"), line: template.line(path) };
    finding.sites = plan.sites.iter().map(site).collect();
    let text = match (job, status) {
        (Job::Patch, Status::NotApplicable) => None,
        (Job::Patch, _) => Some(patched(&mut finding, &plan, options, &contexts)),
        _ => {
            checked(&mut finding, template, &plan, options, &contexts);
            None
        }
    };
    Ok(Done { finding, text })
}

fn patched(
    finding: &mut Finding,
    plan: &Patch,
    options: &Options,
    contexts: &[&Context],
) -> String {
    let proof = Proof::of_patch(plan, &options.recipe, contexts);
    let reason = match proof.verdict {
        Verdict::Proved => None,
        Verdict::Different => Some("the patched file would not do what it must"),
        Verdict::Unproved => Some("not proved"),
    };
    if let Some(reason) = reason {
        finding.status = Status::Unpatched;
        finding.reason = Some(reason.to_owned());
    }
    finding.proof = Some(proof);
    finding.new_hash = Some(plan.after.hook_hash());
    plan.after.text().as_str().to_owned()
}

fn checked(
    finding: &mut Finding,
    template: &Template,
    plan: &Patch,
    options: &Options,
    contexts: &[&Context],
) {
    finding.proof = match finding.status {
        // The template is what the plan would write.
        Status::AlreadyPatched => Some(Proof::of_patch(plan, &options.recipe, contexts)),
        Status::Edited => Some(Proof::new(&plan.before, template, &options.recipe, contexts)),
        _ => None,
    };
    let is_proved = |proof: &Proof| proof.verdict == Verdict::Proved;
    if finding.status == Status::AlreadyPatched && !finding.proof.as_ref().is_some_and(is_proved) {
        finding.status = Status::Edited;
        finding.reason = Some("the proof does not hold".to_owned());
    }
    if matches!(finding.status, Status::Unpatched | Status::Stale | Status::Edited) {
        let advice = "run `tc-retrigger patch --write`".to_owned();
        let reasons: Vec<String> = finding.reason.take().into_iter().chain([advice]).collect();
        finding.reason = Some(reasons.join("; "));
    }
}

/// The contexts that templates are sampled with.
struct Samples<'o> {
    own: &'o [Context],
    derived: Vec<Context>,
}

impl Samples<'_> {
    /// All of them: the built-in ones, the caller's, the derived ones.
    fn all(&self) -> Vec<&Context> {
        let own = self.own.iter().chain(&self.derived);
        families::contexts().map(|context| context as &Context).chain(own).collect()
    }
}

fn samples<'o>(templates: &[&Template], options: &'o Options) -> Samples<'o> {
    let mut derived: Vec<Context> = Vec::new();
    for template in templates {
        for context in derive::contexts(template.value()) {
            if derived.iter().all(|known| known.name != context.name) {
                derived.push(context);
            }
        }
    }
    Samples { own: &options.contexts, derived }
}
