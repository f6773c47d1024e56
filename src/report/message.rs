//! The message of a commit that puts a fast path in: what a reviewer can check.

use super::human::verdict;
use crate::work::Finding;

/// The message for a commit of what `finding` says, of a template of this name. `parent` is what git or
/// Mercurial calls the commit's parent, when the commit is checked out.
pub fn commit_message(finding: &Finding, name: &str, parent: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut text = format!(
        "Let retriggers run without a clone\n\n\
        This changes {name} only as `tc-retrigger patch` (version {version}) does: a retrigger\n\
        runs a short script in place of a clone, and all else is as it was.\n\n"
    );
    if let Some(proof) = &finding.proof {
        let counts = &proof.contexts;
        if let Some(verdict) = verdict(proof, None) {
            text += &format!("Verdict: {verdict}.\n");
        }
        text += &format!(
            "Tried: {} contexts, {} of them retriggers without a clone; {} render what they must.\n",
            counts.total, counts.retrigger, counts.equal
        );
    }
    if let (Some(old), Some(new)) = (&finding.old_hash, &finding.new_hash) {
        text += &format!(
            "Hooks: the file's hash (the first 10 digits of its SHA-256) was {old} and is {new};\n\
            actions work when fxci-config has deployed the new hooks.\n"
        );
    }
    text += &format!(
        "\nTo verify, with this commit checked out:\n\n    tc-retrigger verify --rev '{parent}'\n\n\
        To take it out again:\n\n    tc-retrigger revert --write\n"
    );
    text
}
