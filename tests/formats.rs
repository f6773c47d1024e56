//! The formats for other programs: what they print is what those programs take, and nothing of a file's
//! name or text is taken for more than text.

mod comments;
mod remarkup;
mod runner;

use crate::checkout;
use crate::folder::{Folder, GECKO, TASK, fits, task};
use crate::needs;
use boon::{Compiler, Draft, Schemas};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tc-retrigger");

/// A name that is markup wherever it is taken for some, and a command to GitHub's runner. `MARK` stands in
/// each of its parts.
const HOSTILE: &str = "MARK`MARK, 50%25 a=b:c@MARK #1 <img src=MARK> [MARK](MARK.example) **MARK**\n::error::MARK\r```\n# MARK.yml";

/// Runs the program in a folder; gives its exit status and what it prints on standard output.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(PROGRAM).current_dir(folder).args(arguments).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// A folder of files: what is wrong with each, and their names, in the order in which they are given.
fn many() -> (tempfile::TempDir, Vec<&'static str>) {
    let folder = tempfile::tempdir().unwrap();
    let (_, patched) = pair();
    let edited = patched.replace("maxRunTime: 600", "maxRunTime: 601");
    let files: [(&str, String); 8] = [
        ("patched.yml", patched),
        ("edited.yml", edited),
        ("unpatched.yml", GECKO.to_owned()),
        ("raises.yml", task("push.owner", "push.onwer")),
        ("number.yml", task("NUMBER: '1'", "'`</code>@MARK ${\"[a](b)\"}': 1")),
        ("none.yml", "tasks: []\n".to_owned()),
        ("no-yaml.yml", "tasks: [\n".to_owned()),
        // Not on Windows, where no name has a line's end.
        (HOSTILE, "tasks: [}\n".to_owned()),
    ];
    let names = files.iter().map(|(name, _)| *name).chain(["nowhere.yml"]).collect();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    (folder, names)
}

/// A folder with a template in `old.yml` and its patched text, which is given, too, in `f.yml`.
fn pair() -> (Folder, String) {
    let folder = Folder::with(TASK);
    fs::write(folder.0.path().join("old.yml"), TASK).unwrap();
    assert_eq!(folder.run(&["patch", "--write", "--quiet", "f.yml"]).0, 0);
    let patched = folder.text();
    (folder, patched)
}

fn check(format: &str) -> (i32, String) {
    let (folder, names) = many();
    let mut arguments = vec!["check", "--format", format];
    arguments.extend(names);
    run(folder.path(), &arguments)
}

#[cfg(unix)]
#[test]
fn github_reads_an_annotation_for_each_finding() {
    let (status, printed) = check("github");
    assert_eq!(status, 2, "{printed}");
    // Level, file, lines, kind; what the message has.
    type Case<'c> = (&'c str, &'c str, Option<(&'c str, &'c str)>, &'c str, &'c str);
    let cases: &[Case] = &[
        ("error", "edited.yml", Some(("312", "312")), "edited", "edited: "),
        ("error", "unpatched.yml", Some(("112", "179")), "no-fast-path", "unpatched: run `tc-"),
        ("error", "raises.yml", Some(("9", "9")), "raises", "no property \"onwer\""),
        ("error", "number.yml", Some(("15", "15")), "cannot-be-patched", "@MARK"),
        ("notice", "none.yml", None, "no-actions", "not-applicable: "),
        ("error", "no-yaml.yml", Some(("2", "2")), "unreadable", "the YAML cannot be read"),
        ("error", HOSTILE, Some(("1", "1")), "unreadable", "the YAML cannot be read"),
        ("error", "nowhere.yml", None, "unreadable", "cannot be read: No such file"),
    ];
    assert_eq!(printed.lines().count(), cases.len(), "{printed}");
    for (line, (level, file, lines, kind, message)) in printed.lines().zip(cases) {
        let command = runner::command(line).unwrap_or_else(|| panic!("no command: {line}"));
        assert_eq!(command.name, *level, "{line}");
        let property = |name: &str| command.properties.get(name).map(String::as_str);
        assert_eq!(property("file"), Some(*file), "{line}");
        assert_eq!(property("line").zip(property("endLine")), *lines, "{line}");
        assert_eq!(property("title"), Some(&*format!("tc-retrigger: {kind}")), "{line}");
        assert_eq!(property("col").is_some(), lines.is_some_and(|(from, to)| from == to), "{line}");
        assert!(command.data.contains(message), "{line}");
    }
}

/// What is no file has lines nevertheless; `./` before a path is none to GitHub.
#[test]
fn github_gets_paths_from_the_working_folder() {
    let folder = Folder::with(TASK);
    let (status, printed) = run(folder.0.path(), &["check", "--format", "github", "./f.yml"]);
    assert_eq!(
        (status, printed.contains("file=f.yml,line=10,endLine=29,")),
        (1, true),
        "{printed}"
    );
    // Nothing in a table makes a run fail.
    fs::rename(folder.file(), folder.0.path().join(".taskcluster.yml")).unwrap();
    let (status, printed) = run(folder.0.path(), &["scan", "--format", "github"]);
    let is_warning = printed.starts_with("::warning file=.taskcluster.yml,line=10,");
    assert_eq!((status, is_warning), (0, true), "{printed}");
    let mut child = Command::new(PROGRAM)
        .args(["check", "--format", "github", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), TASK.as_bytes()).unwrap();
    let printed = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert!(
        printed.starts_with("::error title=tc-retrigger%3A no-fast-path::line 10: unpatched"),
        "{printed}"
    );
}

/// With `--require`, a file without actions is a failure; else it is none, and no alert.
#[test]
fn a_file_without_actions_is_an_alert_where_it_is_a_failure() {
    let folder = Folder::with("tasks: []\n");
    for (required, status, command, results) in
        [(&["--require"][..], 1, "::error ", 1), (&[], 0, "::notice ", 0)]
    {
        let checked = |format| {
            let arguments = ["check", "f.yml", "--format", format];
            run(folder.0.path(), &[&arguments, required].concat())
        };
        let (found, printed) = checked("github");
        assert_eq!((found, printed.starts_with(command)), (status, true), "{printed}");
        let log: Value = serde_json::from_str(&checked("sarif").1).unwrap();
        assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), results);
    }
}

/// The schema of SARIF 2.1.0, as the package `@microsoft/jest-sarif` has it.
fn assert_sarif(log: &Value) {
    let modules = std::env::var_os("TC_RETRIGGER_NODE_MODULES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/node_modules"),
        PathBuf::from,
    );
    let path = modules.join("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
    let Ok(text) = fs::read_to_string(&path) else {
        needs::missing(&format!("SARIF's schema is not installed at {}", path.display()));
        return;
    };
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.set_default_draft(Draft::V4);
    compiler.enable_format_assertions();
    compiler.add_resource("sarif.json", serde_json::from_str(&text).unwrap()).unwrap();
    let index = compiler.compile("sarif.json", &mut schemas).unwrap();
    if let Err(err) = schemas.validate(log, index) {
        panic!("{err:#}\n{log:#}");
    }
    let broken = serde_json::json!({"version": "2.1.0", "runs": [{"results": []}]});
    assert!(schemas.validate(&broken, index).is_err(), "the schema takes anything");
}

#[cfg(unix)]
#[test]
fn sarif_is_as_its_schema_has_it() {
    let (status, printed) = check("sarif");
    let log: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(status, 2);
    assert_sarif(&log);
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    let kinds: Vec<&str> = results.iter().map(|each| each["ruleId"].as_str().unwrap()).collect();
    let wanted = ["edited", "no-fast-path", "raises", "cannot-be-patched"];
    assert_eq!(kinds, [&wanted[..], &["unreadable"; 3]].concat());
    let mut prints: Vec<&str> = Vec::new();
    for result in results {
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[rule]["id"], result["ruleId"]);
        assert_eq!(result["level"], "error");
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
        assert!(uri.as_str().unwrap().chars().all(is_plain), "{uri}");
        assert!(!result["message"]["text"].as_str().unwrap().contains("]("), "{result:#}");
        prints.push(result["partialFingerprints"]["kindInFile/v1"].as_str().unwrap());
    }
    let region = &results[3]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(*region, serde_json::json!({"startLine": 15, "startColumn": 11, "endLine": 15}));
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), results.len());
}

#[test]
fn sarif_tells_what_verify_finds() {
    let (folder, patched) = pair();
    let other = patched.replace("maxRunTime: 1800", "maxRunTime: 1801");
    fs::write(folder.0.path().join("other.yml"), other).unwrap();
    let verified = |new: &str| {
        let arguments = ["verify", "--format", "sarif", "old.yml", new];
        let (status, printed) = run(folder.0.path(), &arguments);
        let log: Value = serde_json::from_str(&printed).unwrap();
        assert_sarif(&log);
        (status, log["runs"][0]["results"].as_array().unwrap().clone())
    };
    let (status, results) = verified("other.yml");
    assert_eq!(status, 1);
    let last = results.last().unwrap();
    assert_eq!(last["ruleId"], "different");
    assert!(last["message"]["text"].as_str().unwrap().contains("must be 1800 and is 1801"));
    assert_eq!(verified("f.yml"), (0, Vec::new()));
}

/// What is only not proved is an error, unless that is enough; what `verify` finds in a revision is about the
/// file of its name.
#[test]
fn github_is_told_what_is_not_proved() {
    let (_, patched) = pair();
    // To no context is it another number.
    let other = patched.replace("maxRunTime: 600", "maxRunTime: {$eval: '600'}");
    for kind in checkout::kinds_by_turn(1) {
        let checkout = checkout::checkout(kind, &[("f.yml", TASK)]);
        checkout::commit(kind, checkout.path(), &[("f.yml", &other)]);
        let [new, old] = checkout::names(kind);
        for (revisions, flag, wanted, level) in [
            (old.to_owned(), None, 1, "error"),
            (format!("{old}..{new}"), None, 1, "error"),
            (format!("{old}..{new}"), Some("--allow-unproved"), 0, "warning"),
        ] {
            let mut arguments = vec!["verify", "--format", "github", "--rev", &revisions, "f.yml"];
            arguments.extend(flag);
            let (status, printed) = run(checkout.path(), &arguments);
            let start =
                format!("::{level} file=f.yml,title=tc-retrigger%3A not-proved::not proved: ");
            assert_eq!((status, printed.starts_with(&start)), (wanted, true), "{kind}: {printed}");
            assert_eq!(printed.lines().count(), 1, "{kind}: {printed}");
        }
    }
}

/// Each line is a file's or the summary, and as the schema has it.
#[cfg(unix)]
#[test]
fn jsonl_is_an_object_a_line() {
    let (status, printed) = check("jsonl");
    let (_, names) = many();
    let lines: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|err| panic!("{err}: {line}")))
        .collect();
    lines.iter().for_each(fits);
    let (summary, files) = lines.split_last().unwrap();
    assert_eq!(files.iter().map(|line| line["path"].as_str().unwrap()).collect::<Vec<_>>(), names);
    assert!(files.iter().all(|line| line["command"] == "check"));
    assert_eq!((status, summary["summary"]["exit"].as_i64()), (2, Some(2)));
    let counts = &summary["summary"]["status"];
    let wanted = [("already-patched", 1), ("edited", 1), ("error", 4), ("patched", 0)];
    for (name, count) in wanted {
        assert_eq!(counts[name], count, "{name}: {summary}");
    }
    let sum: u64 = counts.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!((sum, &summary["summary"]["files"]), (9, &Value::from(9)));
    let (folder, _) = pair();
    let (_, printed) = run(folder.0.path(), &["verify", "--format", "jsonl", "old.yml", "f.yml"]);
    assert_eq!(printed.lines().count(), 1, "{printed}");
    fits(&serde_json::from_str(&printed).unwrap());
}

#[test]
fn what_finds_nothing_has_no_format_for_findings() {
    let folder = Folder::with(TASK);
    for format in ["jsonl", "github", "sarif", "markdown"] {
        for command in
            [&["render", "f.yml", "--context", "hg-push/try/owner-email"][..], &["contexts"]]
        {
            let (status, printed) = folder.run(&[command, &["--format", format]].concat());
            let wanted = format!(
                "error: --format {format} is for what is found in files, and `{}` finds nothing; use human or json\n",
                command[0]
            );
            assert_eq!((status, printed), (2, wanted));
        }
    }
}
