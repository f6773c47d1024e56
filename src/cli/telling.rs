//! A run's report, told file by file.

use super::output::{Exit, Output};
use crate::error::Error;
use crate::report::{Columns, FileReport, Format, Report, RunReport, jsonl};
use crate::work::{Code, Status};

/// What a run has told so far, and what it came to.
pub struct Telling<'o> {
    output: &'o Output,
    report: RunReport,
    exit: Exit,
    is_message: bool,
    columns: Columns,
}

impl Telling<'_> {
    /// Of the command of this name, with these columns where it is a table. Where standard output is for something else, the report `is_message`.
    pub fn new<'o>(
        command: &'static str,
        columns: Columns,
        output: &'o Output,
        is_message: bool,
    ) -> Telling<'o> {
        let report = RunReport { command, files: Vec::new() };
        Telling { output, report, exit: Exit::Success, is_message, columns }
    }

    /// Tells the head of a table, where one is printed row by row.
    pub fn head(&self) {
        if self.output.format.is_as_it_comes() {
            self.print(&Report::Head(&self.columns));
        }
    }

    /// Counts what something came to that has no report of its own.
    pub fn came_to(&mut self, exit: Exit) {
        self.exit = self.exit.max(exit);
    }

    /// Tells a file that came to `exit`, as `shown` has it.
    pub fn file(
        &mut self,
        mut file: FileReport,
        exit: Exit,
        shown: impl for<'r> Fn(&'r FileReport, &'r Columns) -> Report<'r>,
    ) {
        let finding = &file.finding;
        // One that cannot be read was told where that was found.
        if finding.status == Status::Error && finding.code != Some(Code::Unreadable) {
            let error = Error::new(finding.told().unwrap_or_default()).in_file(&file.path);
            self.output.error(&match finding.place() {
                Some(place) => error.at(place),
                None => error,
            });
        }
        self.came_to(exit);
        if self.output.format == Format::Jsonl {
            self.output.result(&jsonl::line(self.report.command, &file));
        }
        if self.output.format.is_as_it_comes() {
            self.print(&shown(&file, &self.columns));
            // Nobody asks for them again.
            (file.texts, file.diff) = (None, None);
        }
        self.report.files.push(file);
    }

    /// Prints the end of the report; gives the run's exit status.
    pub fn end(self) -> Exit {
        if self.output.format == Format::Jsonl {
            self.output.result(&jsonl::summary(&self.report, self.exit as u8));
        }
        self.print(&Report::Files(&self.report));
        self.exit
    }

    fn print(&self, report: &Report) {
        match self.is_message {
            true => self.output.message_of(report),
            false => self.output.report(report),
        }
    }
}
