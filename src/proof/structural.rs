//! The structural proof: for all contexts, not just for samples.
//!
//! If the new value is the old one with some payloads `P` replaced by the wrapper around `P`, and
//! the wrapper is the known one, then wherever its guard is false the new template renders what
//! the old one does. [`check`] looks at every premise of that sentence; `docs/proof.md` argues it.

use crate::jsone::expr;
use crate::jsone::walk::{self, operator};
use crate::patch::recipe::{SCRIPT, VARIABLE};
use crate::patch::vanish::may_vanish;
use crate::patch::{Recipe, edit};
use crate::proof::{flow, order};
use crate::template::value::is_same;
use crate::template::{Path, Step, Template, type_name};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Python's json-e recurses two calls deep for each operator of an expression, of the 1,000 that the
/// interpreter allows; real expressions have less than 100 tokens.
const MOST_TOKENS: usize = 300;

/// Whether the structural proof holds, and if not, the first premise that fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Structural {
    /// Whether all premises hold.
    pub holds: bool,
    /// What fails, and where; empty where the proof holds.
    pub reason: String,
}

impl From<Result<(), String>> for Structural {
    fn from(result: Result<(), String>) -> Self {
        Structural { holds: result.is_ok(), reason: result.err().unwrap_or_default() }
    }
}

/// Checks the premises for `new` against `old`, where retriggers reach the payloads at `reached`.
pub fn check(old: &Template, new: &Template, recipe: &Recipe, reached: &[Path]) -> Structural {
    premises(old, new, recipe, reached).into()
}

fn premises(
    old: &Template,
    new: &Template,
    recipe: &Recipe,
    reached: &[Path],
) -> Result<(), String> {
    if recipe.guard() != Recipe::built_in().guard() {
        return Err("the recipe's guard is not the known one, which is total".to_owned());
    }
    if let Some((path, key)) = walk::stray(old.value()) {
        return Err(format!(
            "beside an operator stands the key {key}, which one engine may ignore (line {} of the old \
             file)",
            old.line(&path.key(key.as_str()))
        ));
    }
    let mut wrapped = Vec::new();
    compare(old.value(), new.value(), &Path::root(), &mut wrapped, recipe)
        .map_err(|(path, what)| format!("{what} (line {} of the new file)", new.line(&path)))?;
    for path in &wrapped {
        let at = || format!("line {} of the new file", new.line(path));
        if !reached.contains(path) {
            return Err(format!("no retrigger reaches the fast path on {}", at()));
        }
        let vanishes =
            |by_eval| path.find(old.value()).is_some_and(|value| may_vanish(value, by_eval));
        if vanishes(false) {
            return Err(format!(
                "the payload on {} may render to nothing, which a variable cannot hold",
                at()
            ));
        }
        if vanishes(true)
            && let Some(outcome) = vanishing_match(old.value(), &Path::root())
        {
            return Err(format!(
                "the payload on {} comes out of an expression, and an outcome of `$match` may \
                 render to nothing (line {} of the old file), which a variable cannot hold",
                at(),
                old.line(&outcome)
            ));
        }
        if let Some(inside) = path.find(old.value()).and_then(long_expression) {
            let inside = inside.steps().iter().fold(path.clone(), |path, step| path.step(step));
            return Err(format!(
                "the expression on line {} of the old file is longer than {MOST_TOKENS} tokens: with a \
                 wrapper around it, Python could meet its limit of recursion",
                old.line(&inside)
            ));
        }
        bindings(new, path, recipe)?;
    }
    if let Some(path) = reached.iter().find(|path| !wrapped.contains(path)) {
        return Err(format!(
            "a retrigger reaches the payload on line {} of the new file, which has no fast path",
            new.line(path)
        ));
    }
    if wrapped.is_empty() {
        return order::check(old, new);
    }
    uses_variable(old)?;
    flow::check(old, &wrapped)?;
    order::check(old, new)
}

/// The first expression in a payload that is longer than [`MOST_TOKENS`], by its path in there.
fn long_expression(payload: &Value) -> Option<Path> {
    let mut found = None;
    walk::visit(payload, &mut |path, _, text| {
        if expr::tokens(text).0.len() > MOST_TOKENS {
            found.get_or_insert_with(|| path.clone());
        }
    });
    found
}

/// The first outcome of a `$match` that may render to nothing: its list then holds that nothing as
/// an item, which an expression can pass on.
fn vanishing_match(value: &Value, path: &Path) -> Option<Path> {
    let inside = |key: &str, value| vanishing_match(value, &path.key(key));
    match value {
        Value::Object(map) => {
            // A `$find` renders what it found again, `$$match` then as `$match`.
            let cases = map.get("$match").or(map.get("$$match")).and_then(Value::as_object);
            let vanishing = cases.into_iter().flatten().find(|(_, value)| may_vanish(value, false));
            let is_found_again = map.contains_key("$$match");
            let vanishing = vanishing
                .or(cases.filter(|_| is_found_again).and_then(|cases| cases.iter().next()));
            match vanishing {
                Some(_) if is_found_again => Some(path.key("$$match")),
                Some((condition, _)) => Some(path.key("$match").key(condition)),
                None => map.iter().find_map(|(key, value)| inside(key, value)),
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(at, value)| vanishing_match(value, &path.index(at)))
        }
        _ => None,
    }
}

/// Walks both values; collects the paths of wrappers that are new. Errs with the first place
/// where the values differ otherwise.
fn compare(
    old: &Value,
    new: &Value,
    path: &Path,
    wrapped: &mut Vec<Path>,
    recipe: &Recipe,
) -> Result<(), (Path, String)> {
    if is_same(old, new) {
        return Ok(());
    }
    let differ = |path: &Path, what: &str| Err((path.clone(), format!("{path} {what}")));
    if let Some(payload) = edit::inside(new).filter(|_| edit::inside(old).is_none()) {
        is_known(new, path, recipe)?;
        wrapped.push(path.clone());
        let inner = path.key("$let").key(VARIABLE);
        let mut nested = Vec::new();
        compare(old, payload, &inner, &mut nested, recipe)?;
        return match nested.into_iter().next() {
            Some(path) => differ(&path, "has a fast path inside of another's payload"),
            None => Ok(()),
        };
    }
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in new {
                let inside = path.key(key);
                match old.get(key) {
                    Some(old) => compare(old, value, &inside, wrapped, recipe)?,
                    None => return differ(&inside, "is new"),
                }
            }
            match old.keys().find(|key| !new.contains_key(*key)) {
                Some(gone) => differ(path, &format!("has lost its key {gone:?}")),
                None => Ok(()),
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for (at, (old, new)) in old.iter().zip(new).enumerate() {
                compare(old, new, &path.index(at), wrapped, recipe)?;
            }
            match old.len() == new.len() {
                true => Ok(()),
                false => differ(path, &format!("had {} items and has {}", old.len(), new.len())),
            }
        }
        (Value::Object(_) | Value::Array(_), _) | (_, Value::Object(_) | Value::Array(_)) => {
            differ(path, &format!("was {} and is {}", type_name(old), type_name(new)))
        }
        _ => differ(path, &format!("was {old} and is {new}")),
    }
}

fn is_known(wrapper: &Value, path: &Path, recipe: &Recipe) -> Result<(), (Path, String)> {
    let (found, wanted) = (&wrapper["in"], recipe.value());
    let is_bound = wrapper["$let"].get(SCRIPT) == Some(&recipe.bound_script());
    if found == wanted && is_bound {
        return Ok(());
    }
    let inner = path.key("in");
    let what = if found == wanted {
        (path.key("$let").key(SCRIPT), "the fast path's script is not the recipe's")
    } else if found.get("$if") != wanted.get("$if") {
        (inner.key("$if"), "the guard is not the known one")
    } else if found.get("else") != wanted.get("else") {
        (inner.key("else"), "the fast path's `else` is not the bare variable")
    } else if found.get("then") != wanted.get("then") {
        (inner.key("then"), "the fast path's `then` is not the recipe's")
    } else {
        (inner, "the fast path has a key that the recipe has not")
    };
    Err((what.0, what.1.to_owned()))
}

/// No operator around the payload gives the guard's names another meaning.
fn bindings(new: &Template, path: &Path, recipe: &Recipe) -> Result<(), String> {
    let names = recipe.names();
    let mut around = Path::root();
    for step in path.steps() {
        let value = around.find(new.value()).and_then(Value::as_object);
        if let (Some(map), Step::Key(key)) = (value, step) {
            let line = new.line(&around.key(key));
            let bound = match operator(map) {
                Some("$find") if key == "$find" => {
                    return Err(format!(
                        "the fast path is in a `$find`, which renders its items twice \
                         (line {line} of the new file)"
                    ));
                }
                Some("$let") if key == "in" => bound_names(&map["$let"]).ok_or_else(|| {
                    format!("what the `$let` on line {line} binds cannot be told from the file")
                })?,
                Some("$map" | "$reduce" | "$find" | "$sort") if key.ends_with(')') => {
                    each_names(key)
                }
                _ => Vec::new(),
            };
            if let Some(name) = bound.iter().find(|name| names.contains(&name.as_str())) {
                return Err(format!(
                    "{name} is bound again around the fast path (line {line} of the new file)"
                ));
            }
        }
        around = around.step(step);
    }
    Ok(())
}

/// The names that the value of a `$let` binds, over all its outcomes; none where that cannot be
/// told without rendering.
fn bound_names(value: &Value) -> Option<Vec<String>> {
    let map = value.as_object()?;
    let all = |values: &mut dyn Iterator<Item = &Value>| -> Option<Vec<String>> {
        values.map(bound_names).collect::<Option<Vec<_>>>().map(|names| names.concat())
    };
    match operator(map) {
        None if map.keys().any(|key| key.contains("${")) => None,
        None => Some(map.keys().cloned().collect()),
        Some(name @ ("$merge" | "$mergeDeep")) => all(&mut map[name].as_array()?.iter()),
        Some("$if") => all(&mut map.iter().filter(|(key, _)| *key != "$if").map(|(_, v)| v)),
        Some("$switch") => all(&mut map["$switch"].as_object()?.values()),
        Some("$let") => bound_names(map.get("in")?),
        Some(_) => None,
    }
}

/// The names in `each(x, i)` or `by(x)`.
fn each_names(key: &str) -> Vec<String> {
    let inside = key.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
    inside.split(',').map(|name| name.trim().to_owned()).collect()
}

/// The wrapper's variable is used nowhere in the old template.
fn uses_variable(old: &Template) -> Result<(), String> {
    let mut used = None;
    walk::visit(old.value(), &mut |path, _, text| {
        if expr::names(text, &expr::tokens(text).0).contains(&VARIABLE) {
            used.get_or_insert_with(|| path.clone());
        }
    });
    match used {
        Some(path) => Err(format!(
            "the old file already uses the variable {VARIABLE} (line {})",
            old.line(&path)
        )),
        None => Ok(()),
    }
}
