//! Reports for people: plain lines, with colour where the terminal has it.

use super::{FileReport, Status, VerifyReport};
use crate::coverage::Coverage;
use crate::proof::{Proof, Verdict};
use anstyle::{AnsiColor, Style};
use serde_json::Value;
use std::fmt::Write;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const NOTE: Style = AnsiColor::Yellow.on_default();
const HEAD: Style = AnsiColor::Cyan.on_default();
const BOLD: Style = Style::new().bold();

/// How many counterexamples and missed outcomes are shown; the JSON has all.
const SHOWN: usize = 5;

/// A diff with its lines coloured.
pub fn diff(diff: &str) -> String {
    let mut out = String::new();
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
    out
}

/// The lines that sum up a file's report, without its diff.
pub fn file(report: &FileReport) -> String {
    let style = match report.status {
        Status::Patched | Status::AlreadyPatched | Status::Updated | Status::Reverted => GOOD,
        Status::NotApplicable => NOTE,
        Status::Unpatched | Status::Stale | Status::Edited | Status::Error => BAD,
    };
    let mut out = format!("{}: {style}{}{style:#}", report.path, report.status.name());
    match report.sites.as_slice() {
        [] => {}
        [site] => drop(write!(out, ", at line {}", site.line)),
        sites => {
            let lines: Vec<_> = sites.iter().map(|site| site.line.to_string()).collect();
            let _ = write!(out, ", at lines {}", lines.join(", "));
        }
    }
    if let Some(reason) = &report.reason {
        let _ = write!(out, ": {reason}");
    }
    out.push('\n');
    if let Some(proof) = &report.proof {
        summary(proof, &mut out);
    }
    notes(&report.notes, &mut out);
    if report.old_hash != report.new_hash
        && let (Some(old), Some(new)) = (&report.old_hash, &report.new_hash)
    {
        let _ =
            writeln!(out, "  hooks: …/{old} becomes …/{new}; deploy fxci-config for the new ones");
    }
    if report.diff.is_some() && !report.written {
        let _ = writeln!(out, "  not written");
    }
    out
}

/// A table of files and their states.
pub fn table(reports: &[FileReport]) -> String {
    let width = |of: &dyn Fn(&FileReport) -> usize| reports.iter().map(of).max().unwrap_or(0);
    let paths = width(&|report| report.path.chars().count());
    let names = width(&|report| report.status.name().len());
    let mut out = String::new();
    for report in reports {
        let style = match report.status {
            Status::AlreadyPatched => GOOD,
            Status::NotApplicable => NOTE,
            _ => BAD,
        };
        let name = report.status.name();
        let pad = if report.reason.is_some() { names - name.len() } else { 0 };
        let _ = write!(out, "{:paths$}  {style}{name}{style:#}{:pad$}", report.path, "");
        if let Some(reason) = &report.reason {
            let _ = write!(out, "  {reason}");
        }
        out.push('\n');
    }
    out
}

/// What `verify` says.
pub fn verify(report: &VerifyReport) -> String {
    let mut out = String::new();
    let proof = &report.proof;
    let (style, word) = match proof.verdict {
        Verdict::Proved => (GOOD, "proved"),
        Verdict::Different => (BAD, "different"),
        Verdict::Unproved => (BAD, "not proved"),
    };
    let _ = writeln!(out, "{} against {}: {style}{word}{style:#}", report.new, report.old);
    summary(proof, &mut out);
    missed(&proof.coverage, &mut out);
    notes(&report.notes, &mut out);
    out
}

fn notes(notes: &[String], out: &mut String) {
    for note in notes {
        let _ = writeln!(out, "  {NOTE}note{NOTE:#}: {note}");
    }
}

fn summary(proof: &Proof, out: &mut String) {
    let counts = &proof.contexts;
    let _ = match proof.structural.holds {
        true => {
            writeln!(out, "  structure: for every other event and action, the same in all contexts")
        }
        false => writeln!(out, "  structure: no proof: {}", proof.structural.reason),
    };
    let _ = writeln!(
        out,
        "  samples: {} of {} contexts as they must be, {} of these retriggers without a clone",
        counts.equal, counts.total, counts.retrigger
    );
    for example in proof.counterexamples.iter().take(SHOWN) {
        let at = if example.path.steps().is_empty() {
            "the whole".into()
        } else {
            example.path.to_string()
        };
        let _ = writeln!(out, "  {BAD}differs{BAD:#} in context {} at {at}", example.context);
        let _ = writeln!(out, "    must be: {}", short(&example.old));
        let _ = writeln!(out, "    is:      {}", short(&example.new));
        let Some(detail) = &example.detail else { continue };
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
    if let Some(more) = proof.counterexamples.len().checked_sub(SHOWN + 1) {
        let _ = writeln!(out, "  … and in {} more (--format json has all)", more + 1);
    }
    let coverage = &proof.coverage;
    let _ = writeln!(
        out,
        "  coverage: the samples reach {} of {} outcomes of the old file's conditions",
        coverage.reached, coverage.outcomes
    );
}

fn missed(coverage: &Coverage, out: &mut String) {
    for missed in coverage.missed.iter().take(SHOWN) {
        let why = missed.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        let _ = writeln!(
            out,
            "    line {}: never {}: {}{why}",
            missed.line, missed.outcome, missed.condition
        );
    }
    if let Some(more) = coverage.missed.len().checked_sub(SHOWN + 1) {
        let _ = writeln!(out, "    … and {} more (--format json has all)", more + 1);
    }
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
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}… ({} characters)", &text[..at], text.chars().count()),
        None => text.to_owned(),
    }
}
