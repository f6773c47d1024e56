//! The trust domain that a template's tasks are indexed under.

use crate::jsone::{Context, Memory, Renderer};
use crate::patch::retrigger;
use crate::template::Template;
use serde_json::Value;

/// The trust domain of the task that the first retrigger of `contexts` that renders one gets: the second
/// word of its route `index.<trust domain>.v2.<project>.…`, under which taskgraph's actions look for each
/// other. None where there is no such task, or no such route.
pub fn trust_domain(template: &Template, contexts: &[&Context]) -> Option<String> {
    let (renderer, mut memory) = (Renderer::new(template), Memory::default());
    let retriggers = contexts.iter().filter(|context| retrigger::needs_no_clone(context));
    let task = retriggers
        .filter_map(|context| renderer.render_with(&mut memory, context).ok())
        .find(|task| task.get("routes").is_some())?;
    task["routes"].as_array()?.iter().filter_map(Value::as_str).find_map(|route| {
        let mut words = route.split('.');
        let is_index = words.next() == Some("index");
        let domain = words.next().filter(|domain| is_index && !domain.is_empty())?;
        (words.next() == Some("v2")).then(|| domain.to_owned())
    })
}
