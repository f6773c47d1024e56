//! What names mean at one place of a template, as far as the text tells, and which conditions an action
//! can meet there.

use crate::jsone::expr::{self, Lexeme, Token};
use crate::jsone::logic::Logic;
use crate::jsone::render_value;
use crate::template::Path;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

/// A value that a `$let` binds, with the names around it.
pub struct Bound<'t> {
    /// The value.
    pub value: &'t Value,
    /// Where it stands.
    pub path: Path,
    /// The names around it.
    pub scope: Scope<'t>,
}

/// The names that a template binds around one place.
#[derive(Clone, Default)]
pub struct Scope<'t> {
    /// What a `$let` binds each to.
    pub names: HashMap<&'t str, Rc<Bound<'t>>>,
    /// The names of `each(…)` and `by(…)`.
    each: Vec<String>,
    /// Whether more names are bound, which cannot be told.
    pub is_open: bool,
}

impl<'t> Scope<'t> {
    /// The scope with the names that a key such as `each(x, i)` binds.
    pub fn with_each(&self, key: &str) -> Scope<'t> {
        let mut inner = self.clone();
        if let Some((_, names)) = key.strip_suffix(')').and_then(|key| key.split_once('(')) {
            inner.each.extend(names.split(',').map(|name| name.trim().to_owned()));
        }
        inner
    }

    /// Whether a name may mean something else than the `$let` around it says, or than outside.
    pub fn is_hidden(&self, name: &str) -> bool {
        self.is_open || self.each.iter().any(|each| each == name)
    }
}

/// The name that an expression is, where it is no more than that.
pub fn variable(text: &str) -> Option<&str> {
    match expr::tokens(text) {
        (tokens, end) if end >= text.trim_end().len() => match tokens.as_slice() {
            [one] if one.lexeme == Lexeme::Name => Some(one.text(text)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a condition can have an outcome when an action is rendered, where what it hangs on is
/// decided by plain comparisons of `tasks_for`. All engines come to the same in those, and go no further
/// in `&&` and `||` than they need.
pub fn can_be(condition: &str, outcome: bool, scope: &Scope) -> bool {
    if scope.is_hidden("tasks_for") || scope.names.contains_key("tasks_for") {
        return true;
    }
    let logic = Logic::parse(condition);
    ["action", "pr-action"].iter().any(|tasks_for| {
        let mut leaf = |range: &Range<usize>| compared(&condition[range.clone()], tasks_for);
        logic.truth(&mut leaf, &mut |_, _| {}).is_none_or(|truth| truth == outcome)
    })
}

/// The outcome of a comparison of `tasks_for`, or a slice of it, with strings; none for anything else.
fn compared(text: &str, tasks_for: &str) -> Option<bool> {
    let (tokens, end) = expr::tokens(text);
    let is_plain = |token: &Token| match token.lexeme {
        Lexeme::Name => matches!(token.text(text), "tasks_for" | "in"),
        Lexeme::Sign => matches!(token.text(text), "==" | "!=" | "[" | "]" | ":" | "," | "-"),
        Lexeme::Number => token.text(text).chars().all(|c| c.is_ascii_digit()),
        Lexeme::Str => token.string(text).is_some_and(|string| string.is_ascii()),
    };
    let comparisons = tokens.iter().filter(|token| matches!(token.text(text), "==" | "!=" | "in"));
    let is_one = comparisons.count() == 1 && end >= text.trim_end().len();
    if !is_one || !tokens.iter().all(is_plain) || tokens[0].text(text) != "tasks_for" {
        return None;
    }
    let template = json!({"$if": text, "then": true, "else": false});
    render_value(&template, &json!({"tasks_for": tasks_for})).ok()?.as_bool()
}
