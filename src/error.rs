//! The one error type: what is wrong, where, and what to do about it.

use std::fmt;
use std::path::PathBuf;

/// A place in a file: `line` counts from 1, `column` counts characters from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
/// are known.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// Where in the file it is, where that is known.
    pub fn place(&self) -> Option<Place> {
        self.place
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
            write!(f, "{}:", path.display())?;
        }
        if let Some(place) = self.place {
            write!(f, "{place}:")?;
        }
        if self.path.is_some() || self.place.is_some() {
            f.write_str(" ")?;
        }
        f.write_str(&self.reason())
    }
}

impl std::error::Error for Error {}
