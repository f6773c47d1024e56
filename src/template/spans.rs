//! Where a scalar ends in the text: YAML's events tell only where it starts.
//!
//! Offsets are in bytes. A column is that of the key or dash that the scalar belongs to, counted
//! from 1: the scalar's further lines are indented at least that deep.

use super::text::{Text, indentation, is_blank, is_comment};

/// The end of a scalar in quotes that starts at `at`, behind its closing quote.
pub fn quoted_end(text: &Text, at: usize) -> usize {
    let rest = &text.as_str()[at..];
    let mut chars = rest.char_indices().peekable();
    let Some((_, quote)) = chars.next() else {
        return at;
    };
    while let Some((offset, c)) = chars.next() {
        if c == '\\' && quote == '"' {
            chars.next();
        } else if c == quote {
            match chars.peek() {
                Some((_, '\'')) if quote == '\'' => drop(chars.next()),
                _ => return at + offset + 1,
            }
        }
    }
    text.as_str().len()
}

/// The end of a plain scalar's first line: before a comment and the white space at the line's end.
pub fn plain_line_end(text: &Text, at: usize) -> usize {
    let end = text.line_start(text.line_of(at) + 1);
    at + plain_len(&text.as_str()[at..end])
}

/// The end of a plain scalar that may go on below its first line. In brackets that is no more than
/// a guess, which the closing one makes up for.
pub fn plain_end(text: &Text, at: usize, column: usize) -> usize {
    let (mut end, mut line) = (plain_line_end(text, at), text.line_of(at));
    loop {
        line += 1;
        let next = text.line(line);
        if line > text.line_count() || is_comment(next) {
            return end;
        }
        if is_blank(next) {
            continue;
        }
        if indentation(next) < column {
            return end;
        }
        end = text.line_start(line) + plain_len(next);
    }
}

/// The end of a block scalar whose content starts at `at`: it takes all lines below its header that
/// are blank or deep enough. `column` is none for an item of a sequence: the dash on the header's
/// line tells.
pub fn block_end(text: &Text, at: usize, column: Option<usize>) -> usize {
    let mut header = text.line_of(at) - 1;
    while header > 1 && is_blank(text.line(header)) {
        header -= 1;
    }
    let header_line = text.line(header);
    let indicator = header_line.rfind(['|', '>']).unwrap_or(0);
    let indicators = header_line[indicator..].split('#').next().unwrap_or_default();
    let keeps_blank_lines = indicators.contains('+');
    // `- |` or `- - |`: the last dash.
    let dash = || header_line[..indicator].rfind('-').map_or(0, |dash| dash + 1);
    let column = column.unwrap_or_else(dash);

    let mut end = text.line_start(header) + header_line.trim_end().len();
    for line in header + 1..=text.line_count() {
        let content = text.line(line);
        let is_blank = is_blank(content);
        if !is_blank && indentation(content) < column {
            break;
        }
        if !is_blank || keeps_blank_lines {
            end = text.line_start(line) + content.trim_end_matches(['\n', '\r']).len();
        }
    }
    end
}

/// The column of the dash before the item at `at`, on its line or above it.
pub fn dash_column(text: &Text, at: usize) -> usize {
    let before = &text.as_str()[text.line_start(text.line_of(at))..at];
    match before.rfind('-') {
        Some(dash) => dash + 1,
        None => text.place(at).column - 1,
    }
}

/// The length of a line's plain text: up to a comment or the white space at its end.
fn plain_len(line: &str) -> usize {
    let content = line.find(" #").map_or(line, |comment| &line[..comment]);
    content.trim_end().len()
}
