//! Small edits to a template's text that change nothing: comments, blank lines, spaces at line
//! ends, quotes, flow or block style.

use super::rng::Rng;
use tc_retrigger::template::nodes::Style;
use tc_retrigger::template::text::{indentation, is_blank, is_comment};
use tc_retrigger::template::{Kind, Node, Template};

/// A text, with what is needed to edit it without changing what it says.
pub struct Quiet<'t> {
    template: &'t Template,
    /// The lines (from 0) that belong to a scalar of several lines: nothing may be added there.
    scalar_lines: Vec<bool>,
    /// All scalars of one line, as spans, with their text and style; keys apart from values.
    scalars: Vec<(&'t Node, bool)>,
    /// Flow mappings of one line, as the value of a block mapping's key.
    flows: Vec<(&'t Node, &'t Node)>,
}

/// The kinds of edits.
pub const KINDS: [&str; 9] = [
    "comment line added",
    "comment behind a line",
    "comment changed",
    "comment removed",
    "blank line added",
    "blank line removed",
    "spaces at a line's end",
    "quotes changed",
    "flow to block",
];

impl<'t> Quiet<'t> {
    /// Looks at a template.
    pub fn new(template: &'t Template) -> Quiet<'t> {
        let mut quiet = Quiet {
            template,
            scalar_lines: vec![false; template.text().line_count() + 1],
            scalars: Vec::new(),
            flows: Vec::new(),
        };
        quiet.visit(template.root(), false);
        quiet
    }

    fn visit(&mut self, node: &'t Node, is_key: bool) {
        let text = self.template.text();
        let (first, last) = (text.line_of(node.start) - 1, text.line_of(node.end) - 1);
        match &node.kind {
            Kind::Scalar { style, .. } if first == last && *style != Style::Block => {
                self.scalars.push((node, is_key));
            }
            // From the line of the header or the key on, to the line behind the last.
            Kind::Scalar { .. } => {
                let end = (last + 2).min(self.scalar_lines.len());
                self.scalar_lines[first.saturating_sub(1)..end].fill(true);
            }
            Kind::Mapping { entries, flow } => {
                for (key, value) in entries {
                    self.visit(key, true);
                    self.visit(value, false);
                    let lines = (text.line_of(key.start), text.line_of(value.end));
                    let has_entries =
                        matches!(&value.kind, Kind::Mapping { entries, .. } if !entries.is_empty());
                    let alone = text.line(lines.0)[..].trim_end().len()
                        == value.end.saturating_sub(text.line_start(lines.0));
                    let first = text.line(lines.0).trim_start();
                    let starts = !first.starts_with('-') && !first.starts_with('?');
                    let fits = lines.0 == lines.1 && has_entries && alone && starts;
                    if !flow && value.is_flow() && value.tag.is_none() && fits {
                        self.flows.push((key, value));
                    }
                }
            }
            Kind::Sequence { items, .. } => items.iter().for_each(|item| self.visit(item, false)),
            Kind::Alias { .. } => {}
        }
    }

    /// The text after an edit of the kind at `KINDS[kind]`, at the line `at` (from 0) or near it;
    /// none where there is no place for it.
    pub fn edit(&self, kind: usize, at: usize, rng: &mut Rng) -> Option<String> {
        let content = self.template.text().as_str();
        let mut lines: Vec<String> = content.split_inclusive('\n').map(str::to_owned).collect();
        let at = at.min(lines.len() - 1);
        let free = !self.scalar_lines[at];
        let pad = " ".repeat(indentation(&lines[at]));
        let newline = self.template.text().newline();
        match KINDS[kind] {
            "comment line added" if free => {
                let comment = rng.pick(&["# new", "#", "# - a: {b", "#!x 'y", "# tc-retrigger"]);
                lines.insert(at, format!("{pad}{comment}{newline}"));
            }
            "comment behind a line" if free && !is_blank(&lines[at]) => {
                let end = lines[at].trim_end().len();
                lines[at].insert_str(end, rng.pick(&[" # new", "  #", " # a: 'b"]));
            }
            "comment changed" if free && is_comment(&lines[at]) => {
                lines[at] = format!("{pad}# changed{newline}");
            }
            "comment removed" if free && is_comment(&lines[at]) => drop(lines.remove(at)),
            "blank line added" if free => {
                lines.insert(at, format!("{}{newline}", rng.pick(&["", "  "])));
            }
            "blank line removed" if free && is_blank(&lines[at]) => drop(lines.remove(at)),
            "spaces at a line's end" if free => {
                let end = lines[at].trim_end().len();
                lines[at].insert_str(end, "   ");
            }
            "quotes changed" => return self.quotes(at, rng),
            "flow to block" => return self.to_block(at),
            _ => return None,
        }
        Some(lines.concat())
    }

    /// Another way to quote the scalar that is next to the line.
    fn quotes(&self, at: usize, rng: &mut Rng) -> Option<String> {
        let text = self.template.text();
        let (node, is_key) = *self.scalars.iter().find(|(node, _)| {
            text.line_of(node.start) > at && node.tag.is_none() && node.end > node.start
        })?;
        let Kind::Scalar { text: value, style } = &node.kind else { return None };
        let written = &text.as_str()[node.start..node.end];
        let is_plain_string = value.len() > 1
            && value.starts_with(|c: char| c.is_ascii_alphabetic())
            && value.chars().all(|c| c.is_ascii_alphanumeric() || "/_. ".contains(c))
            && !value.ends_with(' ')
            && !matches!(
                value.to_lowercase().as_str(),
                "true" | "false" | "null" | "yes" | "no" | "on" | "off"
            );
        if value.contains(['\n', '\r', '\t']) || (*style == Style::Plain && !is_plain_string) {
            return None;
        }
        let single = format!("'{}'", value.replace('\'', "''"));
        let double = format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
        let plain = if is_plain_string && !is_key { value.clone() } else { single.clone() };
        let new = rng.pick(&[single.as_str(), double.as_str(), plain.as_str()]);
        if new == written {
            return None;
        }
        let mut out = text.as_str().to_owned();
        out.replace_range(node.start..node.end, new);
        Some(out)
    }

    /// The flow mapping that is next to the line, in block style.
    fn to_block(&self, at: usize) -> Option<String> {
        let text = self.template.text();
        let (key, value) = self.flows.iter().find(|(key, _)| text.line_of(key.start) > at)?;
        let Kind::Mapping { entries, .. } = &value.kind else { return None };
        let pad = " ".repeat(text.place(key.start).column + 1);
        let content = text.as_str();
        let mut block = String::new();
        for (key, value) in entries {
            let (key, value) = (written(content, key), written(content, value));
            block.push_str(&format!("{}{pad}{key}: {value}", text.newline()));
        }
        // A space before the value would stay at the line's end; that changes nothing either.
        Some(format!("{}{block}{}", &content[..value.start], &content[value.end..]))
    }
}

/// A node of one line as it is written. Where a plain scalar ends in braces, only its text tells.
fn written<'t>(content: &'t str, node: &Node) -> &'t str {
    match &node.kind {
        Kind::Scalar { text, style: Style::Plain } => &content[node.start..node.start + text.len()],
        _ => &content[node.start..node.end],
    }
}
