//! Checkouts of git and Mercurial, made for a test.
#![allow(dead_code, reason = "each program uses its own part")]

use crate::needs::sampled;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

pub const GECKO: &str = include_str!("../../examples/gecko.taskcluster.yml");

/// A program that keeps versions, by its name.
pub type Kind = &'static str;

/// Those that this machine has; a missing one is told.
pub fn kinds() -> Vec<Kind> {
    static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
        let is_there = |kind: &Kind| {
            let is_there = Command::new(kind).arg("--version").output().is_ok();
            if !is_there {
                crate::needs::missing(&format!("{kind} is not installed"));
            }
            is_there
        };
        ["git", "hg"].into_iter().filter(is_there).collect()
    });
    KINDS.clone()
}

/// Git, and in one test of five Mercurial, which takes long to start: where it is the turn of `test`, by
/// [`sampled`].
pub fn kinds_by_turn(test: usize) -> Vec<Kind> {
    let is_turn = sampled("tests of Mercurial's checkouts", 0..5).contains(&test);
    kinds().into_iter().filter(|kind| is_turn || *kind == "git").collect()
}

/// Runs git or hg, which must end well; gives what it printed.
pub fn vcs(kind: Kind, folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(kind);
    command.current_dir(folder).args(arguments);
    command.env("HGPLAIN", "1").env("HGRCPATH", "").env("GIT_CONFIG_GLOBAL", "/dev/null");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "dev");
        command.env(format!("GIT_{who}_EMAIL"), "dev@example.com");
    }
    let output = command.env("HGUSER", "dev").output().unwrap();
    assert!(output.status.success(), "{kind} {arguments:?}: {}", told(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// A new checkout with these files, committed.
pub fn checkout(kind: Kind, files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    vcs(kind, folder.path(), &["init"]);
    commit(kind, folder.path(), files);
    folder
}

/// Writes files and commits all there is.
pub fn commit(kind: Kind, folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    match kind {
        "git" => {
            vcs(kind, folder, &["add", "--all"]);
            vcs(kind, folder, &["commit", "-m", "change"]);
        }
        _ => drop(vcs(kind, folder, &["commit", "--addremove", "-m", "change"])),
    }
}

/// The name of the checked out revision, and of the one before it.
pub fn names(kind: Kind) -> [&'static str; 2] {
    match kind {
        "git" => ["HEAD", "HEAD^"],
        _ => [".", "p1(.)"],
    }
}

pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tc-retrigger"));
    command.current_dir(folder).args(arguments).output().unwrap()
}

pub fn told(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}
