//! Whatever a file holds, there is an answer, soon, that says what was too much and where.
//!
//! Here the sizes are small and the limits low. The whole table, with the sizes that
//! `docs/reliability.md` tells and the program's own limits, is run where `TC_RETRIGGER_LIMITS` names the
//! program: `.ci/run` does that with the released one.
#![cfg(target_os = "linux")]

#[path = "limits/inputs.rs"]
mod inputs;
#[path = "limits/measured.rs"]
mod measured;

use inputs::{aliases, around, beside, doubled, joined, lines, maps, merges, switch};
use measured::{Measured, run};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

const GECKO: &str = include_str!("../examples/gecko.taskcluster.yml");
const NO_ACTIONS: &str = include_str!("../examples/no-actions.taskcluster.yml");

/// The program whose limits are tried in full; none where they are tried in small.
fn released() -> Option<std::ffi::OsString> {
    std::env::var_os("TC_RETRIGGER_LIMITS")
}

fn command(folder: &Path) -> Command {
    let own = || env!("CARGO_BIN_EXE_tc-retrigger").into();
    let mut command = Command::new(released().unwrap_or_else(own));
    command.current_dir(folder);
    command
}

/// That many, or a tenth of it in small.
fn many(number: usize) -> usize {
    if released().is_some() { number } else { number.div_ceil(10) }
}

/// The arguments that set the limits; in small, a time in which a slow build of this program does
/// what it must.
fn limits() -> &'static [&'static str] {
    if released().is_some() { &[] } else { &["--time-limit", "3"] }
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
    content: Vec<u8>,
    exit: i32,
    says: &'static [&'static str],
}

fn row(
    name: &'static str,
    content: impl Into<Vec<u8>>,
    exit: i32,
    says: &'static [&'static str],
) -> Row {
    Row { name, content: content.into(), exit, says }
}

const PATCHED: &[&str] = &["already-patched"];
const TIME: &str = "stopped after";
const MEMORY: &str = "MiB of memory";
const PLACE: &str = "file.yml:647:";

/// What asks for much when it is rendered.
fn rendered() -> Vec<Row> {
    let fold =
        "{$reduce: {$eval: 'range(0, 100000)'}, initial: [], 'each(acc, x)': [{$eval: acc}]}";
    vec![
        row(
            "range(0, 1000000000)",
            beside("x: {$eval: 'range(0, 1000000000)'}"),
            2,
            &[MEMORY, "at `range(0, 1000000000)` in context", PLACE],
        ),
        row("three nested $map over a thousand", beside(&maps(3, 1000)), 2, &[TIME, "$map", PLACE]),
        row("30 nested $let that double a string", beside(&doubled(30)), 2, &[MEMORY, PLACE]),
        row(
            "the same, 18",
            beside(&doubled(if released().is_some() { 18 } else { 10 })),
            0,
            PATCHED,
        ),
        row("lists in lists by $reduce", beside(&format!("x: {fold}")), 2, &["$reduce", PLACE]),
        row(
            "a list of a million, sorted for each of a million",
            beside(
                "x: {$map: {$eval: 'range(0, 1000000)'}, each(y): \
                 {$sort: {$eval: 'range(0, 1000000)'}, by(z): -z}}",
            ),
            2,
            &["$map", PLACE],
        ),
        row("2 ** 100000", beside("x: {$eval: '2 ** 100000'}"), 0, PATCHED),
    ]
}

/// Long and deep expressions.
fn expressions() -> Vec<Row> {
    let eval = |text: &str| beside(&format!("x: {{$eval: '{text}'}}"));
    let brackets = |times: usize| around(times, "(", "1", ")");
    let keys =
        lines(70, |at| format!("k{at}: {{$eval: '{}'}}", around(12, "(", &at.to_string(), ")")));
    let is = |at| format!("tasks_for == \"a{at}\"");
    let nested = around(30, "(", "tasks_for == \"a\"", ") || tasks_for == \"b\"");
    vec![
        row("70 keys with 12 brackets", beside(&keys), 0, PATCHED),
        row("13 brackets", eval(&brackets(13)), 0, PATCHED),
        row("30 brackets", eval(&brackets(30)), 0, PATCHED),
        row("30 brackets, an operand in each", eval(&nested), 0, PATCHED),
        row("a sum of 1,000", eval(&joined(1000, "+", |_| "1".to_owned())), 0, PATCHED),
        row("1,000 comparisons", eval(&joined(1000, " || ", is)), 0, PATCHED),
        row(
            "a sum of 10,000",
            eval(&joined(10_000, "+", |_| "1".to_owned())),
            2,
            &[PLACE, "too long"],
        ),
        row("10,000 brackets", eval(&brackets(10_000)), 2, &[PLACE, "nested too deeply"]),
    ]
}

/// What asks for much when it is read, and what only is large.
fn read() -> Vec<Row> {
    let deep = |open: &str, close: &str| format!("a: {}\n", around(100_000, open, "x", close));
    let comments = |number| patched().to_owned() + &lines(number, |_| "#".repeat(63));
    let tasks = lines(many(10_000), |at| {
        format!("  - {{$if: 'tasks_for == \"action\"', then: {{a: {at}}}}}")
    });
    let keys = lines(many(100_000), |at| format!("k{at}: v"));
    vec![
        row(
            "100,000 times `- `",
            deep("- ", ""),
            2,
            &["file.yml:1:", "nested deeper than 100 levels"],
        ),
        row(
            "100,000 times `? `",
            deep("? ", ""),
            2,
            &["file.yml:1:", "nested deeper than 100 levels"],
        ),
        row(
            "100,000 times `[`",
            deep("[", "]"),
            2,
            &["file.yml:1:", "nested deeper than 100 levels"],
        ),
        row(
            "100,000 times `{a: `",
            deep("{a: ", "}"),
            2,
            &["file.yml:1:", "nested deeper than 100 levels"],
        ),
        row(
            "aliases that multiply, five levels of ten",
            GECKO.to_owned() + &aliases(5),
            2,
            &["file.yml:"],
        ),
        row("the same, ten levels", GECKO.to_owned() + &aliases(10), 2, &["file.yml:"]),
        row(
            "merges that multiply, ten levels of ten",
            GECKO.to_owned() + &merges(10),
            2,
            &["file.yml:"],
        ),
        row("a $switch of 300", beside(&switch(300)), 0, PATCHED),
        row("a $switch of 1,000", beside(&switch(1000)), 0, PATCHED),
        row("10,000 $if", beside(&format!("x:\n{tasks}")), 0, PATCHED),
        row("100,000 keys", beside(&keys), 0, PATCHED),
        row("1 MB of comments", comments(many(16_000)), 0, PATCHED),
        row("50 MB of comments", comments(many(780_000)), 0, PATCHED),
        row("a line of 10 MB", beside(&format!("x: {}", "y".repeat(many(10_000_000)))), 0, PATCHED),
        row("ends in an empty literal block", "a: |\n   \n  ", 0, &["not-applicable"]),
        row(
            "ends in a literal block and deeper blanks",
            "a: |\n  x\n     ",
            0,
            &["not-applicable"],
        ),
        row("zeros", vec![0; 1000], 2, &["file.yml:1:1"]),
        row("UTF-16", b"\xff\xfea\0:\0 \0b\0".to_vec(), 2, &["file.yml:1:1", "UTF-8"]),
        row("an alias of itself", "a: &a [*a]\n", 2, &["file.yml:1:"]),
        row("nothing", "", 2, &["the file is empty"]),
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
    // Beside other tests, on a busy machine, a moment may be long.
    let longest = if released().is_some() { 5 } else { 20 };
    if *time > Duration::from_secs(longest) || *memory > 512 << 10 {
        return Err("too long or too much".to_owned());
    }
    Ok(())
}

fn all_hold(rows: &[Row]) {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for row in rows {
        fs::write(folder.path().join("file.yml"), &row.content).unwrap();
        let measured = run(command(folder.path()).args(["check", "file.yml"]).args(limits()));
        let Measured { exit, told, time, memory } = &measured;
        let line = told.lines().next().unwrap_or_default();
        println!(
            "{} | {exit:?} | {:.1} s | {} MiB | {line}",
            row.name,
            time.as_secs_f32(),
            memory / 1024
        );
        wrong.extend(holds(row, &measured).err().map(|why| format!("{}: {why}: {told}", row.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_rendered_is_bounded() {
    all_hold(&rendered());
}

#[test]
fn expressions_are_taken_as_far_as_production_takes_them() {
    all_hold(&expressions());
}

#[test]
fn what_is_read_is_bounded() {
    all_hold(&read());
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
    for (arguments, says) in cases {
        let measured = run(command(folder.path()).args(*arguments).args(["--time-limit", "1"]));
        let Measured { exit, told, .. } = &measured;
        // A table has a row for each file, whatever it is.
        let wanted = if arguments[0] == "scan" { 0 } else { 2 };
        assert_eq!(*exit, Some(wanted), "{arguments:?}: {told}");
        assert!(told.contains("stopped after 1 seconds"), "{arguments:?}: {told}");
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
    let measured =
        run(command(folder.path()).arg("check").args(names).args(["--jobs", "1"]).args(limits()));
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
    fs::write(folder.path().join("file.yml"), beside("x: {$eval: 'range(0, 300000)'}")).unwrap();
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
