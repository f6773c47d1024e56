//! What a comparison with a literal says of the value that it compares.

use crate::jsone::expr::{self, Lexeme, Token};
use crate::jsone::uses::{self, Chain};
use serde_json::Value;

/// A part of what a value may be.
#[derive(Debug, Clone, PartialEq)]
pub enum Case {
    /// This value: `x == "a"`; a part for each string of `x in ["a", "b"]`.
    Is(Value),
    /// A string that starts with this: `x[:2] == "ab"`.
    StartsWith(String),
}

impl From<&str> for Case {
    fn from(text: &str) -> Case {
        Case::Is(text.into())
    }
}

impl Case {
    /// Whether it is a string, or strings, that start with this.
    pub fn starts_with(&self, start: &str) -> bool {
        match self {
            Case::StartsWith(text) | Case::Is(Value::String(text)) => text.starts_with(start),
            Case::Is(_) => false,
        }
    }
}

/// What an expression says where it has this truth, and of what; none for all but the simplest.
pub fn says(text: &str, truth: bool) -> Option<(Chain, Vec<Case>)> {
    let (tokens, end) = expr::tokens(text);
    if end < text.trim_end().len() {
        return None;
    }
    let (chain, at) = uses::chain_at(text, &tokens, 0)?;
    let (length, rest) = match slice(text, &tokens[at..]) {
        Some((length, rest)) => (Some(length), rest),
        None => (None, &tokens[at..]),
    };
    let (sign, operands) = rest.split_first()?;
    let says = match (sign.text(text), truth, length, operands) {
        ("==", true, None, [literal]) | ("!=", false, None, [literal]) => {
            vec![literal.string(text)?.into()]
        }
        ("==", true, Some(length), [literal]) | ("!=", false, Some(length), [literal]) => {
            let start = literal.string(text)?;
            // A shorter literal is equal to a shorter string only, a longer one to none.
            (start.chars().count() == length).then(|| vec![Case::StartsWith(start.to_owned())])?
        }
        ("in", true, None, list) => strings(text, list)?,
        _ => return None,
    };
    Some((chain, says))
}

/// `[:6]` or `[0:6]`, and what follows.
fn slice<'t>(text: &str, tokens: &'t [Token]) -> Option<(usize, &'t [Token])> {
    let words: Vec<&str> = tokens.iter().take(5).map(|token| token.text(text)).collect();
    let (length, len) = match words.as_slice() {
        ["[", ":", length, "]", ..] => (length, 4),
        ["[", "0", ":", length, "]"] => (length, 5),
        _ => return None,
    };
    Some((length.parse().ok()?, &tokens[len..]))
}

/// The strings of a list of nothing else.
fn strings(text: &str, tokens: &[Token]) -> Option<Vec<Case>> {
    let [first, inside @ .., last] = tokens else { return None };
    if first.text(text) != "[" || last.text(text) != "]" {
        return None;
    }
    let mut strings = Vec::new();
    for (at, token) in inside.iter().enumerate() {
        match token.lexeme {
            Lexeme::Str if at % 2 == 0 => strings.push(token.string(text)?.into()),
            Lexeme::Sign if at % 2 == 1 && token.text(text) == "," => {}
            _ => return None,
        }
    }
    Some(strings)
}

/// The truth of a comparison with something that starts with `start`, where that decides it.
pub fn truth(text: &str, start: &str) -> Option<bool> {
    // What would be so if it came out like this.
    let (told, says) = [true, false]
        .into_iter()
        .find_map(|told| says(text, told).map(|(_, says)| (told, says)))?;
    match says.as_slice() {
        [Case::StartsWith(other)] if start.starts_with(other) => Some(told),
        cases if cases.iter().any(|case| case.starts_with(start)) => None,
        _ => Some(!told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_understood_or_left_alone() {
        let one_of =
            |strings: &[&str]| Some(strings.iter().map(|text| Case::from(*text)).collect());
        let starts = |start: &str| Some(vec![Case::StartsWith(start.to_owned())]);
        let cases = [
            ("a.b == 'x'", true, one_of(&["x"])),
            ("a.b == 'x'", false, None),
            ("a['b'] != \"x\"", false, one_of(&["x"])),
            ("a in ['x', 'y']", true, one_of(&["x", "y"])),
            ("a in ['x', b]", true, None),
            ("a in ['x' + 'y']", true, None),
            ("a[:2] == 'xy'", true, starts("xy")),
            ("a[0:2] != 'xy'", false, starts("xy")),
            ("a[:3] == 'xy'", true, None),
            ("a[1:3] == 'xy'", true, None),
            ("a == 'x' + 'y'", true, None),
            ("a == b", true, None),
            ("'x' in a", true, None),
        ];
        for (text, truth, wanted) in cases {
            assert_eq!(says(text, truth).map(|(_, says)| says), wanted, "{text} {truth}");
        }
    }

    #[test]
    fn a_start_decides_what_it_can() {
        let cases = [
            ("a[:3] == 'ref'", Some(true)),
            ("a[:10] == 'refs/tags/'", Some(false)),
            ("a[:12] == 'refs/heads/m'", None),
            ("a[:10] != 'refs/tags/'", Some(true)),
            ("a == 'main'", Some(false)),
            ("a != 'main'", Some(true)),
            ("a == 'refs/heads/main'", None),
            ("a in ['main', 'refs/heads/main']", None),
            ("a in ['main', 'refs/tags/v1']", Some(false)),
            ("a[3:] == 'main'", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(truth(text, "refs/heads/"), wanted, "{text}");
        }
    }
}
