//! The one error type: what is wrong, where, and what to do about it.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

/// A place in a file: `line` counts from 1, `column` counts characters from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted in characters from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Something that stops the work on one file, context or recipe.
///
/// It displays as one line: `file:line:column: what is wrong; what to do`, with the parts that
/// are known, in [`plain`] text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    path: Option<PathBuf>,
    place: Option<Place>,
    message: String,
    help: Option<String>,
}

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error that says `message` (one line, no capital letter, no full stop).
    pub fn new(message: impl Into<String>) -> Self {
        Error { path: None, place: None, message: message.into().replace('\n', " "), help: None }
    }

    /// The same error, told to be at `place`.
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same error with a word on what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same error, told to be in the file at `path`, unless it already names a file.
    pub fn in_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.path.get_or_insert_with(|| path.into());
        self
    }

    /// The file that it is in, where that is known.
    pub fn path(&self) -> Option<&std::path::Path> {
        self.path.as_deref()
    }

    /// Where in the file it is, where that is known.
    pub fn place(&self) -> Option<Place> {
        self.place
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, where that is known.
    pub fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// What is wrong and what to do, without the file's name and the place.
    pub fn reason(&self) -> String {
        match &self.help {
            Some(help) => format!("{}; {help}", self.message),
            None => self.message.clone(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}:", plain(&path.display().to_string()))?;
        }
        if let Some(place) = self.place {
            write!(f, "{place}:")?;
        }
        if self.path.is_some() || self.place.is_some() {
            f.write_str(" ")?;
        }
        f.write_str(&plain(&self.reason()))
    }
}

impl std::error::Error for Error {}

/// A text as a terminal may get it: what could move its cursor, set its colours, end a line, or turn
/// its direction around is escaped as in Rust (`\n`, `\u{1b}`). Names of files, and what stands in
/// them, are other people's.
///
/// These are Unicode's controls (Cc), its two separators, and its explicit directions (UAX 9).
pub fn plain(text: &str) -> Cow<'_, str> {
    let is_odd =
        |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(is_odd) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| match is_odd(c) {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    Cow::Owned(text.chars().map(escape).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_of_plain_text() {
        let cases = [
            ("a b.yml", "a b.yml: ä \\n"),
            ("a\nb.yml", "a\\nb.yml: ä \\n"),
            ("\u{1b}[31m\u{7f}\u{9b}.yml", "\\u{1b}[31m\\u{7f}\\u{9b}.yml: ä \\n"),
            ("\u{202e}lmy.a\u{2028}", "\\u{202e}lmy.a\\u{2028}: ä \\n"),
        ];
        for (path, wanted) in cases {
            assert_eq!(Error::new("ä \\n").in_file(path).to_string(), wanted, "{path:?}");
        }
        assert_eq!(Error::new("a \u{1b}").help("\r").to_string(), "a \\u{1b}; \\r");
    }
}
