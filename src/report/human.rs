//! Reports for people: plain lines, with colour where the terminal has it.

use super::data::{Change, FileReport, Report, RunReport, VerifyReport};
use super::yaml;
use crate::coverage::{Coverage, Missed};
use crate::error::plain;
use crate::jsone::families::Family;
use crate::patch::difference;
use crate::proof::{Counterexample, Proof, Verdict};
use crate::work::{Finding, Note, Status};
use anstyle::{AnsiColor, Style};
use serde_json::Value;
use std::fmt::Write;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const NOTE: Style = AnsiColor::Yellow.on_default();
const HEAD: Style = AnsiColor::Cyan.on_default();
const BOLD: Style = Style::new().bold();

/// How many differences, and how many conditions in full, are shown; `--verbose` and the JSON have all.
const SHOWN: usize = 5;

/// How much of a proof is shown.
#[derive(Debug, Clone, Copy)]
struct Shown {
    /// Every difference and every condition.
    all: bool,
    /// What explains a difference: a small context, and the conditions that decide.
    why: bool,
}

/// The report as lines.
pub fn write(report: &Report, is_verbose: bool) -> String {
    let mut out = String::new();
    match report {
        Report::Files(run) => {
            // Errors are told as they come.
            for report in run.files.iter().filter(|file| file.finding.status != Status::Error) {
                report.diff.iter().for_each(|text| diff(text, &mut out));
                file(report, is_verbose, &mut out);
            }
        }
        Report::Table(run) => table(run, &mut out),
        Report::Verify(report) => verify(report, is_verbose, &mut out),
        Report::Value(value) => out = yaml::write(value),
        Report::Contexts(families) => families.iter().for_each(|each| contexts(each, &mut out)),
    }
    out
}

fn diff(diff: &str, out: &mut String) {
    for line in diff.split_inclusive('\n') {
        let style = match line.as_bytes().first() {
            _ if line.starts_with("+++") || line.starts_with("---") => BOLD,
            Some(b'+') => GOOD,
            Some(b'-') => BAD,
            Some(b'@') => HEAD,
            _ => Style::new(),
        };
        let (text, end) = line.split_at(line.trim_end_matches(['\n', '\r']).len());
        let _ = write!(out, "{style}{text}{style:#}{end}");
    }
}

fn style(status: Status) -> Style {
    match status {
        Status::Patched | Status::AlreadyPatched | Status::Updated | Status::Reverted => GOOD,
        Status::NotApplicable => NOTE,
        Status::Unpatched | Status::Stale | Status::Edited | Status::Raises | Status::Error => BAD,
    }
}

fn file(report: &FileReport, is_verbose: bool, out: &mut String) {
    let finding = &report.finding;
    let style = style(finding.status);
    let path = plain(&report.path);
    let _ = write!(out, "{path}");
    if let Some(place) = finding.place().filter(|_| finding.code.is_some()) {
        let _ = write!(out, ":{place}");
    }
    let _ = write!(out, ": {style}{}{style:#}", finding.status.name());
    if !finding.sites.is_empty() {
        let _ = write!(out, ", at {}", numbered(finding.sites.iter().map(|site| site.line)));
    }
    told(finding, out);
    out.push('\n');
    for raised in finding.raised.iter().skip(1) {
        let place = format!("{path}:{}:{}", raised.line, raised.column);
        let _ = writeln!(out, "{place}: {style}raises{style:#}: {}", plain(&raised.error));
    }
    if is_verbose {
        for raised in &finding.raised {
            let _ =
                writeln!(out, "  line {} raises in {}", raised.line, raised.contexts.join(", "));
        }
    }
    if let Some(proof) = &finding.proof {
        let shown = Shown { all: is_verbose, why: is_verbose };
        summary(proof, finding.reason.as_deref(), shown, out);
    }
    finding.notes.iter().for_each(|each| note(&report.path, each, out));
    for script in &report.scripts {
        let what = match script.change {
            Change::None => continue,
            Change::Create => "created",
            Change::Update => "written anew",
            Change::Remove => "removed",
        };
        let not = if report.written { "" } else { "not " };
        let _ = writeln!(out, "  {}: {not}{what}", plain(&script.path));
    }
    if finding.old_hash != finding.new_hash
        && let (Some(old), Some(new)) = (&finding.old_hash, &finding.new_hash)
    {
        let _ =
            writeln!(out, "  hooks: …/{old} becomes …/{new}; deploy fxci-config for the new ones");
        if !report.written {
            let _ = writeln!(out, "  not written");
        }
    }
}

/// What is wrong and what to do, behind the status.
fn told(finding: &Finding, out: &mut String) {
    if let Some(reason) = &finding.reason {
        let _ = write!(out, ": {}", plain(reason));
    }
    if let Some(advice) = &finding.advice {
        let _ = write!(out, "; {}", plain(advice));
    }
}

/// A table of files and their states.
fn table(run: &RunReport, out: &mut String) {
    let width = |of: &dyn Fn(&FileReport) -> usize| run.files.iter().map(of).max().unwrap_or(0);
    let paths = width(&|report| plain(&report.path).chars().count());
    let names = width(&|report| report.finding.status.name().len());
    for FileReport { path, finding, .. } in &run.files {
        let style = style(finding.status);
        let name = finding.status.name();
        let told = finding.told();
        let pad = if told.is_some() { names - name.len() } else { 0 };
        let path = plain(path);
        let _ = write!(out, "{path:paths$}  {style}{name}{style:#}{:pad$}", "");
        if let Some(told) = told {
            let place = finding.place().filter(|_| finding.code.is_some());
            let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
            let _ = write!(out, "  {place}{}", plain(&told));
        }
        out.push('\n');
    }
}

fn verify(report: &VerifyReport, is_verbose: bool, out: &mut String) {
    let (style, word) = match report.proof.verdict {
        Verdict::Proved => (GOOD, "proved"),
        Verdict::Different => (BAD, "different"),
        Verdict::Unproved => (BAD, "not proved"),
    };
    let (old, new) = (plain(&report.old), plain(&report.new));
    let _ = writeln!(out, "{new} against {old}: {style}{word}{style:#}");
    summary(&report.proof, None, Shown { all: is_verbose, why: true }, out);
    report.notes.iter().for_each(|each| note(&each.path, &each.note, out));
}

fn note(path: &str, note: &Note, out: &mut String) {
    let (path, Note { line, column, message, .. }) = (plain(path), note);
    let _ = writeln!(out, "  {NOTE}note{NOTE:#}: {path}:{line}:{column}: {}", plain(message));
}

fn contexts(family: &Family, out: &mut String) {
    let _ = writeln!(out, "{} ({}): {}", family.name, family.contexts.len(), family.about);
    for context in &family.contexts {
        let _ = writeln!(out, "  {}", context.name);
    }
}

/// What a proof says; `told` is what was said of it before.
fn summary(proof: &Proof, told: Option<&str>, shown: Shown, out: &mut String) {
    let counts = &proof.contexts;
    let is_told = told.is_some_and(|told| told.contains(&proof.structural.reason));
    let _ = match (proof.structural.holds, counts.different) {
        (true, 0) => writeln!(
            out,
            "  proved for all contexts: pushes, pull requests, crons and other actions render what they did before"
        ),
        (true, _) => writeln!(out, "  not proved: the structure is right, but a context disagrees"),
        (false, _) if is_told => Ok(()),
        (false, _) => writeln!(out, "  not proved: {}", proof.structural.reason),
    };
    let _ = write!(
        out,
        "  tried: {} contexts, {} of them retriggers without a clone; ",
        counts.total, counts.retrigger
    );
    let _ = match counts.different {
        0 => writeln!(out, "each renders what it must"),
        different => writeln!(out, "{BAD}{different} do not render what they must{BAD:#}"),
    };
    counterexamples(&proof.counterexamples, shown, out);
    coverage(&proof.coverage, shown.all, out);
}

/// A block for each distinct difference, with the number of contexts that show it.
fn counterexamples(
    examples: &[Counterexample],
    Shown { all: is_verbose, why: is_explained }: Shown,
    out: &mut String,
) {
    let mut shown: Vec<(&Counterexample, [String; 2], usize)> = Vec::new();
    for example in examples {
        let values = difference(&example.old, &example.new);
        let is_same = |one: &&mut (&Counterexample, [String; 2], usize)| {
            one.0.path == example.path && one.1 == values
        };
        match shown.iter_mut().find(is_same).filter(|_| !is_verbose) {
            Some((.., more)) => *more += 1,
            None => shown.push((example, values, 0)),
        }
    }
    let most = if is_verbose { shown.len() } else { SHOWN };
    for (example, [must, is], more) in shown.iter().take(most) {
        let at = match example.path.steps() {
            [] => "the whole".to_owned(),
            _ => example.path.to_string(),
        };
        let _ = writeln!(out, "  {BAD}differs{BAD:#} in context {} at {at}", example.context);
        let _ = writeln!(out, "    must be: {must}");
        let _ = writeln!(out, "    is:      {is}");
        let _ = match more {
            0 => Ok(()),
            1 => writeln!(out, "    the same in 1 more context"),
            more => writeln!(out, "    the same in {more} more contexts"),
        };
        let Some(detail) = example.detail.as_ref().filter(|_| is_explained) else { continue };
        for line in detail.lines.iter().take(most) {
            let _ = writeln!(
                out,
                "    decided on line {} of the new file: {} is {}",
                line.line,
                cut(&line.condition, 100),
                line.outcome
            );
        }
        let _ = writeln!(out, "    the smallest context found: {}", detail.context);
    }
    if let Some(more) = shown.get(most..).filter(|more| !more.is_empty()) {
        let _ = writeln!(out, "  … and {} more differences (--verbose shows all)", more.len());
    }
}

/// Two values that differ, each on one line, long ones cut around their first difference.
fn difference(old: &Value, new: &Value) -> [String; 2] {
    match (old, new) {
        (Value::String(old), Value::String(new)) => difference::quoted(old, new),
        (Value::Null, _) | (_, Value::Null) => [old, new].map(short),
        _ => difference::bare(&old.to_string(), &new.to_string()),
    }
}

fn coverage(coverage: &Coverage, is_verbose: bool, out: &mut String) {
    // A condition misses one outcome, or true and then false.
    let is_other = |one: &Missed, other: &Missed| {
        let is_same = one.path == other.path && one.condition == other.condition;
        is_same && one.outcome && !other.outcome
    };
    let missed: Vec<&[Missed]> = coverage.missed.chunk_by(is_other).collect();
    let all = coverage.outcomes / 2;
    let both_ways = "true in one context and false in another";
    let _ = match all - missed.len() {
        1 if all == 1 => {
            writeln!(out, "  covered: the old file's one condition was {both_ways}")
        }
        covered if covered == all => {
            writeln!(out, "  covered: each of the old file's {all} conditions was {both_ways}")
        }
        covered => {
            writeln!(
                out,
                "  covered: {covered} of the old file's {all} conditions, each {both_ways}"
            )
        }
    };
    let is_explained = |each: &&[Missed]| each.iter().all(|outcome| outcome.why.is_some());
    let (explained, open): (Vec<&[Missed]>, Vec<_>) = missed.into_iter().partition(is_explained);
    let most = if is_verbose { open.len() } else { SHOWN };
    for each in open.iter().take(most) {
        let how = match each {
            [one] if one.outcome => "never true",
            [_] => "never false",
            _ => "not reached",
        };
        let _ =
            writeln!(out, "    line {}: `{}` {how}", each[0].line, cut(&each[0].condition, 100));
    }
    if let Some(more) = open.get(most..).filter(|more| !more.is_empty()) {
        let _ = writeln!(out, "    and at {} (--verbose shows all)", lines(more));
    }
    if !explained.is_empty() {
        let _ = writeln!(
            out,
            "    in production the others, at {}, never come out both ways (--format json says why)",
            lines(&explained)
        );
    }
}

fn lines(conditions: &[&[Missed]]) -> String {
    numbered(conditions.iter().map(|missed| missed[0].line))
}

/// `line 3`, or `lines 3, 5`: each line once.
fn numbered(lines: impl Iterator<Item = usize>) -> String {
    let mut each: Vec<usize> = lines.collect();
    each.dedup();
    let all: Vec<String> = each.iter().map(usize::to_string).collect();
    format!("{} {}", if each.len() == 1 { "line" } else { "lines" }, all.join(", "))
}

/// A value on one line, cut where it is long.
fn short(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        other => cut(&other.to_string(), 160),
    }
}

/// A text's first characters, and that there are more.
fn cut(text: &str, most: usize) -> String {
    let text = &*plain(text);
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}… ({} characters)", &text[..at], text.chars().count()),
        None => text.to_owned(),
    }
}
