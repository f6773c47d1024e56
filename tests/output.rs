//! What is printed arrives whole, or the run says that it did not.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output, Stdio};

const GECKO: &str = "examples/gecko.taskcluster.yml";
const NO_ACTIONS: &str = "examples/no-actions.taskcluster.yml";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tc-retrigger"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    command
}

fn full() -> Stdio {
    File::options().write(true).open("/dev/full").unwrap().into()
}

/// A pipe whose reader went away.
fn closed() -> Stdio {
    std::io::pipe().unwrap().1.into()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Command lines that print a result, with the status that they end with where it can be printed.
const RESULTS: [(&[&str], i32); 17] = [
    (&["patch", GECKO], 0),
    (&["patch", GECKO, "--format", "json"], 0),
    (&["patch", GECKO, "--color", "always"], 0),
    (&["patch", "--stdout", GECKO], 0),
    (&["patch", "--stdout", "--quiet", GECKO], 0),
    (&["revert", GECKO], 0),
    (&["revert", "--stdout", GECKO], 0),
    (&["check", GECKO], 1),
    (&["check", GECKO, "--format", "json"], 1),
    (&["verify", GECKO, GECKO], 1),
    (&["render", NO_ACTIONS, "--context", "hg-push/ash"], 0),
    (&["render", NO_ACTIONS, "--context", "hg-push/ash", "--format", "json"], 0),
    (&["scan", "tests/scan"], 0),
    (&["contexts"], 0),
    (&["contexts", "git-push"], 0),
    (&["--help"], 0),
    (&["--version"], 0),
];

#[test]
fn a_result_that_cannot_be_printed_is_an_error() {
    for (arguments, _) in RESULTS {
        let output = command(arguments).stdout(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", told(&output));
        let wanted = "error: standard output cannot be written: No space left on device";
        let last = told(&output).lines().last().unwrap_or_default().to_owned();
        assert!(last.starts_with(wanted), "{arguments:?}: {last}");
    }
}

/// As with `| head`: the work was done, and somebody has seen enough of it.
#[test]
fn a_closed_pipe_is_no_error() {
    for (arguments, status) in RESULTS {
        let output = command(arguments).stdout(closed()).output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {}", told(&output));
        let is_silent = !arguments.contains(&"--stdout") || arguments.contains(&"--quiet");
        assert!(!is_silent || told(&output).is_empty(), "{arguments:?}: {}", told(&output));
    }
}

/// Nothing can say so: the exit status does.
#[test]
fn a_message_that_cannot_be_printed_is_an_error() {
    let cases: [&[&str]; 6] = [
        &["patch", "--stdout", GECKO],
        &["patch", "nowhere.yml"],
        &["render", GECKO, "--context", "action/widget/retrigger"],
        &["verify", NO_ACTIONS, NO_ACTIONS, "--save-context", "target/none.yml"],
        &["scan", "src"],
        &["patch", "--no-such-flag"],
    ];
    for arguments in cases {
        let output = command(arguments).stderr(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let status = command(arguments).stderr(closed()).output().unwrap().status.code();
        let usual = command(arguments).output().unwrap().status.code();
        assert_eq!(status, usual, "{arguments:?} where nobody listens");
    }
}

/// The report comes after the work: what was to be written is, and the run says what is missing.
#[test]
fn files_are_written_though_the_report_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.yml");
    let file_name = file.to_str().unwrap();
    for (stdout, status) in [(full(), 2), (closed(), 0)] {
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(GECKO), &file).unwrap();
        let output = command(&["patch", "--write", file_name]).stdout(stdout).output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{}", told(&output));
        let check = command(&["check", file_name]).output().unwrap();
        assert_eq!(check.status.code(), Some(0), "{}", told(&check));
    }
}

#[test]
fn a_saved_context_that_cannot_be_written_is_an_error() {
    let other = "examples/standalone.taskcluster.yml";
    let arguments = ["verify", GECKO, other, "--save-context", "/dev/full"];
    let output = command(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).starts_with("error: /dev/full: cannot be written: "), "{output:?}");
}
