//! A text's events of YAML, each with the byte that it is at. The only module that knows `yaml_rust2`.
//!
//! The library holds that the lines of a value in brackets or quotes are indented deeper than its key, as
//! YAML 1.2 has it. PyYAML and js-yaml do not, and templates make use of that. So where it refuses a
//! line for its indentation, it gets to read the text once more with the lines of such values moved to
//! the right: that changes no value, and the events' places are moved back.

use super::nodes::Style;
use super::spans;
use super::text::{Text, is_blank};
use crate::error::{Error, Result};
use std::cell::Cell;
use std::collections::HashMap;
use yaml_rust2::parser::{self, Parser, Tag};
use yaml_rust2::scanner::{Marker, ScanError, Scanner, TScalarStyle, Token, TokenType};

/// An event, and the byte of the text that it is at: a scalar's first character, for a block scalar
/// that of its content, or of what follows where it has none; a bracket; the dash of a block
/// sequence's first item; for an end the bracket, or what follows a block collection.
pub struct Event {
    /// The byte.
    pub at: usize,
    /// What happens there.
    pub what: What,
}

/// What an event tells. Anchors count from 1 in the text's order; 0 is none.
pub enum What {
    /// A document starts.
    Document,
    /// A scalar: its text after YAML's own folding and unescaping.
    Scalar {
        /// The text.
        text: String,
        /// How it is written.
        style: Style,
        /// Its anchor.
        anchor: usize,
        /// Its explicit tag in its full form: `tag:yaml.org,2002:str` for `!!str`.
        tag: Option<String>,
    },
    /// An alias.
    Alias {
        /// The anchor that it stands for.
        anchor: usize,
    },
    /// A collection starts.
    Start {
        /// Whether it is a mapping; a sequence otherwise.
        is_mapping: bool,
        /// Its anchor.
        anchor: usize,
        /// Its explicit tag in its full form: `tag:yaml.org,2002:str` for `!!str`.
        tag: Option<String>,
    },
    /// The last collection that started ends.
    End,
}

/// Reads the events of a text; an error comes behind those before it.
///
/// Errs, with its place, on what the library refuses but for too little indentation in brackets and
/// quotes. Errs at once on what PyYAML refuses of anchors (`compose_node` one that is defined again,
/// `scan_anchor` other names than words), and on a second document's end (js-yaml's `readDocument` takes
/// each but the first for that of an empty document).
pub fn read(text: &Text) -> Result<impl Iterator<Item = Result<Event>>> {
    let mut fed = Fed::new(text);
    let (mut events, mut error) = fed.events();
    if error.as_ref().is_some_and(is_about_indentation) {
        fed.move_lines();
        (events, error) = fed.events();
    }
    fed.check_tokens()?;
    let error = error.map(|err| Err(fed.explain(&err)));
    Ok(events.into_iter().map(Ok).chain(error))
}

/// What the library gets to read.
struct Fed<'t> {
    text: &'t Text,
    /// The text without its byte order mark, with a comment as its last line: the library reads a
    /// block scalar that ends with its input, and spaces there, in a way of its own.
    content: String,
    /// By how much each line is moved to the right; the first is line 1. Empty where none is.
    moved: Vec<usize>,
    /// The last marker that was asked for, by line and column, and its byte: the next is mostly behind
    /// it on the same line, which may be the only one of a large file.
    last: Cell<(usize, usize, usize)>,
}

/// No text that is nested deeper than this is read any further. The level that `tree` refuses comes first:
/// it counts each collection, but for a mapping right inside of a list in brackets (`[a: b]`).
const DEEPEST: usize = 2 * super::refusals::MOST_LEVELS + 2;

impl<'t> Fed<'t> {
    fn new(text: &'t Text) -> Self {
        let (content, _) = text.without_bom();
        let line_break = if content.ends_with('\n') { "" } else { "\n" };
        let content = [content, line_break, "#\n"].concat();
        Fed { text, content, moved: Vec::new(), last: Cell::default() }
    }

    /// All events, or those before the error that ends them; of what is nested too deeply, those down to
    /// where it is.
    fn events(&self) -> (Vec<Event>, Option<ScanError>) {
        let mut parser = Parser::new(self.content.chars());
        let (mut events, mut depth) = (Vec::new(), 0);
        while depth <= DEEPEST {
            let (event, marker) = match parser.next_token() {
                Ok(token) => token,
                Err(err) => return (events, Some(err)),
            };
            let style = |style| match style {
                TScalarStyle::Plain => Style::Plain,
                TScalarStyle::SingleQuoted | TScalarStyle::DoubleQuoted => Style::Quoted,
                TScalarStyle::Literal | TScalarStyle::Folded => Style::Block,
            };
            let full = |tag: Option<Tag>| tag.map(|tag| tag.handle + &tag.suffix);
            let start =
                |is_mapping, anchor, tag| What::Start { is_mapping, anchor, tag: full(tag) };
            let what = match event {
                parser::Event::StreamEnd => return (events, None),
                parser::Event::DocumentStart => What::Document,
                parser::Event::Scalar(text, written, anchor, tag) => {
                    What::Scalar { text, style: style(written), anchor, tag: full(tag) }
                }
                parser::Event::Alias(anchor) => What::Alias { anchor },
                parser::Event::SequenceStart(anchor, tag) => start(false, anchor, tag),
                parser::Event::MappingStart(anchor, tag) => start(true, anchor, tag),
                parser::Event::SequenceEnd | parser::Event::MappingEnd => What::End,
                _ => continue,
            };
            match what {
                What::Start { .. } => depth += 1,
                What::End => depth -= 1,
                _ => {}
            }
            events.push(Event { at: self.byte(&marker, 1), what });
        }
        (events, None)
    }

    /// From a marker of the library, in what it read from the start of line `from` on, to a byte of
    /// the text.
    ///
    /// A marker's index cannot be used: version 0.13 counts the bytes of a block scalar's lines there
    /// and the characters of all others. Its line (from 1) and column (in characters, from 0) are right.
    fn byte(&self, marker: &Marker, from: usize) -> usize {
        let (_, bom) = self.text.without_bom();
        let line = marker.line().max(1) + from - 1;
        let moved = self.moved.get(line - 1).copied().unwrap_or_default();
        let column = marker.col().saturating_sub(moved);
        let (start, skip) = match self.last.get() {
            (known, before, at) if known == line && before <= column => (at, column - before),
            _ => (self.text.line_start(line).max(bom), column),
        };
        let mut chars = self.text.as_str()[start..].char_indices();
        match chars.nth(skip) {
            Some((at, _)) => {
                self.last.set((line, column, start + at));
                start + at
            }
            None => self.text.as_str().len(),
        }
    }

    /// Moves the lines of each value in brackets or quotes that has one with too little indentation.
    fn move_lines(&mut self) {
        self.moved = vec![0; self.text.line_count() + 1];
        let mut from = 1;
        while let Some(value) = self.shallow(from) {
            let (first, last) = (self.text.line_of(value.start), self.text.line_of(value.end));
            // That is deeper than the key or the dash before it, which is what the library asks for.
            let deep = self.text.place(value.start).column;
            self.moved[first..last].fill(deep);
            from = last + 1;
        }
        let (content, moved) = (std::mem::take(&mut self.content), &self.moved);
        for (at, line) in content.split_inclusive('\n').enumerate() {
            let moved = moved.get(at).filter(|_| !is_blank(line)).copied().unwrap_or_default();
            self.content.extend(std::iter::repeat_n(' ', moved));
            self.content.push_str(line);
        }
    }

    /// The first value in brackets or quotes, from the start of line `from` on, that has a line which
    /// the library refuses for its indentation. No such value must be open where that line starts.
    ///
    /// What comes before the line needs not be read again, so that many such values take no longer
    /// than one: the library asks for no more indentation than the key or dash before a value has, and
    /// that stands on the line of the value or on one above it that has no value in quotes or brackets.
    fn shallow(&self, from: usize) -> Option<std::ops::Range<usize>> {
        let (_, bom) = self.text.without_bom();
        let start = self.text.line_start(from).max(bom);
        // The content has not been moved yet, and more at its end only.
        let rest = self.content.get(start - bom..)?;
        let byte = |marker: &Marker| self.byte(marker, from);
        let mut err = tokens(rest).1.filter(is_about_indentation)?;
        let (before, mut cut);
        loop {
            cut = byte(err.marker());
            (before, _) = match tokens(&rest[..cut - start]) {
                // In a scalar in quotes: its start, since the tokens before it may be held back.
                (_, Some(inner)) if byte(inner.marker()) < cut => {
                    err = inner;
                    continue;
                }
                found => found,
            };
            break;
        }
        let mut open = Vec::new();
        for Token(marker, token) in &before {
            match token {
                TokenType::FlowSequenceStart | TokenType::FlowMappingStart => open.push(marker),
                TokenType::FlowSequenceEnd | TokenType::FlowMappingEnd => drop(open.pop()),
                _ => {}
            }
        }
        match open.first() {
            Some(bracket) => {
                let at = byte(bracket);
                Some(at..self.closing(at)?)
            }
            None if self.text.as_str()[cut..].starts_with(['\'', '"']) => {
                Some(cut..spans::quoted_end(self.text, cut))
            }
            None => None,
        }
    }

    /// Where the bracket closes that opens at byte `at`.
    fn closing(&self, at: usize) -> Option<usize> {
        // Spaces for what stands before it on its line: the library counts columns.
        let (line, before) = (self.text.line_of(at), self.text.place(at).column - 1);
        let blank = std::iter::repeat_n(' ', before);
        let mut depth = 0;
        for Token(marker, token) in Scanner::new(blank.chain(self.text.as_str()[at..].chars())) {
            match token {
                TokenType::FlowSequenceStart | TokenType::FlowMappingStart => depth += 1,
                TokenType::FlowSequenceEnd | TokenType::FlowMappingEnd => depth -= 1,
                _ => continue,
            }
            if depth == 0 {
                return Some(self.byte(&marker, line));
            }
        }
        None
    }

    fn explain(&self, err: &ScanError) -> Error {
        // The library's own display repeats the place, which the error tells in front.
        let message = err.info().trim_end_matches('.').to_owned();
        let place = self.text.place(self.byte(err.marker(), 1));
        let error = if message.contains("recursion") {
            return super::refusals::too_deep(place);
        } else if super::value::parse(self.text).is_ok() {
            Error::new(format!("YAML 1.2 does not allow this: {message}")).help(super::value::MAY)
        } else {
            Error::new(format!("the YAML cannot be read: {message}"))
        };
        error.at(place)
    }

    fn check_tokens(&self) -> Result<()> {
        if !self.content.contains('&') && !self.content.contains("...") {
            return Ok(());
        }
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut has_ended = false;
        for Token(marker, token) in Scanner::new(self.content.chars()) {
            let at = self.byte(&marker, 1);
            let error = match token {
                TokenType::Anchor(name) | TokenType::Alias(name) if !is_word(&name) => {
                    Error::new(format!("the name of an anchor, {name:?}, has other characters than A-Z, a-z, 0-9, - and _"))
                        .help("PyYAML, which production uses, does not take it for one name: rename it")
                }
                TokenType::Anchor(name) => match seen.insert(name.clone(), at) {
                    Some(first) => Error::new(format!(
                        "the anchor &{name} is defined again; first on line {}",
                        self.text.line_of(first)
                    ))
                    .help("PyYAML, which production uses, refuses the file: rename one"),
                    None => continue,
                },
                TokenType::DocumentEnd if has_ended => {
                    Error::new("`...` ends a document that has not started")
                        .help("js-yaml, which production uses, refuses the file: take it out")
                }
                TokenType::DocumentEnd => {
                    has_ended = true;
                    continue;
                }
                _ => continue,
            };
            return Err(error.at(self.text.place(at)));
        }
        Ok(())
    }
}

/// The tokens of a text, and the error that ends them.
fn tokens(content: &str) -> (Vec<Token>, Option<ScanError>) {
    let mut scanner = Scanner::new(content.chars());
    let tokens = scanner.by_ref().collect();
    (tokens, scanner.get_error())
}

/// Whether PyYAML's `scan_anchor` takes all of a name.
fn is_word(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

fn is_about_indentation(err: &ScanError) -> bool {
    ["invalid indentation", "tab cannot be used", "tabs disallowed within"]
        .iter()
        .any(|start| err.info().starts_with(start))
}
