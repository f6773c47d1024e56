//! What the work on a template found: the data that reports are made of.

use crate::error::{Error, Place};
use crate::patch;
use crate::proof::Proof;
use crate::template::{Path, Template};
use serde::{Deserialize, Serialize};

/// What to run where a file has no fast path, or not the current one.
pub(super) const PATCH: &str = "run `tc-retrigger patch --write`";

/// What a template is, or what was done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The template raises for retriggers, so that each fails in production.
    Raises,
    /// No retrigger renders a task: there is nothing to patch.
    NotApplicable,
    /// The template cannot be read, or cannot be patched.
    Error,
}

impl Status {
    /// All of them, what is good first.
    pub const ALL: [Status; 10] = [
        Status::Patched,
        Status::Updated,
        Status::Reverted,
        Status::AlreadyPatched,
        Status::NotApplicable,
        Status::Unpatched,
        Status::Stale,
        Status::Edited,
        Status::Raises,
        Status::Error,
    ];

    /// The characters of the longest name.
    pub const LONGEST: usize = "already-patched".len();

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
            Status::Raises => "raises",
            Status::NotApplicable => "not-applicable",
            Status::Error => "error",
        }
    }
}

/// The kind of a finding: a short name for programs, which stays the same where words change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// A file that retriggers reach has no fast path.
    NoFastPath,
    /// The fast path is of an older recipe.
    OldRecipe,
    /// A payload has no fast path, or a fast path no retrigger that reaches it.
    PayloadMoved,
    /// The fast path is not as the recipe has it.
    Edited,
    /// The template raises for retriggers.
    Raises,
    /// There is nothing to patch.
    NoActions,
    /// No fast path can be made, or none can be taken out.
    CannotBePatched,
    /// The file is too much for this program, or has something that it cannot take, where production may.
    Limit,
    /// The proof does not hold, and no context shows a difference.
    NotProved,
    /// A context shows a difference.
    Different,
    /// The file cannot be read or written, or is no template.
    Unreadable,
    /// Something means two things by PyYAML and js-yaml.
    Ambiguous,
    /// Only `tasks[0]` counts for actions.
    OtherTask,
    /// What a fast path had beside it went away with it.
    Dropped,
}

/// A payload that retriggers reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Its path in the template without the fast path.
    pub path: String,
    /// The line of its key, in the text as it was read, counted from 1.
    pub line: usize,
    /// The column of its key, in characters from 1.
    pub column: usize,
    /// Its last line.
    pub end_line: usize,
}

impl Site {
    pub(super) fn of(template: &Template, path: &Path) -> Site {
        let Place { line, column } = template.key_place(path);
        Site { path: path.to_string(), line, column, end_line: template.end_line(path) }
    }
}

/// Where a template raises for retriggers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// The path of what raises, in the text as it was read.
    pub path: String,
    /// Its line, counted from 1.
    pub line: usize,
    /// Its column, in characters from 1.
    pub column: usize,
    /// Its last line.
    pub end_line: usize,
    /// The error as Python's json-e words it.
    pub error: String,
    /// The contexts that raise it.
    pub contexts: Vec<String>,
}

/// Something that a template's owner should know beside the status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its line, counted from 1.
    pub line: usize,
    /// Its column, in characters from 1.
    pub column: usize,
    /// Its kind.
    pub code: Code,
    /// What there is to know, and what to do.
    pub message: String,
}

/// What there is to say about one template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What was found or done.
    pub status: Status,
    /// The kind of what is wrong; none where nothing is.
    pub code: Option<Code>,
    /// What is wrong, where there is more to say than the status.
    pub reason: Option<String>,
    /// What to do about it.
    pub advice: Option<String>,
    /// The line that it is about, in the text as it was read, counted from 1; none where it is about
    /// no line.
    pub line: Option<usize>,
    /// The column, in characters from 1.
    pub column: Option<usize>,
    /// The last line that it is about.
    pub end_line: Option<usize>,
    /// The payloads that retriggers reach.
    pub sites: Vec<Site>,
    /// Where the template raises for retriggers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raised: Vec<Raised>,
    /// The hooks' hash of the text as it was read; none where it was not read.
    pub old_hash: Option<String>,
    /// The hooks' hash of the text that the work gives.
    pub new_hash: Option<String>,
    /// The recipe of the fast path that the text had as it was read (`recipe 3`, `retrigger-file 3`); none
    /// where it had none.
    pub recipe: Option<String>,
    /// The trust domain in the names under which the index knows the task of a retrigger; none where none
    /// is there.
    pub trust_domain: Option<String>,
    /// The proof, where one was made.
    pub proof: Option<Proof>,
    /// What else its owner should know.
    pub notes: Vec<Note>,
}

impl Finding {
    pub(super) fn new(status: Status, code: Option<Code>) -> Finding {
        Finding {
            status,
            code,
            reason: None,
            advice: None,
            line: None,
            column: None,
            end_line: None,
            sites: Vec::new(),
            raised: Vec::new(),
            old_hash: None,
            new_hash: None,
            recipe: None,
            trust_domain: None,
            proof: None,
            notes: Vec::new(),
        }
    }

    /// What an error leaves to say, without a file's name.
    pub fn error(error: &Error, code: Code) -> Finding {
        let finding = Finding::new(Status::Error, Some(code)).because(error.message());
        let finding = Finding { advice: error.advice().map(str::to_owned), ..finding };
        match error.place() {
            Some(place) => finding.at(place, place.line),
            None => finding,
        }
    }

    /// Where it is, for messages; none where it is about no line.
    pub fn place(&self) -> Option<Place> {
        Some(Place { line: self.line?, column: self.column? })
    }

    /// What is wrong and what to do, in one line without the place; none where there is nothing to say.
    pub fn told(&self) -> Option<String> {
        match (&self.reason, &self.advice) {
            (Some(reason), Some(advice)) => Some(format!("{reason}; {advice}")),
            (reason, advice) => reason.clone().or(advice.clone()),
        }
    }

    pub(super) fn at(self, place: Place, end_line: usize) -> Finding {
        let Place { line, column } = place;
        Finding { line: Some(line), column: Some(column), end_line: Some(end_line), ..self }
    }

    pub(super) fn because(self, reason: impl Into<String>) -> Finding {
        Finding { reason: Some(reason.into()), ..self }
    }

    pub(super) fn advising(self, advice: impl Into<String>) -> Finding {
        Finding { advice: Some(advice.into()), ..self }
    }

    /// The finding, of a template that the work leaves as it is.
    pub(super) fn of(self, template: &Template) -> Finding {
        let hash = Some(template.hook_hash());
        let recipe = patch::origin_of(template).map(|origin| origin.to_string());
        Finding { old_hash: hash.clone(), new_hash: hash, recipe, ..self }
    }
}
