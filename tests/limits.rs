//! Whatever a file holds, there is an answer, soon, that says what was too much and where.
//!
//! Of these, `docs/reliability.md` tells what comes out in full; a sample is smaller, and has limits in which
//! a slow build of this program does what it must.
#![cfg(target_os = "linux")]

mod inputs;
mod measured;

use crate::needs::sampled;
use crate::released::{self, many};
use inputs::{aliases, around, beside, doubled, joined, lines, maps, merges, switch};
use measured::{Measured, run};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

const GECKO: &str = include_str!("../examples/gecko.taskcluster.yml");
const NO_ACTIONS: &str = include_str!("../examples/no-actions.taskcluster.yml");

fn command(folder: &Path) -> Command {
    let mut command = Command::new(released::program());
    command.current_dir(folder);
    command
}

/// The arguments that set the limits.
fn limits() -> &'static [&'static str] {
    if released::is_in_full() { &[] } else { &["--time-limit", "3"] }
}

/// The example, patched.
fn patched() -> &'static str {
    static PATCHED: OnceLock<String> = OnceLock::new();
    PATCHED.get_or_init(|| {
        let done = tc_retrigger::work::on(
            GECKO,
            tc_retrigger::work::Job::Patch,
            &tc_retrigger::work::Options::default(),
        );
        done.unwrap().text.unwrap()
    })
}

/// What is wanted of a file: the exit status of `check`, and words that it says.
struct Row {
    name: &'static str,
    /// Made when it is its turn: what this process holds counts for those that it starts.
    content: Box<dyn Fn() -> String>,
    exit: i32,
    says: &'static [&'static str],
}

fn row(
    name: &'static str,
    content: impl Fn() -> String + 'static,
    exit: i32,
    says: &'static [&'static str],
) -> Row {
    Row { name, content: Box::new(content), exit, says }
}

const PATCHED: &[&str] = &["already-patched"];
const NO_TASKS: &[&str] = &["not-applicable: the template has no `tasks`"];
const TIME: &str = "stopped at the time limit of";
const MEMORY: &str = "stopped at the memory limit of";
const PLACE: &str = "file.yml:647:";

/// What asks for much when it is rendered.
fn rendered() -> Vec<Row> {
    let sorted = "x: {$map: {$eval: 'range(0, 1000000)'}, each(y): \
                  {$sort: {$eval: 'range(0, 1000000)'}, by(z): -z}}";
    let gathered =
        "x: {$reduce: {$eval: 'range(0, 100000)'}, initial: [], 'each(acc, x)': [{$eval: acc}]}";
    let times = if released::is_in_full() { 18 } else { 10 };
    vec![
        row(
            "`range(0, 1000000000)`",
            || beside("x: {$eval: 'range(0, 1000000000)'}"),
            2,
            &[MEMORY, "at `range(0, 1000000000)` in context", PLACE],
        ),
        row("three nested `$map` over a thousand", || beside(&maps(3, 1000)), 2, &[TIME, PLACE]),
        row("30 nested `$let` that double a string", || beside(&doubled(30)), 2, &[MEMORY, PLACE]),
        row("18 of them", move || beside(&doubled(times)), 0, PATCHED),
        row(
            "100,000 lists in lists by `$reduce`",
            move || beside(gathered),
            2,
            &["$reduce", PLACE],
        ),
        row("a million items sorted a million times", move || beside(sorted), 2, &["$map", PLACE]),
        row("`2 ** 100000`", || beside("x: {$eval: '2 ** 100000'}"), 0, PATCHED),
    ]
}

/// Long and deep expressions.
fn expressions() -> Vec<Row> {
    let eval = |text: &str| beside(&format!("x: {{$eval: '{text}'}}"));
    let brackets = |times: usize, inner: &str| around(times, "(", inner, ")");
    let keys =
        move || lines(70, |at| format!("k{at}: {{$eval: '{}'}}", brackets(12, &at.to_string())));
    let is = |at| format!("tasks_for == \"a{at}\"");
    let nested = || around(30, "(", "tasks_for == \"a\"", ") || tasks_for == \"b\"");
    let ones = |number| joined(number, "+", |_| "1".to_owned());
    vec![
        row("70 keys with 12 brackets each", move || beside(&keys()), 0, PATCHED),
        row("13 brackets", move || eval(&brackets(13, "1")), 0, PATCHED),
        row("30 brackets", move || eval(&brackets(30, "1")), 0, PATCHED),
        row("30 brackets, an operand in each", move || eval(&nested()), 0, PATCHED),
        row("a sum of 1,000", move || eval(&ones(1000)), 0, PATCHED),
        row("1,000 comparisons", move || eval(&joined(1000, " || ", is)), 0, PATCHED),
        row(
            "a sum of 10,000",
            move || eval(&ones(10_000)),
            2,
            &[PLACE, "this program takes 16000"],
        ),
        row(
            "10,000 brackets",
            move || eval(&brackets(10_000, "1")),
            2,
            &[PLACE, "this program takes 16000"],
        ),
    ]
}

/// What asks for much when it is read, and what only is large.
fn read() -> Vec<Row> {
    const DEEP: &[&str] = &["file.yml:2:", "nested deeper than 100 levels"];
    let deep = |open: &str, close: &str| format!("a:\n  {}\n", around(100_000, open, "x", close));
    let comments = |number| patched().to_owned() + &lines(number, |_| "#".repeat(63));
    let line = |at| format!("  - {{$if: 'tasks_for == \"action\"', then: {{a: {at}}}}}");
    let tasks = move || beside(&format!("x:\n{}", lines(many(10_000), line)));
    let keys = || beside(&lines(many(10_000), |at| format!("k{at}: v")));
    let long = || beside(&format!("x: {}", "y".repeat(many(10_000_000))));
    let repeated = |text: String| GECKO.to_owned() + &text;
    vec![
        row("100,000 times `- ` in one line", move || deep("- ", ""), 2, DEEP),
        row("100,000 times `? `", move || deep("? ", ""), 2, DEEP),
        row("100,000 times `[`", move || deep("[", "]"), 2, DEEP),
        row("100,000 times `{a: `", move || deep("{a: ", "}"), 2, DEEP),
        row("aliases, five levels of ten", move || repeated(aliases(5)), 2, &["file.yml:"]),
        row("aliases, ten levels of ten", move || repeated(aliases(10)), 2, &["file.yml:"]),
        row("merges, ten levels of ten", move || repeated(merges(10)), 2, &["file.yml:"]),
        row("a `$switch` of 300", || beside(&switch(300)), 0, PATCHED),
        row("a `$switch` of 1,000", || beside(&switch(1000)), 0, PATCHED),
        row("10,000 `$if` tasks", tasks, 0, PATCHED),
        row("10,000 keys", keys, 0, PATCHED),
        row("1 MB of comments", move || comments(many(16_000)), 0, PATCHED),
        row("50 MB of comments", move || comments(many(780_000)), 0, PATCHED),
        row("a line of 10 MB", long, 0, PATCHED),
        row("an empty literal block at the end", || "a: |\n   \n  ".into(), 0, NO_TASKS),
        row("deeper blanks at the end", || "a: |\n  x\n     ".into(), 0, NO_TASKS),
        row("zeros", || "\0".repeat(1000), 2, &["file.yml:1:1"]),
        row("an alias of itself", || "a: &a [*a]\n".into(), 2, &["file.yml:1:"]),
        row("nothing", String::new, 2, &["the file is empty"]),
    ]
}

fn holds(row: &Row, measured: &Measured) -> Result<(), String> {
    let Measured { exit, told, time, memory } = measured;
    if *exit != Some(row.exit) {
        return Err(format!("exit status {exit:?}"));
    }
    if let Some(words) = row.says.iter().find(|words| !told.contains(**words)) {
        return Err(format!("does not say {words:?}"));
    }
    if told.contains("panicked") || told.contains("bug") {
        return Err("a bug".to_owned());
    }
    if told.lines().any(|line| line.len() > 1000) {
        return Err("a line that nobody reads".to_owned());
    }
    // Beside other tests, on a busy machine, a moment may be long.
    let longest = if released::is_in_full() { 5 } else { 20 };
    if *time > Duration::from_secs(longest) || *memory > 512 << 10 {
        return Err("too long or too much".to_owned());
    }
    Ok(())
}

fn all_hold(what: &str, rows: Vec<Row>) {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for row in &sampled(what, rows) {
        fs::write(folder.path().join("file.yml"), (row.content)()).unwrap();
        let measured = run(command(folder.path()).args(["check", "file.yml"]).args(limits()));
        let Measured { exit, told, time, memory } = &measured;
        let line = told.lines().next().unwrap_or_default();
        let (seconds, memory) = (time.as_secs_f32(), memory / 1024);
        println!("{} | {exit:?} | {seconds:.1} s | {memory} MiB | {line}", row.name);
        wrong.extend(holds(row, &measured).err().map(|why| format!("{}: {why}: {told}", row.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_rendered_is_bounded() {
    all_hold("what is rendered", rendered());
}

#[test]
fn expressions_are_taken_as_far_as_production_takes_them() {
    all_hold("long expressions", expressions());
}

#[test]
fn what_is_read_is_bounded() {
    all_hold("what is read", read());
}

/// Every command, with a file that would take for ever: with what it says it was at, and no word of a file
/// that is written.
#[test]
fn every_command_is_bounded() {
    let endless = beside(&maps(3, 1000));
    let before = NO_ACTIONS.to_owned() + &maps(3, 1000);
    let cases: &[(&[&str], &str)] = &[
        (&["check", "file.yml"], "while proving it"),
        (&["revert", "file.yml"], "while proving it"),
        (&["patch", "--write", "file.yml"], "while "),
        (&["patch", "--format", "html", "file.yml"], "while "),
        (&["verify", "before.yml", "file.yml"], "while "),
        (&["render", "file.yml", "--context", "hg-push/try/owner-email"], "while rendering it"),
        (&["scan", "."], "while "),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("file.yml", &endless), ("before.yml", &before), (".taskcluster.yml", &endless)]
    {
        fs::write(folder.path().join(name), text).unwrap();
    }
    for (arguments, says) in sampled("commands that are bounded", cases) {
        let measured = run(command(folder.path()).args(*arguments).args(["--time-limit", "1"]));
        let Measured { exit, told, .. } = &measured;
        // A table has a row for each file, whatever it is.
        let wanted = if arguments[0] == "scan" { 0 } else { 2 };
        assert_eq!(*exit, Some(wanted), "{arguments:?}: {told}");
        assert!(told.contains("stopped at the time limit of 1 seconds"), "{arguments:?}: {told}");
        assert!(told.contains(says) && told.contains("yml:"), "{arguments:?}: {told}");
        assert_eq!(fs::read_to_string(folder.path().join("file.yml")).unwrap(), endless);
    }
}

/// Of several files, one that is too much leaves the others; with more time, it is done.
#[test]
fn the_other_files_of_a_run_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("a.yml", patched().to_owned()),
        ("b.yml", beside(&maps(3, 1000))),
        ("c.yml", beside("x: {$eval: 'range(0, 1000000000)'}")),
        ("d.yml", patched().to_owned()),
        ("e.yml", NO_ACTIONS.to_owned()),
    ];
    for (name, text) in &files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let names = files.iter().map(|(name, _)| name);
    let measured = run(command(folder.path()).arg("check").args(names).args([
        "--jobs",
        "1",
        "--time-limit",
        "1",
    ]));
    let Measured { exit, told, .. } = &measured;
    assert_eq!(*exit, Some(2), "{told}");
    for words in [
        "a.yml: already-patched",
        "error: b.yml:647:",
        "error: c.yml:647:",
        "d.yml: already-patched",
        "e.yml: not-applicable",
        "5 files: 2 already-patched, 1 not-applicable, 2 error",
    ] {
        assert!(told.contains(words), "{words:?}: {told}");
    }
}

/// What the message advises.
#[test]
fn a_file_that_is_trusted_gets_more() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file.yml"), beside("x: {$eval: 'range(0, 30000)'}")).unwrap();
    let check =
        |limits: &[&str]| run(command(folder.path()).args(["check", "file.yml"]).args(limits));
    let little = check(&["--memory-limit", "16"]);
    assert_eq!(little.exit, Some(2), "{}", little.told);
    assert!(little.told.contains("--memory-limit MIB"), "{}", little.told);
    let short = check(&["--time-limit", "0.01"]);
    assert_eq!(short.exit, Some(2), "{}", short.told);
    assert!(short.told.contains("--time-limit SECONDS"), "{}", short.told);
    for limits in [
        ["--time-limit", "60", "--memory-limit", "2048"],
        ["--time-limit", "0", "--memory-limit", "0"],
    ] {
        let enough = check(&limits);
        assert_eq!(enough.exit, Some(0), "{}", enough.told);
    }
}

/// A process that dies in the midst of its work, as by a kernel that is out of memory.
#[test]
fn a_worker_that_dies_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yml"), beside(&maps(3, 1000))).unwrap();
    fs::write(folder.path().join("b.yml"), patched()).unwrap();
    let mut command = command(folder.path());
    command.args(["check", "a.yml", "b.yml", "--jobs", "1", "--time-limit", "30"]);
    let started = measured::start(&mut command);
    measured::kill_child_of(started.id());
    let Measured { exit, told, .. } = measured::end(started);
    assert_eq!(exit, Some(2), "{told}");
    assert!(told.contains("error: a.yml: the process that works on it died: signal: 9"), "{told}");
    assert!(told.contains("b.yml: already-patched"), "{told}");
}
