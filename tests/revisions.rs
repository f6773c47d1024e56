//! `verify --rev`: a file against itself in another revision, in git and in Mercurial.

use crate::checkout::{checkout, commit, kinds, kinds_by_turn, names, run, told, vcs};
use crate::folder::TASK;
use crate::needs::sampled;
use std::fs;
use std::process::Command;

#[test]
fn a_reviewer_asks_one_question() {
    for kind in kinds_by_turn(0) {
        let folder = checkout(kind, &[(".taskcluster.yml", TASK), ("a/b.yml", TASK)]);
        let folder = folder.path();
        let [now, before] = names(kind);
        let verify = |arguments: &[&str]| {
            let output = run(folder, &[&["verify"], arguments].concat());
            (output.status.code().unwrap(), told(&output))
        };
        assert_eq!(run(folder, &["patch", "--write"]).status.code(), Some(0));
        // The working folder against what it is based on.
        let (status, proof) = verify(&["--rev", now]);
        let head = format!(".taskcluster.yml against {now}:.taskcluster.yml: proved\n");
        assert_eq!((status, proof.starts_with(&head)), (0, true), "{kind}: {proof}");
        assert!(proof.contains("tried: 259 contexts"), "{kind}: {proof}");
        // Committed, and another file changed with it.
        commit(kind, folder, &[("a/b.yml", &TASK.replace("NUMBER: '1'", "NUMBER: '2'"))]);
        let range = format!("{before}..{now}");
        let cases: &[(&[&str], i32, &str)] = &[
            (&["--rev", before], 0, ": proved\n"),
            (
                &["--rev", &range],
                0,
                &format!("{now}:.taskcluster.yml against {before}:.taskcluster.yml: proved"),
            ),
            (&["--rev", &range, "a/b.yml"], 1, ": different\n"),
            (&["--rev", now], 1, "not proved"),
            (&["--rev", "nothing"], 2, "error: there is no revision nothing in "),
            (&["--rev=--version"], 2, "error: there is no revision --version in "),
            (&["--rev", now, "c.yml"], 2, " has no c.yml"),
            (&["--rev", now, "d/c.yml"], 2, "error: d: No such file or directory"),
            (&["--rev", "x...y"], 2, "error: --rev x...y has three dots; A..B"),
            (&["--rev", &range, "a/b.yml", "c.yml"], 2, "error: --rev is for one file"),
            (&[".taskcluster.yml"], 2, "error: verify compares two files; name OLD and NEW, or"),
        ];
        // Each asks hg several times, which takes long to start.
        let cases = if kind == "hg" {
            sampled("ways to name a revision of Mercurial's", cases)
        } else {
            cases.iter().collect()
        };
        for (arguments, wanted, words) in cases {
            let (status, said) = verify(arguments);
            assert_eq!(
                (status, said.contains(words)),
                (*wanted, true),
                "{kind} {arguments:?}: {said}"
            );
        }
        // From a folder below, and of a file that is gone now.
        let below = run(&folder.join("a"), &["verify", "--rev", before, "../.taskcluster.yml"]);
        assert_eq!(below.status.code(), Some(0), "{kind}: {}", told(&below));
        fs::remove_file(folder.join(".taskcluster.yml")).unwrap();
        assert_eq!(verify(&["--rev", &range]).0, 0, "{kind}");
        assert_eq!(verify(&["--rev", now]).0, 2, "{kind}");
    }
}

#[test]
fn a_revision_is_one() {
    for kind in kinds().into_iter().filter(|kind| *kind == "hg") {
        let folder = checkout(kind, &[(".taskcluster.yml", TASK)]);
        commit(kind, folder.path(), &[("a", "a")]);
        let output = run(folder.path(), &["verify", "--rev", "all()"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(told(&output).contains("all() is more than one revision"), "{}", told(&output));
    }
}

/// Line ends that git changes for a checkout are no change of the file.
#[test]
fn the_repositorys_own_bytes_are_compared() {
    for kind in kinds().into_iter().filter(|kind| *kind == "git") {
        let folder = checkout(kind, &[(".taskcluster.yml", TASK)]);
        vcs(kind, folder.path(), &["config", "core.autocrlf", "true"]);
        let file = folder.path().join(".taskcluster.yml");
        assert_eq!(run(folder.path(), &["patch", "--write"]).status.code(), Some(0));
        let patched = fs::read_to_string(&file).unwrap();
        fs::write(&file, patched.replace('\n', "\r\n")).unwrap();
        let output = run(folder.path(), &["verify", "--rev", "HEAD"]);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    }
}

#[test]
fn where_no_program_can_be_asked_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".taskcluster.yml"), TASK).unwrap();
    let none = run(folder.path(), &["verify", "--rev", "HEAD"]);
    let wanted = "the folder is in no repository of git or Mercurial; name both files";
    assert_eq!(
        (none.status.code(), told(&none).contains(wanted)),
        (Some(2), true),
        "{}",
        told(&none)
    );
    for (root, program) in [(".hg", "hg"), (".git", "git")] {
        fs::create_dir(folder.path().join(root)).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_tc-retrigger"))
            .current_dir(folder.path())
            .env("PATH", "/nonexistent")
            .args(["verify", "--rev", "HEAD"])
            .output()
            .unwrap();
        let wanted = format!("error: {program} cannot be run: No such file or directory");
        assert_eq!(output.status.code(), Some(2));
        assert!(told(&output).starts_with(&wanted), "{}", told(&output));
        assert!(told(&output).contains("install it"), "{}", told(&output));
    }
}
