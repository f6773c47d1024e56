//! A patched file whose mutants are judged.

use std::collections::HashSet;

use tc_retrigger::coverage::derive;
use tc_retrigger::jsone::{Context, families};
use tc_retrigger::patch::{Patch, Recipe, retrigger};
use tc_retrigger::template::text::is_blank;
use tc_retrigger::template::{Path, Template, Text};

use super::files::File;

/// A patched file, with all that judging its mutants needs.
pub struct Subject {
    /// What it is called in messages.
    pub name: String,
    /// Before.
    pub old: Template,
    /// After.
    pub patched: Template,
    /// Where the fast path is.
    pub sites: Vec<Path>,
    /// The built-in contexts and those of the file's own literals.
    pub contexts: Vec<Context>,
    /// The lines (from 0) of each region.
    pub regions: Vec<(&'static str, Vec<usize>)>,
}

impl Subject {
    /// The file patched; none where it cannot be.
    pub fn new(file: &File, recipe: &Recipe, derive: bool) -> Option<Subject> {
        let template = Template::parse(Text::new(&*file.text)).ok()?;
        let patch = Patch::plan(&template, recipe, families::contexts()).ok()?;
        if patch.sites.is_empty() {
            return None;
        }
        let derived = if derive {
            derive::contexts(patch.before.value(), &retrigger::needs_no_clone)
        } else {
            Vec::new()
        };
        let contexts = families::contexts().cloned().chain(derived).collect();
        let regions = regions(&patch);
        let Patch { before: old, after: patched, sites, .. } = patch;
        Some(Subject { name: file.name.clone(), old, patched, sites, contexts, regions })
    }

    /// The positions of at most `number` of the contexts, spread over all families.
    pub fn chosen(&self, number: usize) -> Vec<usize> {
        let step = self.contexts.len().div_ceil(number).max(1);
        (0..self.contexts.len()).step_by(step).collect()
    }
}

/// The lines of the fast path's parts, of the old payloads, and all others.
fn regions(patch: &Patch) -> Vec<(&'static str, Vec<usize>)> {
    let (template, text) = (&patch.after, patch.after.text());
    let parts = [("guard", "$if"), ("then and script", "then"), ("else", "else")];
    let mut regions: Vec<(&'static str, Vec<usize>)> = Vec::new();
    let mut taken = HashSet::new();
    let mut add = |name, path: &Path| {
        let node = template.root().closest(path);
        let lines = template.line(path) - 1..text.line_of(node.end);
        let lines: Vec<usize> = lines.filter(|line| taken.insert(*line)).collect();
        match regions.iter_mut().find(|(known, _)| *known == name) {
            Some((_, all)) => all.extend(lines),
            None => regions.push((name, lines)),
        }
    };
    for site in &patch.sites {
        add("old payload", &site.key("$let").key("clonePayload"));
        parts.iter().for_each(|(name, key)| add(name, &site.key("in").key(*key)));
    }
    let rest = (0..text.line_count()).filter(|line| !taken.contains(line));
    let rest = rest.filter(|line| !is_blank(text.line(line + 1))).collect();
    regions.push(("outside", rest));
    regions.retain(|(_, lines)| !lines.is_empty());
    regions
}
