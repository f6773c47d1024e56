//! What is said of an expression that is none, in the crate's words.

use crate::jsone::engine;
use crate::jsone::expr;
use serde_json::json;

/// Of an expression that is to be the whole of a text: of the text, or of the `rest` behind what was read.
pub fn whole(text: &str, rest: Option<&str>) -> String {
    if !is_deep(text) {
        return asked(&json!({"$eval": text}));
    }
    match rest {
        Some(rest) => format!("Unexpected trailing characters {rest}"),
        None => format!("Parse error at {text:?}"),
    }
}

/// Of an expression that a text goes on with behind `${`.
pub fn part(text: &str) -> String {
    match is_deep(text) {
        false => asked(&json!(format!("${{{text}"))),
        true => "unterminated ${..} expression".to_owned(),
    }
}

/// The crate reads before it evaluates, so that no names are needed.
fn asked(template: &serde_json::Value) -> String {
    let told = engine::render(template, &json!({}));
    told.err().unwrap_or_else(|| "Parse error".to_owned())
}

/// More levels of brackets than the crate's parser is left with: it takes twice as long for each (16 µs for
/// 4, 4 ms for 12, measured). Real expressions have 4 at most.
const MOST_BRACKETS: usize = 5;

/// More tokens than it is left with: parser and evaluator recurse along rows of operators.
const MOST_TOKENS: usize = 500;

/// Whether the expression that a text starts with is one that the crate is too slow for.
pub fn is_deep(text: &str) -> bool {
    may_be_deep(text) && {
        let (tokens, _) = expr::tokens(text);
        tokens.len() > MOST_TOKENS || expr::depth(text, &tokens) > MOST_BRACKETS
    }
}

/// Whether a text has enough brackets or characters for that: most have not, and need no closer look.
pub fn may_be_deep(text: &str) -> bool {
    let mut opened = text.bytes().filter(|byte| matches!(byte, b'(' | b'[' | b'{'));
    text.len() > MOST_TOKENS || opened.nth(MOST_BRACKETS).is_some()
}
