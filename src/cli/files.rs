//! A run over the files that path arguments mean.

use super::input::{self, Found};
use super::output::{Exit, Output};
use super::replace::replace;
use super::repository::name_in_diff;
use super::tree::TreeFile;
use crate::error::{Error, Result};
use crate::report::{FileReport, Report, RunReport, unified_diff};
use crate::work::{self, Job, Options, Status};
use std::path::Path;

/// A run over files, in progress.
pub struct Run<'o> {
    output: &'o Output,
    report: RunReport,
    exit: Exit,
}

/// What a run does with each file.
pub struct Plan<'o> {
    pub job: Job,
    pub options: &'o Options,
    /// Whether to write a file in place.
    pub write: bool,
    /// Whether to give a diff.
    pub diff: bool,
}

impl Run<'_> {
    pub fn new<'o>(command: &'static str, output: &'o Output) -> Run<'o> {
        let report = RunReport { command, files: Vec::new() };
        Run { output, report, exit: Exit::Success }
    }

    /// Works on a file. An error becomes its report. Gives the text that the work leaves, where it is
    /// done.
    pub fn file(&mut self, (path, found): Found, plan: &Plan) -> Option<String> {
        let worked = found.and_then(|()| one(&path, plan));
        let (report, exit, text) = worked.unwrap_or_else(|error| {
            self.output.error(&error);
            (FileReport::error(path.display().to_string(), &error), Exit::Input, None)
        });
        if report.finding.status == Status::Error && exit == Exit::Failure {
            let finding = &report.finding;
            let mut error = Error::new(finding.told().unwrap_or_default()).in_file(&path);
            if let Some(place) = finding.place() {
                error = error.at(place);
            }
            self.output.error(&error);
        }
        self.exit = self.exit.max(exit);
        self.report.files.push(report);
        text
    }

    /// Counts it as a failure where a file has nothing to patch.
    pub fn require(&mut self) {
        for file in &mut self.report.files {
            if file.finding.status == Status::NotApplicable {
                let advice = "--require asks for actions: correct the file, or leave it out";
                file.finding.advice = Some(advice.to_owned());
                self.exit = self.exit.max(Exit::Failure);
            }
        }
    }

    /// Prints the report; gives the run's exit status.
    pub fn finish(self) -> Exit {
        self.output.report(&Report::Files(&self.report));
        self.exit
    }

    /// As [`Run::finish`], as a table.
    pub fn finish_as_table(self) -> Exit {
        self.output.report(&Report::Table(&self.report));
        self.exit
    }

    /// As [`Run::finish`] where standard output holds a file: the report is a message.
    pub fn finish_beside_a_file(self) -> Exit {
        self.output
            .message(&Report::Files(&self.report).write(self.output.format, self.output.verbose));
        self.exit
    }
}

/// Writes a template and the files that go with it; tells whether there was anything to write. A file
/// that the template runs is there before the template says so, and goes after.
fn write(path: &Path, old: &[u8], new: &str, files: &[TreeFile]) -> Result<bool> {
    let is_same = new.as_bytes() == old;
    let put_back = |err| {
        files.iter().for_each(TreeFile::put_back);
        err
    };
    files.iter().try_for_each(TreeFile::write).map_err(put_back)?;
    if !is_same {
        replace(path, old, new.as_bytes()).map_err(put_back)?;
    }
    files.iter().try_for_each(TreeFile::remove)?;
    Ok(!is_same || files.iter().any(TreeFile::is_to_change))
}

fn one(path: &Path, plan: &Plan) -> Result<(FileReport, Exit, Option<String>)> {
    let bytes = input::read(path)?;
    let mut done =
        work::on(&*bytes, plan.job, plan.options).map_err(|error| error.in_file(path))?;
    let look = |script| TreeFile::look(path, script);
    let files = match Exit::of(plan.job, done.finding.status) {
        Exit::Success => done.scripts.iter().map(look).collect::<Result<Vec<_>>>()?,
        _ => Vec::new(),
    };
    files.iter().for_each(|file| file.tell(&mut done.finding, plan.job == Job::Check));
    let exit = Exit::of(plan.job, done.finding.status);
    let name = path.display().to_string();
    let mut report = FileReport::new(name, done.finding);
    report.scripts = files.iter().map(TreeFile::report).collect();
    // The work has read it as UTF-8.
    let old = String::from_utf8_lossy(&bytes);
    // What is not proved goes nowhere: not to a file, and not to `git apply` either.
    let new = done.text.filter(|_| exit == Exit::Success).unwrap_or_else(|| old.to_string());
    if plan.diff {
        let own = unified_diff(&name_in_diff(path), Some(&old), Some(&new));
        let diffs: Vec<String> =
            own.into_iter().chain(files.iter().filter_map(TreeFile::diff)).collect();
        report.diff = Some(diffs.concat()).filter(|diff| !diff.is_empty());
    }
    if plan.write {
        report.written = write(path, &bytes, &new, &files)?;
    }
    Ok((report, exit, (exit == Exit::Success).then_some(new)))
}
