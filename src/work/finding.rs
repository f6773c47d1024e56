//! What the work on a template found: the data that reports are made of.

use crate::error::Error;
use crate::proof::Proof;
use crate::template::Template;
use serde::Serialize;

/// What a template is, or what was done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The fast path was put in.
    Patched,
    /// The fast path is there, exactly as the recipe has it.
    AlreadyPatched,
    /// The fast path of an older recipe, or an edited one, was replaced.
    Updated,
    /// The fast path was taken out.
    Reverted,
    /// There is no fast path.
    Unpatched,
    /// The fast path is an older recipe's, or payloads came or went since.
    Stale,
    /// Somebody edited the fast path, or the proof does not hold for it.
    Edited,
    /// No retrigger renders a task: there is nothing to patch.
    NotApplicable,
    /// The template cannot be read, or cannot be patched.
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
    /// The line of its key, in the text as it was read.
    pub line: usize,
}

/// What there is to say about one template.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// What was found or done.
    pub status: Status,
    /// Why, where there is more to say than the status.
    pub reason: Option<String>,
    /// The payloads that retriggers reach.
    pub sites: Vec<Site>,
    /// The hooks' hash of the text as it was read; none where it was not read.
    pub old_hash: Option<String>,
    /// The hooks' hash of the text that the work gives.
    pub new_hash: Option<String>,
    /// The proof, where one was made.
    pub proof: Option<Proof>,
    /// What else its owner should know: what it means two things by.
    pub notes: Vec<String>,
}

impl Finding {
    pub(super) fn new(status: Status, reason: Option<String>) -> Finding {
        Finding {
            status,
            reason,
            sites: Vec::new(),
            old_hash: None,
            new_hash: None,
            proof: None,
            notes: Vec::new(),
        }
    }

    /// What an error leaves to say, without a file's name.
    pub fn error(error: &Error) -> Finding {
        let reason = match error.place() {
            Some(at) => format!("line {}, column {}: {}", at.line, at.column, error.reason()),
            None => error.reason(),
        };
        Finding::new(Status::Error, Some(reason))
    }

    /// The finding, of a template that the work leaves as it is.
    pub(super) fn of(self, template: &Template) -> Finding {
        let hash = Some(template.hook_hash());
        Finding { old_hash: hash.clone(), new_hash: hash, ..self }
    }
}
