//! Reports for GitHub's workflows: a command for each annotation, which the runner takes out of a step's
//! output.
//!
//! How a command is written and what of it is escaped: actions/runner, `TryParseV2` in
//! src/Runner.Common/ActionCommand.cs; what properties there are: `IssueCommandExtension` in
//! src/Runner.Worker/ActionCommandManager.cs.

use super::annotations::{Annotation, Level, annotations};
use super::data::Report;
use std::fmt::Write;

/// The report as workflow commands, a line each.
pub fn write(report: &Report) -> String {
    match report {
        // Each file was told when it was done.
        Report::Files(_) => String::new(),
        report => annotations(report).iter().map(command).collect(),
    }
}

fn command(annotation: &Annotation) -> String {
    let name = match annotation.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let Annotation { path, line, column, end_line, message, .. } = annotation;
    let mut out = format!("::{name} ");
    if let Some(path) = path {
        let _ = write!(out, "file={},", property(path));
        for (key, value) in [("line", line), ("endLine", end_line)] {
            if let Some(value) = value {
                let _ = write!(out, "{key}={value},");
            }
        }
        // `ValidateLinesAndColumns` takes a column away from what is of several lines.
        if let Some(column) = column.filter(|_| line == end_line) {
            let _ = write!(out, "col={column},");
        }
    }
    let place = match (path, line) {
        // A file that has no name has lines nevertheless.
        (None, Some(line)) => format!("line {line}: "),
        _ => String::new(),
    };
    let title = property(&format!("tc-retrigger: {}", annotation.name()));
    let _ = writeln!(out, "title={title}::{place}{}", data(message));
    out
}

/// A text as a command's data (`_escapeDataMappings`).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text as the value of a property (`_escapePropertyMappings`).
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
