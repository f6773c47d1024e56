//! Reports for programs: one JSON object.

use super::data::Report;
use crate::jsone::families::Family;
use serde_json::{Value, json};

/// The report as JSON, on several lines.
pub fn write(report: &Report) -> String {
    let text = match report {
        Report::File(file) | Report::OnTerminal(file) | Report::Row(file, _) => {
            serde_json::to_string_pretty(file)
        }
        Report::Head(_) => return String::new(),
        Report::Files(run) => serde_json::to_string_pretty(run),
        Report::Verify(report) => serde_json::to_string_pretty(report),
        Report::Value(value) => serde_json::to_string_pretty(value),
        Report::Contexts(families) => serde_json::to_string_pretty(&contexts(families)),
    };
    text.unwrap_or_else(|err| unreachable!("reports are JSON: {err}")) + "\n"
}

fn contexts(families: &[&Family]) -> Value {
    let family = |family: &&Family| {
        let names: Vec<&str> = family.contexts.iter().map(|context| &*context.name).collect();
        json!({"name": family.name, "about": family.about, "contexts": names})
    };
    json!({"command": "contexts", "families": families.iter().map(family).collect::<Vec<_>>()})
}
