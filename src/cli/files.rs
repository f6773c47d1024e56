//! The commands that go over files: patch, revert, check, scan.

use super::input::{self, Samples, Tools};
use super::{Change, Exit, Format, Look, Output, Scan};
use crate::error::{Error, Result};
use crate::jsone::Context;
use crate::patch::{self, Patch, State};
use crate::proof::{Proof, Verdict};
use crate::report::{FileReport, RunReport, Site, Status, human, unified_diff};
use crate::template::Template;
use std::path::Path;

/// What became of one file: its report, its part of the exit status, and the new text.
struct Outcome {
    report: FileReport,
    exit: Exit,
    new_text: Option<String>,
}

/// Puts the fast path in.
pub fn patch(args: &Change, output: &Output) -> Result<Exit> {
    change(args, output, "patch", patch_one)
}

/// Takes the fast path out.
pub fn revert(args: &Change, output: &Output) -> Result<Exit> {
    change(args, output, "revert", revert_one)
}

/// Tells whether each file has the fast path as it should be.
pub fn check(args: &Look, output: &Output) -> Result<Exit> {
    let tools = Tools::new(&args.with)?;
    let mut run = Run::new("check", output);
    for path in input::expand(&args.paths) {
        run.file(path, |template, path| Ok(check_one(template, path, &tools)));
    }
    Ok(run.finish(false))
}

/// Tells each template's state.
pub fn scan(args: &Scan, output: &Output) -> Result<Exit> {
    let tools = Tools::new(&args.with)?;
    if !args.dir.is_dir() {
        return Err(Error::new("is no folder").in_file(&args.dir));
    }
    let mut run = Run::new("scan", output);
    for path in input::expand(std::slice::from_ref(&args.dir)) {
        if let (_, Err(error)) = path {
            // A folder that cannot be read, or has nothing to tell: no row of the table.
            output.error(&error);
            run.exit = Exit::Input;
            continue;
        }
        run.row(path, |template, path| Ok(check_one(template, path, &tools)));
    }
    Ok(run.finish(true))
}

type Work = fn(&Template, &str, &Tools) -> Result<Outcome>;

fn change(args: &Change, output: &Output, command: &'static str, work: Work) -> Result<Exit> {
    let is_stdin = args.paths.iter().any(|path| path == Path::new("-"));
    if args.write && is_stdin {
        return Err(Error::new("standard input cannot be written in place").help("use --stdout"));
    }
    let paths = input::expand(&args.paths);
    if args.stdout && (paths.len() > 1 || output.format == Format::Json) {
        return Err(Error::new("--stdout prints one file and nothing else")
            .help("name one file, and no --format json"));
    }
    let tools = Tools::new(&args.with)?;
    let mut run = Run::new(command, output);
    for path in paths {
        let text = run.file(path, |template, path| {
            let mut outcome = work(template, path, &tools)?;
            let new = outcome.new_text.as_ref().filter(|_| outcome.exit == Exit::Success);
            let old = template.text().as_str();
            if let Some(new) = new.filter(|new| args.write && *new != old) {
                input::replace(Path::new(path), old.as_bytes(), new.as_bytes())?;
                outcome.report.written = true;
            }
            if outcome.new_text.is_none() {
                outcome.new_text = Some(old.to_owned());
            }
            Ok(outcome)
        });
        if let Some(text) = text.filter(|_| args.stdout) {
            output.result(&text);
        }
    }
    Ok(match args.stdout {
        true => run.finish_quietly(),
        false => run.finish(false),
    })
}

fn patch_one(template: &Template, path: &str, tools: &Tools) -> Result<Outcome> {
    let samples = samples(template, tools);
    let contexts = samples.all();
    let (mut report, plan) = match plan(template, path, tools, &contexts) {
        Ok(planned) => planned,
        Err(outcome) => return Ok(*outcome),
    };
    let status = match &plan.state {
        State::NotApplicable(_) => Status::NotApplicable,
        State::Unpatched => Status::Patched,
        State::Current => Status::AlreadyPatched,
        State::Stale(_) | State::Edited(_) => Status::Updated,
    };
    let new = plan.after.text().as_str();
    report.status = status;
    if status == Status::NotApplicable {
        return Ok(Outcome { report, exit: Exit::Success, new_text: None });
    }
    let proof = Proof::of_patch(&plan, &tools.recipe, &contexts);
    let proved = proof.verdict == Verdict::Proved;
    if !proved {
        report.status = Status::Unpatched;
        report.reason = Some(match proof.verdict {
            Verdict::Different => "the patched file would not do what it must".to_owned(),
            _ => "not proved".to_owned(),
        });
    }
    report.proof = Some(proof);
    report.new_hash = Some(plan.after.hook_hash());
    let diff = unified_diff(path, template.text().as_str(), new);
    report.diff = Some(diff).filter(|diff| !diff.is_empty());
    let exit = if proved { Exit::Success } else { Exit::Failure };
    Ok(Outcome { report, exit, new_text: Some(new.to_owned()) })
}

fn revert_one(template: &Template, path: &str, tools: &Tools) -> Result<Outcome> {
    let mut report = FileReport::new(path, Status::Unpatched, None);
    report.old_hash = Some(template.hook_hash());
    report.new_hash = Some(template.hook_hash());
    let before = match patch::revert(template) {
        Ok(before) => before,
        Err(err) => return Ok(failed(report, &err, Exit::Failure)),
    };
    let (old, new) = (template.text().as_str(), before.text().as_str());
    if old != new {
        report.status = Status::Reverted;
        report.new_hash = Some(before.hook_hash());
        report.diff = Some(unified_diff(path, old, new));
        let samples = tools.samples(&[&before]);
        let proof = Proof::new(&before, template, &tools.recipe, &samples.all());
        if proof.verdict != Verdict::Proved {
            report.reason = Some("the fast path that is taken out is not this recipe's".to_owned());
        }
        report.proof = Some(proof);
    }
    Ok(Outcome { report, exit: Exit::Success, new_text: Some(new.to_owned()) })
}

fn check_one(template: &Template, path: &str, tools: &Tools) -> Outcome {
    let samples = samples(template, tools);
    let contexts = samples.all();
    let (mut report, plan) = match plan(template, path, tools, &contexts) {
        Ok(planned) => planned,
        Err(outcome) => return *outcome,
    };
    let (status, exit) = match &plan.state {
        State::NotApplicable(_) => (Status::NotApplicable, Exit::Success),
        State::Unpatched => (Status::Unpatched, Exit::Failure),
        State::Current => (Status::AlreadyPatched, Exit::Success),
        State::Stale(_) => (Status::Stale, Exit::Failure),
        State::Edited(_) => (Status::Edited, Exit::Failure),
    };
    report.status = status;
    let mut outcome = Outcome { report, exit, new_text: None };
    if status == Status::AlreadyPatched || status == Status::Edited {
        let proof = match status {
            // The file is what the plan would write.
            Status::AlreadyPatched => Proof::of_patch(&plan, &tools.recipe, &contexts),
            _ => Proof::new(&plan.before, template, &tools.recipe, &contexts),
        };
        if status == Status::AlreadyPatched && proof.verdict != Verdict::Proved {
            outcome.report.status = Status::Edited;
            outcome.report.reason = Some("the proof does not hold".to_owned());
            outcome.exit = Exit::Failure;
        }
        outcome.report.proof = Some(proof);
    }
    if outcome.exit == Exit::Failure {
        let advice = "run `tc-retrigger patch --write`";
        let reason = outcome.report.reason.take();
        outcome.report.reason =
            Some(reason.map_or_else(|| advice.to_owned(), |reason| format!("{reason}; {advice}")));
    }
    outcome
}

/// The contexts that a file is sampled with: its own conditions are those without the fast path.
fn samples<'t>(template: &Template, tools: &'t Tools) -> Samples<'t> {
    match patch::revert(template) {
        Ok(before) => tools.samples(&[&before]),
        // The plan will say what is wrong with the fast path.
        Err(_) => tools.samples(&[template]),
    }
}

/// The plan for a file, and its report as far as that tells; or the outcome of a file that cannot
/// be patched.
fn plan(
    template: &Template,
    path: &str,
    tools: &Tools,
    contexts: &[&Context],
) -> std::result::Result<(FileReport, Patch), Box<Outcome>> {
    let mut report = FileReport::new(path, Status::Error, None);
    report.old_hash = Some(template.hook_hash());
    report.new_hash = Some(template.hook_hash());
    report.notes = template.ambiguities().collect();
    match Patch::plan(template, &tools.recipe, contexts.iter().copied()) {
        Ok(plan) => {
            report.reason = match &plan.state {
                State::NotApplicable(reason) | State::Stale(reason) | State::Edited(reason) => {
                    Some(reason.clone())
                }
                State::Unpatched | State::Current => None,
            };
            let site = |path: &crate::template::Path| Site {
                path: path.to_string(),
                line: template.line(path),
            };
            report.sites = plan.sites.iter().map(site).collect();
            Ok((report, plan))
        }
        Err(err) => Err(Box::new(failed(report, &err, Exit::Failure))),
    }
}

fn failed(mut report: FileReport, error: &Error, exit: Exit) -> Outcome {
    report.status = Status::Error;
    report.reason = Some(match error.place() {
        Some(place) => format!("line {}, column {}: {}", place.line, place.column, error.reason()),
        None => error.reason(),
    });
    Outcome { report, exit, new_text: None }
}

/// A run over files, in progress.
struct Run<'o> {
    command: &'static str,
    output: &'o Output,
    reports: Vec<FileReport>,
    exit: Exit,
}

impl Run<'_> {
    fn new<'o>(command: &'static str, output: &'o Output) -> Run<'o> {
        Run { command, output, reports: Vec::new(), exit: Exit::Success }
    }

    /// Reads a file and does the work on it; an error becomes the file's report. Gives the text
    /// that the work leaves.
    fn file(
        &mut self,
        (path, found): input::Found,
        work: impl FnOnce(&Template, &str) -> Result<Outcome>,
    ) -> Option<String> {
        let name = path.display().to_string();
        let read = found.and_then(|()| input::template(&path));
        let outcome = match read.and_then(|template| work(&template, &name)) {
            Ok(outcome) => outcome,
            Err(err) => {
                self.output.error(&err);
                failed(FileReport::new(name, Status::Error, None), &err, Exit::Input)
            }
        };
        if outcome.report.status == Status::Error && outcome.exit == Exit::Failure {
            let reason = outcome.report.reason.clone().unwrap_or_default();
            self.output.error(&Error::new(reason).in_file(&outcome.report.path));
        }
        self.exit = self.exit.max(outcome.exit);
        self.reports.push(outcome.report);
        outcome.new_text
    }

    /// As [`Run::file`], for a table that only tells: nothing in it makes the run fail.
    fn row(&mut self, path: input::Found, work: impl FnOnce(&Template, &str) -> Result<Outcome>) {
        let exit = self.exit;
        self.file(path, work);
        self.exit = exit;
    }

    /// Prints the reports; gives the run's exit status.
    fn finish(self, as_table: bool) -> Exit {
        if self.output.format == Format::Json {
            let report = RunReport { command: self.command, files: self.reports };
            self.output.json(&report);
            return self.exit;
        }
        if as_table {
            self.output.summary(&human::table(&self.reports));
            return self.exit;
        }
        for report in self.told() {
            if let Some(diff) = &report.diff {
                self.output.summary(&human::diff(diff));
            }
            self.output.summary(&human::file(report));
        }
        self.exit
    }

    /// As [`Run::finish`] where standard output holds a file: the reports are messages.
    fn finish_quietly(self) -> Exit {
        for report in self.told() {
            self.output.message(&human::file(report));
        }
        self.exit
    }

    /// The reports that are still to be told: errors were, as they came.
    fn told(&self) -> impl Iterator<Item = &FileReport> {
        self.reports.iter().filter(|report| report.status != Status::Error)
    }
}
