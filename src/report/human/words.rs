//! Colours and words that all parts of a report for people share.

use anstyle::{AnsiColor, Style};

pub const GOOD: Style = AnsiColor::Green.on_default();
pub const BAD: Style = AnsiColor::Red.on_default();
pub const NOTE: Style = AnsiColor::Yellow.on_default();
pub const HEAD: Style = AnsiColor::Cyan.on_default();
pub const BOLD: Style = Style::new().bold();

/// `line 3`, or `lines 3, 5`: each line once.
pub fn numbered(lines: impl Iterator<Item = usize>) -> String {
    let mut each: Vec<usize> = lines.collect();
    each.dedup();
    let all: Vec<String> = each.iter().map(usize::to_string).collect();
    format!("{} {}", if each.len() == 1 { "line" } else { "lines" }, all.join(", "))
}
