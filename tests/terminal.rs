//! What a person at a terminal sees, and what a program behind a pipe does.
#![cfg(target_os = "linux")]

use crate::needs;
use std::process::Command;

/// What the program prints on a terminal, with its exit status; none where no terminal can be made. The
/// words of `arguments` have nothing in them that a shell would take otherwise.
fn on_terminal(arguments: &str) -> Option<(i32, String)> {
    let line = format!("{} {arguments}", env!("CARGO_BIN_EXE_tc-retrigger"));
    let mut command = Command::new("script");
    // From util-linux: it runs a command line on a terminal of its own.
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).env("TERM", "xterm").output();
    let Ok(output) = output else {
        needs::missing("script is not installed, from util-linux");
        return None;
    };
    let out = String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n");
    Some((output.status.code().unwrap(), out))
}

fn bare(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn a_change_is_folded_for_a_person() {
    let gecko = "examples/gecko.taskcluster.yml";
    let Some((status, shown)) = on_terminal(&format!("patch {gecko}")) else { return };
    assert_eq!(status, 0);
    assert!(shown.contains('\u{1b}'), "no colour: {shown}");
    let shown = bare(&shown);
    let lines: Vec<&str> = shown.lines().collect();
    let first = format!("{gecko}: 290 lines new (260 of them the script), 117 only deeper");
    assert_eq!(lines.first(), Some(&&*first));
    assert!(lines.last().unwrap().starts_with("  proved for all contexts: "), "{shown}");
    assert!(
        shown.contains("⋮ 67 lines only 8 deeper, otherwise byte for byte the same\n"),
        "{shown}"
    );
    assert!(shown.contains("⋮ 260 lines of the script\n"), "{shown}");
    assert!(shown.contains(" +                           clonePayload:\n"), "{shown}");
    assert!(!shown.contains("import json"), "{shown}");
    // What patch(1) takes, when asked for.
    let (_, diff) = on_terminal(&format!("patch {gecko} --diff")).unwrap();
    assert!(bare(&diff).starts_with(&format!("--- a/{gecko}\n+++ b/{gecko}\n@@ ")), "{diff}");
    assert!(bare(&diff).contains("import json"));
}

#[test]
fn what_is_wrong_is_shown_in_its_line() {
    let gecko = "examples/gecko.taskcluster.yml";
    let Some((status, shown)) = on_terminal(&format!("check {gecko}")) else { return };
    let line = "112 |                   payload:\n    |                   ^^^^^^^^\n";
    assert_eq!((status, bare(&shown).contains(line)), (1, true), "{shown}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.yml");
    std::fs::write(&file, "a: b\n c: [\n").unwrap();
    let (status, shown) = on_terminal(&format!("check {}", file.display())).unwrap();
    assert_eq!((status, bare(&shown).contains("2 |  c: [\n  |   ^\n")), (2, true), "{shown}");
    // Without a terminal: one line.
    let output = Command::new(env!("CARGO_BIN_EXE_tc-retrigger")).arg("check").arg(&file).output();
    assert_eq!(String::from_utf8(output.unwrap().stderr).unwrap().lines().count(), 1);
}

#[test]
fn a_bar_tells_how_far_a_long_run_has_come() {
    let Some((_, shown)) = on_terminal("check tests/scan") else { return };
    assert!(shown.contains(" of 4 files, "), "{shown}");
    let (_, quiet) = on_terminal("check tests/scan --quiet").unwrap();
    assert!(!quiet.contains(" of 4 files"), "{quiet}");
    let (_, one) = on_terminal("check examples/no-actions.taskcluster.yml").unwrap();
    assert!(!one.contains("of 1 files"), "{one}");
}
