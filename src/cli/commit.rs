//! A commit in a checkout, on a branch of its own: what is checked out stays as it is.

use super::revision::{Checkout, Kind};
use crate::error::{Error, Result};
use crate::report::unified_diff;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A file of the commit, from the repository's root with slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Its name.
    pub name: String,
    /// Its content before; none where it is new.
    pub old: Option<String>,
    /// Its content in the commit; none where it is removed.
    pub new: Option<String>,
}

/// The revision that is checked out.
pub fn base(kind: Kind) -> &'static str {
    match kind {
        Kind::Git => "HEAD",
        Kind::Mercurial => ".",
    }
}

/// The id of what a branch (in Mercurial a bookmark) has; none where there is no such one.
///
/// Errs where `branch` is no name of a branch.
pub fn tip(checkout: &Checkout, branch: &str) -> Result<Option<String>> {
    let output = match checkout.kind {
        Kind::Git => {
            if !checkout
                .run(&["check-ref-format", &format!("refs/heads/{branch}")])?
                .status
                .success()
            {
                return Err(Error::new(format!("--branch {branch} is no name of a branch")));
            }
            let name = format!("refs/heads/{branch}^{{commit}}");
            checkout.run(&["rev-parse", "--verify", "--quiet", &name])?
        }
        Kind::Mercurial => {
            let name = format!("bookmark('literal:{}')", branch.replace(['\\', '\''], "_"));
            checkout.run(&["log", "--template", "{node}\n", "--rev", &name])?
        }
    };
    let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(Some(id).filter(|id| output.status.success() && !id.is_empty()))
}

/// Commits `edits` on top of what is checked out, under a new branch; gives the commit's id. Neither the
/// working folder nor what is staged in it changes, and nothing is pushed. No hook of the checkout runs.
///
/// Errs where the branch is there already, or git or hg refuses it: without a name for its author, say.
pub fn commit(checkout: &Checkout, branch: &str, message: &str, edits: &[Edit]) -> Result<String> {
    match checkout.kind {
        Kind::Git => git(checkout, branch, message, edits),
        Kind::Mercurial => mercurial(checkout, branch, message, edits),
    }
}

/// By an index of its own (git-commit-tree(1), git-update-index(1)).
fn git(checkout: &Checkout, branch: &str, message: &str, edits: &[Edit]) -> Result<String> {
    let folder = scratch()?;
    let with_index = |arguments: &[&str]| {
        let mut command = checkout.command(arguments);
        command.env("GIT_INDEX_FILE", folder.path().join("index"));
        command
    };
    let git = |arguments: &[&str], input: &str| told(checkout, with_index(arguments), input);
    let base = checkout.revision(base(checkout.kind))?;
    git(&["read-tree", &base], "")?;
    for Edit { name, new, .. } in edits {
        let Some(content) = new else {
            git(&["update-index", "--force-remove", "--", name], "")?;
            continue;
        };
        let blob = git(&["hash-object", "-w", "--stdin"], content)?;
        // A file that is there keeps its mode.
        let listed = git(&["ls-files", "--stage", "--", name], "")?;
        let mode = listed.split(' ').next().filter(|mode| !mode.is_empty()).unwrap_or("100644");
        git(&["update-index", "--add", "--cacheinfo", &format!("{mode},{blob},{name}")], "")?;
    }
    let tree = git(&["write-tree"], "")?;
    let mut arguments = vec!["commit-tree", &tree, "-p", &base];
    // It heeds no commit.gpgSign by itself.
    if checkout.run(&["config", "--type=bool", "commit.gpgSign"])?.stdout == b"true\n" {
        arguments.push("-S");
    }
    let id = git(&arguments, message)?;
    // Nothing as the old value: there must be none.
    git(
        &["update-ref", "-m", "tc-retrigger rollout", &format!("refs/heads/{branch}"), &id, ""],
        "",
    )?;
    Ok(id)
}

/// By `hg import --bypass`, which works on the repository and not on the working folder.
fn mercurial(checkout: &Checkout, branch: &str, message: &str, edits: &[Edit]) -> Result<String> {
    let folder = scratch()?;
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).map(|()| path.display().to_string()).map_err(not_written)
    };
    let diffs = edits.iter().filter_map(|edit| {
        unified_diff(Path::new(&edit.name), edit.old.as_deref(), edit.new.as_deref())
    });
    let patch = write("change.patch", &diffs.collect::<String>())?;
    let log = write("message", message)?;
    let hg = |arguments: &[&str]| told(checkout, checkout.command(arguments), "");
    hg(&["import", "--bypass", "--logfile", &log, &patch])?;
    let id = hg(&["log", "--rev", "tip", "--template", "{node}"])?;
    hg(&["bookmark", "--rev", &id, "--", branch])?;
    Ok(id)
}

fn scratch() -> Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix("tc-retrigger").tempdir().map_err(not_written)
}

fn not_written(err: std::io::Error) -> Error {
    Error::new(format!("a temporary file cannot be written: {err}"))
}

/// Runs a command with `input`; gives what it prints, without the last line's end.
///
/// Errs with what it says where it fails.
fn told(checkout: &Checkout, mut command: Command, input: &str) -> Result<String> {
    let run = |command: &mut Command| -> std::io::Result<Output> {
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // One that ends before it has read all tells why.
            let _ = stdin.write_all(input.as_bytes());
        }
        child.wait_with_output()
    };
    let output = run(&mut command).map_err(|err| checkout.not_run(&err))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned()),
        false => Err(checkout.said("the commit cannot be made", &output)),
    }
}
