//! Where results and messages go, and how a run ends.

use crate::error::{Error, Result};
use crate::report::{Format, Report, snippet};
use crate::template::source;
use crate::work::{Code, Finding, Job, Status};
use clap::ValueEnum;
use std::cell::OnceCell;
use std::io::{self, IsTerminal, Write};

/// How a run ends: the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    Success = 0,
    Failure = 1,
    Input = 2,
}

impl Exit {
    /// What was found in a template is for a run that does this job.
    pub fn of(job: Job, finding: &Finding) -> Exit {
        match finding.status {
            Status::Error if finding.code == Some(Code::Limit) => Exit::Input,
            Status::Error => Exit::Failure,
            Status::Unpatched | Status::Stale | Status::Edited | Status::Raises
                if job != Job::Revert =>
            {
                Exit::Failure
            }
            _ => Exit::Success,
        }
    }
}

/// Where results and messages go, and in which form.
///
/// What cannot be printed stops no work. It is kept, and [`Output::end`] tells it. A pipe whose
/// reader went away, as with `| head`, is no fault: nobody is left to miss anything.
pub struct Output {
    pub format: Format,
    pub quiet: bool,
    pub verbose: bool,
    failed: OnceCell<Error>,
}

impl Output {
    pub fn new(format: Format, quiet: bool, verbose: bool) -> Output {
        Output { format, quiet, verbose, failed: OnceCell::new() }
    }

    /// Errs where the format is one for what is found in files; `command` prints something else.
    pub fn is_for_values(&self, command: &str) -> Result<()> {
        if matches!(self.format, Format::Human | Format::Json) {
            return Ok(());
        }
        let name = self.format.to_possible_value().map(|value| value.get_name().to_owned());
        let name = name.unwrap_or_default();
        let message =
            format!("--format {name} is for what is found in files, and `{command}` finds nothing");
        Err(Error::new(message).help("use human or json"))
    }

    /// Prints a result, on standard output, byte for byte.
    pub fn result(&self, text: &str) {
        self.results(print(&mut std::io::stdout(), text));
    }

    /// Prints a report, on standard output; under --quiet none for people that sums up.
    pub fn report(&self, report: &Report) {
        if self.quiet && self.format == Format::Human && report.is_summary() {
            return;
        }
        let text = report.write(self.format, self.verbose);
        if report.has_colour(self.format) {
            self.results(print(&mut anstream::stdout(), &text));
        } else {
            // Taking colour out takes U+007F out, too, which may be part of a value.
            self.result(&text);
        }
    }

    /// Prints a message, on standard error.
    pub fn message(&self, text: &str) {
        if !self.quiet {
            self.keep("standard error", print(&mut anstream::stderr(), text));
        }
    }

    /// Prints a report as a message.
    pub fn message_of(&self, report: &Report) {
        self.message(&report.write(self.format, self.verbose));
    }

    /// Prints what is wrong, on standard error.
    pub fn error(&self, error: &Error) {
        let mut text = format!("error: {error}\n");
        // Beside an error in a file, a person sees the line; a program reads the place.
        if io::stderr().is_terminal()
            && let (Some(path), Some(place)) = (error.path(), error.place())
            && let Ok(bytes) = source::read(path)
        {
            text += &snippet(&String::from_utf8_lossy(&bytes), place);
        }
        self.keep("standard error", print(&mut anstream::stderr(), &text));
    }

    /// Takes what came of printing on standard output.
    pub fn results(&self, printed: io::Result<()>) {
        self.keep("standard output", printed);
    }

    /// The exit status of a run that came to `exit`: 2 where something could not be printed, which
    /// is then told on standard error.
    pub fn end(&self, exit: Exit) -> Exit {
        let Some(error) = self.failed.get() else { return exit };
        self.error(error);
        Exit::Input
    }

    fn keep(&self, stream: &str, printed: io::Result<()>) {
        match printed {
            Err(err) if err.kind() != io::ErrorKind::BrokenPipe => {
                self.failed
                    .get_or_init(|| Error::new(format!("{stream} cannot be written: {err}")));
            }
            _ => {}
        }
    }
}

/// Writes all of a text, and what the stream may hold back of it until the process ends, where
/// nobody would hear of a failure.
fn print(stream: &mut dyn Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}
