//! A run over the files that path arguments mean.

use super::input::{self, Found};
use super::output::{Exit, Output};
use super::replace::replace;
use super::repository::name_in_diff;
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

fn one(path: &Path, plan: &Plan) -> Result<(FileReport, Exit, Option<String>)> {
    let bytes = input::read(path)?;
    let done = work::on(&*bytes, plan.job, plan.options).map_err(|error| error.in_file(path))?;
    let exit = Exit::of(plan.job, done.finding.status);
    let name = path.display().to_string();
    let mut report = FileReport::new(name, done.finding);
    // The work has read it as UTF-8.
    let old = String::from_utf8_lossy(&bytes);
    // What is not proved goes nowhere: not to a file, and not to `git apply` either.
    let new = done.text.filter(|_| exit == Exit::Success).unwrap_or_else(|| old.to_string());
    if plan.diff {
        report.diff = unified_diff(&name_in_diff(path), &old, &new);
    }
    if plan.write && new != *old {
        replace(path, &bytes, new.as_bytes())?;
        report.written = true;
    }
    Ok((report, exit, (exit == Exit::Success).then_some(new)))
}
