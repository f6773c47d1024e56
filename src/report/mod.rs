//! What a run found, and each way of printing it.
//!
//! A way of printing is a [`Format`], a file beside this one with a function `write` from a
//! [`Report`] to text, and a line in [`Report::write`].

mod annotations;
pub mod data;
mod diff;
mod differences;
pub mod fold;
mod github;
mod html;
mod human;
mod json;
pub mod jsonl;
mod lines;
mod markdown;
mod message;
mod rules;
mod sarif;
mod snippet;
pub mod yaml;

pub use data::{
    Change, Columns, Commit, FileNote, FileReport, Page, Report, RunReport, ScriptReport, Texts,
    VerifyReport,
};
pub use diff::unified_diff;
pub use message::commit_message;
pub use snippet::snippet;

/// A way of printing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Format {
    /// Text for people.
    #[default]
    Human,
    /// One JSON object.
    Json,
    /// A JSON object a line, as it comes.
    Jsonl,
    /// Annotations, for a workflow of GitHub's.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// A comment for a pull request, or for Phabricator.
    Markdown,
    /// A page for reviewers, of `patch` or `verify` of one file: one HTML file.
    Html,
}

impl Format {
    /// Whether it prints each file of a run as soon as it is done; the others print all at the end.
    pub fn is_as_it_comes(self) -> bool {
        matches!(self, Format::Human | Format::Jsonl | Format::Github)
    }
}

impl Report<'_> {
    /// The report as text, with colour in it where [`Report::has_colour`] says so. `is_verbose` leaves
    /// nothing out where people read it.
    pub fn write(&self, format: Format, is_verbose: bool) -> String {
        match format {
            Format::Human => human::write(self, is_verbose),
            Format::Json => json::write(self),
            Format::Jsonl => jsonl::write(self),
            Format::Github => github::write(self),
            Format::Sarif => sarif::write(self),
            Format::Markdown => markdown::write(self, is_verbose),
            Format::Html => html::write(self),
        }
    }

    /// Whether its text has colour in it, which the writer may take out. All other text is to be
    /// written as it is.
    pub fn has_colour(&self, format: Format) -> bool {
        format == Format::Human && !matches!(self, Report::Value(_))
    }

    /// Whether it sums up the work, so that there are people who want none of it.
    pub fn is_summary(&self) -> bool {
        !matches!(self, Report::Value(_) | Report::Contexts(_))
    }
}
