//! What there is to say about lines of files: a kind, a place and a message each, for what shows them
//! beside the lines.

use super::data::{FileReport, Report, VerifyReport};
use super::differences::{Difference, differences};
use super::rules::rule;
use crate::error::plain;
use crate::proof::Verdict;
use crate::work::{Code, Note, Status};
use std::path::{MAIN_SEPARATOR, Path};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It makes the run fail.
    Error,
    /// It would, in a run that does more than tell.
    Warning,
    /// There is something to know.
    Note,
}

/// Something to say about a file, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// How much it matters.
    pub level: Level,
    /// Its kind.
    pub code: Code,
    /// The file's path as it was given or found, with slashes and without `./` before it; none for standard
    /// input.
    pub path: Option<String>,
    /// Its line, counted from 1; none where it is about no line.
    pub line: Option<usize>,
    /// Its column, in characters from 1.
    pub column: Option<usize>,
    /// Its last line.
    pub end_line: Option<usize>,
    /// What it is, and what to do, in one line.
    pub message: String,
}

impl Annotation {
    /// The name of its kind, for programs.
    pub fn name(&self) -> &'static str {
        rule(self.code).name
    }
}

/// All that a report says about lines of files: the finding of each file that something is to be said of,
/// each further place where it raises, and each note; of `verify` what differs.
pub fn annotations(report: &Report) -> Vec<Annotation> {
    match report {
        Report::File(file) | Report::OnTerminal(file) => of_file(file, Level::Error),
        // A table only tells.
        Report::Row(file, _) => of_file(file, Level::Warning),
        Report::Files(run) => {
            let level = if run.command == "scan" { Level::Warning } else { Level::Error };
            run.files.iter().flat_map(|file| of_file(file, level)).collect()
        }
        Report::Verify(report) => of_verify(report),
        Report::Head(_) | Report::Value(_) | Report::Contexts(_) => Vec::new(),
    }
}

fn of_file(file: &FileReport, bad: Level) -> Vec<Annotation> {
    let finding = &file.finding;
    let level = match finding.status {
        // `--require` advises something.
        Status::NotApplicable if finding.advice.is_some() => bad,
        Status::NotApplicable => Level::Note,
        _ => bad,
    };
    let own = finding.code.map(|code| Annotation {
        level,
        code,
        path: path(&file.path),
        line: finding.line,
        column: finding.column,
        end_line: finding.end_line,
        message: match (finding.status, finding.told()) {
            (Status::Error, Some(told)) => plain(&told).into_owned(),
            (status, Some(told)) => format!("{}: {}", status.name(), plain(&told)),
            (status, None) => status.name().to_owned(),
        },
    });
    // The finding itself is about the first.
    let raised = finding.raised.iter().skip(1).map(|raised| Annotation {
        level,
        code: Code::Raises,
        path: path(&file.path),
        line: Some(raised.line),
        column: Some(raised.column),
        end_line: Some(raised.end_line),
        message: format!("raises: {}", plain(&raised.error)),
    });
    let notes = finding.notes.iter().map(|note| of_note(&file.path, note));
    own.into_iter().chain(raised).chain(notes).collect()
}

fn of_note(file: &str, note: &Note) -> Annotation {
    Annotation {
        level: Level::Note,
        code: note.code,
        path: path(file),
        line: Some(note.line),
        column: Some(note.column),
        end_line: Some(note.line),
        message: plain(&note.message).into_owned(),
    }
}

fn of_verify(report: &VerifyReport) -> Vec<Annotation> {
    let proof = &report.proof;
    let level = match proof.verdict {
        Verdict::Unproved if report.is_unproved_enough => Level::Warning,
        _ => Level::Error,
    };
    let of = |code, line, message| Annotation {
        level,
        code,
        path: path(&report.path),
        line,
        column: None,
        end_line: line,
        message,
    };
    let mut out = Vec::new();
    if proof.verdict != Verdict::Proved && !proof.structural.holds {
        let code = match proof.verdict {
            Verdict::Different => Code::Different,
            _ => Code::NotProved,
        };
        out.push(of(code, None, format!("not proved: {}", plain(&proof.structural.reason))));
    }
    for Difference { example, at, values: [must, is], more } in
        differences(&proof.counterexamples, false)
    {
        let decided = example.detail.as_ref().and_then(|detail| detail.lines.first());
        let more = match more {
            0 => String::new(),
            1 => "; the same in 1 more context".to_owned(),
            more => format!("; the same in {more} more contexts"),
        };
        let context = &example.context;
        let message = format!("in context {context}, {at} must be {must} and is {is}{more}");
        let line = decided.map(|decided| decided.line);
        out.push(of(Code::Different, line, plain(&message).into_owned()));
    }
    // The old file's lines are behind whoever looks at the new one's.
    let new = report.notes.iter().filter(|each| each.path == report.new);
    out.extend(new.map(|each| of_note(&report.path, &each.note)));
    out
}

/// A path as GitHub and URIs have it.
fn path(given: &str) -> Option<String> {
    if given == "-" {
        return None;
    }
    let slashes = given.replace(MAIN_SEPARATOR, "/");
    let mut path = &*slashes;
    while let Some(rest) = path.strip_prefix("./").filter(|rest| !Path::new(rest).is_absolute()) {
        path = rest;
    }
    Some(path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_as_github_has_them() {
        let cases = [
            ("-", None),
            (".taskcluster.yml", Some(".taskcluster.yml")),
            ("./.taskcluster.yml", Some(".taskcluster.yml")),
            ("././a/./b.yml", Some("a/./b.yml")),
            ("../a.yml", Some("../a.yml")),
            ("/a/b.yml", Some("/a/b.yml")),
            (".//a.yml", Some(".//a.yml")),
        ];
        for (given, wanted) in cases {
            assert_eq!(path(given).as_deref(), wanted, "{given}");
        }
    }
}
