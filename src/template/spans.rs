//! Where a scalar ends in the text: YAML's events tell only where it starts.
//!
//! Offsets are in bytes. A column is that of the key or dash that the scalar belongs to, counted
//! from 1: the scalar's further lines are indented at least that deep.

use super::text::{Text, indentation, is_blank, is_comment};
use std::ops::Range;

/// Whether a collection whose event is at `at` is written in brackets; `is_value` tells that it is the
/// value in a mapping. The event of a list in its key's column is behind its first dash: a bracket there is
/// its first item's.
pub fn is_flow(text: &Text, at: usize, is_mapping: bool, is_value: bool) -> bool {
    let is_white = |c: char| c.is_whitespace() && c != '\n';
    let before = text.as_str()[..at].trim_end_matches(is_white);
    let is_behind_dash = is_value && !is_mapping && before.ends_with('-');
    let bracket = if is_mapping { '{' } else { '[' };
    text.as_str()[at..].starts_with(bracket) && !is_behind_dash
}

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

/// The end of a collection in brackets, behind the closing one: that is at `at`, or behind a comma and
/// comments there.
pub fn closing_end(text: &Text, at: usize) -> usize {
    let outside = outside_of_comments(text, at);
    let mut closing = outside.filter(|(_, c)| matches!(c, ']' | '}'));
    closing.next().map_or(text.as_str().len(), |(at, _)| at + 1)
}

/// Behind the next `sign`, or `at` itself where something else than comments comes before that.
pub fn behind(text: &Text, at: usize, sign: char) -> usize {
    let mut signs = outside_of_comments(text, at).filter(|(_, c)| !c.is_whitespace());
    signs.next().filter(|(_, c)| *c == sign).map_or(at, |(at, _)| at + 1)
}

/// The characters from `at` on, with their places, but for comments. No scalar must be among them.
fn outside_of_comments(text: &Text, at: usize) -> impl Iterator<Item = (usize, char)> {
    let mut is_in_comment = false;
    text.as_str()[at..].char_indices().filter_map(move |(offset, c)| {
        is_in_comment = c == '#' || (is_in_comment && c != '\n');
        (!is_in_comment).then_some((at + offset, c))
    })
}

/// The end of a plain scalar's first line: before a comment and the white space at the line's end.
pub fn plain_line_end(text: &Text, at: usize) -> usize {
    let end = text.line_start(text.line_of(at) + 1);
    at + plain_len(&text.as_str()[at..end])
}

/// Whether a key stands behind the `?` that may mark one.
pub fn is_behind_question(text: &Text, at: usize) -> bool {
    let before = &text.as_str()[text.line_start(text.line_of(at))..at];
    before.ends_with(' ') && before.trim_end().ends_with('?')
}

/// The end of a plain scalar in brackets.
pub fn flow_plain_end(text: &Text, at: usize) -> usize {
    let is_white = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
    let is_flow = |c: char| matches!(c, ',' | '[' | ']' | '{' | '}');
    let (mut end, mut before) = (at, None);
    let mut chars = text.as_str()[at..].char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        let next = chars.peek().map_or('\n', |(_, next)| *next);
        let ends = match c {
            ':' => is_white(next) || is_flow(next),
            '#' => before.is_some_and(is_white),
            c => is_flow(c),
        };
        if ends {
            break;
        }
        if !is_white(c) {
            end = at + offset + c.len_utf8();
        }
        before = Some(c);
    }
    end
}

/// The end of a plain scalar outside of brackets that may go on below its first line.
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

/// Where the content of a block scalar stands; `at` is where that starts, or what follows the header
/// and blank lines where it has none. Blank lines at its end are in it where it keeps them (`|+`), and
/// where they are deeper than its content, which makes content of them.
pub fn block(text: &Text, at: usize, value: &str) -> Range<usize> {
    // With nothing behind it, the end of the file is on the header's line or below.
    let first = if at < text.as_str().len() { text.line_of(at) } else { text.line_count() + 1 };
    let header = (1..first).rev().find(|line| !is_blank(text.line(*line))).unwrap_or(1);
    let keeps_blank_lines = indicators(text.line(header)).contains('+');
    let has_content = value.contains(|c| c != '\n');
    let deep = text.place(at).column - 1;

    let header_end = text.line_start(header) + text.line(header).trim_end().len();
    let mut end = header_end;
    for line in header + 1..=text.line_count() {
        let content = text.line(line);
        let (is_blank, indentation) = (is_blank(content), indentation(content));
        if !is_blank && (!has_content || indentation < deep) {
            break;
        }
        if !is_blank || keeps_blank_lines || (has_content && indentation > deep) {
            end = text.line_start(line) + content.trim_end_matches(['\n', '\r']).len();
        }
    }
    let start = if has_content { at } else { text.line_start(header + 1) };
    start.min(end)..end
}

/// What stands behind the `|` or `>` of a block scalar's header: `-`, `+`, a digit.
fn indicators(header: &str) -> &str {
    let header = header.trim_end();
    let behind = header.match_indices(['|', '>']).map(|(at, _)| &header[at + 1..]);
    behind
        .map(|rest| {
            rest.split_at(rest.find(|c: char| !"+-0123456789".contains(c)).unwrap_or(rest.len()))
        })
        .find(|(_, rest)| rest.is_empty() || rest.trim_start().starts_with('#'))
        .map_or("", |(indicators, _)| indicators)
}

/// The length of a line's plain text: up to a comment or the white space at its end.
fn plain_len(line: &str) -> usize {
    let content = line.find(" #").map_or(line, |comment| &line[..comment]);
    content.trim_end().len()
}
