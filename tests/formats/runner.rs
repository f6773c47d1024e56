//! A workflow command as the runner of GitHub's actions reads it: `TryParseV2` in actions/runner,
//! src/Runner.Common/ActionCommand.cs.

use std::collections::BTreeMap;

/// A command that the runner understood.
#[derive(Debug, PartialEq, Eq)]
pub struct Command {
    pub name: String,
    pub properties: BTreeMap<String, String>,
    pub data: String,
}

/// The command on a line; none where the runner takes the line for output.
pub fn command(line: &str) -> Option<Command> {
    let rest = line.trim_start().strip_prefix("::")?;
    let (info, data) = rest.split_once("::")?;
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    if !["error", "warning", "notice"].contains(&name) {
        return None;
    }
    let pairs = properties.trim().split(',').filter_map(|pair| pair.split_once('='));
    let properties = pairs
        .filter(|(key, value)| !key.is_empty() && !value.is_empty())
        .map(|(key, value)| (key.to_owned(), unescape(value, &[":", ","])))
        .collect();
    Some(Command { name: name.to_owned(), properties, data: unescape(data, &[]) })
}

fn unescape(text: &str, more: &[&str]) -> String {
    let mut text = text.replace("%0D", "\r").replace("%0A", "\n");
    for token in more {
        text = text.replace(&format!("%{:02X}", token.as_bytes()[0]), token);
    }
    text.replace("%25", "%")
}
