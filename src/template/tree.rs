//! From a text's events to the tree of its nodes.

use super::events::{self, Event, What};
use super::nodes::{Kind, Node, Style};
use super::text::{Text, indentation, is_blank};
use super::{refusals, spans};
use crate::error::{Error, Result};
use std::ops::Range;

/// Reads the nodes of a text's only document; none for a text without content.
///
/// Errs as [`events::read`], and with its place on a second document, on a collection or an alias as a
/// key, on a tag that does not fit, and on what is nested deeper than js-yaml takes.
pub fn parse(text: &Text) -> Result<Option<Node>> {
    let mut builder = Builder { text, open: Vec::new(), root: None };
    for event in events::read(text)? {
        builder.take(event?)?;
    }
    Ok(builder.root)
}

/// A collection whose end has not come yet.
struct Open {
    node: Node,
    /// The column of a mapping's keys, or of a sequence's dashes: the lines of its values in block style
    /// must pass it.
    column: usize,
    /// A mapping's key that waits for its value.
    key: Option<Node>,
    /// Whether it is in brackets, its own or those around it.
    in_brackets: bool,
    /// Its level, as js-yaml counts them; that of the document's own value is 1.
    level: usize,
}

struct Builder<'t> {
    text: &'t Text,
    open: Vec<Open>,
    root: Option<Node>,
}

impl Builder<'_> {
    fn take(&mut self, Event { at, what }: Event) -> Result<()> {
        match what {
            What::Scalar { text, style, anchor, tag } => {
                let span = self.scalar_span(at, style, &text)?;
                self.level(at, !span.is_empty())?;
                let node = self.node(span, Kind::Scalar { text, style }, anchor, tag)?;
                self.close(node)
            }
            What::Alias { anchor } => {
                self.level(at, true)?;
                let name = self.text.as_str()[at..]
                    .find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}'));
                let end = name.map_or(self.text.as_str().len(), |len| at + len);
                let node = self.node(at..end, Kind::Alias { anchor }, 0, None)?;
                self.close(node)
            }
            What::Start { is_mapping, anchor, tag } => {
                let is_value =
                    self.open.last().is_some_and(|around| self::is_mapping(&around.node));
                let flow = spans::is_flow(self.text, at, is_mapping, is_value);
                let kind = match is_mapping {
                    true => Kind::Mapping { entries: Vec::new(), flow },
                    false => Kind::Sequence { items: Vec::new(), flow },
                };
                self.open(at, kind, anchor, tag)
            }
            What::End => {
                let mut done = self.open.pop().expect("the parser closes what it opened").node;
                self.finish(&mut done, at);
                self.close(done)
            }
            What::Document if self.root.is_some() => {
                Err(Error::new("the file holds more than one YAML document")
                    .at(self.text.place(at))
                    .help("keep one"))
            }
            What::Document => Ok(()),
        }
    }

    fn open(&mut self, at: usize, kind: Kind, anchor: usize, tag: Option<String>) -> Result<()> {
        let around = self.open.last();
        let line = self.text.line(self.text.line_of(at));
        let column = match around {
            // A list in its key's column: its event is behind its first dash.
            Some(around) if is_mapping(&around.node) && line.trim_start().starts_with('-') => {
                indentation(line) + 1
            }
            // Only the lines of values in block style must pass it.
            Some(around) if around.in_brackets => 0,
            // For a mapping until its first key is known: the event is not always at it.
            _ => self.text.place(at).column,
        };
        let is_inside = around.is_some_and(|around| around.in_brackets);
        let node = self.node(at..at, kind, anchor, tag)?;
        let level = match around {
            // `[a: b]`: js-yaml reads the pair while it reads the list.
            Some(around) if is_inside && !node.is_flow() => around.level,
            _ => self.level(at, node.is_flow())?,
        };
        let in_brackets = is_inside || node.is_flow();
        self.open.push(Open { node, column, key: None, in_brackets, level });
        Ok(())
    }

    /// The level of the next value, as js-yaml counts them: where a mapping in block style may start, it
    /// reads what `may_be_key` one level deeper first. Errs where that is too deep for it.
    fn level(&self, at: usize, may_be_key: bool) -> Result<usize> {
        let around = self.open.last();
        let mapping_may_start = match around {
            Some(around) if around.in_brackets => false,
            Some(Open { node, key, .. }) if is_mapping(node) => {
                key.as_ref().is_some_and(|key| self.text.line_of(key.end) < self.text.line_of(at))
            }
            _ => true,
        };
        let level = around.map_or(1, |around| around.level + 1);
        let level = level + usize::from(may_be_key && mapping_may_start);
        match level <= refusals::MOST_LEVELS {
            true => Ok(level),
            false => Err(refusals::too_deep(self.text.place(at))),
        }
    }

    /// Sets a collection's span; `at` is where the library says that it ends: at the closing bracket or
    /// the comma before it, or for a block collection at whatever token follows.
    fn finish(&self, done: &mut Node, at: usize) {
        if done.is_flow() {
            done.end = spans::closing_end(self.text, at);
            return;
        }
        let first_and_last = match &done.kind {
            Kind::Sequence { items, .. } => items.first().zip(items.last()),
            Kind::Mapping { entries, .. } => {
                entries.first().map(|(key, _)| key).zip(entries.last().map(|(_, value)| value))
            }
            _ => None,
        };
        if let Some((first, last)) = first_and_last {
            (done.start, done.end) = (first.start, last.end);
        }
    }

    /// Gives a whole node to the collection around it.
    fn close(&mut self, node: Node) -> Result<()> {
        let Some(around) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut around.node.kind {
            Kind::Sequence { items, .. } => items.push(node),
            Kind::Mapping { entries, .. } => match around.key.take() {
                Some(key) => entries.push((key, node)),
                None if matches!(node.kind, Kind::Scalar { .. }) => {
                    if !around.in_brackets {
                        around.column = self.text.place(node.start).column;
                    }
                    around.key = Some(node);
                }
                None => {
                    let (what, help) = match node.kind {
                        Kind::Alias { .. } => {
                            ("an alias", "this program does not read that: write the key out")
                        }
                        _ => (
                            "a collection",
                            "PyYAML, which production uses, refuses it: quote the key",
                        ),
                    };
                    return Err(Error::new(format!("{what} stands as a key"))
                        .at(self.text.place(node.start))
                        .help(help));
                }
            },
            Kind::Scalar { .. } | Kind::Alias { .. } => unreachable!("only collections are open"),
        }
        Ok(())
    }

    /// A node; the parser counts anchors from 1, and 0 is none. Errs on a tag that the loaders of
    /// production refuse for this kind of node.
    fn node(
        &self,
        span: Range<usize>,
        kind: Kind,
        anchor: usize,
        tag: Option<String>,
    ) -> Result<Node> {
        if let Some(tag) = &tag {
            refusals::check_tag(tag, &kind).map_err(|err| err.at(self.text.place(span.start)))?;
        }
        Ok(Node {
            start: span.start,
            end: span.end,
            kind,
            tag,
            anchor: Some(anchor).filter(|anchor| *anchor > 0),
        })
    }

    /// Where a scalar stands whose event is at `at`. Errs where js-yaml refuses how it goes on.
    fn scalar_span(&self, at: usize, style: Style, value: &str) -> Result<Range<usize>> {
        let around = self.open.last();
        let in_brackets = around.is_some_and(|around| around.in_brackets);
        let is_key = around.is_some_and(|open| is_mapping(&open.node) && open.key.is_none());
        let end = match style {
            Style::Quoted => spans::quoted_end(self.text, at),
            Style::Block => return Ok(spans::block(self.text, at, value)),
            Style::Plain if value.is_empty() => {
                let at = self.empty_at(at);
                return Ok(at..at);
            }
            Style::Plain if in_brackets => {
                let end = spans::flow_plain_end(self.text, at);
                self.check_lines(at..end)?;
                end
            }
            // A key is on one line, but behind a `?`.
            Style::Plain if is_key && !spans::is_behind_question(self.text, at) => {
                spans::plain_line_end(self.text, at).min(at + value.len())
            }
            Style::Plain => {
                spans::plain_end(self.text, at, around.map_or(0, |around| around.column))
            }
        };
        Ok(at..end)
    }

    /// Where an empty value is: behind its key and colon, or its dash. Its event is at what follows.
    fn empty_at(&self, at: usize) -> usize {
        let Some(Open { node, key, .. }) = self.open.last() else { return at };
        match (&node.kind, key) {
            (_, Some(key)) => spans::behind(self.text, key.end, ':'),
            (Kind::Sequence { items, flow: false }, _) => {
                // The first dash of a list in its key's column is before the list's event.
                let key = self.open.iter().nth_back(1).and_then(|around| around.key.as_ref());
                let start = key.map_or(node.start, |key| spans::behind(self.text, key.end, ':'));
                let before = items.last().map_or(start, |item| item.end);
                spans::behind(self.text, before, '-')
            }
            _ => at,
        }
    }

    /// Errs where a plain scalar in brackets goes on in a line that is indented no deeper than the key
    /// or the dash before the brackets: js-yaml's `readPlainScalar` ends it before that line.
    fn check_lines(&self, span: Range<usize>) -> Result<()> {
        let block = self.open.iter().rev().find(|around| !around.in_brackets);
        let column = block.map_or(0, |block| block.column);
        let lines = self.text.line_of(span.start) + 1..=self.text.line_of(span.end);
        for line in lines {
            let content = self.text.line(line);
            if !is_blank(content) && indentation(content) < column {
                let at = self.text.line_start(line) + indentation(content);
                return Err(Error::new(
                    "a plain scalar in brackets goes on in a line that is not deeper than its key",
                )
                .at(self.text.place(at))
                .help("js-yaml, which production uses, refuses it: indent the line"));
            }
        }
        Ok(())
    }
}

fn is_mapping(node: &Node) -> bool {
    matches!(node.kind, Kind::Mapping { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(content: &str) -> Vec<String> {
        fn walk(node: &Node, content: &str, out: &mut Vec<String>) {
            match &node.kind {
                Kind::Mapping { entries, .. } => entries.iter().for_each(|(key, value)| {
                    out.push(content[key.start..key.end].to_owned());
                    walk(value, content, out);
                }),
                Kind::Sequence { items, flow: false } => {
                    items.iter().for_each(|item| walk(item, content, out));
                }
                _ => out.push(content[node.start..node.end].to_owned()),
            }
        }
        let mut out = Vec::new();
        walk(&parse(&Text::new(content)).unwrap().unwrap(), content, &mut out);
        out
    }

    #[test]
    fn spans_hold_what_is_written() {
        let cases: &[(&str, &[&str])] = &[
            ("a: b # c\n", &["a", "b"]),
            ("a: b\n  c\n\n  d # e\n# f\n", &["a", "b\n  c\n\n  d"]),
            ("'a b': \"c\\\"\n d\"\n", &["'a b'", "\"c\\\"\n d\""]),
            ("a: [\n  1,\n]\nb: 'it''s'\n", &["a", "[\n  1,\n]", "b", "'it''s'"]),
            ("- x: |\n    l\n\n    m\n\n  y: z\n", &["x", "    l\n\n    m", "y", "z"]),
            ("ä: |+\n  l\n\n\nb: >-\n  m\n", &["ä", "  l\n\n", "b", "  m"]),
            ("a:\n  - |2\n      l\n    m\n  - n\n", &["a", "    l\n    m", "n"]),
            ("a: &x\n  b: *y1\n", &[]),
            ("a: &x 5\nb: *x\nc:\n", &["a", "5", "b", "*x", "c", ""]),
            ("a:\n- b\n- - c\n  - d\n", &["a", "b", "c", "d"]),
            ("a: |\n  l", &["a", "  l"]),
            (
                "a: |\n  long enough to be read at once: äöü €\nb: 'c'\n",
                &["a", "  long enough to be read at once: äöü €", "b", "'c'"],
            ),
            ("# ä\r\na: b\r\nc: 'd'\r\n", &["a", "b", "c", "'d'"]),
            // In brackets and quotes, lines that are not deeper than their key.
            ("a: [\n  \"x\"\n]\nb: c\n", &["a", "[\n  \"x\"\n]", "b", "c"]),
            ("a:\n  b: {\nc: d,\n}\n  e: f\n", &["a", "b", "c", "d", "e", "f"]),
            ("a: 'b\nc\n\n d'\ne: f\n", &["a", "'b\nc\n\n d'", "e", "f"]),
            ("a:\n- b: \"c\\\"\nd\"\n  e: f\n", &["a", "b", "\"c\\\"\nd\"", "e", "f"]),
            ("- ä: [['b\nc', # ]\n], d\n]\n- e\n", &["ä", "[['b\nc', # ]\n], d\n]", "e"]),
            ("a: [\n]\nb: [\n]\nc: 'd\ne'\n", &["a", "[\n]", "b", "[\n]", "c", "'d\ne'"]),
            ("\u{feff}a: [\r\n]\r\nb: c\r\n", &["a", "[\r\n]", "b", "c"]),
            // A comma before the bracket that closes.
            ("a: [e, # ]\n  {b: c, # }\n },\n  ]\n", &["a", "[e, # ]\n  {b: c, # }\n },\n  ]"]),
            // Plain scalars in lists.
            ("a:\n- b\n - c\nd:\n  - e\n    f\n", &["a", "b\n - c", "d", "e\n    f"]),
            ("- - a\n   b\n  - c-d\n    e\n", &["a\n   b", "c-d\n    e"]),
            ("- b:\n  - c\n   - d\n", &["b", "c\n   - d"]),
            // Nothing.
            ("a:\n  b:\n   # c\nd: e\n", &["a", "b", "", "d", "e"]),
            ("a:\n-\n-\n# b\n\nc: [d: , e]\n", &["a", "", "", "c", "[d: , e]"]),
            ("? a\n   b\n: c\n? d\n: e\n", &["a\n   b", "c", "d", "e"]),
            // Block scalars, and blanks below them.
            ("a: |\n  b\n  ", &["a", "  b"]),
            ("a: |\n  b\n    ", &["a", "  b\n    "]),
            ("a: |\n  b\n    \nc: d\n", &["a", "  b\n    ", "c", "d"]),
            ("a: |+\n  b\n ", &["a", "  b\n "]),
            ("a: |\n  ", &["a", ""]),
            ("a: |", &["a", ""]),
            ("a:\n  b: >-", &["a", "b", ""]),
            ("a: |+\n\n \nb: c\n", &["a", "\n ", "b", "c"]),
            ("a: | # b | c\n  d\n", &["a", "  d"]),
            ("a: |-\n# b\nc: d\n", &["a", "", "c", "d"]),
            ("a: |2\n    b\n   \n", &["a", "    b\n   "]),
        ];
        for (content, wanted) in cases {
            if wanted.is_empty() {
                assert!(parse(&Text::new(*content)).is_err(), "{content:?}");
                continue;
            }
            let trimmed: Vec<_> =
                spans(content).iter().map(|s| s.trim_start_matches(' ').to_owned()).collect();
            let wanted: Vec<_> = wanted.iter().map(|s| s.trim_start_matches(' ')).collect();
            assert_eq!(trimmed, wanted, "{content:?}");
        }
    }

    #[test]
    fn an_empty_value_is_behind_its_key_or_dash() {
        let cases = [
            ("a:\n\n# b\nc: d\n", vec![2]),
            ("a :  # b: c\nd:", vec![3, 14]),
            ("a:\n-\n # b\n-\nc: d\n", vec![4, 11]),
            ("- -\n  - # -\n- a\n", vec![3, 7]),
            ("{a, b: , c: }", vec![2, 6, 11]),
            ("? a\n# :\n: \n? b\n", vec![9, 14]),
        ];
        for (content, wanted) in cases {
            let root = parse(&Text::new(content)).unwrap().unwrap();
            let mut found = Vec::new();
            root.visit(&mut |node, _| {
                if node.start == node.end {
                    found.push(node.start);
                }
            });
            assert_eq!(found, wanted, "{content:?}");
        }
    }

    #[test]
    fn what_production_refuses_is_told_with_its_place() {
        let cases = [
            ("a: &x 1\nb: &x 2\n", "2:4: the anchor &x is defined again; first on line 1"),
            ("a:\n  {b: c}: d\n", "2:3: a collection stands as a key; PyYAML"),
            ("a: b\n---\nc: d\n", "2:1: the file holds more than one YAML document"),
            ("a: 'b\n", "the YAML cannot be read"),
            ("a: [b\n", "2:1: the YAML cannot be read"),
            ("a: [\n]\nb: 'c\n", "the YAML cannot be read"),
            ("a: [b\nc]\n", "2:1: a plain scalar in brackets goes on in a line that is not deeper"),
            ("a:\n- [b\nc]\n", "3:1: a plain scalar in brackets goes on in a line that is not"),
            (
                "a: !!str {b: c}\n",
                "1:10: this value has the tag !!str; production's loaders refuse",
            ),
            ("a: !x b\n", "this value has the tag !x; production's loaders refuse"),
        ];
        for (content, wanted) in cases {
            let err = parse(&Text::new(content)).unwrap_err().to_string();
            assert!(err.contains(wanted), "{content:?}: {err}");
        }
    }
}
