//! The sampled proof: old and new template, rendered side by side in many contexts.
//!
//! Both are rendered by parts with one memory, so that the engine is asked once for a part that both have
//! and that reads the same. Each template still leads to its own parts by its own conditions, and what both
//! come to is compared whole, value for value, in each context: no subtree is taken to be the same. That
//! the comparison can fail, `tests/mutants.rs` shows: what it edits inside of a patched file differs.

use crate::coverage::Decided;
use crate::jsone::{Context, Memory, Rendered, Renderer, render_value};
use crate::patch::{Recipe, retrigger};
use crate::proof::contract;
use crate::template::Path;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::borrow::Cow;

/// How many of the contexts rendered alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All contexts.
    pub total: usize,
    /// Those in which the new template renders what it must.
    pub equal: usize,
    /// Those in which it does not.
    pub different: usize,
    /// Those, of `total`, whose task takes the fast path.
    pub retrigger: usize,
}

impl Counts {
    /// Adds the counts of other renders.
    pub fn add(&mut self, other: Counts) {
        self.total += other.total;
        self.equal += other.equal;
        self.different += other.different;
        self.retrigger += other.retrigger;
    }
}

/// A context in which the new template does not render what it must.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counterexample {
    /// The context's name.
    pub context: String,
    /// Where in what is rendered.
    pub path: Path,
    /// What must be there: the old template's value, or for a retrigger what the fast path promises.
    /// Null where nothing must be there.
    pub old: Value,
    /// What the new template renders there. A message where it raises.
    pub new: Value,
    /// What explains it; only the first counterexample of a proof has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Detail>,
}

/// What explains a counterexample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// The smallest context found that shows the difference.
    pub context: Value,
    /// The conditions of the new template that decide it, as far as conditions do.
    pub lines: Vec<Decided>,
}

/// What one context shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// What the old template renders.
    pub old: Rendered,
    /// What the new one renders.
    pub new: Rendered,
    /// Whether it is a retrigger whose task takes the fast path.
    pub is_retrigger: bool,
    /// Where the new one does not render what it must.
    pub violation: Option<contract::Violation>,
}

/// What must come out of the new template for a context, judged by the old one's render.
struct Expected<'o> {
    rendered: Cow<'o, Rendered>,
    /// The old payload, where the task is a retrigger that takes the fast path.
    clone: Option<Value>,
}

/// Renders both templates in all `contexts`, with what `memory` knows. Counterexamples come in the
/// contexts' order, one for each context.
pub fn run(
    old: &Renderer,
    new: &Renderer,
    recipe: &Recipe,
    contexts: &[&Context],
    memory: &mut Memory,
) -> (Counts, Vec<Counterexample>) {
    let (mut counts, mut found) = (Counts::default(), Vec::new());
    for context in contexts {
        let sample = judge(old, new, recipe, context, memory);
        counts.total += 1;
        counts.retrigger += usize::from(sample.is_retrigger);
        match sample.violation {
            None => counts.equal += 1,
            Some((path, old, new)) => {
                counts.different += 1;
                let context = context.name.clone();
                found.push(Counterexample { context, path, old, new, detail: None });
            }
        }
    }
    (counts, found)
}

/// Renders both templates in one context, with what `memory` knows, and judges the new one's render by the
/// old one's.
pub fn judge(
    old: &Renderer,
    new: &Renderer,
    recipe: &Recipe,
    context: &Context,
    memory: &mut Memory,
) -> Sample {
    let (old, new) = (old.render_with(memory, context), new.render_with(memory, context));
    let expected = expected(&old, context, recipe);
    let violation = difference(&expected, &new, context, recipe);
    let is_retrigger = expected.clone.is_some();
    Sample { old, new, is_retrigger, violation }
}

/// The counterexample that one context makes, if it makes one.
pub fn sample(
    old: &Renderer,
    new: &Renderer,
    recipe: &Recipe,
    context: &Context,
    memory: &mut Memory,
) -> Option<Counterexample> {
    run(old, new, recipe, &[context], memory).1.pop()
}

fn expected<'o>(old: &'o Rendered, context: &Context, recipe: &Recipe) -> Expected<'o> {
    let payload = match old {
        Ok(task) if retrigger::needs_no_clone(context) => {
            task.get("payload").filter(|payload| retrigger::is_action(payload)).cloned()
        }
        _ => None,
    };
    let Some(clone) = payload else {
        return Expected { rendered: Cow::Borrowed(old), clone: None };
    };
    let variables = recipe.variables(clone.clone());
    let rendered = old.clone().and_then(|mut task| {
        task["payload"] = render_value(&recipe.value()["then"], &variables)?;
        Ok(task)
    });
    Expected { rendered: Cow::Owned(rendered), clone: Some(clone) }
}

fn difference(
    expected: &Expected,
    got: &Rendered,
    context: &Context,
    recipe: &Recipe,
) -> Option<contract::Violation> {
    let (wanted, found) = match (expected.rendered.as_ref(), got) {
        (Err(wanted), Err(found)) if expected.clone.is_none() => {
            let (wanted, found) = (json!(wanted), json!(found));
            return (wanted != found).then(|| (Path::root(), wanted, found));
        }
        // The old template renders a task, and the fast path cannot be made of its payload.
        (Err(_), _) if expected.clone.is_some() => {
            let found = got.as_ref().map_or_else(|err| json!(err), |task| task["payload"].clone());
            let wanted = json!("a payload with image, features, env and artifacts.public");
            return Some((Path::root().key("payload"), wanted, found));
        }
        (Ok(wanted), Ok(found)) => (wanted, found),
        (wanted, found) => {
            let show =
                |rendered: &Rendered| rendered.as_ref().map_or_else(|e| json!(e), Value::clone);
            return Some((Path::root(), show(wanted), show(found)));
        }
    };
    first_difference(wanted, found, &Path::root()).or_else(|| {
        let clone = expected.clone.as_ref()?;
        contract::check(context, recipe, clone, &found["payload"]).into_iter().next()
    })
}

/// The first place where two values differ: null stands for nothing.
pub fn first_difference(old: &Value, new: &Value, path: &Path) -> Option<(Path, Value, Value)> {
    if old == new {
        return None;
    }
    let whole = || Some((path.clone(), old.clone(), new.clone()));
    match (old, new) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            keys.into_iter()
                .find_map(|key| {
                    let side = |map: &serde_json::Map<String, Value>| map.get(key).cloned();
                    first_difference(
                        &side(a).unwrap_or_default(),
                        &side(b).unwrap_or_default(),
                        &path.key(key),
                    )
                })
                // A key with the value null on one side only.
                .or_else(whole)
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .enumerate()
            .find_map(|(at, (a, b))| first_difference(a, b, &path.index(at))),
        _ => whole(),
    }
}
