//! What a run found: the data that every way of printing prints.

use crate::error::{Error, plain};
use crate::jsone::families::Family;
use crate::proof::Proof;
use crate::work::evidence::Evidence;
use crate::work::{Code, Finding, Note, Status};
use serde::Serialize;
use serde_json::Value;

/// What a command has to print.
#[derive(Debug, Clone, Copy)]
pub enum Report<'r> {
    /// One file of a run, as soon as it is done; for formats that print files [as they
    /// come](crate::report::Format::is_as_it_comes).
    File(&'r FileReport),
    /// The same for a person at a terminal, with the lines that it is about, and without those of a change
    /// that only stand deeper.
    OnTerminal(&'r FileReport),
    /// The head of a table, before its first row.
    Head(&'r Columns),
    /// One file, as a row of a table.
    Row(&'r FileReport, &'r Columns),
    /// The end of a run over files: all of it, for formats that print all at once.
    Files(&'r RunReport),
    /// What `verify` found.
    Verify(&'r VerifyReport),
    /// A rendered task or document, or a context.
    Value(&'r Value),
    /// The built-in contexts.
    Contexts(&'r [&'r Family]),
}

/// What a run over files found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunReport {
    /// The command's name.
    pub command: &'static str,
    /// A report for each file, in the order of the run.
    pub files: Vec<FileReport>,
}

impl RunReport {
    /// How many of the files have a status.
    pub fn count(&self, status: Status) -> usize {
        self.files.iter().filter(|file| file.finding.status == status).count()
    }
}

/// What there is to say about one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileReport {
    /// The file's path as it was given or found; `-` for standard input.
    pub path: String,
    /// What was found in it or done to it.
    #[serde(flatten)]
    pub finding: Finding,
    /// The change as a unified diff, where there is one and it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
    /// The files of the tree that go with it, where its recipe has one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scripts: Vec<ScriptReport>,
    /// The commit that has the change, where a command makes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<Commit>,
    /// What the change is from and to, where it was asked for; not part of the JSON.
    #[serde(skip)]
    pub texts: Option<Texts>,
    /// Whether the change was written; not part of the JSON.
    #[serde(skip)]
    pub written: bool,
    /// What the page for reviewers shows of it, where that was asked for; not part of the JSON.
    #[serde(skip)]
    pub page: Option<Page>,
}

/// A commit that has a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Commit {
    /// Its branch, in Mercurial its bookmark.
    pub branch: String,
    /// Its id; none where it is not made.
    pub id: Option<String>,
    /// Its message.
    pub message: String,
    /// Whether the branch was not there before with the same change.
    pub is_new: bool,
}

/// The texts of a template before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// Before it.
    pub old: String,
    /// After it; the same where there is none.
    pub new: String,
}

/// How wide the columns of a table are, which is known before the first row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Columns {
    /// The characters of the longest path.
    pub path: usize,
}

impl Columns {
    /// The columns of a table of files with these paths.
    pub fn of(paths: impl Iterator<Item = String>) -> Columns {
        Columns { path: paths.map(|path| plain(&path).chars().count()).max().unwrap_or(0) }
    }
}

impl FileReport {
    /// A report without a diff, of a file that was not written.
    pub fn new(path: impl Into<String>, finding: Finding) -> FileReport {
        let path = path.into();
        let scripts = Vec::new();
        let (diff, commit, texts) = (None, None, None);
        FileReport { path, finding, diff, scripts, commit, texts, written: false, page: None }
    }

    /// The report of a file that could not be read or written.
    pub fn error(path: impl Into<String>, error: &Error) -> FileReport {
        FileReport::new(path, Finding::error(error, Code::Unreadable))
    }
}

/// A file of the tree that a fast path runs, or ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScriptReport {
    /// Its path from the repository's root.
    pub path: String,
    /// What there was to do with it.
    pub change: Change,
}

/// What there was to do with a file of the tree, whether or not it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Nothing.
    None,
    /// It was to be created.
    Create,
    /// It was to be written anew.
    Update,
    /// It was to be removed.
    Remove,
}

impl Change {
    /// What is done with the file, in words; none where there is nothing to do.
    pub fn done(self) -> Option<&'static str> {
        match self {
            Change::None => None,
            Change::Create => Some("created"),
            Change::Update => Some("written anew"),
            Change::Remove => Some("removed"),
        }
    }
}

/// Something that the owner of a file should know.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileNote {
    /// The file's path.
    pub path: String,
    /// What there is to know.
    #[serde(flatten)]
    pub note: Note,
}

/// What `verify` found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerifyReport {
    /// The old file's path.
    pub old: String,
    /// The new file's path.
    pub new: String,
    /// What else the files' owner should know.
    pub notes: Vec<FileNote>,
    /// The new file's path without its revision; not part of the JSON.
    #[serde(skip)]
    pub path: String,
    /// Whether agreement of all that was tried is enough; not part of the JSON.
    #[serde(skip)]
    pub is_unproved_enough: bool,
    /// Their texts; not part of the JSON.
    #[serde(skip)]
    pub texts: Texts,
    /// The proof.
    #[serde(flatten)]
    pub proof: Proof,
    /// What the page for reviewers shows, where that was asked for; not part of the JSON.
    #[serde(skip)]
    pub page: Option<Page>,
}

/// What the page for reviewers shows of two files.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The old file's text; of a file that does not change, what it is without its fast path.
    pub old: String,
    /// The new file's.
    pub new: String,
    /// The text that the evidence is about: the old file's, without a fast path.
    pub template: String,
    /// The hooks' hashes of both.
    pub hashes: [String; 2],
    /// Whether the new file is another than the old one was.
    pub is_change: bool,
    /// What is to be seen of them; none where no new file was made.
    pub evidence: Option<Evidence>,
    /// The command line that makes the same verdict again.
    pub repeat: String,
    /// More command lines that show what the page says, each with a sentence on what it does.
    pub checks: Vec<(String, String)>,
    /// The command line that takes the fast path out.
    pub revert: String,
    /// Whether that gives the old file, to the byte.
    pub is_reversible: bool,
}
