//! Reports for people: plain lines, with colour where the terminal has it.

pub(super) mod change;
pub(super) mod proof;
pub(super) mod words;

use super::data::{Columns, FileReport, Report, RunReport, VerifyReport};
use super::{snippet, yaml};
use crate::error::plain;
use crate::jsone::families::Family;
use crate::proof::Verdict;
use crate::work::{Finding, Note, Status};
use anstyle::Style;
use proof::Shown;
pub use proof::verdict;
use std::fmt::Write;
use words::{BAD, BOLD, GOOD, HEAD, NOTE, numbered};

/// The report as lines.
pub fn write(report: &Report, is_verbose: bool) -> String {
    let mut out = String::new();
    match report {
        // Errors are told as messages.
        Report::File(file) | Report::OnTerminal(file) if file.finding.status == Status::Error => {}
        Report::OnTerminal(file) if file.diff.is_some() => folded(file, is_verbose, &mut out),
        Report::OnTerminal(report) => {
            head(report, &mut out);
            let place = report.finding.place().filter(|_| report.finding.code.is_some());
            if let (Some(place), Some(texts)) = (place, &report.texts) {
                out.push_str(&snippet(&texts.old, place));
            }
            body(report, is_verbose, &mut out);
        }
        Report::File(report) => {
            report.diff.iter().for_each(|text| diff(text, &mut out));
            head(report, &mut out);
            body(report, is_verbose, &mut out);
        }
        Report::Head(columns) => {
            let words = ["file", "domain", "hash", "recipe", "what there is to say"];
            out.push_str(&cells(words, ("state", Style::new()), columns));
        }
        Report::Row(file, columns) => row(file, columns, &mut out),
        Report::Files(run) => total(run, &mut out),
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

/// What follows a file's status.
fn body(report: &FileReport, is_verbose: bool, out: &mut String) {
    let finding = &report.finding;
    raised(report, is_verbose, out);
    if let Some(proof) = &finding.proof {
        if let Some(verdict) = proof::verdict(proof, finding.reason.as_deref()) {
            let _ = writeln!(out, "  {verdict}");
        }
        proof::tried(proof, Shown { all: is_verbose, why: is_verbose }, out);
    }
    aside(report, out);
    if let Some(commit) = report.commit.as_ref().filter(|_| is_verbose) {
        commit.message.lines().for_each(|line| {
            let _ = writeln!(out, "    {}", plain(line));
        });
    }
}

/// A file with its change folded: the summary first, the verdict last.
fn folded(report: &FileReport, is_verbose: bool, out: &mut String) {
    if let Some(texts) = &report.texts {
        let _ = writeln!(out, "{BOLD}{}{BOLD:#}: {}", plain(&report.path), change::counts(texts));
        change::write(texts, out);
    }
    let finding = &report.finding;
    if let Some(proof) = &finding.proof {
        proof::tried(proof, Shown { all: is_verbose, why: is_verbose }, out);
    }
    aside(report, out);
    head(report, out);
    let verdict = finding.proof.as_ref().and_then(|proof| proof::verdict(proof, None));
    if let Some(verdict) = verdict {
        let _ = writeln!(out, "  {BOLD}{verdict}{BOLD:#}");
    }
}

/// A file's status, where it is, what is wrong and what to do.
fn head(report: &FileReport, out: &mut String) {
    let finding = &report.finding;
    let style = style(finding.status);
    let _ = write!(out, "{}", plain(&report.path));
    if let Some(place) = finding.place().filter(|_| finding.code.is_some()) {
        let _ = write!(out, ":{place}");
    }
    let _ = write!(out, ": {style}{}{style:#}", finding.status.name());
    if !finding.sites.is_empty() {
        let _ = write!(out, ", at {}", numbered(finding.sites.iter().map(|site| site.line)));
    }
    told(finding, out);
    out.push('\n');
}

fn raised(report: &FileReport, is_verbose: bool, out: &mut String) {
    let finding = &report.finding;
    let (path, style) = (plain(&report.path), style(finding.status));
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
}

/// What else there is to know of a file: notes, the files that go with it, the hooks' names.
fn aside(report: &FileReport, out: &mut String) {
    let finding = &report.finding;
    finding.notes.iter().for_each(|each| note(&report.path, each, out));
    for script in &report.scripts {
        let Some(what) = script.change.done() else { continue };
        let not = if report.written { "" } else { "not " };
        let _ = writeln!(out, "  {}: {not}{what}", plain(&script.path));
    }
    if let Some(commit) = &report.commit {
        let branch = plain(&commit.branch);
        let _ = match (&commit.id, commit.is_new) {
            (None, _) => writeln!(out, "  branch {branch}: not made"),
            (Some(id), true) => writeln!(out, "  branch {branch}: commit {id} made, not pushed"),
            (Some(id), false) => {
                writeln!(out, "  branch {branch}: there already with this change, commit {id}")
            }
        };
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

/// A file's row in a table of files and their states.
fn row(FileReport { path, finding, .. }: &FileReport, columns: &Columns, out: &mut String) {
    let place = finding.place().filter(|_| finding.code.is_some());
    let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
    let told = finding.told().map(|told| format!("{place}{}", plain(&told))).unwrap_or_default();
    let or_dash = |text: &Option<String>| plain(text.as_deref().unwrap_or("-")).into_owned();
    let [domain, hash, recipe] =
        [&finding.trust_domain, &finding.old_hash, &finding.recipe].map(or_dash);
    let name = (finding.status.name(), style(finding.status));
    out.push_str(&cells([&plain(path), &domain, &hash, &recipe, &told], name, columns));
}

/// The cells of a row, each below those of the rows before it.
fn cells(
    [path, domain, hash, recipe, told]: [&str; 5],
    (name, style): (&str, Style),
    columns: &Columns,
) -> String {
    let (paths, pad) = (columns.path, Status::LONGEST - name.len());
    let line = format!(
        "{path:paths$}  {style}{name}{style:#}{:pad$}  {domain:10}  {hash:10}  {recipe:9}  {told}",
        ""
    );
    format!("{}\n", line.trim_end())
}

/// How many of several files have which status.
fn total(run: &RunReport, out: &mut String) {
    if run.files.len() < 2 {
        return;
    }
    let _ = write!(out, "{} files: ", run.files.len());
    let counts: Vec<String> = Status::ALL
        .into_iter()
        .map(|status| (status, run.count(status)))
        .filter(|(_, count)| *count > 0)
        .map(|(status, count)| {
            let style = style(status);
            format!("{count} {style}{}{style:#}", status.name())
        })
        .collect();
    out.push_str(&counts.join(", "));
    let written = run.files.iter().filter(|file| file.written).count();
    if written > 0 {
        let _ = write!(out, "; {written} written");
    }
    out.push('\n');
}

fn verify(report: &VerifyReport, is_verbose: bool, out: &mut String) {
    let (style, word) = match report.proof.verdict {
        Verdict::Proved => (GOOD, "proved"),
        Verdict::Different => (BAD, "different"),
        Verdict::Unproved => (BAD, "not proved"),
    };
    let (old, new) = (plain(&report.old), plain(&report.new));
    let _ = writeln!(out, "{new} against {old}: {style}{word}{style:#}");
    if let Some(verdict) = proof::verdict(&report.proof, None) {
        let _ = writeln!(out, "  {verdict}");
    }
    proof::tried(&report.proof, Shown { all: is_verbose, why: true }, out);
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
