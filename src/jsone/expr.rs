//! The tokens of a JSON-e expression.
//!
//! JSON-e's crate renders whole templates and shows nothing of its parser. What this crate asks
//! about an expression (which names it uses, where a call stands, what its `&&` and `||` join) is
//! answered from its tokens; what an expression *means* is always left to the engine.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lexeme {
    /// A name or a keyword (`true`, `false`, `null`, `in`).
    Name,
    /// A number.
    Number,
    /// A string in single or double quotes; JSON-e's strings know no escapes.
    Str,
    /// An operator or a bracket.
    Sign,
}

/// A token: what it is and where it stands in the expression, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub lexeme: Lexeme,
    /// Where it stands.
    pub span: Range<usize>,
}

impl Token {
    /// The token's text in its expression.
    pub fn text<'e>(&self, expr: &'e str) -> &'e str {
        &expr[self.span.clone()]
    }

    /// A string token's content; none for other tokens.
    pub fn string<'e>(&self, expr: &'e str) -> Option<&'e str> {
        let inside = self.span.start + 1..self.span.end.saturating_sub(1);
        (self.lexeme == Lexeme::Str).then(|| &expr[inside])
    }
}

/// The tokens of `expr` up to its end or, for the expression of an interpolation
/// (`text ${expr} text`), up to the brace that closes it. The second value is where they end.
///
/// A character that no token starts with ends them too: the engine will say what is wrong.
pub fn tokens(expr: &str) -> (Vec<Token>, usize) {
    let mut tokens = Vec::new();
    let mut braces = 0usize;
    let mut at = 0;
    while let Some(c) = expr[at..].chars().next() {
        if is_space(c) {
            at += c.len_utf8();
            continue;
        }
        let Some((lexeme, len)) = next(&expr[at..], c) else {
            break;
        };
        match c {
            '{' => braces += 1,
            '}' if braces == 0 => break,
            '}' => braces -= 1,
            _ => {}
        }
        tokens.push(Token { lexeme, span: at..at + len });
        at += len;
    }
    (tokens, at)
}

/// Whether an engine skips a character between tokens: Python's and JavaScript's by `\s` of their regular
/// expressions, of which the one has U+001C to U+001F and the other U+FEFF.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}' | '\u{feff}')
}

/// Whether an expression has white space between its tokens that not all engines skip.
pub fn has_odd_space(expr: &str, tokens: &[Token], end: usize) -> bool {
    let gaps = tokens.iter().scan(0, |from, token| {
        let gap = *from..token.span.start;
        *from = token.span.end;
        Some(gap)
    });
    let last = tokens.last().map_or(0, |token| token.span.end)..end;
    let is_odd = |c: char| is_space(c) && !matches!(c, ' ' | '\t' | '\r' | '\n');
    gaps.chain([last]).any(|gap| expr[gap].contains(is_odd))
}

fn next(rest: &str, first: char) -> Option<(Lexeme, usize)> {
    let run = |wanted: fn(char) -> bool| rest.find(|c| !wanted(c)).unwrap_or(rest.len());
    Some(match first {
        'a'..='z' | 'A'..='Z' | '_' => {
            (Lexeme::Name, run(|c| c.is_ascii_alphanumeric() || c == '_'))
        }
        '0'..='9' => (Lexeme::Number, run(|c| c.is_ascii_digit() || c == '.')),
        '"' | '\'' => (Lexeme::Str, rest[1..].find(first)? + 2),
        _ => {
            const SIGNS: [&str; 7] = ["**", "==", "!=", "<=", ">=", "&&", "||"];
            match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => (Lexeme::Sign, sign.len()),
                None if "+-*/<>!()[]{}.,:".contains(first) => (Lexeme::Sign, 1),
                None => return None,
            }
        }
    })
}

/// How deep the brackets of an expression are nested, and the prefix operators that stand one behind
/// another: each but the first of a row is a level.
pub fn depth(expr: &str, tokens: &[Token]) -> usize {
    let (mut depth, mut deepest, mut signs) = (0usize, 0usize, 0usize);
    let mut open = Vec::new();
    for token in tokens {
        let more = signs.saturating_sub(1);
        match token.text(expr) {
            "-" | "+" | "!" => {
                signs += 1;
                continue;
            }
            "(" | "[" | "{" => {
                open.push(depth);
                depth += more + 1;
                deepest = deepest.max(depth);
            }
            ")" | "]" | "}" => depth = open.pop().unwrap_or_default(),
            _ => deepest = deepest.max(depth + more),
        }
        signs = 0;
    }
    deepest
}

/// The names in an expression that are looked up in the context: no property behind a dot, no
/// key of an object, no keyword.
pub fn names<'e>(expr: &'e str, tokens: &[Token]) -> Vec<&'e str> {
    let mut names = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let text = token.text(expr);
        let behind_dot = at > 0 && tokens[at - 1].text(expr) == ".";
        if token.lexeme == Lexeme::Name
            && !behind_dot
            && !matches!(text, "true" | "false" | "null" | "in")
            && !names.contains(&text)
        {
            names.push(text);
        }
    }
    names
}

/// The index of the bracket that closes the one at `open`.
pub fn closing(expr: &str, tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text(expr) {
            "(" | "[" | "{" if token.lexeme == Lexeme::Sign => depth += 1,
            ")" | "]" | "}" if token.lexeme == Lexeme::Sign => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_know_quotes_and_braces() {
        let cases: &[(&str, &[&str], &str)] = &[
            ("a && !b", &["a", "&&", "!", "b"], ""),
            ("x[:6] == \"a}'b\"} rest", &["x", "[", ":", "6", "]", "==", "\"a}'b\""], "} rest"),
            ("{a: {b: 1}}.a", &["{", "a", ":", "{", "b", ":", "1", "}", "}", ".", "a"], ""),
            ("a ** 2.5 % b", &["a", "**", "2.5"], "% b"),
            ("'open", &[], "'open"),
        ];
        for (expr, wanted, rest) in cases {
            let (tokens, end) = tokens(expr);
            let texts: Vec<_> = tokens.iter().map(|token| token.text(expr)).collect();
            assert_eq!(&texts, wanted, "{expr}");
            assert_eq!(&expr[end..], *rest, "{expr}");
        }
    }

    #[test]
    fn names_are_what_the_context_must_have() {
        let expr = r#"a.b["c"] in [d, "e"] && f(g) || true"#;
        assert_eq!(names(expr, &tokens(expr).0), ["a", "d", "f", "g"]);
    }
}
