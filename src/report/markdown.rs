//! Reports for a comment: on GitHub, in its Markdown, and in Phabricator, in its Remarkup.
//!
//! Only what the two share is used: headings of `#`, bold text, lists of `-`, code in backticks, and blocks
//! of it. All that is not this program's own words stands in code, where neither knows markup, names of
//! people, numbers of issues or links:
//!
//! - in a line, between single backticks; a backtick in it becomes an apostrophe, for in Remarkup nothing
//!   escapes one (Phorge, PhutilRemarkupMonospaceRule.php);
//! - in a block, between fences, or, where three backticks stand in it, indented by four spaces: for
//!   Remarkup ends a fenced block at the first line that ends with three backticks, however many it started
//!   with (Phorge, PhutilRemarkupCodeBlockRule.php). Nothing that is indented ends an indented one.

use super::data::{FileReport, Report, RunReport, Texts, VerifyReport};
use super::fold;
use super::human;
use super::human::proof::Shown;
use crate::error::plain;
use crate::proof::{Proof, Verdict};
use crate::template::{Text, hook_hash};
use crate::work::{Note, Status};
use std::fmt::Write;

/// How many unchanged lines stand around what changed.
const AROUND: usize = 2;

/// How many lines of a change are shown; GitHub refuses comments of more than 65,536 characters.
const MOST_LINES: usize = 400;

/// The report as a comment. `is_verbose` leaves nothing out.
pub fn write(report: &Report, is_verbose: bool) -> String {
    let mut out = String::new();
    match report {
        Report::File(one) | Report::OnTerminal(one) | Report::Row(one, _) => {
            file(one, is_verbose, &mut out);
        }
        Report::Files(run) if run.command == "scan" => {
            run.files.iter().for_each(|one| row(one, &mut out));
            total(run, &mut out);
        }
        Report::Files(run) => {
            run.files.iter().for_each(|one| file(one, is_verbose, &mut out));
            total(run, &mut out);
        }
        Report::Verify(report) => verify(report, is_verbose, &mut out),
        Report::Head(_) | Report::Value(_) | Report::Contexts(_) => {}
    }
    out
}

fn file(report: &FileReport, is_verbose: bool, out: &mut String) {
    let finding = &report.finding;
    separate(out);
    let _ = writeln!(out, "### {}: {}\n", code(&report.path), finding.status.name());
    if let Some(proof) = &finding.proof {
        verdict(proof, out);
    }
    let mut list = Vec::new();
    if let Some(told) = finding.told() {
        let place = finding.place().filter(|_| finding.code.is_some());
        let place = place.map(|place| format!("Line {}: ", place.line)).unwrap_or_default();
        list.push(format!("{place}{}", code(&told)));
    }
    for raised in finding.raised.iter().skip(1) {
        list.push(format!("Line {}: raises {}", raised.line, code(&raised.error)));
    }
    if !finding.sites.is_empty() {
        let lines = human::words::numbered(finding.sites.iter().map(|site| site.line));
        list.push(format!("Retriggers reach a payload at {lines}."));
    }
    list.extend(hashes(finding.old_hash.as_deref(), finding.new_hash.as_deref()));
    let texts = report.texts.as_ref().filter(|_| report.diff.is_some());
    list.extend(texts.map(|texts| format!("Change: {}.", human::change::counts(texts))));
    for script in &report.scripts {
        let Some(what) = script.change.done() else { continue };
        list.push(format!("{} goes with it: {what}.", code(&script.path)));
    }
    if let Some(commit) = &report.commit {
        let branch = code(&commit.branch);
        list.push(match (&commit.id, commit.is_new) {
            (None, _) => format!("Branch {branch}: not made."),
            (Some(id), true) => format!("Branch {branch}: commit {} made, not pushed.", code(id)),
            (Some(id), false) => {
                format!("Branch {branch}: there already with this change, commit {}.", code(id))
            }
        });
    }
    if report.diff.is_some() && !report.written && report.commit.is_none() {
        list.push("Nothing is written yet.".to_owned());
    }
    list.extend(finding.notes.iter().map(|note| of_note(None, note)));
    items(&list, out);
    if let Some(proof) = &finding.proof {
        tried(proof, Shown { all: is_verbose, why: is_verbose }, out);
    }
    if let Some(texts) = texts {
        diff(texts, is_verbose, out);
    }
}

/// A file in one line, as in a table.
fn row(FileReport { path, finding, .. }: &FileReport, out: &mut String) {
    let _ = write!(out, "- {}: **{}**", code(path), finding.status.name());
    if let Some(domain) = &finding.trust_domain {
        let _ = write!(out, ", {}", code(domain));
    }
    if let Some(hash) = &finding.old_hash {
        let _ = write!(out, ", hooks {}", code(&format!("…/{hash}")));
    }
    if let Some(recipe) = &finding.recipe {
        let _ = write!(out, ", {}", code(recipe));
    }
    if let Some(told) = finding.told() {
        let _ = write!(out, ": {}", code(&told));
    }
    out.push('\n');
}

fn total(run: &RunReport, out: &mut String) {
    if run.files.len() < 2 {
        return;
    }
    let count = |status: Status| {
        let count = run.count(status);
        (count > 0).then(|| format!("{count} {}", status.name()))
    };
    let counts: Vec<String> = Status::ALL.into_iter().filter_map(count).collect();
    separate(out);
    let _ = writeln!(out, "**{} files**: {}", run.files.len(), counts.join(", "));
}

fn verify(report: &VerifyReport, is_verbose: bool, out: &mut String) {
    let word = match report.proof.verdict {
        Verdict::Proved => "proved",
        Verdict::Different => "different",
        Verdict::Unproved => "not proved",
    };
    let _ = writeln!(out, "### {} against {}: {word}\n", code(&report.new), code(&report.old));
    verdict(&report.proof, out);
    let hash =
        |text: &String| Text::from_bytes(text.clone().into_bytes()).ok().map(|t| hook_hash(&t));
    let (old, new) = (hash(&report.texts.old), hash(&report.texts.new));
    let mut list: Vec<String> = hashes(old.as_deref(), new.as_deref()).into_iter().collect();
    list.push(format!("Change: {}.", human::change::counts(&report.texts)));
    list.extend(report.notes.iter().map(|each| of_note(Some(&each.path), &each.note)));
    items(&list, out);
    tried(&report.proof, Shown { all: is_verbose, why: true }, out);
    if report.texts.old != report.texts.new {
        diff(&report.texts, is_verbose, out);
    }
}

fn verdict(proof: &Proof, out: &mut String) {
    let counts = &proof.contexts;
    let _ = match (proof.verdict, proof.structural.holds) {
        (Verdict::Proved, _) => writeln!(
            out,
            "**Proved for all contexts**: pushes, pull requests, crons and other actions render what they did before.\n"
        ),
        (_, true) => writeln!(
            out,
            "**Not proved**: the structure is right, but {} of {} contexts disagree.\n",
            counts.different, counts.total
        ),
        (_, false) => {
            writeln!(out, "**Not proved**: {}\n", code(&proof.structural.reason))
        }
    };
}

/// What a change of the hooks' hash means; none where it stays.
fn hashes(old: Option<&str>, new: Option<&str>) -> Option<String> {
    let (old, new) = (old?, new?);
    (old != new).then(|| {
        format!(
            "Hooks: {} becomes {}; fxci-config must be deployed for the new ones.",
            code(&format!("…/{old}")),
            code(&format!("…/{new}"))
        )
    })
}

fn of_note(path: Option<&str>, note: &Note) -> String {
    let path = path.map(|path| format!("{}, ", code(path))).unwrap_or_default();
    format!("Note: {path}line {}: {}", note.line, code(&note.message))
}

fn items(list: &[String], out: &mut String) {
    for item in list {
        let _ = writeln!(out, "- {item}");
    }
}

/// What was tried, as on a terminal.
fn tried(proof: &Proof, shown: Shown, out: &mut String) {
    let mut text = String::new();
    human::proof::tried(proof, shown, &mut text);
    let text = anstream::adapter::strip_str(&text).to_string();
    let lines: Vec<String> =
        text.lines().map(|line| line.strip_prefix("  ").unwrap_or(line).into()).collect();
    block("What was tried", "text", &lines, out);
}

/// A change as a diff, in which what nobody has to read is folded.
fn diff(Texts { old, new }: &Texts, is_verbose: bool, out: &mut String) {
    let shown = fold::shown(old, new, AROUND).into_iter().map(|shown| match shown {
        fold::Shown::Line { sign, text, .. } => {
            format!("{sign}{}", plain(text.trim_end_matches(['\n', '\r'])))
        }
        fold::Shown::Folded { lines, what, .. } => folded(&what, lines),
    });
    let mut lines: Vec<String> = shown.collect();
    if lines.len() > MOST_LINES && !is_verbose {
        let more = lines.len() - MOST_LINES;
        lines.truncate(MOST_LINES);
        lines.push(folded("more; --verbose shows all", more));
    }
    block("The change", "diff", &lines, out);
}

fn folded(what: &str, lines: usize) -> String {
    let noun = if lines == 1 { "line" } else { "lines" };
    format!("@@ {lines} {noun} {what} @@")
}

/// A text in a line.
fn code(text: &str) -> String {
    let text = plain(text).replace('`', "'");
    // Of a text of spaces, or none, neither makes code.
    match text.trim() {
        "" => "`(nothing)`".to_owned(),
        text => format!("`{text}`"),
    }
}

/// Lines of a text, as a block. Below a list, what is indented would be the last item's: so it is called
/// something first.
fn block(name: &str, language: &str, lines: &[String], out: &mut String) {
    separate(out);
    let _ = writeln!(out, "{name}:\n");
    if lines.iter().any(|line| line.contains("```")) {
        for line in lines {
            let _ = writeln!(out, "    {line}");
        }
    } else {
        let _ = writeln!(out, "```{language}");
        lines.iter().for_each(|line| out.extend([line, "\n"]));
        out.push_str("```\n");
    }
}

/// Ends a paragraph, a list or a block.
fn separate(out: &mut String) {
    if !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
}
