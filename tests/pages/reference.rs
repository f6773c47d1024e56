//! The pages and what the program says of itself: what they name is there, and what is there they name.

use super::{pages, read};
use std::collections::BTreeSet;
use std::process::Command;

/// Where each command and flag is told.
const REFERENCE: &str = "docs/commands.md";

/// What `--help` says, of the program or of one command; nothing where there is no such command.
fn help(command: Option<&str>) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tc-retrigger"));
    let output = program.args(command).arg("--help").output().unwrap();
    if output.status.success() { String::from_utf8(output.stdout).unwrap() } else { String::new() }
}

fn words(text: &str) -> BTreeSet<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    text.split(|c| !is_word(c)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The names of the commands: the lines of `--help` below `Commands:` that are indented by two spaces.
fn commands() -> Vec<String> {
    let help = help(None);
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter_map(|line| line.strip_prefix("  "));
    let names = names.filter(|line| !line.starts_with(' '));
    let names = names.map(|line| line.split(' ').next().unwrap().to_owned());
    names.filter(|name| name != "help").collect()
}

/// What is wrong with a command or a flag in backticks; they are not run.
fn fault_in_span(span: &str, all: &BTreeSet<String>) -> Option<String> {
    let mut named = span.split_whitespace();
    let known = match named.next()? {
        "tc-retrigger" => match named.next() {
            Some(command) if command.starts_with(|c: char| c.is_ascii_lowercase()) => {
                words(&help(Some(command)))
            }
            _ => return None,
        },
        flag if flag.starts_with("--") => all.clone(),
        _ => return None,
    };
    let mut flags = span.split_whitespace().filter(|word| word.starts_with("--"));
    if known.is_empty() {
        return Some("no such command".to_owned());
    }
    let missing = flags.find(|flag| !known.contains(*flag))?;
    Some(format!("no such flag: {missing}"))
}

#[test]
fn commands_and_flags_that_are_named_exist() {
    let mut all = words(&help(None));
    commands().iter().for_each(|name| all.extend(words(&help(Some(name)))));
    let mut faults = Vec::new();
    for (name, page) in pages() {
        for span in &page.spans {
            let fault = fault_in_span(&span.text, &all);
            faults.extend(fault.map(|fault| format!("{name}:{}: {fault}", span.line)));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
    let cases = [
        ("tc-retrigger check --require", None),
        ("tc-retrigger", None),
        ("--recipe DIR", None),
        ("git blame -w", None),
        ("tc-retrigger check --nothing", Some("no such flag: --nothing")),
        ("tc-retrigger nothing", Some("no such command")),
        ("--nothing", Some("no such flag: --nothing")),
    ];
    for (span, wanted) in cases {
        assert_eq!(fault_in_span(span, &all).as_deref(), wanted, "{span}");
    }
}

/// Each command has a heading, and each flag, each value of one, each status, verdict and code a place.
#[test]
fn the_reference_has_all() {
    let text = read(REFERENCE);
    let (page, told) = (super::parse(&text), words(&text));
    let mut missing = Vec::new();
    let names = commands();
    assert!(names.len() >= 7, "only {names:?}");
    for name in &names {
        let is_headed = page.anchors.iter().any(|anchor| anchor.split('-').any(|w| w == name));
        missing.extend((!is_headed).then(|| format!("a heading for {name}")));
        let help = help(Some(name));
        let flags = words(&help).into_iter().filter(|word| word.starts_with("--"));
        let values = help.lines().filter_map(|line| line.trim_start().strip_prefix("- "));
        let values = values.map(|line| line.split(':').next().unwrap_or_default().to_owned());
        let wanted = flags.chain(values).filter(|word| !["--help", "--version"].contains(&&**word));
        let wanted = wanted.filter(|word| !told.contains(word));
        missing.extend(wanted.map(|word| format!("{name}: {word}")));
    }
    let schema: serde_json::Value = serde_json::from_str(&read("docs/report.schema.json")).unwrap();
    let schema = &schema["definitions"];
    let lists = [&schema["status"], &schema["verdict"], &schema["code"]];
    for list in lists.map(|list| strings(&list["enum"])) {
        assert!(list.len() >= 3, "{list:?}");
        let untold = list.into_iter().filter(|word| !told.contains(*word));
        missing.extend(untold.map(str::to_owned));
    }
    assert_eq!(missing, Vec::<String>::new(), "{REFERENCE} has not all");
}

fn strings(list: &serde_json::Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str).collect()
}
