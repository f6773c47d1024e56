//! How an expression joins its conditions: `&&`, `||`, `!` and parentheses.

use crate::jsone::expr::{self, Lexeme, Token};
use std::ops::Range;

/// A condition taken apart. Ranges are in bytes of the expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logic {
    /// Operands joined by `||`.
    Or(Vec<(Range<usize>, Logic)>),
    /// Operands joined by `&&`.
    And(Vec<(Range<usize>, Logic)>),
    /// `!` in front of a condition.
    Not(Box<Logic>),
    /// Anything else, which the engine evaluates as a whole.
    Leaf(Range<usize>),
}

impl Logic {
    /// Takes an expression apart.
    pub fn parse(text: &str) -> Logic {
        let (tokens, end) = expr::tokens(text);
        match tokens.is_empty() || end < text.trim_end().len() {
            true => Logic::Leaf(0..text.len()),
            false => parse(text, &tokens),
        }
    }

    /// The operands of all `&&` and `||` in it, inner ones included.
    pub fn operands(&self) -> Vec<Range<usize>> {
        match self {
            Logic::Or(parts) | Logic::And(parts) => parts
                .iter()
                .flat_map(|(range, part)| std::iter::once(range.clone()).chain(part.operands()))
                .collect(),
            Logic::Not(inner) => inner.operands(),
            Logic::Leaf(_) => Vec::new(),
        }
    }

    /// The leaves in it, each of which the engine evaluates as a whole.
    pub fn leaves(&self) -> Vec<Range<usize>> {
        match self {
            Logic::Or(parts) | Logic::And(parts) => {
                parts.iter().flat_map(|(_, part)| part.leaves()).collect()
            }
            Logic::Not(inner) => inner.leaves(),
            Logic::Leaf(range) => vec![range.clone()],
        }
    }

    /// Its truth, from that of its leaves (`leaf`), as the engine finds it: operands from left to
    /// right, no further than needed. Calls `seen` with each operand that is evaluated. None as
    /// soon as a leaf has none, as where the engine raises.
    pub fn truth(
        &self,
        leaf: &mut dyn FnMut(&Range<usize>) -> Option<bool>,
        seen: &mut dyn FnMut(&Range<usize>, bool),
    ) -> Option<bool> {
        let (parts, decides) = match self {
            Logic::Or(parts) => (parts, true),
            Logic::And(parts) => (parts, false),
            Logic::Not(inner) => return inner.truth(leaf, seen).map(|truth| !truth),
            Logic::Leaf(range) => return leaf(range),
        };
        for (range, part) in parts {
            let truth = part.truth(leaf, seen)?;
            seen(range, truth);
            if truth == decides {
                return Some(decides);
            }
        }
        Some(!decides)
    }
}

fn parse(text: &str, tokens: &[Token]) -> Logic {
    let span = |tokens: &[Token]| match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => first.span.start..last.span.end,
        _ => 0..0,
    };
    for (sign, join) in [("||", Logic::Or as fn(_) -> Logic), ("&&", Logic::And)] {
        let parts = split(text, tokens, sign);
        if parts.len() > 1 && parts.iter().all(|part| !part.is_empty()) {
            return join(parts.into_iter().map(|part| (span(part), parse(text, part))).collect());
        }
    }
    let first = tokens[0].text(text);
    let closes_at_end = |open: usize| expr::closing(text, tokens, open) == Some(tokens.len() - 1);
    match first {
        "(" if closes_at_end(0) && tokens.len() > 2 => parse(text, &tokens[1..tokens.len() - 1]),
        // Only before a parenthesis: how `!a.b` binds is the engine's business.
        "!" if tokens.len() > 3 && tokens[1].text(text) == "(" && closes_at_end(1) => {
            Logic::Not(Box::new(parse(text, &tokens[1..])))
        }
        _ => Logic::Leaf(span(tokens)),
    }
}

/// The tokens between the signs `sign` that stand outside of all brackets.
fn split<'t>(text: &str, tokens: &'t [Token], sign: &str) -> Vec<&'t [Token]> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0usize, 0);
    for (at, token) in tokens.iter().enumerate() {
        if token.lexeme != Lexeme::Sign {
            continue;
        }
        match token.text(text) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            found if found == sign && depth == 0 => {
                parts.push(&tokens[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&tokens[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_are_found_and_evaluated_as_the_engine_does() {
        // The expression, its operands, and those seen where only `t` is true.
        type Case = (&'static str, &'static [&'static str], &'static [(&'static str, bool)]);
        let cases: &[Case] = &[
            ("a", &[], &[]),
            ("t || b", &["t", "b"], &[("t", true)]),
            (
                "a && t || !(t && b)",
                &["a && t", "a", "t", "!(t && b)", "t", "b"],
                &[("a", false), ("a && t", false), ("t", true), ("b", false), ("!(t && b)", true)],
            ),
            ("f(a || b) && x['&&']", &["f(a || b)", "x['&&']"], &[("f(a || b)", false)]),
            ("(a) == (b || c)", &[], &[]),
        ];
        for (text, operands, seen) in cases {
            let logic = Logic::parse(text);
            let found: Vec<_> = logic.operands().into_iter().map(|r| &text[r]).collect();
            assert_eq!(&found, operands, "{text}");
            let mut order = Vec::new();
            logic.truth(&mut |range| Some(&text[range.clone()] == "t"), &mut |range, truth| {
                order.push((&text[range.clone()], truth));
            });
            assert_eq!(&order, seen, "{text}");
        }
    }
}
