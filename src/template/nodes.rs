//! The places of a template's values in its text. The only module that knows `yaml_rust2`.
//!
//! Its events carry a marker each, in characters; what a marker points to differs by event, so
//! the builder here turns them into byte spans that mean one thing.

use super::path::{Path, Step};
use super::text::{Text, indentation, is_blank, is_comment};
use crate::error::{Error, Place, Result};
use std::collections::HashMap;
use yaml_rust2::parser::{Event, Parser, Tag};
use yaml_rust2::scanner::{Marker, ScanError, Scanner, TScalarStyle, TokenType};

/// A node of a YAML document, with its place in the text. Offsets are in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where the node's content starts: a scalar's first character (a block scalar's first line
    /// of content), a flow collection's bracket, a block collection's first key or item.
    pub start: usize,
    /// Where its content ends, behind its last character, line break excluded; behind the last
    /// blank line for a block scalar that keeps those (`|+`).
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// The explicit tag, such as `!!str`, in its full form.
    pub tag: Option<String>,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A scalar: its text after YAML's own folding and unescaping.
    Scalar {
        /// The text.
        text: String,
        /// How it is written.
        style: Style,
    },
    /// A sequence.
    Sequence {
        /// Its items.
        items: Vec<Node>,
        /// Whether it is written in brackets.
        flow: bool,
    },
    /// A mapping.
    Mapping {
        /// Its entries in the text's order: key and value.
        entries: Vec<(Node, Node)>,
        /// Whether it is written in braces.
        flow: bool,
    },
    /// An alias (`*name`): the number of the anchor it stands for.
    Alias {
        /// The anchor's number, as in [`Kind`]'s anchored nodes: the order in the text.
        anchor: usize,
    },
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: its type depends on its text.
    Plain,
    /// In single or double quotes.
    Quoted,
    /// As a literal (`|`) or folded (`>`) block.
    Block,
}

impl Node {
    /// The entry of a mapping under a scalar key: key and value.
    pub fn entry(&self, name: &str) -> Option<(&Node, &Node)> {
        let Kind::Mapping { entries, .. } = &self.kind else {
            return None;
        };
        entries
            .iter()
            .find(|(key, _)| matches!(&key.kind, Kind::Scalar { text, .. } if text == name))
            .map(|(key, value)| (key, value))
    }

    /// The node that `path` leads to, where each step of it is written out at its place.
    pub fn find(&self, path: &Path) -> Option<&Node> {
        path.steps().iter().try_fold(self, Node::child)
    }

    /// The node that as many steps of `path` lead to as are written out.
    pub fn closest(&self, path: &Path) -> &Node {
        let mut node = self;
        for step in path.steps() {
            match node.child(step) {
                Some(child) => node = child,
                None => break,
            }
        }
        node
    }

    fn child(&self, step: &Step) -> Option<&Node> {
        match (step, &self.kind) {
            (Step::Key(key), _) => self.entry(key).map(|(_, value)| value),
            (Step::Index(index), Kind::Sequence { items, .. }) => items.get(*index),
            _ => None,
        }
    }

    /// Whether the node is a collection in brackets or braces.
    pub fn is_flow(&self) -> bool {
        matches!(self.kind, Kind::Sequence { flow: true, .. } | Kind::Mapping { flow: true, .. })
    }
}

/// Reads the nodes of a text's only document; none for a text without content.
///
/// Errs on a scanner's or parser's error, on a second document, on a redefined anchor (PyYAML
/// refuses it) and on a collection as a key, each with its place.
pub fn parse(text: &Text) -> Result<Option<Node>> {
    let offsets = Offsets::new(text);
    refuse_redefined_anchors(text, &offsets)?;
    let (content, _) = text.without_bom();
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

/// From the library's markers, which count characters, to bytes of the text.
struct Offsets<'t> {
    text: &'t Text,
    bytes: Vec<usize>,
}

impl<'t> Offsets<'t> {
    fn new(text: &'t Text) -> Self {
        let (content, bom) = text.without_bom();
        let ends = std::iter::once(text.as_str().len());
        let bytes = content.char_indices().map(|(at, _)| at + bom).chain(ends).collect();
        Offsets { text, bytes }
    }

    fn byte(&self, marker: &Marker) -> usize {
        self.bytes.get(marker.index()).copied().unwrap_or(self.text.as_str().len())
    }

    fn explain(&self, err: &ScanError) -> Error {
        // The library's own display repeats the place, which the error tells in front.
        let message = err.info().trim_end_matches('.').to_owned();
        let place = Place { line: err.marker().line(), column: err.marker().col() + 1 };
        let error = if message.contains("recursion") || message.contains("depth") {
            Error::new("the file is nested too deeply").help("production's loaders cannot read it")
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
            Event::Scalar(text, style, _, tag) => {
                let style = match style {
                    TScalarStyle::Plain => Style::Plain,
                    TScalarStyle::SingleQuoted | TScalarStyle::DoubleQuoted => Style::Quoted,
                    TScalarStyle::Literal | TScalarStyle::Folded => Style::Block,
                };
                let end = self.scalar_end(at, style, &text);
                self.close(node(at, end, Kind::Scalar { text, style }, tag))
            }
            Event::Alias(anchor) => {
                let name = self.text.as_str()[at..]
                    .find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}'));
                let end = name.map_or(self.text.as_str().len(), |len| at + len);
                self.close(node(at, end, Kind::Alias { anchor }, None))
            }
            Event::SequenceStart(_, tag) => {
                self.open(at, Kind::Sequence { items: Vec::new(), flow: false }, tag)
            }
            Event::MappingStart(_, tag) => {
                self.open(at, Kind::Mapping { entries: Vec::new(), flow: false }, tag)
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

    fn open(&mut self, at: usize, kind: Kind, tag: Option<Tag>) -> Result<()> {
        // Until the first key or item is known: the marker of a block mapping is not its key.
        let column = self.text.place(at).column;
        self.open.push(Open { node: node(at, at, kind, tag), column, key: None });
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

    /// Where a scalar ends that starts at `at`.
    fn scalar_end(&self, at: usize, style: Style, value: &str) -> usize {
        let rest = &self.text.as_str()[at..];
        match style {
            Style::Quoted => at + quoted_len(rest),
            Style::Plain => self.plain_end(at, value),
            Style::Block => self.block_end(at),
        }
    }

    /// The column (from 1) of the key or dash that the next value belongs to.
    fn value_column(&self, at: usize) -> usize {
        match self.open.last() {
            Some(Open { node: Node { kind: Kind::Sequence { .. }, .. }, .. }) => {
                // The dash stands before the item, on its line or above it.
                let line = self.text.line_of(at);
                let before = &self.text.as_str()[self.text.line_start(line)..at];
                match before.rfind('-') {
                    Some(dash) => dash + 1,
                    None => self.text.place(at).column - 1,
                }
            }
            Some(open) => open.column,
            None => 0,
        }
    }

    fn plain_end(&self, at: usize, value: &str) -> usize {
        if value.is_empty() {
            return at;
        }
        let mut line = self.text.line_of(at);
        let mut end = at + plain_len(&self.text.as_str()[at..self.text.line_start(line + 1)]);
        if self.open.last().is_some_and(|open| open.key.is_none() && is_mapping(&open.node)) {
            return end.min(at + value.len()); // a key is on one line
        }
        let column = self.value_column(at);
        // In brackets, the closing one tells the end; what is found here is never used.
        loop {
            line += 1;
            let next = self.text.line(line);
            if line > self.text.line_count() || is_comment(next) {
                return end;
            }
            if is_blank(next) {
                continue;
            }
            if indentation(next) < column {
                return end;
            }
            end = self.text.line_start(line) + plain_len(next);
        }
    }

    /// A block scalar takes all lines below its header that are blank or deeper than its key.
    fn block_end(&self, at: usize) -> usize {
        let mut header = self.text.line_of(at) - 1;
        while header > 1 && is_blank(self.text.line(header)) {
            header -= 1;
        }
        let keeps = self.text.line(header).rsplit(['|', '>']).next().is_some_and(|indicators| {
            indicators.split('#').next().is_some_and(|written| written.contains('+'))
        });
        let header_end = self.text.line_start(header) + self.text.line(header).trim_end().len();
        let column = match self.open.last() {
            Some(Open { node: Node { kind: Kind::Sequence { .. }, .. }, .. }) => {
                let line = self.text.line(header);
                // `- |` or `- - |`: the last dash before the header's indicator.
                line.rfind(['|', '>']).and_then(|to| line[..to].rfind('-')).map_or(0, |at| at + 1)
            }
            Some(open) => open.column,
            None => 0,
        };
        let (mut end, mut line) = (header_end, header + 1);
        while line <= self.text.line_count() {
            let content = self.text.line(line);
            let without_break = content.trim_end_matches(['\n', '\r']).len();
            if is_blank(content) {
                if keeps {
                    end = self.text.line_start(line) + without_break;
                }
            } else if indentation(content) < column {
                break;
            } else {
                end = self.text.line_start(line) + without_break;
            }
            line += 1;
        }
        end
    }
}

fn node(start: usize, end: usize, kind: Kind, tag: Option<Tag>) -> Node {
    let tag = tag.map(|tag| format!("{}{}", tag.handle, tag.suffix));
    Node { start, end, kind, tag }
}

fn is_mapping(node: &Node) -> bool {
    matches!(node.kind, Kind::Mapping { .. })
}

/// The length of a quoted scalar, quotes included.
fn quoted_len(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    let Some((_, quote)) = chars.next() else {
        return 0;
    };
    while let Some((at, c)) = chars.next() {
        if c == '\\' && quote == '"' {
            chars.next();
        } else if c == quote {
            match chars.peek() {
                Some((_, '\'')) if quote == '\'' => drop(chars.next()),
                _ => return at + 1,
            }
        }
    }
    text.len()
}

/// The length of a line's plain text: up to a comment or the white space at its end.
fn plain_len(line: &str) -> usize {
    let content = line.find(" #").map_or(line, |comment| &line[..comment]);
    content.trim_end().len()
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
        ];
        for (content, wanted) in cases {
            let err = parse(&Text::new(content)).unwrap_err().to_string();
            assert!(err.contains(wanted), "{content:?}: {err}");
        }
    }
}
