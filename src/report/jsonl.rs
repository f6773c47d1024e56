//! Reports for programs that read as they come: a JSON object a line.

use super::data::{FileReport, Report, RunReport};
use crate::work::Status;
use serde::Serialize;
use serde_json::{Value, json};

/// A file of a run, with the command that did it.
#[derive(Serialize)]
struct Line<'r> {
    command: &'static str,
    #[serde(flatten)]
    file: &'r FileReport,
}

/// The line of a file, as soon as `command` is done with it.
pub fn line(command: &'static str, file: &FileReport) -> String {
    one(&Line { command, file })
}

/// The last line of a run: how many files have each status, and the exit status that it came to.
pub fn summary(run: &RunReport, exit: u8) -> String {
    let count = |status: Status| (status.name().to_owned(), Value::from(run.count(status)));
    let status: serde_json::Map<String, Value> = Status::ALL.into_iter().map(count).collect();
    let summary = json!({"files": run.files.len(), "status": status, "exit": exit});
    one(&json!({"command": run.command, "summary": summary}))
}

/// What is no run over files, on one line.
pub fn write(report: &Report) -> String {
    match report {
        Report::Verify(report) => one(report),
        _ => String::new(),
    }
}

fn one(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|err| unreachable!("reports are JSON: {err}"))
        + "\n"
}
