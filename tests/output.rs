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
    (&["verify", GECKO, NO_ACTIONS], 1),
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

/// Every character that a value may have comes out as it is, in both forms.
#[test]
fn a_rendered_value_has_every_character() {
    use tc_retrigger::template::{Text, value};
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let all: Vec<char> = (0..=0x2_ffff).filter_map(char::from_u32).collect();
    // Alone, at both ends, between words, as a key, and all in a row.
    let shapes = |c: &char| [format!("{c}"), format!("{c}a {c} b{c}"), format!("a\n{c}b\n {c}\n")];
    let some =
        all.iter().filter(|c| u32::from(**c) < 0x300 || (0x2000..0x2100).contains(&u32::from(**c)));
    let texts: Vec<String> = some.flat_map(shapes).collect();
    let rows: Vec<String> = all.chunks(256).map(|chunk| chunk.iter().collect()).collect();
    let texts = [texts, rows].concat();
    let keys: serde_json::Map<_, _> = texts.iter().map(|text| (text.clone(), 1.into())).collect();
    let wanted = serde_json::json!({"keys": keys, "texts": texts});
    // A context is read as YAML, where a pair of surrogates is no character.
    let escaped = |text: &String| -> String {
        text.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect()
    };
    let quoted: Vec<String> = texts.iter().map(|text| format!("\"{}\"", escaped(text))).collect();
    let keys: Vec<String> = quoted.iter().map(|text| format!("? {text}\n  : 1\n")).collect();
    let keys = keys.join("  ");
    let context = format!("tasks_for: test\nkeys:\n  {keys}texts: [{}]\n", quoted.join(", "));
    fs::write(path("context.yml"), context).unwrap();
    fs::write(path("t.yml"), "{keys: {$eval: keys}, texts: {$eval: texts}}\n").unwrap();
    for format in ["json", "human"] {
        let (file, context) = (path("t.yml"), path("context.yml"));
        let arguments = ["render", &file, "--context", &context, "--format", format];
        let output = command(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        let read = match format {
            "json" => serde_json::from_slice(&output.stdout).unwrap(),
            _ => value::parse(&Text::from_bytes(output.stdout).unwrap()).unwrap(),
        };
        let (read, wanted): (&serde_json::Value, _) = (&read, &wanted);
        for (read, wanted) in read["texts"].as_array().unwrap().iter().zip(&texts) {
            assert_eq!(read, wanted, "{format}");
        }
        assert!(read == wanted, "{format}: the keys");
    }
}
