//! The program as its users see it: transcripts of command lines, in tests/cmd, README.md and docs/.

use crate::needs::sampled;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Runs with `TRYCMD=overwrite` to write the transcripts anew.
#[test]
fn transcripts() {
    let cases = trycmd::TestCases::new();
    cases.case("tests/cmd/*.md").case("README.md").case("docs/*.md").case("examples/*/*.md");
}

/// What is wrong with the transcripts of a page, each with its command line.
fn faults(page: &str, is_for_users: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let mut before = "";
    for (at, part) in page.split("```").enumerate() {
        let (text, block) = (before, part.strip_prefix("console\n"));
        before = part;
        let Some(block) = block.filter(|_| at % 2 == 1) else { continue };
        let paragraph = text.trim_end().rsplit("\n\n").next().unwrap_or_default();
        let paragraph = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        for transcript in block.split("$ ").filter(|transcript| !transcript.trim().is_empty()) {
            let mut lines = transcript.lines().filter(|line| !line.trim().is_empty());
            let command = lines.next().unwrap_or_default();
            let mut output: Vec<&str> = lines.collect();
            let status = output.first().and_then(|line| line.strip_prefix("? ")).unwrap_or("0");
            let told = format!("exit status {status}");
            if is_for_users && (status == "2" || status != "0" && !paragraph.contains(&told)) {
                faults.push(format!("{command}: {told}, and the text does not say so"));
            }
            output.retain(|line| !line.starts_with("? "));
            if output.last().is_some_and(|line| *line == "...") {
                faults.push(format!("{command}: whatever it ends with is taken"));
            }
        }
    }
    faults
}

/// `...` takes all there is up to the line below it: at the end, whatever goes wrong.
#[test]
fn transcripts_show_what_is_printed() {
    let in_folder = |folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = in_folder("tests/cmd").chain(in_folder("docs")).collect();
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.push("README.md".into());
    for page in &pages {
        let text = fs::read_to_string(page).unwrap();
        let is_for_users = !page.starts_with("tests");
        let has_any = text.contains("```console\n$ tc-retrigger ");
        assert!(has_any || page.starts_with("docs"), "{page:?} has none");
        assert_eq!(faults(&text, is_for_users), Vec::<String>::new(), "{page:?}");
    }
}

#[test]
fn a_transcript_that_hides_a_fault_is_told() {
    let block =
        |text: &str, output: &str| format!("a\n\n{text}\n\n```console\n$ x\n{output}\n```\n");
    let cases = [
        (block("b", "c"), 0, 0),
        (block("b", "c\n...\nd\n"), 0, 0),
        (block("b", ""), 0, 0),
        (block("b", "...\n"), 1, 1),
        (block("b", "c\n...\n"), 1, 1),
        (block("b", "? 1\nc\n"), 1, 0),
        (block("It ends with exit\nstatus 1.", "? 1\nc\n"), 0, 0),
        (block("It ends with exit status 2.", "? 2\nc\n"), 1, 0),
        (block("b", "? 2\n...\n\n$ y\n...\n"), 3, 2),
        (format!("{}{}", block("exit status 1", "c\n"), block("b", "? 1\nc\n")), 1, 0),
    ];
    for (page, for_users, elsewhere) in cases {
        assert_eq!(faults(&page, true).len(), for_users, "{page}");
        assert_eq!(faults(&page, false).len(), elsewhere, "{page}");
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tc-retrigger"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const EXAMPLE: &str = include_str!("../examples/standalone.taskcluster.yml");

/// Every bad input: one clear line, exit status 2, and the file as it was.
#[test]
fn bad_input_is_one_line_and_exit_status_2() {
    let folder = tempfile::tempdir().unwrap();
    let brackets = "[".repeat(100_000);
    let list = "tasks: {$if: 'true', then: []}\n";
    let cases: &[(&str, &[u8], i32, &str)] = &[
        ("empty.yml", b"", 2, "the file is empty"),
        ("comment.yml", b"# nothing\n", 2, "the file is empty"),
        ("list.yml", b"- a\n- b\n", 2, "the file holds a list, not a mapping"),
        ("text.yml", b"hello\n", 2, "the file holds a string, not a mapping"),
        ("utf8.yml", b"tasks: \xff\n", 2, "1:8: the file is not UTF-8"),
        ("twice.yml", b"tasks: []\na: 1\na: 2\n", 2, "3:1: a key stands twice"),
        ("anchor.yml", b"a: &x 1\nb: &x 2\n", 2, "2:4: the anchor &x is defined again"),
        ("key.yml", b"a: {{b}}: c\n", 2, "1:5: a collection stands as a key"),
        ("braces.yml", b"a:\n  {{b}}: c\n", 2, "2:4: a collection stands as a key"),
        ("tab.yml", b"a:\n\tb: c\n", 2, "2:2: the YAML cannot be read"),
        ("tab-behind.yml", b"a: b\t# c\n", 2, "1:5: a tab stands outside of quotes"),
        ("question.yml", b"a: [b?]\n", 2, "1:5: a `?` stands in a plain scalar inside brackets"),
        ("merge.yml", b"'<<': a\n", 2, "1:1: a key `<<` is in quotes"),
        ("merges.yml", b"a: {<<: {b: c}, <<: {d: e}}\n", 2, "a mapping has two merge keys"),
        ("separator.yml", b"a: \xe2\x80\xa8\n", 2, "1:4: a line break of Unicode's"),
        ("deep.yml", brackets.as_bytes(), 2, "nested deeper than 100 levels"),
        ("two.yml", b"a: b\n---\nc: d\n", 2, "more than one YAML document"),
        ("return.yml", b"a: b\rc: d\n", 2, "1:5: a carriage return stands without a line feed"),
        ("infinite.yml", b"a:\n- .inf\n", 2, "2:3: a number stands here that has no form in JSON"),
        ("alias.yml", b"a: &x b\n*x : c\n", 2, "this program does not read that"),
        ("ends.yml", b"a: b\n...\n...\n", 2, "3:1: `...` ends a document that has not started"),
        ("empty-literal.yml", b"tasks: []\na: |\n  ", 0, ""),
        ("closing.yml", b"tasks: [\n  \"x\"\n]\n", 0, ""),
        ("nolist.yml", list.as_bytes(), 0, "`tasks` is a mapping before rendering"),
    ];
    for (name, content, status, wanted) in cases {
        let file = folder.path().join(name);
        fs::write(&file, content).unwrap();
        for command in ["patch", "check", "revert"] {
            let mut arguments = vec![command, name];
            if command != "check" {
                arguments.push("--write");
            }
            let output = run(folder.path(), &arguments);
            let told = text(&output.stdout) + &text(&output.stderr);
            assert_eq!(output.status.code(), Some(*status), "{command} {name}: {told}");
            if command != "revert" || *status == 2 {
                assert!(told.contains(wanted), "{command} {name}: {told}");
                assert!(told.contains(name), "{command} {name}: {told}");
            }
            assert_eq!(told.lines().count(), 1, "{command} {name}: {told}");
            assert_eq!(fs::read(&file).unwrap(), *content, "{command} {name} wrote");
        }
    }
}

#[test]
fn a_render_with_a_bad_context_is_exit_status_2() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("t.yml"), EXAMPLE).unwrap();
    let cases = [
        ("list.json", "[1]", "list.json: the context is a list"),
        (
            "action.yml",
            "tasks_for: action\n",
            "action.yml: the context of an action has no mapping",
        ),
        ("bad.json", "{", "the YAML cannot be read"),
    ];
    for (name, content, wanted) in cases {
        fs::write(folder.path().join(name), content).unwrap();
        let output = run(folder.path(), &["render", "t.yml", "--context", name]);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}: {told}");
        assert!(told.contains(wanted), "{name}: {told}");
        assert_eq!(told.lines().count(), 1, "{name}: {told}");
    }
}

/// Writing: in place, with the mode and through a link; twice changes nothing; and back.
#[cfg(unix)]
#[test]
fn files_are_replaced_whole() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("real.yml"), folder.path().join(".taskcluster.yml"));
    fs::write(&file, EXAMPLE).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.yml", &link).unwrap();
    let steps = [
        ("check", "", 1),
        ("patch", "--write", 0),
        ("check", "", 0),
        ("patch", "--write", 0),
        ("revert", "--write", 0),
        ("revert", "--write", 0),
    ];
    let mut patched = None;
    for (command, flag, status) in steps {
        let arguments: Vec<&str> =
            [command, ".", flag].into_iter().filter(|word| !word.is_empty()).collect();
        let output = run(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(status), "{command}: {}", text(&output.stderr));
        let content = fs::read_to_string(&file).unwrap();
        match command {
            "patch" => {
                assert_ne!(content, EXAMPLE);
                assert_eq!(*patched.get_or_insert(content.clone()), content);
            }
            "revert" => assert_eq!(content, EXAMPLE),
            _ => {}
        }
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "a temporary file is left");
    }
}

/// A name with a line break and an escape in it is told as one word on one line, everywhere.
#[cfg(unix)]
#[test]
fn names_cannot_write_on_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let name = "a\n\u{1b}[31m";
    fs::create_dir(folder.path().join(name)).unwrap();
    let file = format!("{name}/.taskcluster.yml");
    fs::write(folder.path().join(&file), EXAMPLE).unwrap();
    fs::write(folder.path().join(name).join("bad.yml"), "a: [\n").unwrap();
    let bad = format!("{name}/bad.yml");
    let cases: [&[&str]; 10] = [
        &["patch", &file],
        &["patch", &bad],
        &["patch", "--stdout", &file],
        &["check", name],
        &["check", &format!("{name}/none")],
        &["scan", "."],
        &["scan", &format!("{name}/none")],
        &["verify", &file, &file],
        &["render", &file, "--context", &bad],
        &["render", &file, "--context", name],
    ];
    for arguments in sampled("commands with names that write", cases) {
        for color in ["never", "always"] {
            let output = run(folder.path(), &[arguments, &["--color", color]].concat());
            let told = text(&output.stdout) + &text(&output.stderr);
            assert!(told.contains(r"a\n\u{1b}[31m"), "{arguments:?}: {told}");
            assert!(!told.contains("a\n\u{1b}[31m"), "{arguments:?}: {told:?}");
            assert!(!told.contains("\n[31m"), "{arguments:?}: {told:?}");
        }
        let output = run(folder.path(), &[arguments, &["--format", "json"]].concat());
        if let Ok(report) = serde_json::from_slice::<serde_json::Value>(&output.stdout) {
            assert!(report.to_string().contains(r"a\n\u001b[31m"), "{arguments:?}: {report}");
        }
    }
}

/// The fields that others rely on.
#[test]
fn json_has_the_documented_shape() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("t.yml"), EXAMPLE).unwrap();
    let output = run(folder.path(), &["patch", "t.yml", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["command"], "patch");
    let file = &report["files"][0];
    assert_eq!(file["path"], "t.yml");
    assert_eq!(file["status"], "patched");
    assert!(file["reason"].is_null());
    assert_eq!(file["sites"][0]["line"], 165);
    assert!(file["sites"][0]["path"].as_str().unwrap().ends_with(".payload"));
    for hash in ["old_hash", "new_hash"] {
        assert_eq!(file[hash].as_str().unwrap().len(), 10);
    }
    let proof = &file["proof"];
    assert_eq!(proof["verdict"], "proved");
    assert_eq!(proof["structural"], serde_json::json!({"holds": true, "reason": ""}));
    assert_eq!(proof["contexts"]["total"], proof["contexts"]["equal"]);
    assert_eq!(proof["contexts"]["different"], 0);
    assert!(proof["contexts"]["retrigger"].as_u64().unwrap() > 0);
    assert!(proof["coverage"]["outcomes"].is_u64() && proof["coverage"]["reached"].is_u64());
    assert!(proof["coverage"]["missed"].is_array());
    assert_eq!(proof["counterexamples"], serde_json::json!([]));
}

/// What `verify` finds can be seen again with `render`.
#[test]
fn a_saved_context_repeats_the_difference() {
    let folder = tempfile::tempdir().unwrap();
    let changed = EXAMPLE.replace("retries: 5", "retries: 4");
    assert_ne!(changed, EXAMPLE);
    fs::write(folder.path().join("old.yml"), EXAMPLE).unwrap();
    fs::write(folder.path().join("new.yml"), changed).unwrap();
    let output = run(folder.path(), &["verify", "old.yml", "new.yml", "--save-context", "c.yml"]);
    assert_eq!(output.status.code(), Some(1));
    let render = |file: &str| {
        let output =
            run(folder.path(), &["render", file, "--context", "c.yml", "--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let (old, new) = (render("old.yml"), render("new.yml"));
    assert_ne!(old, new);
    assert!(text(&fs::read(folder.path().join("c.yml")).unwrap()).lines().count() < 60);
}
