//! A file's text and the places in it.

use crate::error::{Error, Place, Result};
use std::sync::Arc;

/// The byte order mark that some editors put in front of a file.
const BOM: char = '\u{feff}';

/// The text of a file, exactly as it was read, with an index of its lines.
///
/// All offsets are in bytes from the file's start. A clone is the same text, not a copy of it.
#[derive(Debug, Clone)]
pub struct Text {
    content: Arc<String>,
    line_starts: Arc<[usize]>,
}

impl Text {
    /// Takes the bytes of a file. Errs, naming the line, where they are not UTF-8.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Text> {
        String::from_utf8(bytes).map(Text::new).map_err(|err| {
            let good = err.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(&err.as_bytes()[..good]).into_owned();
            let end = before.len();
            Error::new("the file is not UTF-8 from here on")
                .at(Text::new(before).place(end))
                .help("save it as UTF-8")
        })
    }

    /// Takes a file's content.
    pub fn new(content: impl Into<String>) -> Text {
        let content = content.into();
        let line_starts =
            std::iter::once(0).chain(content.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Text { content: Arc::new(content), line_starts }
    }

    /// The whole content, with its byte order mark where it has one.
    pub fn as_str(&self) -> &str {
        &self.content
    }

    /// The content without a byte order mark, and how many bytes that one takes.
    pub fn without_bom(&self) -> (&str, usize) {
        match self.content.strip_prefix(BOM) {
            Some(rest) => (rest, BOM.len_utf8()),
            None => (&self.content, 0),
        }
    }

    /// The place of a byte offset; an offset past the end is the end's.
    pub fn place(&self, offset: usize) -> Place {
        let line = self.line_of(offset);
        let start = self.line_start(line);
        let offset = offset.min(self.content.len());
        Place {
            line,
            column: self.content[start..offset].chars().filter(|&c| c != BOM).count() + 1,
        }
    }

    /// The line, counted from 1, that a byte offset is on.
    pub fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= offset)
    }

    /// Where a line (counted from 1) starts; the file's end for a line past the last.
    pub fn line_start(&self, line: usize) -> usize {
        self.line_starts.get(line - 1).copied().unwrap_or(self.content.len())
    }

    /// A line (counted from 1) with its line break; empty past the last line.
    pub fn line(&self, line: usize) -> &str {
        &self.content[self.line_start(line)..self.line_start(line + 1)]
    }

    /// The number of lines; a last line break ends the last line and starts no other.
    pub fn line_count(&self) -> usize {
        self.line_starts.len()
            - usize::from(self.content.ends_with('\n') || self.content.is_empty())
    }

    /// The line break that the file uses: the first one's, `\n` where there is none.
    pub fn newline(&self) -> &'static str {
        if self.line(1).ends_with("\r\n") { "\r\n" } else { "\n" }
    }
}

/// How many spaces a line starts with.
pub fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Whether a line has nothing but spaces. A tab is content: it stands in scalars only.
pub fn is_blank(line: &str) -> bool {
    line.trim_matches([' ', '\n', '\r']).is_empty()
}

/// Whether a line, outside of any scalar, has nothing but a comment.
pub fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let text = Text::new("\u{feff}ä: b\nc: d");
        let cases = [(0, "1:1"), (3, "1:1"), (5, "1:2"), (9, "2:1"), (13, "2:5"), (99, "2:5")];
        for (offset, place) in cases {
            assert_eq!(text.place(offset).to_string(), place, "offset {offset}");
        }
    }

    #[test]
    fn a_last_line_break_starts_no_line() {
        for (content, lines) in [("", 0), ("a", 1), ("a\n", 1), ("a\nb", 2), ("a\n\n", 2)] {
            assert_eq!(Text::new(content).line_count(), lines, "{content:?}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_told_by_line() {
        let err = Text::from_bytes(b"a: b\nc: \xff".to_vec()).unwrap_err();
        assert_eq!(err.to_string(), "2:4: the file is not UTF-8 from here on; save it as UTF-8");
    }
}
