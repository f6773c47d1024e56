//! A counterexample that a person can use: the smallest context that still shows the difference,
//! and the conditions that decide it.

use super::sampled::{self, Counterexample, Detail};
use crate::coverage::{self, Decided};
use crate::jsone::{Context, Memory, Renderer};
use crate::patch::Recipe;
use crate::template::Template;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// How many renders making a context smaller may cost, on each side.
const MOST_TRIES: usize = 400;

/// Adds to a counterexample, found in `context`, what explains it.
pub fn explain(
    example: &mut Counterexample,
    context: &Context,
    old: &Template,
    new: &Template,
    recipe: &Recipe,
) {
    let (before, after) = (Renderer::new(old), Renderer::new(new));
    let path = example.path.clone();
    let shows = |value: &Map<String, Value>| {
        let context = Context::new(context.name.clone(), Value::Object(value.clone()));
        context.is_ok_and(|context| {
            let found = sampled::sample(&before, &after, recipe, &context, &mut Memory::default());
            found.is_some_and(|found| found.path == path)
        })
    };
    let Value::Object(mut value) = context.value() else { return };
    let mut tries = MOST_TRIES;
    shrink(&mut value, &mut Vec::new(), &shows, &mut tries);
    let Ok(smallest) = Context::new(context.name.clone(), Value::Object(value.clone())) else {
        return;
    };
    if let Some(found) = sampled::sample(&before, &after, recipe, &smallest, &mut Memory::default())
    {
        (example.old, example.new) = (found.old, found.new);
    }
    let lines = deciding(&smallest, old, new);
    example.detail = Some(Detail { context: Value::Object(value), lines });
}

/// Drops from the mapping at `at` what the difference does not need, whole branches first.
fn shrink(
    root: &mut Map<String, Value>,
    at: &mut Vec<String>,
    shows: &dyn Fn(&Map<String, Value>) -> bool,
    tries: &mut usize,
) {
    let Some(here) = find(root, at) else { return };
    let keys: Vec<String> = here.keys().cloned().collect();
    for key in keys {
        // Without it, nothing tells which service renders.
        if *tries == 0 || (at.is_empty() && key == "tasks_for") {
            continue;
        }
        *tries -= 1;
        let mut smaller = root.clone();
        let removed = find(&mut smaller, at).and_then(|map| map.remove(&key));
        if shows(&smaller) {
            *root = smaller;
        } else if matches!(removed, Some(Value::Object(_))) {
            at.push(key);
            shrink(root, at, shows, tries);
            at.pop();
        }
    }
}

fn find<'m>(root: &'m mut Map<String, Value>, at: &[String]) -> Option<&'m mut Map<String, Value>> {
    at.iter().try_fold(root, |map, key| map.get_mut(key)?.as_object_mut())
}

/// The conditions of the new file that this context decides in a way that the old file's do not
/// know; where there is none, all that the new file's outcome rests on.
fn deciding(context: &Context, old: &Template, new: &Template) -> Vec<Decided> {
    let (known, all) = (coverage::decided(old, context), coverage::decided(new, context));
    let known: HashSet<_> = known.iter().map(|one| (&one.condition, one.outcome)).collect();
    let is_fresh = |one: &&Decided| !known.contains(&(&one.condition, one.outcome));
    let fresh: Vec<Decided> = all.iter().filter(is_fresh).cloned().collect();
    if fresh.is_empty() { all } else { fresh }
}
