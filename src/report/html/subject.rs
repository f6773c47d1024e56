//! What the page is about, whichever command it is of.

use crate::proof::Proof;
use crate::report::data::{FileReport, Page, ScriptReport, VerifyReport};
use crate::work::{Finding, Note, Status};
use maud::{Markup, html};

/// What the page is about.
pub struct Subject<'r> {
    /// The command.
    pub command: &'r str,
    /// The new file's name; `patch` has the one.
    pub title: &'r str,
    /// The old file's name, where it has another.
    pub old: Option<&'r str>,
    /// What `patch` found.
    pub finding: Option<&'r Finding>,
    /// The proof, where one was made.
    pub proof: Option<&'r Proof>,
    /// What else the files' owner should know, with the file's name.
    pub notes: Vec<(&'r str, &'r Note)>,
    /// The old and the new file's, where both are known.
    pub hashes: Option<[String; 2]>,
    /// The files of the tree that go with it.
    pub scripts: &'r [ScriptReport],
    /// What to say of the change beside its lines.
    pub told_of_change: Option<Markup>,
    /// What the page shows beside it.
    pub page: Option<&'r Page>,
}

impl<'r> Subject<'r> {
    /// What `patch` has to say of one file.
    pub fn of_file(command: &'r str, file: &'r FileReport) -> Subject<'r> {
        let finding = &file.finding;
        let is_refused = is_refused(finding);
        let page = file.page.as_ref();
        let old = page.map(|page| page.hashes[0].clone()).or(finding.old_hash.clone());
        let hashes = page.map(|page| page.hashes.clone()).or(old.map(|old| [old.clone(), old]));
        let told_of_change = match (is_refused, file.written) {
            (true, _) => {
                html! { "It is not proved, so it is written nowhere: this is what it would be." }
            }
            _ if !page.is_some_and(|page| page.is_change) => {
                html! { "The file has its fast path already, as it should be: this is what that adds to it." }
            }
            (false, true) => html! { "It is written." },
            (false, false) => {
                html! { "It is not written yet: " code { "tc-retrigger patch --write" } " does that." }
            }
        };
        Subject {
            command,
            title: &file.path,
            old: None,
            finding: Some(finding),
            proof: finding.proof.as_ref(),
            notes: finding.notes.iter().map(|note| (file.path.as_str(), note)).collect(),
            hashes,
            scripts: &file.scripts,
            told_of_change: Some(told_of_change),
            page,
        }
    }

    /// What `verify` has to say.
    pub fn of_pair(report: &'r VerifyReport) -> Subject<'r> {
        Subject {
            command: "verify",
            title: &report.new,
            old: Some(&report.old),
            finding: None,
            proof: Some(&report.proof),
            notes: report.notes.iter().map(|each| (each.path.as_str(), &each.note)).collect(),
            hashes: report.page.as_ref().map(|page| page.hashes.clone()),
            scripts: &[],
            told_of_change: None,
            page: report.page.as_ref(),
        }
    }

    /// Whether a change was worked out and is not given out, since it is not proved.
    pub fn is_refused(&self) -> bool {
        self.finding.is_some_and(is_refused)
    }
}

/// Whether a change was worked out and is not given out, since it is not proved.
fn is_refused(finding: &Finding) -> bool {
    matches!(finding.status, Status::Unpatched | Status::Error) && finding.proof.is_some()
}
