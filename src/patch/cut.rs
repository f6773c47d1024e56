//! Fast paths that are no whole wrappers any more: which lines are theirs, and how to cut them out.
//!
//! A key beside `$let`, or a merge that left old and new indentation mixed, makes a file of which no
//! node says where the fast path is. Its lines still do.

use crate::error::{Error, Place, Result};
use crate::patch::Origin;
use crate::patch::recipe::{SCRIPT, VARIABLE};
use crate::template::text::{indentation, is_blank, is_comment};
use crate::template::{Template, Text};
use std::fmt;
use std::ops::RangeInclusive;

/// A fast path's lines, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    /// The line of the payload's key.
    key: usize,
    /// From the comment to the line of `clonePayload`.
    head: RangeInclusive<usize>,
    /// The old payload's lines.
    payload: RangeInclusive<usize>,
    /// From the script, or from `in:`, to the last line of what the wrapper has at all.
    body: RangeInclusive<usize>,
    /// The columns of the wrapper's keys and of `clonePayload`, from 0.
    columns: (usize, usize),
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = |range: &RangeInclusive<usize>| format!("{} to {}", range.start(), range.end());
        write!(
            f,
            "the fast path is lines {} and {}, the payload lines {}",
            range(&self.head),
            range(&self.body),
            range(&self.payload)
        )
    }
}

impl Lines {
    /// Where the fast path begins.
    pub fn place(&self) -> Place {
        Place { line: *self.head.start(), column: self.columns.0 + 1 }
    }

    fn end(&self) -> usize {
        *self.body.end().max(self.payload.end())
    }
}

/// The error for a fast path at `place` that nobody can take out node by node: names its lines, as far as
/// `text` tells them, and what to do.
pub fn unrecognised(text: &Text, place: Place) -> Error {
    let what = "the fast path is not whole any more";
    match find(text).iter().find(|lines| lines.key <= place.line && place.line <= *lines.body.end())
    {
        Some(lines) => Error::new(format!("{what}: {lines}")).at(lines.place()).help(
            "run `tc-retrigger revert --force --write`, look at the payload, and patch again",
        ),
        None => Error::new(what)
            .at(place)
            .help("keep what stands below `clonePayload`, cut the rest, and patch again"),
    }
}

/// The text with every fast path cut out line by line, and what stood beside one and went with it: the
/// place and the text of each key.
///
/// Errs, with the place, where a fast path's lines cannot be told, and where what is left is no
/// template or still has parts of a fast path.
pub fn cut(text: &Text) -> Result<(Template, Vec<(Place, String)>)> {
    let found = find(text);
    let Some(first) = found.first() else {
        return Err(Error::new("no lines of a fast path are found")
            .help("keep what stands below `clonePayload`, and cut the rest by hand"));
    };
    let (mut out, mut done) = (String::new(), 1);
    let between =
        |from: usize, to: usize| &text.as_str()[text.line_start(from)..text.line_start(to)];
    for lines in &found {
        out.push_str(between(done, lines.key));
        out.push_str(&restored(text, lines));
        done = lines.end() + 1;
    }
    out.push_str(between(done, text.line_count() + 1));
    let help = format!("{first}: cut it out by hand");
    if out.contains(VARIABLE) {
        return Err(Error::new("parts of a fast path stay").at(first.place()).help(help));
    }
    let template = Template::parse(Text::new(out)).map_err(|err| {
        Error::new(format!("what is left without the fast path is no template: {}", err.reason()))
            .at(first.place())
            .help(help)
    })?;
    Ok((template, found.iter().flat_map(|lines| beside(text, lines)).collect()))
}

/// The keys beside a wrapper's own.
fn beside(text: &Text, lines: &Lines) -> Vec<(Place, String)> {
    let column = lines.columns.0;
    let is_own = |content: &str| content.starts_with("$let:") || content.starts_with("in:");
    let lines = lines.head.clone().chain(lines.body.clone());
    let key = |line: usize| {
        let content = text.line(line);
        let is_key = indentation(content) == column && is_content(content);
        let content = content.trim();
        (is_key && !is_own(content))
            .then(|| (Place { line, column: column + 1 }, content.to_owned()))
    };
    lines.filter_map(key).collect()
}

/// Whether a line has more than a comment.
fn is_content(line: &str) -> bool {
    !is_blank(line) && !is_comment(line)
}

/// The key's line and the payload's, moved back to where they were.
fn restored(text: &Text, lines: &Lines) -> String {
    let (outer, inner) = lines.columns;
    let step = inner - outer;
    let head = text.line(lines.key);
    let bound = text.line(*lines.head.end());
    let behind =
        |line: &str| line.split_once(':').map_or(String::new(), |(_, rest)| rest.to_owned());
    let mut out = match is_blank(&behind(bound)) {
        true => head.to_owned(),
        false => format!("{}:{}", head.trim_end().trim_end_matches(':'), behind(bound)),
    };
    // A line that is not as deep as the wrapper would have made it came from the file before, and so
    // did what it opens: the depths of such lines that are still open.
    let (mut kept, mut opens): (Vec<usize>, bool) = (Vec::new(), false);
    for line in lines.payload.clone() {
        let content = text.line(line);
        let depth = indentation(content);
        if !is_blank(content) {
            let is_inside = opens && kept.last().is_some_and(|last| depth > *last);
            if depth < inner + step || is_inside || kept.contains(&depth) {
                kept.retain(|open| *open < depth);
                kept.push(depth);
            } else {
                kept.clear();
            }
            opens = content.trim_end().ends_with([':', '|', '>', '-', '[', '{', ',']);
        }
        let shift = if kept.is_empty() { depth.min(2 * step) } else { 0 };
        out.push_str(&content[shift..]);
    }
    out
}

/// The lines of all fast paths, in the text's order.
fn find(text: &Text) -> Vec<Lines> {
    let (mut found, mut line): (Vec<Lines>, _) = (Vec::new(), 1);
    while line <= text.line_count() {
        // One whose key went with the one before it is no fast path of its own.
        let is_behind = |lines: &Lines| found.last().is_none_or(|last| last.end() < lines.key);
        match at(text, line).filter(is_behind) {
            Some(lines) => {
                line = lines.end() + 1;
                found.push(lines);
            }
            None => line += 1,
        }
    }
    found
}

/// The fast path whose comment, or whose `$let` where the comment is gone, stands on `start`.
fn at(text: &Text, start: usize) -> Option<Lines> {
    let trimmed = |line: usize| text.line(line).trim();
    let is_key = |line: usize, key: &str| {
        let rest = trimmed(line).strip_prefix(key);
        rest.is_some_and(|rest| rest.starts_with(':'))
    };
    let outer = indentation(text.line(start));
    let has_comment = Origin::told(text.line(start)).is_some();
    let is_first = |line: &usize| {
        let is_here = indentation(text.line(*line)) == outer;
        is_here && (is_key(*line, "$let") || (has_comment && is_key(*line, "in")))
    };
    let last_line = if has_comment { text.line_count() } else { start };
    let first = (start..=last_line)
        .take_while(|line| is_blank(text.line(*line)) || indentation(text.line(*line)) >= outer)
        .find(is_first)?;
    // Any `$let` of the template's own may have a fast path somewhere below.
    let below = (first + 1..=text.line_count()).find(|line| is_content(text.line(*line)))?;
    if !has_comment && !is_key(below, VARIABLE) && !is_key(below, SCRIPT) {
        return None;
    }
    let key = (1..start).rev().find(|line| is_content(text.line(*line)))?;
    // Where the file ends in an open block scalar, the wrapper has `in` first.
    let is_end =
        |line: usize| trimmed(line).starts_with("else:") && trimmed(line).contains(VARIABLE);
    let is_bound = |line: &usize| is_key(*line, VARIABLE);
    let bound = (first..=text.line_count()).find(is_bound).unwrap_or(below);
    let inner = indentation(text.line(bound)).max(outer + 1);
    let is_below = |line: &usize| {
        let content = text.line(*line);
        !is_blank(content) && indentation(content) <= indentation(text.line(key))
    };
    let end = (bound + 1..=text.line_count()).find(is_below).unwrap_or(text.line_count() + 1) - 1;
    if is_key(first, "in") {
        let body = first..=(first..bound).rev().find(|line| is_key(*line, "$let"))?;
        let head = start..=bound;
        return Some(Lines { key, head, payload: bound + 1..=end, body, columns: (outer, inner) });
    }
    let r#in = (bound + 1..=end)
        .find(|line| is_key(*line, "in") && indentation(text.line(*line)) <= inner)?;
    let is_alias = trimmed(r#in).starts_with("in: *");
    (r#in..=end).find(|line| is_alias || is_end(*line))?;
    let last = (r#in..=end).rev().find(|line| !is_blank(text.line(*line)))?;
    let is_script = |line: &usize| is_key(*line, SCRIPT) && indentation(text.line(*line)) <= inner;
    let behind = (bound + 1..r#in).find(is_script).unwrap_or(r#in);
    let (head, body) = (start..=bound, behind..=last);
    Some(Lines { key, head, payload: bound + 1..=behind - 1, body, columns: (outer, inner) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What edits left of two fast paths, found by fuzzing: the second one's key is a line of the first.
    #[test]
    fn fast_paths_that_share_lines_are_left_to_a_person() {
        let content = "\
      then:
      # tc-retrigger recipe 1: a comment,
      in:
      $let:
        clonePayload:ON_TASK_ID: t, ACTION_INPUT:_name}'}
      # tc-retrigger recipe 0: a comment,
      in:
      $let:
        clonePayload:
";
        let error = cut(&Text::new(content)).unwrap_err();
        assert!(error.message().contains("parts of a fast path stay"), "{error}");
    }
}
