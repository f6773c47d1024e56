//! From a text to the tree of its nodes. The only module that knows `yaml_rust2`.
//!
//! Its events carry a marker each; what a marker points to differs by event, so the builder here
//! turns them into byte spans that mean one thing.

use super::nodes::{Kind, Node, Style};
use super::spans;
use super::text::Text;
use crate::error::{Error, Place, Result};
use std::collections::HashMap;
use std::ops::Range;
use yaml_rust2::parser::{Event, Parser, Tag};
use yaml_rust2::scanner::{Marker, ScanError, Scanner, TScalarStyle, TokenType};

/// Reads the nodes of a text's only document; none for a text without content.
///
/// Errs on a scanner's or parser's error, on a second document, on a redefined anchor (PyYAML
/// refuses it) and on a collection as a key, each with its place.
pub fn parse(text: &Text) -> Result<Option<Node>> {
    let offsets = Offsets::new(text);
    refuse_redefined_anchors(text, &offsets)?;
    let (content, _) = text.without_bom();
    // Spaces without a line break behind them, at the end of the file, belong to nothing; the
    // library makes a line of a block scalar of them.
    let content = content.trim_end_matches(' ');
    let mut parser = Parser::new(content.chars());
    let mut builder = Builder { text, offsets: &offsets, open: Vec::new(), root: None };
    loop {
        let (event, marker) = parser.next_token().map_err(|err| offsets.explain(&err))?;
        if event == Event::StreamEnd {
            return Ok(builder.root);
        }
        builder.take(event, &marker)?;
    }
}

/// From the library's markers to bytes of the text.
///
/// A marker's index cannot be used: version 0.13 counts the bytes of a block scalar's lines there
/// and the characters of all others. Its line (from 1) and column (in characters, from 0) are right.
struct Offsets<'t> {
    text: &'t Text,
    /// Where each line starts, in bytes; unlike [`Text`]'s, a `\r` alone ends one, too.
    lines: Vec<usize>,
}

impl<'t> Offsets<'t> {
    fn new(text: &'t Text) -> Self {
        let (content, bom) = text.without_bom();
        let breaks = content.char_indices().filter(|(at, char)| {
            *char == '\n' || (*char == '\r' && !content[at + 1..].starts_with('\n'))
        });
        let lines = std::iter::once(bom).chain(breaks.map(|(at, _)| at + 1 + bom)).collect();
        Offsets { text, lines }
    }

    fn byte(&self, marker: &Marker) -> usize {
        let end = self.text.as_str().len();
        let start = self.lines.get(marker.line().saturating_sub(1)).copied().unwrap_or(end);
        let mut chars = self.text.as_str()[start..].char_indices();
        chars.nth(marker.col()).map_or(end, |(at, _)| start + at)
    }

    fn explain(&self, err: &ScanError) -> Error {
        // The library's own display repeats the place, which the error tells in front.
        let message = err.info().trim_end_matches('.').to_owned();
        let place = Place { line: err.marker().line(), column: err.marker().col() + 1 };
        let error = if message.contains("recursion") || message.contains("depth") {
            Error::new("the file is nested too deeply").help("production's loaders cannot read it")
        } else if super::value::parse(self.text).is_ok() {
            Error::new(format!("YAML 1.2 does not allow this: {message}")).help(
                "production's loaders may, but this program cannot read it: write it otherwise",
            )
        } else {
            Error::new(format!("the YAML cannot be read: {message}"))
        };
        error.at(place)
    }
}

fn refuse_redefined_anchors(text: &Text, offsets: &Offsets) -> Result<()> {
    let (content, _) = text.without_bom();
    if !content.contains('&') {
        return Ok(());
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    // An error of the scanner comes back, with its place, from the parser.
    for token in Scanner::new(content.chars()) {
        if let TokenType::Anchor(name) = token.1 {
            let at = offsets.byte(&token.0);
            if let Some(first) = seen.insert(name.clone(), at) {
                return Err(Error::new(format!(
                    "the anchor &{name} is defined again; first on line {}",
                    text.line_of(first)
                ))
                .at(text.place(at))
                .help("PyYAML, which production uses, refuses the file: rename one"));
            }
        }
    }
    Ok(())
}

/// A collection whose end has not come yet.
struct Open {
    node: Node,
    /// The column that the lines of the collection's own values must pass.
    column: usize,
    /// A mapping's key that waits for its value.
    key: Option<Node>,
}

struct Builder<'t> {
    text: &'t Text,
    offsets: &'t Offsets<'t>,
    open: Vec<Open>,
    root: Option<Node>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event, marker: &Marker) -> Result<()> {
        let at = self.offsets.byte(marker);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let style = match style {
                    TScalarStyle::Plain => Style::Plain,
                    TScalarStyle::SingleQuoted | TScalarStyle::DoubleQuoted => Style::Quoted,
                    TScalarStyle::Literal | TScalarStyle::Folded => Style::Block,
                };
                let end = self.scalar_end(at, style, &text);
                self.close(self.node(at..end, Kind::Scalar { text, style }, anchor, tag)?)
            }
            Event::Alias(anchor) => {
                let name = self.text.as_str()[at..]
                    .find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}'));
                let end = name.map_or(self.text.as_str().len(), |len| at + len);
                self.close(self.node(at..end, Kind::Alias { anchor }, 0, None)?)
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(at, Kind::Sequence { items: Vec::new(), flow: false }, anchor, tag)
            }
            Event::MappingStart(anchor, tag) => {
                self.open(at, Kind::Mapping { entries: Vec::new(), flow: false }, anchor, tag)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let mut done = self.open.pop().expect("the parser closes what it opened").node;
                self.finish(&mut done, at);
                self.close(done)
            }
            Event::DocumentStart if self.root.is_some() => {
                Err(Error::new("the file holds more than one YAML document")
                    .at(self.text.place(at))
                    .help("keep one"))
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, at: usize, kind: Kind, anchor: usize, tag: Option<Tag>) -> Result<()> {
        // Until the first key or item is known: the marker of a block mapping is not its key.
        let column = self.text.place(at).column;
        let node = self.node(at..at, kind, anchor, tag)?;
        self.open.push(Open { node, column, key: None });
        Ok(())
    }

    /// Sets a collection's span; `at` is where the library says that it ends: at the closing
    /// bracket, or for a block collection at whatever token follows.
    fn finish(&self, done: &mut Node, at: usize) {
        let follows = self.text.as_str()[at..].chars().next();
        let first_and_last = match &done.kind {
            Kind::Sequence { items, .. } => items.first().zip(items.last()),
            Kind::Mapping { entries, .. } => {
                entries.first().map(|(key, _)| key).zip(entries.last().map(|(_, value)| value))
            }
            _ => None,
        }
        .map(|(first, last)| (first.start, last.end));
        match (&mut done.kind, follows) {
            (Kind::Sequence { flow, .. }, Some(']')) | (Kind::Mapping { flow, .. }, Some('}')) => {
                *flow = true;
                done.end = at + 1;
            }
            _ => {
                if let Some((start, end)) = first_and_last {
                    done.start = start;
                    done.end = end;
                }
            }
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
                    around.column = self.text.place(node.start).column;
                    around.key = Some(node);
                }
                None => {
                    return Err(Error::new("a collection or an alias stands as a key")
                        .at(self.text.place(node.start))
                        .help("PyYAML, which production uses, refuses it: quote the key"));
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
        tag: Option<Tag>,
    ) -> Result<Node> {
        let known: &[&str] = match kind {
            Kind::Scalar { .. } => &["str", "null", "bool", "int", "float"],
            Kind::Sequence { .. } => &["seq"],
            Kind::Mapping { .. } => &["map"],
            Kind::Alias { .. } => &[],
        };
        let fits =
            |tag: &Tag| tag.handle == "tag:yaml.org,2002:" && known.contains(&tag.suffix.as_str());
        if let Some(tag) = tag.as_ref().filter(|tag| !fits(tag)) {
            let what = format!("the tag of this value, {}, does not fit it", tag.suffix);
            let help = match tag.suffix.as_str() {
                "!" => "this program does not read it: remove the tag",
                _ => "production's loaders refuse the file: remove the tag",
            };
            return Err(Error::new(what).at(self.text.place(span.start)).help(help));
        }
        Ok(Node {
            start: span.start,
            end: span.end,
            kind,
            tag: tag.map(|tag| format!("{}{}", tag.handle, tag.suffix)),
            anchor: Some(anchor).filter(|anchor| *anchor > 0),
        })
    }

    /// Where a scalar ends that starts at `at`.
    fn scalar_end(&self, at: usize, style: Style, value: &str) -> usize {
        let (is_item, column) = match self.open.last() {
            Some(Open { node, .. }) if !is_mapping(node) => {
                (true, spans::dash_column(self.text, at))
            }
            Some(open) => (false, open.column),
            None => (false, 0),
        };
        let is_key = self.open.last().is_some_and(|open| open.key.is_none()) && !is_item;
        match style {
            Style::Quoted => spans::quoted_end(self.text, at),
            // A key is on one line.
            Style::Plain if is_key => spans::plain_line_end(self.text, at).min(at + value.len()),
            Style::Plain if value.is_empty() => at,
            Style::Plain => spans::plain_end(self.text, at, column),
            Style::Block => spans::block_end(self.text, at, (!is_item).then_some(column)),
        }
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
            ("# ä\ra: b\r\nc: 'd'\r", &["a", "b", "c", "'d'"]),
            ("a: |\n  b\n  ", &["a", "  b"]),
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
    fn what_production_refuses_is_told_with_its_place() {
        let cases = [
            ("a: &x 1\nb: &x 2\n", "2:4: the anchor &x is defined again; first on line 1"),
            ("a:\n  {b: c}: d\n", "2:3: a collection or an alias stands as a key"),
            ("a: b\n---\nc: d\n", "2:1: the file holds more than one YAML document"),
            ("a: 'b\n", "the YAML cannot be read"),
            ("a: 'b\nc'\n", "YAML 1.2 does not allow this: invalid indentation in quoted"),
            ("a: !!str {b: c}\n", "1:10: the tag of this value, str, does not fit it"),
            ("a: !x b\n", "the tag of this value, x, does not fit it"),
        ];
        for (content, wanted) in cases {
            let err = parse(&Text::new(content)).unwrap_err().to_string();
            assert!(err.contains(wanted), "{content:?}: {err}");
        }
    }
}
