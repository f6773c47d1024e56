//! Renders of a template with a part replaced, by parts.

use crate::jsone::context::Context;
use crate::jsone::engine::Rendered;
use crate::jsone::memory::Memory;
use crate::jsone::parts::Parts;
use crate::template::Path;
use serde_json::Value;
use std::collections::HashMap;

/// What was asked of one template, with parts of it replaced: the same is asked in many contexts.
#[derive(Debug, Default)]
pub struct Probes {
    /// The template with a value at a path, in parts; by the path and the value.
    known: HashMap<(String, String), Option<Parts>>,
    memory: Memory,
}

impl Probes {
    /// Renders what is at `start` of the template, with `part` at `path`. `plain` renders the same as the
    /// engine does by itself.
    pub fn render(
        &mut self,
        template: &Value,
        start: &Path,
        path: &Path,
        part: Value,
        context: &Context,
        plain: &dyn Fn(&Value) -> Rendered,
    ) -> Rendered {
        let replaced = || {
            let mut whole = template.clone();
            if let Some(place) = path.find_mut(&mut whole) {
                *place = part.clone();
            }
            start.find(&whole).cloned().unwrap_or_default()
        };
        let key = (path.to_string(), part.to_string());
        let parts = self.known.entry(key).or_insert_with(|| Parts::of(&replaced()));
        let names = context.names().ok().filter(|_| context.is_plain());
        let by_parts = parts
            .as_ref()
            .zip(names)
            .and_then(|(parts, names)| parts.render(names, &mut self.memory));
        by_parts.unwrap_or_else(|| plain(&replaced()))
    }
}
