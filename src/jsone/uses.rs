//! What an expression reads of the names around it.
//!
//! The engine copies the whole context that it gets, and parses an expression each time it
//! evaluates it. Hundreds of renders are quick only where each part gets no more than it reads, and
//! is evaluated once for the same of that.

use crate::jsone::expr::{self, Lexeme, Token};
use crate::jsone::walk;
use serde_json::{Map, Value, json};

/// A name that is looked up, with the keys that are taken of it one after the other:
/// `event.pull_request["head"]` is `event`, `pull_request`, `head`.
pub type Chain = Vec<String>;

/// The chains that an expression reads, sorted, none of which begins with another. Where it calls
/// `defined`, the names in its strings are among them.
pub fn chains(text: &str) -> Vec<Chain> {
    let (tokens, _) = expr::tokens(text);
    let mut found: Vec<Chain> =
        (0..tokens.len()).filter_map(|at| chain_at(text, &tokens, at)).map(|(c, _)| c).collect();
    if asks_defined(text) {
        let strings = tokens.iter().filter_map(|token| token.string(text));
        found.extend(strings.map(|name| vec![name.to_owned()]));
    }
    shortest(found)
}

/// The chain that an expression is, where it is nothing else.
pub fn only_chain(text: &str) -> Option<Chain> {
    let (tokens, _) = expr::tokens(text);
    let (chain, end) = chain_at(text, &tokens, 0)?;
    (end == tokens.len() && tokens.last()?.span.end == text.trim_end().len()).then_some(chain)
}

/// The chain that starts with the token `at`, and the number of the token behind it.
pub fn chain_at(text: &str, tokens: &[Token], at: usize) -> Option<(Chain, usize)> {
    let name = |at: usize| tokens.get(at).filter(|token| token.lexeme == Lexeme::Name);
    let sign = |at: usize| tokens.get(at).map(|token| token.text(text));
    let first = name(at)?.text(text);
    let behind_dot = at > 0 && sign(at - 1) == Some(".");
    if behind_dot || matches!(first, "true" | "false" | "null" | "in") {
        return None;
    }
    let (mut chain, mut at) = (vec![first.to_owned()], at + 1);
    loop {
        let (key, len) = match sign(at) {
            Some(".") => (name(at + 1).map(|key| key.text(text)), 2),
            Some("[") if sign(at + 2) == Some("]") => (tokens[at + 1].string(text), 3),
            _ => (None, 0),
        };
        let Some(key) = key else { return Some((chain, at)) };
        chain.push(key.to_owned());
        at += len;
    }
}

/// Whether an expression asks which names there are, so that more than their values decides it.
pub fn asks_defined(text: &str) -> bool {
    text.contains("defined")
}

/// The chains that a template value reads, as [`chains`].
pub fn chains_in(template: &Value) -> Vec<Chain> {
    let mut found = Vec::new();
    walk::visit(template, &mut |_, _, text| found.extend(chains(text)));
    shortest(found)
}

fn shortest(mut chains: Vec<Chain>) -> Vec<Chain> {
    chains.sort();
    // Sorted, whatever begins with a chain follows it.
    chains.dedup_by(|next, kept| next.starts_with(kept));
    chains
}

/// A context with no more than `chains` read, each found as in the whole one: a key that is
/// missing there is missing here.
pub fn project<'v>(
    chains: &[Chain],
    lookup: impl Fn(&str) -> Option<&'v Value>,
) -> Map<String, Value> {
    let mut names = Map::new();
    for chain in chains {
        let Some((name, keys)) = chain.split_first() else { continue };
        if let Some(value) = lookup(name) {
            copy(names.entry(name.clone()).or_insert(Value::Null), value, keys);
        }
    }
    names
}

/// Copies of `from` what `keys` lead to, in the mappings around it.
pub fn copy(into: &mut Value, from: &Value, keys: &[String]) {
    match (keys.split_first(), from) {
        (Some((key, keys)), Value::Object(map)) => {
            if !into.is_object() {
                *into = json!({});
            }
            if let (Value::Object(into), Some(value)) = (into, map.get(key)) {
                copy(into.entry(key.clone()).or_insert(Value::Null), value, keys);
            }
        }
        _ => *into = from.clone(),
    }
}

/// The functions that the engine itself gives
/// (<https://json-e.js.org/language.html#built-in-functions-and-variables>).
pub fn is_built_in(name: &str) -> bool {
    const NAMES: &str = "abs as_slugid ceil defined floor fromNow join len lowercase lstrip max min now \
                         number range rstrip split sqrt str strip typeof uppercase";
    NAMES.split(' ').any(|built_in| built_in == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_gets_what_it_reads() {
        let names = json!({"event": {"ref": "r", "head": {"sha": 1, "x": 2}, "n": null}, "a": "s"});
        let cases = [
            ("event.ref[:2] == 'event'", json!({"event": {"ref": "r"}})),
            ("event['head'].sha", json!({"event": {"head": {"sha": 1}}})),
            ("event.head.sha && event.head", json!({"event": {"head": {"sha": 1, "x": 2}}})),
            ("event['none'] || event.n.none", json!({"event": {"n": null}})),
            ("a.ref in [b, true]", json!({"a": "s"})),
            ("defined('a')", json!({"a": "s"})),
            ("event.head[a]", json!({"a": "s", "event": {"head": {"sha": 1, "x": 2}}})),
        ];
        for (text, wanted) in cases {
            let got = project(&chains(text), |name| names.get(name));
            assert_eq!(Value::Object(got), wanted, "{text}");
        }
    }
}
