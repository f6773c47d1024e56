//! Reports for people: plain lines, with colour where the terminal has it.

use super::data::{FileReport, Report, RunReport, VerifyReport};
use super::yaml;
use crate::coverage::{Coverage, Missed};
use crate::error::plain;
use crate::jsone::families::Family;
use crate::proof::{Counterexample, Proof, Verdict};
use crate::work::Status;
use anstyle::{AnsiColor, Style};
use serde_json::Value;
use std::fmt::Write;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const NOTE: Style = AnsiColor::Yellow.on_default();
const HEAD: Style = AnsiColor::Cyan.on_default();
const BOLD: Style = Style::new().bold();

/// How many counterexamples, and how many conditions in full, are shown; the JSON has all.
const SHOWN: usize = 5;

/// The report as lines.
pub fn write(report: &Report) -> String {
    let mut out = String::new();
    match report {
        Report::Files(run) => {
            // Errors are told as they come.
            for report in run.files.iter().filter(|file| file.finding.status != Status::Error) {
                report.diff.iter().for_each(|text| diff(text, &mut out));
                file(report, &mut out);
            }
        }
        Report::Table(run) => table(run, &mut out),
        Report::Verify(report) => verify(report, &mut out),
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

fn file(report: &FileReport, out: &mut String) {
    let finding = &report.finding;
    let style = match finding.status {
        Status::Patched | Status::AlreadyPatched | Status::Updated | Status::Reverted => GOOD,
        Status::NotApplicable => NOTE,
        Status::Unpatched | Status::Stale | Status::Edited | Status::Error => BAD,
    };
    let _ = write!(out, "{}: {style}{}{style:#}", plain(&report.path), finding.status.name());
    if !finding.sites.is_empty() {
        let _ = write!(out, ", at {}", numbered(finding.sites.iter().map(|site| site.line)));
    }
    if let Some(reason) = &finding.reason {
        let _ = write!(out, ": {}", plain(reason));
    }
    out.push('\n');
    if let Some(proof) = &finding.proof {
        summary(proof, out);
    }
    notes(&finding.notes, out);
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

/// A table of files and their states.
fn table(run: &RunReport, out: &mut String) {
    let width = |of: &dyn Fn(&FileReport) -> usize| run.files.iter().map(of).max().unwrap_or(0);
    let paths = width(&|report| plain(&report.path).chars().count());
    let names = width(&|report| report.finding.status.name().len());
    for FileReport { path, finding, .. } in &run.files {
        let style = match finding.status {
            Status::AlreadyPatched => GOOD,
            Status::NotApplicable => NOTE,
            _ => BAD,
        };
        let name = finding.status.name();
        let pad = if finding.reason.is_some() { names - name.len() } else { 0 };
        let path = plain(path);
        let _ = write!(out, "{path:paths$}  {style}{name}{style:#}{:pad$}", "");
        if let Some(reason) = &finding.reason {
            let _ = write!(out, "  {}", plain(reason));
        }
        out.push('\n');
    }
}

fn verify(report: &VerifyReport, out: &mut String) {
    let (style, word) = match report.proof.verdict {
        Verdict::Proved => (GOOD, "proved"),
        Verdict::Different => (BAD, "different"),
        Verdict::Unproved => (BAD, "not proved"),
    };
    let (old, new) = (plain(&report.old), plain(&report.new));
    let _ = writeln!(out, "{new} against {old}: {style}{word}{style:#}");
    summary(&report.proof, out);
    notes(&report.notes, out);
}

fn contexts(family: &Family, out: &mut String) {
    let _ = writeln!(out, "{} ({}): {}", family.name, family.contexts.len(), family.about);
    for context in &family.contexts {
        let _ = writeln!(out, "  {}", context.name);
    }
}

fn notes(notes: &[String], out: &mut String) {
    for note in notes {
        let _ = writeln!(out, "  {NOTE}note{NOTE:#}: {}", plain(note));
    }
}

fn summary(proof: &Proof, out: &mut String) {
    let counts = &proof.contexts;
    let _ = match (proof.structural.holds, counts.different) {
        (true, 0) => writeln!(
            out,
            "  proved for all contexts: pushes, pull requests, crons and other actions render what they did before"
        ),
        (true, _) => writeln!(out, "  not proved: the structure is right, but a context disagrees"),
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
    for example in proof.counterexamples.iter().take(SHOWN) {
        counterexample(example, out);
    }
    if let Some(more) = proof.counterexamples.len().checked_sub(SHOWN + 1) {
        let _ = writeln!(out, "  … and in {} more (--format json has all)", more + 1);
    }
    coverage(&proof.coverage, out);
}

fn counterexample(example: &Counterexample, out: &mut String) {
    let at = match example.path.steps() {
        [] => "the whole".to_owned(),
        _ => example.path.to_string(),
    };
    let _ = writeln!(out, "  {BAD}differs{BAD:#} in context {} at {at}", example.context);
    let _ = writeln!(out, "    must be: {}", short(&example.old));
    let _ = writeln!(out, "    is:      {}", short(&example.new));
    let Some(detail) = &example.detail else { return };
    for line in detail.lines.iter().take(SHOWN) {
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

fn coverage(coverage: &Coverage, out: &mut String) {
    // A condition misses one outcome, or true and then false.
    let is_other = |one: &Missed, other: &Missed| {
        let is_same = one.path == other.path && one.condition == other.condition;
        is_same && one.outcome && !other.outcome
    };
    let missed: Vec<&[Missed]> = coverage.missed.chunk_by(is_other).collect();
    let all = coverage.outcomes / 2;
    let both_ways = "true in one context and false in another";
    let _ = match all - missed.len() {
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
    for each in open.iter().take(SHOWN) {
        let how = match each {
            [one] if one.outcome => "never true",
            [_] => "never false",
            _ => "not reached",
        };
        let _ =
            writeln!(out, "    line {}: `{}` {how}", each[0].line, cut(&each[0].condition, 100));
    }
    if let Some(more) = open.get(SHOWN..).filter(|more| !more.is_empty()) {
        let _ = writeln!(out, "    and at {} (--format json has all)", lines(more));
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
