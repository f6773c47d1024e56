//! Where results and messages go, and how a run ends.

use crate::error::Error;
use crate::report::{Format, Report};
use crate::work::{Job, Status};
use std::io::Write;

/// How a run ends: the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    Success = 0,
    Failure = 1,
    Input = 2,
}

impl Exit {
    /// What a template's status is for a run that does this job.
    pub fn of(job: Job, status: Status) -> Exit {
        match status {
            Status::Error => Exit::Failure,
            Status::Unpatched | Status::Stale | Status::Edited if job != Job::Revert => {
                Exit::Failure
            }
            _ => Exit::Success,
        }
    }
}

/// Where results and messages go, and in which form.
pub struct Output {
    pub format: Format,
    pub quiet: bool,
}

impl Output {
    /// Prints a result, on standard output.
    pub fn result(&self, text: &str) {
        // A reader that went away, as with `| head`, is no reason to complain.
        let _ = anstream::stdout().write_all(text.as_bytes());
    }

    /// Prints a report, on standard output; under --quiet none for people that sums up.
    pub fn report(&self, report: &Report) {
        if !(self.quiet && self.format == Format::Human && report.is_summary()) {
            self.result(&report.write(self.format));
        }
    }

    /// Prints a message, on standard error.
    pub fn message(&self, text: &str) {
        if !self.quiet {
            let _ = anstream::stderr().write_all(text.as_bytes());
        }
    }

    /// Prints what is wrong, on standard error.
    pub fn error(&self, error: &Error) {
        let _ = anstream::stderr().write_all(format!("error: {error}\n").as_bytes());
    }
}
