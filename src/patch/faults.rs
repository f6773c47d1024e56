//! What is wrong with a template that raises for retriggers.

use crate::error::Place;
use crate::jsone::expr;
use crate::jsone::walk;
use crate::jsone::{Context, Memory, Probes, Renderer};
use crate::patch::vanish::may_vanish;
use crate::template::{Path, Template};
use serde_json::Value;

/// A place in a template that raises for retriggers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The value or expression that raises.
    pub path: Path,
    /// Whether it is the key at that path that raises, not the value.
    pub is_key: bool,
    /// The error in the words of Python's json-e, with its class and its location in the task.
    pub error: String,
    /// The contexts in which it is raised, one at least.
    pub contexts: Vec<String>,
}

/// The fields of `parameters` that a template reads as if they were there.
pub fn parameters_read(document: &Value) -> Vec<String> {
    let mut fields = Vec::new();
    walk::visit(document, &mut |_, _, text| {
        let (tokens, _) = expr::tokens(text);
        for part in tokens.windows(3) {
            if let [of, dot, field] = part
                && (of.text(text), dot.text(text)) == ("parameters", ".")
                && !fields.iter().any(|known| known == field.text(text))
            {
                fields.push(field.text(text).to_owned());
            }
        }
    });
    fields
}

/// Whether an expression calls `split`, of which the Rust engine drops empty parts.
pub fn uses_split(document: &Value) -> bool {
    let mut uses = false;
    walk::visit(document, &mut |_, _, text| {
        uses |= expr::names(text, &expr::tokens(text).0).contains(&"split");
    });
    uses
}

/// The faults of a document that raises in the contexts `raised`, and does so without its fast path, too
/// (`before`), each once. What a context raises only because it lacks what its own decision task would
/// send is none. Nor is, where other retriggers `have_rendered`, a name that the template binds for some
/// repositories only: the others are not its own.
pub fn faults(
    document: &Value,
    before: &Value,
    raised: &[Context],
    have_rendered: bool,
) -> Vec<Fault> {
    let without = Renderer::of_value(before);
    let parameters = parameters_read(document);
    let renderer = Renderer::of_value(document);
    let mut faults: Vec<Fault> = Vec::new();
    let (mut memory, mut probes) = (Memory::default(), Probes::default());
    for original in raised {
        let context = original.completed(&parameters);
        // What only the fast path raises is an edit of it.
        if without.render_with(&mut memory, &context).is_ok() {
            continue;
        }
        let Err(words) = renderer.render_with(&mut memory, &context) else { continue };
        let name = original.name.clone();
        let fault = renderer.raise_with(&mut probes, &context, &words);
        if have_rendered && is_left_open(document, &fault.error) {
            continue;
        }
        match faults.iter_mut().find(|known| known.path == fault.path && known.error == fault.error)
        {
            Some(known) => known.contexts.push(name),
            None => {
                let (path, is_key, error) = (fault.path, fault.is_key, fault.error);
                faults.push(Fault { path, is_key, error, contexts: vec![name] });
            }
        }
    }
    faults
}

/// Whether an error is that of a name or a property that the template has for some cases only: the value
/// under that key may render to nothing.
fn is_left_open(document: &Value, error: &str) -> bool {
    let name = error.split_once("unknown context value ").map(|(_, name)| name).or_else(|| {
        error.split_once("object has no property \"").and_then(|(_, rest)| rest.strip_suffix('"'))
    });
    fn has_open(value: &Value, name: &str) -> bool {
        match value {
            Value::Object(map) => {
                map.get(name).is_some_and(|value| may_vanish(value, false))
                    || map.values().any(|value| has_open(value, name))
            }
            Value::Array(items) => items.iter().any(|item| has_open(item, name)),
            _ => false,
        }
    }
    name.is_some_and(|name| has_open(document, name))
}

impl Fault {
    /// Where it is in a template.
    pub fn place(&self, template: &Template) -> Place {
        template.place_of(&self.path, self.is_key)
    }
}
