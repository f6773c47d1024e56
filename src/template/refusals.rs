//! What a production loader refuses, or reads in a way of its own, though both readers of this
//! program take it. A template that one loader cannot read has no meaning to prove.

use super::nodes::{Kind, Node, Role, Style};
use super::text::Text;
use crate::error::{Error, Result};
use std::ops::Range;

/// Refuses, with its place, in the text whose nodes are below `root`:
///
/// - a character that PyYAML takes for a line break (YAML 1.1, section 5.4) and js-yaml does not;
/// - a question mark in a plain scalar inside brackets, which ends the scalar for PyYAML;
/// - a key `<<` in quotes: a key like any other for production, a merge key for `serde_yaml`;
/// - a value `<<` without quotes, for which PyYAML's safe loader has no constructor;
/// - a first key that starts with `---`, which js-yaml takes off;
/// - a tab outside of quotes, block scalars and comments: PyYAML's scanner (`scan_to_next_token`)
///   skips spaces only.
pub fn check(root: &Node, text: &Text) -> Result<()> {
    let mut seen = Seen::default();
    root.visit(&mut |node, role| seen.note(node, role));
    let content = text.as_str();
    let line_break = content.find(['\u{85}', '\u{2028}', '\u{2029}']);
    let found = [
        (
            line_break,
            "a line break of Unicode's stands here, which js-yaml does not take for one",
            "put \\N, \\L or \\P in double quotes, or take it out",
        ),
        (
            seen.question_mark,
            "a `?` stands in a plain scalar inside brackets",
            "for PyYAML, which production uses, it ends the scalar: quote the scalar",
        ),
        (
            seen.quoted_merge,
            "a key `<<` is in quotes, and so merges nothing",
            "this program cannot read that: name the key otherwise",
        ),
        (
            Some(root.start).filter(|at| content[*at..].starts_with("---")),
            "the first key starts with `---`",
            "js-yaml takes that for a document's start: quote the key",
        ),
        (
            seen.merged_nowhere,
            "a value `<<` stands without quotes",
            "PyYAML, which production uses, refuses it: quote the scalar",
        ),
        (
            tab(content, seen.opaque),
            "a tab stands outside of quotes",
            "PyYAML, which production uses, refuses it: use spaces",
        ),
    ];
    match found.into_iter().find_map(|(at, what, help)| Some((at?, what, help))) {
        Some((at, what, help)) => Err(Error::new(what).at(text.place(at)).help(help)),
        None => Ok(()),
    }
}

/// What a walk over the nodes finds.
#[derive(Default)]
struct Seen {
    /// Where the scalars are in which a tab is a character like any other, in the text's order.
    opaque: Vec<Range<usize>>,
    question_mark: Option<usize>,
    quoted_merge: Option<usize>,
    merged_nowhere: Option<usize>,
}

impl Seen {
    fn note(&mut self, node: &Node, role: Role) {
        let Kind::Scalar { text, style } = &node.kind else { return };
        let is_plain = *style == Style::Plain;
        if !is_plain {
            self.opaque.push(node.start..node.end);
        }
        match (text.as_str(), role.is_key, is_plain && node.tag.is_none()) {
            ("<<", true, false) => drop(self.quoted_merge.get_or_insert(node.start)),
            ("<<", false, true) => drop(self.merged_nowhere.get_or_insert(node.start)),
            _ => {}
        }
        if is_plain && role.in_brackets && text.contains('?') {
            self.question_mark.get_or_insert(node.start);
        }
    }
}

/// The first tab that is in no comment and in none of the `opaque` ranges.
fn tab(content: &str, opaque: Vec<Range<usize>>) -> Option<usize> {
    let ends = std::iter::once(content.len()..content.len());
    let mut from = 0;
    for range in opaque.into_iter().chain(ends) {
        let mut rest = from..range.start;
        while let Some(at) = content.get(rest.clone())?.find(['\t', '#']).map(|at| rest.start + at)
        {
            if content[at..].starts_with('\t') {
                return Some(at);
            }
            let is_comment = content[..at].ends_with([' ', '\n', '\r']) || at == from;
            let end = content[at..rest.end].find('\n').map_or(rest.end, |len| at + len);
            rest.start = if is_comment { end } else { at + 1 };
        }
        from = range.end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::events;

    #[test]
    fn what_only_a_loader_refuses_is_told_with_its_place() {
        let tab = "a tab stands outside of quotes";
        let cases = [
            ("a: b\t\n", 1, tab),
            ("a: b\t# c\n", 1, tab),
            ("a:\t b\n", 1, tab),
            ("a\t: b\n", 1, tab),
            ("a: |\t\n  b\n", 1, tab),
            ("a: 'b'\t\n", 1, tab),
            ("# c\na: b\tc\n", 2, tab),
            ("a: b#c\td\n", 1, tab),
            ("a: {b: c,\td: e}\n", 1, tab),
            ("a: b\n\t\n", 2, tab),
            ("a: |\n  b\n\t\nc: d\n", 3, tab),
            ("a: 'b\tc'\n", 0, ""),
            ("a: \"b # c\n  \td\"\n", 0, ""),
            ("a: |\n  b\tc\n   \td\n  \t\n", 0, ""),
            ("a: b # c\td\n#\te\n", 0, ""),
            ("a: | # c\td\n  b\n", 0, ""),
            ("'a\tb': c\n", 0, ""),
            ("a: [b?]\n", 1, "a `?` stands in a plain scalar inside brackets"),
            ("a: {b: [c], d?: e}\n", 1, "a `?` stands in a plain scalar inside brackets"),
            ("a: b?\nc?: ['d?']\n", 0, ""),
            ("a: b\n'<<': c\n", 2, "a key `<<` is in quotes"),
            ("a: &b {c: d}\ne: {<<: *b}\n", 0, ""),
            ("a:\n- <<\n", 2, "a value `<<` stands without quotes"),
            ("a: ['<<', a<<]\n", 0, ""),
            ("---a: b\n", 1, "the first key starts with `---`"),
            ("--- \na: b\n---c: d\n", 0, ""),
        ];
        for (content, line, wanted) in cases {
            let text = Text::new(content);
            let root = events::parse(&text).unwrap_or_else(|err| panic!("{content:?}: {err}"));
            match check(&root.expect("a node"), &text) {
                Ok(()) => assert_eq!(line, 0, "{content:?} is taken"),
                Err(err) => {
                    assert_eq!(err.place().map(|place| place.line), Some(line), "{content:?}");
                    assert!(err.to_string().contains(wanted), "{content:?}: {err}");
                    assert_ne!(line, 0, "{content:?}: {err}");
                }
            }
        }
    }
}
