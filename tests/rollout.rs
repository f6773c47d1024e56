//! `rollout`: a branch and a commit in each checkout, and nothing else.

use crate::checkout::{GECKO, Kind, checkout, commit, kinds, kinds_by_turn, run, told, vcs};
use crate::folder::TASK;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

const NOTES: &str = "version: 1\ntasks: []\n";
const BRANCH: &str = "retrigger-without-clone";

/// Runs it as somebody whom git and hg know; gives the exit status and what was printed.
fn rollout(arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tc-retrigger"));
    command.arg("rollout").args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "dev").env(format!("GIT_{who}_EMAIL"), "d@e.org");
    }
    let output = command.env("HGRCPATH", "").env("HGUSER", "dev").output().unwrap();
    (output.status.code().unwrap(), told(&output))
}

/// All that may not change: what is checked out, the working folder's state, the branches.
fn state(kind: Kind, folder: &Path) -> String {
    let commands: &[&[&str]] = match kind {
        "git" => &[
            &["symbolic-ref", "HEAD"],
            &["rev-parse", "HEAD"],
            &["status", "--porcelain"],
            &["diff", "--cached"],
        ],
        _ => &[&["identify", "--id", "--branch"], &["status"]],
    };
    commands.iter().map(|arguments| vcs(kind, folder, arguments)).collect()
}

fn has_branch(kind: Kind, folder: &Path) -> bool {
    let list = if kind == "git" { "branch" } else { "bookmarks" };
    vcs(kind, folder, &[list]).contains(BRANCH)
}

#[test]
fn a_branch_gets_a_commit_and_nothing_else_changes() {
    for kind in kinds_by_turn(0) {
        let folder = checkout(kind, &[(".taskcluster.yml", GECKO), ("a", "a\n")]);
        let path = folder.path().to_str().unwrap();
        // Changes that nobody committed, one of them staged.
        fs::write(folder.path().join("a"), "b\n").unwrap();
        fs::write(folder.path().join("new"), "new\n").unwrap();
        vcs(kind, folder.path(), &["add", "new"]);
        fs::write(folder.path().join(".taskcluster.yml"), "changed: true\n").unwrap();
        let before = state(kind, folder.path());

        let (status, said) = rollout(&[path, "--dry-run", "--verbose"]);
        assert_eq!(status, 0, "{kind}: {said}");
        assert!(said.contains(&format!("branch {BRANCH}: not made")), "{kind}: {said}");
        assert!(said.contains("    Let retriggers run without a clone\n"), "{kind}: {said}");
        assert!(!has_branch(kind, folder.path()), "{kind}");

        let (status, said) = rollout(&[path]);
        assert_eq!(status, 0, "{kind}: {said}");
        assert!(said.contains("made, not pushed"), "{kind}: {said}");
        assert_eq!(state(kind, folder.path()), before, "{kind}");
        assert_eq!(
            fs::read_to_string(folder.path().join(".taskcluster.yml")).unwrap(),
            "changed: true\n"
        );

        // Once more: it is there.
        let (status, said) = rollout(&[path]);
        assert_eq!(
            (status, said.contains("there already with this change")),
            (0, true),
            "{kind}: {said}"
        );
        // A reviewer does what the message says.
        let clone = tempfile::tempdir().unwrap();
        let target = clone.path().join("c");
        vcs(kind, clone.path(), &["clone", path, "c"]);
        let checked_out = if kind == "git" { "checkout" } else { "update" };
        vcs(kind, &target, &[checked_out, BRANCH]);
        let message = match kind {
            "git" => vcs(kind, &target, &["log", "-1", "--format=%B"]),
            _ => vcs(kind, &target, &["log", "--rev", ".", "--template", "{desc}\n"]),
        };
        assert!(message.contains("\nVerdict: proved for all contexts: "), "{kind}: {message}");
        for command in ["    tc-retrigger verify --rev '", "    tc-retrigger revert --write\n"] {
            let line = message.lines().find(|line| format!("{line}\n").starts_with(command));
            let words: Vec<&str> = line.unwrap().trim().split(' ').skip(1).collect();
            let words: Vec<&str> = words.iter().map(|word| word.trim_matches('\'')).collect();
            let output = run(&target, &words);
            assert_eq!(output.status.code(), Some(0), "{kind} {words:?}: {}", told(&output));
        }
        assert_eq!(fs::read_to_string(target.join(".taskcluster.yml")).unwrap(), GECKO, "{kind}");
        let files = match kind {
            "git" => vcs(kind, &target, &["diff", "--name-only", "HEAD^", "HEAD"]),
            _ => vcs(kind, &target, &["status", "--change", ".", "--no-status"]),
        };
        assert_eq!(files, ".taskcluster.yml\n", "{kind}");
    }
}

/// The second file of a recipe goes along, and git keeps a file's mode.
#[test]
fn the_script_in_the_tree_is_in_the_commit() {
    for kind in kinds_by_turn(1) {
        let folder = checkout(kind, &[(".taskcluster.yml", GECKO)]);
        let path = folder.path().to_str().unwrap();
        let script = "taskcluster/scripts/retrigger.py";
        let (status, said) = rollout(&[path, "--recipe", "retrigger-file", "--script", script]);
        assert_eq!(status, 0, "{kind}: {said}");
        let content = match kind {
            "git" => vcs(kind, folder.path(), &["show", &format!("{BRANCH}:{script}")]),
            _ => vcs(kind, folder.path(), &["cat", "--rev", BRANCH, script]),
        };
        assert_eq!(content, include_str!("../patches/retrigger/retrigger.py"), "{kind}");
    }
}

/// Many checkouts, some of which cannot have it: each is told, and none stops the others.
#[test]
fn one_that_cannot_be_patched_leaves_the_others() {
    for kind in kinds_by_turn(2) {
        let folders =
            [TASK, NOTES, "a: [\n"].map(|text| checkout(kind, &[(".taskcluster.yml", text)]));
        let empty = checkout(kind, &[("a", "a")]);
        let plain = tempfile::tempdir().unwrap();
        let below = folders[0].path().join("below");
        fs::create_dir(&below).unwrap();
        let mut paths: Vec<&Path> = vec![&below, plain.path(), empty.path(), Path::new("/nowhere")];
        paths.extend(folders.iter().rev().map(tempfile::TempDir::path));
        let paths: Vec<&str> = paths.into_iter().map(|path| path.to_str().unwrap()).collect();
        let (status, said) = rollout(&paths);
        assert_eq!(status, 2, "{kind}: {said}");
        for wanted in [
            "is not the root of its repository, which is ",
            "in no repository of git or Mercurial",
            "what is checked out has no .taskcluster.yml",
            "error: /nowhere",
            "the YAML cannot be read",
            ".taskcluster.yml: not-applicable",
            "7 files: 1 patched, 1 not-applicable, 5 error; 1 written\n",
        ] {
            assert!(said.contains(wanted), "{kind}: {wanted} is not in {said}");
        }
        assert!(has_branch(kind, folders[0].path()) && !has_branch(kind, folders[1].path()));
    }
}

#[test]
fn a_branch_with_another_change_is_left() {
    for kind in kinds_by_turn(3) {
        let folder = checkout(kind, &[(".taskcluster.yml", TASK)]);
        let path = folder.path().to_str().unwrap();
        match kind {
            "git" => vcs(kind, folder.path(), &["branch", BRANCH]),
            _ => vcs(kind, folder.path(), &["bookmark", "--inactive", BRANCH]),
        };
        let (status, said) = rollout(&[path]);
        assert_eq!(status, 2, "{kind}: {said}");
        assert!(
            said.contains("with another change; delete it, or name another: --branch NAME"),
            "{said}"
        );
        assert_eq!(rollout(&[path, "--branch", "other"]).0, 0, "{kind}");
        if kind == "git" {
            let (status, said) = rollout(&[path, "--branch", "a..b"]);
            assert_eq!((status, said.contains("--branch a..b is no name")), (2, true), "{said}");
        }
    }
}

/// What git says is told: here, that nobody told it who commits.
#[test]
fn a_commit_that_is_refused_is_told() {
    for kind in kinds().into_iter().filter(|kind| *kind == "git") {
        let folder = checkout(kind, &[(".taskcluster.yml", TASK)]);
        vcs(kind, folder.path(), &["config", "user.useConfigOnly", "true"]);
        let mut command = Command::new(env!("CARGO_BIN_EXE_tc-retrigger"));
        command.arg("rollout").arg(folder.path()).env("GIT_CONFIG_GLOBAL", "/dev/null");
        let output = command.env("HOME", "/nonexistent").output().unwrap();
        let said = told(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("the commit cannot be made: "), "{said}");
        assert!(!has_branch(kind, folder.path()));
    }
}

#[test]
fn the_report_has_the_commit() {
    for kind in kinds_by_turn(4) {
        let folder = checkout(kind, &[(".taskcluster.yml", TASK)]);
        commit(kind, folder.path(), &[("b", "b")]);
        let output = rollout(&[folder.path().to_str().unwrap(), "--format", "json"]);
        let report: Value = serde_json::from_str(&output.1).unwrap();
        let schema: Value =
            serde_json::from_str(include_str!("../docs/report.schema.json")).unwrap();
        let mut schemas = boon::Schemas::new();
        let mut compiler = boon::Compiler::new();
        compiler.add_resource("schema.json", schema).unwrap();
        let index = compiler.compile("schema.json", &mut schemas).unwrap();
        schemas.validate(&report, index).unwrap_or_else(|err| panic!("{err:#}"));
        let made = &report["files"][0]["commit"];
        assert_eq!(made["branch"], BRANCH);
        assert_eq!(made["id"].as_str().unwrap().len(), 40);
    }
}
