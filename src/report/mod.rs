//! What a run found: the data that `--format json` prints, and its form for people.

pub mod human;

use crate::proof::Proof;
use serde::Serialize;

/// What a command found out about a file or did to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The fast path was put in, or would be with `--write`.
    Patched,
    /// The fast path is there, exactly as the recipe has it.
    AlreadyPatched,
    /// The fast path of an older recipe, or an edited one, was replaced, or would be.
    Updated,
    /// The fast path was taken out, or would be.
    Reverted,
    /// There is no fast path.
    Unpatched,
    /// The fast path is an older recipe's, or payloads came or went since.
    Stale,
    /// Somebody edited the fast path, or the proof does not hold for it.
    Edited,
    /// No retrigger renders a task: there is nothing to patch.
    NotApplicable,
    /// The file cannot be read, or cannot be patched.
    Error,
}

impl Status {
    /// The status in the words of the JSON and of tables.
    pub fn name(self) -> &'static str {
        match self {
            Status::Patched => "patched",
            Status::AlreadyPatched => "already-patched",
            Status::Updated => "updated",
            Status::Reverted => "reverted",
            Status::Unpatched => "unpatched",
            Status::Stale => "stale",
            Status::Edited => "edited",
            Status::NotApplicable => "not-applicable",
            Status::Error => "error",
        }
    }
}

/// A payload that retriggers reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Site {
    /// Its path in the template without the fast path.
    pub path: String,
    /// The line of its key, in the file as it was read.
    pub line: usize,
}

/// What there is to say about one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileReport {
    /// The file's path as it was given or found; `-` for standard input.
    pub path: String,
    /// What was found or done.
    pub status: Status,
    /// Why, where there is more to say than the status.
    pub reason: Option<String>,
    /// The payloads that retriggers reach.
    pub sites: Vec<Site>,
    /// The hooks' hash of the file as it was read; none where it was not read.
    pub old_hash: Option<String>,
    /// The hooks' hash of the file as the command leaves it or would write it.
    pub new_hash: Option<String>,
    /// The proof, where one was made.
    pub proof: Option<Proof>,
    /// What else the file's owner should know: what it means two things by.
    pub notes: Vec<String>,
    /// The change as a unified diff; not part of the JSON.
    #[serde(skip)]
    pub diff: Option<String>,
    /// Whether the change was written; not part of the JSON.
    #[serde(skip)]
    pub written: bool,
}

impl FileReport {
    /// A report that has only a status and a reason.
    pub fn new(path: impl Into<String>, status: Status, reason: Option<String>) -> FileReport {
        FileReport {
            path: path.into(),
            status,
            reason,
            sites: Vec::new(),
            old_hash: None,
            new_hash: None,
            proof: None,
            notes: Vec::new(),
            diff: None,
            written: false,
        }
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

/// A unified diff of two texts, with three lines of context, under the file's name.
pub fn unified_diff(path: &str, old: &str, new: &str) -> String {
    let diff = similar::TextDiff::from_lines(old, new);
    let (from, to) = (format!("a/{path}"), format!("b/{path}"));
    diff.unified_diff().context_radius(3).header(&from, &to).to_string()
}
