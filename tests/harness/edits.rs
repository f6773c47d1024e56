//! Small edits to a template's text that may change what it means.
//!
//! Whether one does is not for the editor to say: the judge compares values.

use super::rng::Rng;
use tc_retrigger::template::text::{indentation, is_blank};

/// Makes an edit of the kind that its name says at a line (from 0); none where that kind does not
/// apply there.
type Editor = fn(&mut Vec<String>, usize, &mut Rng) -> Option<()>;

/// The kinds of edits.
pub const EDITORS: [(&str, Editor); 21] = [
    ("line deleted", |lines, at, _| {
        lines.remove(at);
        Some(())
    }),
    ("line doubled", |lines, at, _| {
        lines.insert(at, lines[at].clone());
        Some(())
    }),
    ("lines swapped", |lines, at, _| (at + 1 < lines.len()).then(|| lines.swap(at, at + 1))),
    ("line moved", |lines, at, rng| {
        let to = (at + 2 + rng.below(6)).min(lines.len() - 1);
        let line = lines.remove(at);
        lines.insert(to, line);
        Some(())
    }),
    ("entries swapped", |lines, at, _| {
        let middle = block_end(lines, at);
        let same = middle < lines.len() && indentation(&lines[middle]) == indentation(&lines[at]);
        let end = same.then(|| block_end(lines, middle))?;
        lines[at..end].rotate_left(middle - at);
        Some(())
    }),
    ("line indented", |lines, at, rng| shift(lines, at, at + 1, rng)),
    ("block indented", |lines, at, rng| {
        let end = block_end(lines, at);
        shift(lines, at, end, rng)
    }),
    ("block deleted", |lines, at, _| {
        let end = block_end(lines, at);
        lines.drain(at..end);
        Some(())
    }),
    ("operator changed", |lines, at, rng| {
        const PAIRS: [(&str, &str); 11] = [
            (" && ", " || "),
            (" || ", " && "),
            (" == ", " != "),
            (" != ", " == "),
            (" in ", " == "),
            ("!(", "("),
            ("(", "!("),
            (" + ", " - "),
            ("[:", "["),
            (".", "_"),
            ("$if", "$eval"),
        ];
        replace_one(&mut lines[at], &PAIRS, rng)
    }),
    ("operand dropped", |lines, at, rng| {
        let line = &lines[at];
        let ends = ["&&", "||", "'", ")", "("];
        let joins: Vec<usize> =
            ["&&", "||"].iter().flat_map(|sign| line.match_indices(sign)).map(|m| m.0).collect();
        let from = *joins.get(rng.below(joins.len().max(1)))?;
        let rest = &line[from + 2..];
        let to = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
        let to = from + 2 + to;
        lines[at].replace_range(from..to, "");
        Some(())
    }),
    ("word changed", |lines, at, rng| {
        let (from, to) = word(&lines[at], rng)?;
        let other = ["x", "main", "true", "5", "tasks_for", "clonePayload", ""];
        let new = match rng.below(3) {
            0 => rng.pick(&other).to_owned(),
            1 => format!("{}x", &lines[at][from..to]),
            _ => lines[at][from..to].chars().rev().collect(),
        };
        lines[at].replace_range(from..to, &new);
        Some(())
    }),
    ("name rebound", |lines, at, rng| {
        let names = ["tasks_for", "action", "input", "clonePayload", "typeof", "defined", "now"];
        let start = indentation(&lines[at]);
        let colon = lines[at].find(':').filter(|colon| *colon > start)?;
        lines[at].replace_range(start..colon, rng.pick(&names));
        Some(())
    }),
    ("literal changed", |lines, at, rng| {
        const PAIRS: [(&str, &str); 12] = [
            ("true", "false"),
            ("false", "true"),
            ("null", "0"),
            ("600", "0o1130"),
            ("600", "0x258"),
            ("600", "6_00"),
            ("600", "10:00"),
            ("true", "yes"),
            ("\"generic\"", "\"other\""),
            ("\"action\"", "\"cron\""),
            ("\"retrigger\"", "\"retrigger-multiple\""),
            ("1", "2"),
        ];
        replace_one(&mut lines[at], &PAIRS, rng)
    }),
    ("item dropped", |lines, at, rng| {
        let line = &lines[at];
        let commas: Vec<usize> = line.match_indices(", ").map(|found| found.0).collect();
        let from = *commas.get(rng.below(commas.len().max(1)))?;
        let rest = &line[from + 2..];
        let to = from + 2 + rest.find([',', ']', '}']).unwrap_or(rest.len());
        lines[at].replace_range(from..to, "");
        Some(())
    }),
    ("quotes dropped", |lines, at, rng| {
        let quote = rng.pick(&["'", "\""]);
        let places: Vec<usize> = lines[at].match_indices(quote).map(|found| found.0).collect();
        let first = rng.below((places.len() / 2).max(1)) * 2;
        let (from, to) = (*places.get(first)?, *places.get(first + 1)?);
        let inside = lines[at][from + 1..to].to_owned();
        lines[at].replace_range(from..=to, rng.pick(&[&*inside, "2026-01-01", "=", "<<", "1_0"]));
        Some(())
    }),
    ("items swapped", |lines, at, rng| {
        let line = &lines[at];
        let commas: Vec<usize> = line.match_indices(", ").map(|found| found.0).collect();
        let middle = *commas.get(rng.below(commas.len().max(1)))?;
        let from = line[..middle].rfind(['{', '[', ',']).map(|bracket| bracket + 1)?;
        let to = line[middle + 2..].find([',', ']', '}']).map(|len| middle + 2 + len)?;
        let swapped = format!("{}, {}", &line[middle + 2..to], line[from..middle].trim_start());
        let space = if line[from..].starts_with(' ') { " " } else { "" };
        lines[at].replace_range(from..to, &format!("{space}{swapped}"));
        Some(())
    }),
    ("entry added", |lines, at, rng| {
        let new = ["extra: 1", "in: 1", "<<: {a: 1}", "payload: {}", "- 1", "$if: 'true'"];
        let pad = " ".repeat(indentation(&lines[at]));
        lines.insert(at, pad + rng.pick(&new));
        Some(())
    }),
    ("tag or anchor added", |lines, at, rng| {
        let colon = lines[at].find(": ")?;
        lines[at].insert_str(colon + 2, rng.pick(&["!!str ", "&new ", "!x ", "| ", "? ", "*x "]));
        Some(())
    }),
    ("character deleted", |lines, at, rng| {
        let from = position(&lines[at], rng)?;
        lines[at].remove(from);
        Some(())
    }),
    ("character added", |lines, at, rng| {
        const NEW: [&str; 20] = [
            "\t", "?", "'", "\"", "#", " #", ":", ": ", "-", "{", "}", "[", "]", "$", "\u{a0}",
            "\u{2028}", "\u{85}", "é", "\\", "!",
        ];
        let from = position(&lines[at], rng)?;
        lines[at].insert_str(from, rng.pick(&NEW));
        Some(())
    }),
    ("script changed", |lines, at, rng| {
        const PAIRS: [(&str, &str); 5] =
            [("return", "pass"), ("==", "is"), ("(", "(not "), ("None", "0"), (" in ", "=")];
        replace_one(&mut lines[at], &PAIRS, rng)
    }),
];

/// The line behind the one at `at` and all that is indented deeper, blank ones between included.
fn block_end(lines: &[String], at: usize) -> usize {
    let own = indentation(&lines[at]);
    let deeper = |line: &&String| is_blank(line) || indentation(line) > own;
    at + 1 + lines[at + 1..].iter().take_while(deeper).count()
}

fn shift(lines: &mut [String], from: usize, to: usize, rng: &mut Rng) -> Option<()> {
    let by = [1, 2, 4, 8][rng.below(4)];
    let left = rng.below(2) == 0;
    for line in lines[from..to].iter_mut().filter(|line| !is_blank(line)) {
        match left {
            true => *line = line[by.min(indentation(line))..].to_owned(),
            false => line.insert_str(0, &" ".repeat(by)),
        }
    }
    Some(())
}

/// Replaces the first text of one of the pairs, of those that the line has, by the second.
fn replace_one(line: &mut String, pairs: &[(&str, &str)], rng: &mut Rng) -> Option<()> {
    let places: Vec<(usize, &(&str, &str))> = pairs
        .iter()
        .flat_map(|pair| line.match_indices(pair.0).map(move |found| (found.0, pair)))
        .collect();
    let (at, (from, to)) = *places.get(rng.below(places.len().max(1)))?;
    line.replace_range(at..at + from.len(), to);
    Some(())
}

/// Where one of a line's words stands.
fn word(line: &str, rng: &mut Rng) -> Option<(usize, usize)> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts: Vec<usize> = line
        .char_indices()
        .filter(|(at, c)| is_word(*c) && !line[..*at].ends_with(is_word))
        .map(|(at, _)| at)
        .collect();
    let from = *starts.get(rng.below(starts.len().max(1)))?;
    let len = line[from..].find(|c| !is_word(c)).unwrap_or(line.len() - from);
    Some((from, from + len))
}

/// The start of one of a line's characters behind its indentation.
fn position(line: &str, rng: &mut Rng) -> Option<usize> {
    let from = indentation(line);
    let places: Vec<usize> = line[from..].char_indices().map(|(at, _)| from + at).collect();
    places.get(rng.below(places.len().max(1))).copied()
}
