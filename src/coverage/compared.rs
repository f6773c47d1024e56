//! What a comparison with a literal says of the value that it compares.

use crate::coverage::uses::{self, Chain};
use crate::jsone::expr::{self, Lexeme, Token};

/// What is so where a comparison comes out one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// It is one of these strings: `x == "a"`, `x in ["a", "b"]`.
    OneOf(Vec<String>),
    /// It starts with this: `x[:2] == "ab"`.
    StartsWith(String),
}

/// What an expression says where it has this truth, and of what; none for all but the simplest.
pub fn says(text: &str, truth: bool) -> Option<(Chain, Says)> {
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
            Says::OneOf(vec![literal.string(text)?.to_owned()])
        }
        ("==", true, Some(length), [literal]) | ("!=", false, Some(length), [literal]) => {
            let start = literal.string(text)?;
            // A shorter literal is equal to a shorter string only, a longer one to none.
            (start.chars().count() == length).then(|| Says::StartsWith(start.to_owned()))?
        }
        ("in", true, None, list) => Says::OneOf(strings(text, list)?),
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
fn strings(text: &str, tokens: &[Token]) -> Option<Vec<String>> {
    let [first, inside @ .., last] = tokens else { return None };
    if first.text(text) != "[" || last.text(text) != "]" {
        return None;
    }
    let mut strings = Vec::new();
    for (at, token) in inside.iter().enumerate() {
        match token.lexeme {
            Lexeme::Str if at % 2 == 0 => strings.push(token.string(text)?.to_owned()),
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
    let (surely, can_be) = match &says {
        Says::OneOf(strings) => (false, strings.iter().any(|string| string.starts_with(start))),
        Says::StartsWith(other) => (start.starts_with(other), other.starts_with(start)),
    };
    match (surely, can_be) {
        (true, _) => Some(told),
        (false, true) => None,
        (false, false) => Some(!told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_understood_or_left_alone() {
        let one_of = |strings: &[&str]| {
            Some(Says::OneOf(strings.iter().map(|string| (*string).to_owned()).collect()))
        };
        let starts = |start: &str| Some(Says::StartsWith(start.to_owned()));
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
