//! What a run found, and each way of printing it.
//!
//! A way of printing is a [`Format`], a file beside this one with a function `write` from a
//! [`Report`] to text, and a line in [`Report::write`].

mod human;
mod json;

use crate::error::Error;
use crate::jsone::families::Family;
use crate::proof::Proof;
use crate::work::Finding;
use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;

/// A way of printing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text for people.
    #[default]
    Human,
    /// One JSON object.
    Json,
}

/// What a command has to print.
#[derive(Debug, Clone, Copy)]
pub enum Report<'r> {
    /// What was found in files or done to them.
    Files(&'r RunReport),
    /// The same as a table.
    Table(&'r RunReport),
    /// What `verify` found.
    Verify(&'r VerifyReport),
    /// A rendered task or document, or a context.
    Value(&'r Value),
    /// The built-in contexts.
    Contexts(&'r [&'r Family]),
}

impl Report<'_> {
    /// The report as text, with colour in it, which the writer may take out.
    pub fn write(&self, format: Format) -> String {
        match format {
            Format::Human => human::write(self),
            Format::Json => json::write(self),
        }
    }

    /// Whether it sums up the work, so that there are people who want none of it.
    pub fn is_summary(&self) -> bool {
        matches!(self, Report::Files(_) | Report::Table(_) | Report::Verify(_))
    }
}

/// What a run over files found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunReport {
    /// The command's name.
    pub command: &'static str,
    /// A report for each file, in the order of the run.
    pub files: Vec<FileReport>,
}

/// What there is to say about one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileReport {
    /// The file's path as it was given or found; `-` for standard input.
    pub path: String,
    /// What was found in it or done to it.
    #[serde(flatten)]
    pub finding: Finding,
    /// The change as a unified diff; not part of the JSON.
    #[serde(skip)]
    pub diff: Option<String>,
    /// Whether the change was written; not part of the JSON.
    #[serde(skip)]
    pub written: bool,
}

impl FileReport {
    /// A report without a diff, of a file that was not written.
    pub fn new(path: impl Into<String>, finding: Finding) -> FileReport {
        FileReport { path: path.into(), finding, diff: None, written: false }
    }

    /// The report of a file that could not be read or written.
    pub fn error(path: impl Into<String>, error: &Error) -> FileReport {
        FileReport::new(path, Finding::error(error))
    }
}

/// What `verify` found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerifyReport {
    /// The old file's path.
    pub old: String,
    /// The new file's path.
    pub new: String,
    /// What the files mean two things by.
    pub notes: Vec<String>,
    /// The proof.
    #[serde(flatten)]
    pub proof: Proof,
}

/// A unified diff of two texts, with three lines of context, under the file's name; none where they
/// are the same.
pub fn unified_diff(path: &str, old: &str, new: &str) -> Option<String> {
    let diff = similar::TextDiff::from_lines(old, new);
    let (from, to) = (format!("a/{path}"), format!("b/{path}"));
    (old != new).then(|| diff.unified_diff().context_radius(3).header(&from, &to).to_string())
}
