//! Which files a run is about.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const EXAMPLE: &str = include_str!("../examples/no-actions.taskcluster.yml");

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tc-retrigger"));
    command.current_dir(folder).args(arguments).output().unwrap()
}

fn told(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

/// A folder with these files: a template where the text is none.
fn tree(files: &[(&str, Option<&str>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text.unwrap_or(EXAMPLE)).unwrap();
    }
    folder
}

/// The paths that a scan has a row for.
fn scanned(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let output = run(folder, &[&["scan", "--format", "json"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let files = report["files"].as_array().unwrap();
    files.iter().map(|file| file["path"].as_str().unwrap().to_owned()).collect()
}

/// The files of a tree, the arguments, and the folders of the templates that are found.
#[test]
fn folders_are_walked_as_version_control_sees_them() {
    let all = [
        ".taskcluster.yml",
        "a/.taskcluster.yml",
        "security/nss/.taskcluster.yml",
        "node_modules/x/.taskcluster.yml",
        "a/node_modules/x/.taskcluster.yml",
        "obj-x86_64/.taskcluster.yml",
        ".git/.taskcluster.yml",
        ".hg/.taskcluster.yml",
        "ignored/.taskcluster.yml",
        "hg-ignored/x/.taskcluster.yml",
        "other.taskcluster.yml",
    ];
    let mut files: Vec<(&str, Option<&str>)> = all.iter().map(|name| (*name, None)).collect();
    files.push((".gitignore", Some("/ignored/\n")));
    files.push((".hgignore", Some("^hg-ign\n")));
    let folder = tree(&files);
    let cases: &[(&[&str], &[&str])] = &[
        (&[], &["./.taskcluster.yml", "./a/.taskcluster.yml", "./security/nss/.taskcluster.yml"]),
        (&["--exclude", "security/nss"], &["./.taskcluster.yml", "./a/.taskcluster.yml"]),
        (&["--exclude", "nss", "--exclude", "/a/**"], &["./.taskcluster.yml"]),
        (&["a"], &["a/.taskcluster.yml"]),
        // What is named is looked into, whatever it is called; what is ignored below it is not.
        (&["node_modules"], &["node_modules/x/.taskcluster.yml"]),
        (&["a", "security"], &["a/.taskcluster.yml", "security/nss/.taskcluster.yml"]),
    ];
    for (arguments, wanted) in cases {
        assert_eq!(scanned(folder.path(), arguments), *wanted, "{arguments:?}");
    }
    assert_eq!(scanned(folder.path(), &["--no-ignore"]).len(), all.len() - 1);
}

#[test]
fn without_a_path_it_is_the_file_that_taskcluster_reads() {
    let folder = tree(&[(".taskcluster.yml", None), ("security/nss/.taskcluster.yml", Some("{"))]);
    for command in ["check", "patch", "revert"] {
        let output = run(folder.path(), &[command]);
        assert_eq!(output.status.code(), Some(0), "{command}: {}", told(&output));
        assert!(told(&output).starts_with(".taskcluster.yml: "), "{command}: {}", told(&output));
    }
    // A folder has both, and the vendored one is broken.
    assert_eq!(run(folder.path(), &["check", "."]).status.code(), Some(2));
    let excluded = run(folder.path(), &["check", ".", "--exclude", "security/nss"]);
    assert_eq!(excluded.status.code(), Some(0), "{}", told(&excluded));

    fs::create_dir(folder.path().join(".git")).unwrap();
    let root = folder.path().canonicalize().unwrap();
    let below = run(&folder.path().join("security"), &["check"]);
    let wanted = format!("the repository's is in {}", root.display());
    assert_eq!(below.status.code(), Some(2));
    assert!(told(&below).contains(&wanted), "{}", told(&below));
    let empty = tree(&[]);
    let output = run(empty.path(), &["patch"]);
    let wanted = "error: there is no .taskcluster.yml in this folder; go to the repository's root";
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).starts_with(wanted), "{}", told(&output));
}

#[test]
fn a_glob_that_is_none_is_refused() {
    let folder = tree(&[(".taskcluster.yml", None)]);
    let output = run(folder.path(), &["check", ".", "--exclude", "a[b"]);
    assert_eq!(output.status.code(), Some(2));
    let wanted = "error: --exclude a[b is no glob: ";
    assert!(told(&output).starts_with(wanted), "{}", told(&output));
}

/// One bad file among many: each other one is told, in order, whatever the number of jobs.
#[test]
fn a_bad_file_never_stops_the_rest() {
    let names: Vec<String> = (0..12).map(|at| format!("{at:02}/.taskcluster.yml")).collect();
    let bad = |at: usize| (at % 5 == 1).then_some("a: [\n");
    let files: Vec<_> = names.iter().enumerate().map(|(at, name)| (&**name, bad(at))).collect();
    let folder = tree(&files);
    for jobs in ["1", "3", "64"] {
        let output = run(folder.path(), &["check", ".", "--jobs", jobs]);
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        let out = String::from_utf8(output.stdout).unwrap();
        let rows: Vec<&str> = out.lines().collect();
        let good = names.iter().enumerate().filter(|(at, _)| bad(*at).is_none());
        let wanted: Vec<String> = good
            .map(|(_, name)| format!("./{name}: not-applicable: no retrigger renders a task"))
            .chain(["12 files: 9 not-applicable, 3 error".to_owned()])
            .collect();
        assert_eq!(rows, wanted, "{jobs}");
        assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 3);
    }
    assert_eq!(run(folder.path(), &["check", ".", "--jobs", "0"]).status.code(), Some(2));
}

/// The flags of other tools: what to run instead, and that it is right.
#[test]
fn habits_of_others_are_met() {
    let folder = tree(&[(".taskcluster.yml", None)]);
    let hints: &[(&[&str], &str)] = &[
        (&["patch", "--check"], "check"),
        (&["check", "--fix"], "patch --write"),
        (&["check", "--write"], "patch --write"),
        (&["check", "--diff"], "patch --diff"),
    ];
    for (arguments, instead) in hints {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let wanted = format!("; run `tc-retrigger {instead}`\n");
        assert!(told(&output).ends_with(&wanted), "{arguments:?}: {}", told(&output));
        let instead: Vec<&str> = instead.split(' ').collect();
        assert_eq!(run(folder.path(), &instead).status.code(), Some(0), "{instead:?}");
    }
    for arguments in [&["patch", "--fix"][..], &["check", "--check"], &["revert", "--fix"]] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", told(&output));
    }
    for name in ["hg-push/ash", "context.json"] {
        fs::write(folder.path().join("context.json"), r#"{"tasks_for": "cron"}"#).unwrap();
        let output = run(folder.path(), &["check", "--context", name]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", told(&output));
    }
}
