//! Patching: where the fast path goes, the new text, and what state a file is in.

pub mod edit;
pub mod recipe;
pub mod retrigger;
pub mod sites;

pub use recipe::{Origin, Recipe};

use crate::error::{Error, Result};
use crate::jsone::Context;
use crate::template::{Path, Template, Text};
use sites::Reach;

/// What a file is, with regard to the fast path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// No retrigger renders a task: there is nothing to patch, for this reason.
    NotApplicable(String),
    /// It has no fast path.
    Unpatched,
    /// It has the fast path at every site, exactly as the recipe has it.
    Current,
    /// It was patched by an older recipe, or payloads came or went since: what is out of date.
    Stale(String),
    /// Somebody edited the fast path: what differs.
    Edited(String),
}

/// A template taken apart: without the fast path, and with it where it belongs.
#[derive(Debug, Clone)]
pub struct Patch {
    /// The state of the file as it was read.
    pub state: State,
    /// The template with every fast path taken out.
    pub before: Template,
    /// The template with the fast path at every site; as `before` where there are none.
    pub after: Template,
    /// The paths of the payloads that retriggers reach, in the text's order.
    pub sites: Vec<Path>,
}

impl Patch {
    /// Works out the patch of a template.
    ///
    /// `contexts` are what decides which payloads a retrigger reaches. Errs, with the place, where
    /// the template cannot be patched: a payload that comes out of an expression or an alias, that
    /// stands inside braces, a fast path edited beyond recognition, or one of a newer recipe.
    pub fn plan<'c>(
        template: &Template,
        recipe: &Recipe,
        contexts: impl IntoIterator<Item = &'c Context>,
    ) -> Result<Patch> {
        let wrappers = edit::wrappers(template.value());
        for path in &wrappers {
            if let Some(newer) = origin(template, path).filter(|origin| *origin > recipe.origin()) {
                return Err(Error::new(format!("the fast path is of {newer}, a newer one"))
                    .at(template.place(path))
                    .help("update tc-retrigger"));
            }
        }
        let before = take_out(template, &wrappers)?;
        let mut sites = match sites::find(before.value(), contexts) {
            Reach::Sites(sites) => sites,
            Reach::Nothing(reason) => {
                let state = match wrappers.first() {
                    None => State::NotApplicable(reason),
                    Some(path) => {
                        let line = template.line(path);
                        State::Stale(format!("no retrigger reaches the fast path on line {line}"))
                    }
                };
                let after = before.clone();
                return Ok(Patch { state, before, after, sites: Vec::new() });
            }
            Reach::Elsewhere(context) => {
                let task = Path::root().key("tasks").index(0);
                return Err(Error::new(format!(
                    "in context {context} the task's payload comes out of an expression"
                ))
                .at(before.place(&task))
                .help("write it under a key `payload`"));
            }
        };
        sites.sort_by_key(|path| before.root().closest(path).start);
        let text = edit::wrap(&before, &sites, recipe)?;
        let after = Template::parse(Text::new(text))?;
        let state = state(template, &after, &wrappers, &sites, recipe);
        Ok(Patch { state, before, after, sites })
    }
}

/// The template with every fast path taken out; the template itself where it has none.
///
/// Errs where a fast path was edited beyond recognition, or is written where no lines can be moved.
pub fn revert(template: &Template) -> Result<Template> {
    take_out(template, &edit::wrappers(template.value()))
}

fn take_out(template: &Template, wrappers: &[Path]) -> Result<Template> {
    for path in wrappers {
        if path.find(template.value()).is_some_and(|value| edit::inside(value).is_none()) {
            return Err(Error::new("the fast path was edited beyond recognition")
                .at(template.place(path))
                .help("take it out by hand, then patch again"));
        }
    }
    if wrappers.is_empty() {
        return Ok(template.clone());
    }
    Template::parse(Text::new(edit::unwrap(template, wrappers)?))
}

fn state(
    template: &Template,
    after: &Template,
    wrappers: &[Path],
    sites: &[Path],
    recipe: &Recipe,
) -> State {
    if wrappers.is_empty() {
        return State::Unpatched;
    }
    if template.text().as_str() == after.text().as_str() {
        return State::Current;
    }
    let old = wrappers.iter().filter_map(|path| origin(template, path)).min();
    if let Some(old) = old.filter(|old| *old < recipe.origin()) {
        return State::Stale(format!("it has {old}; this is {}", recipe.origin()));
    }
    if let Some(site) = sites.iter().find(|site| !wrappers.contains(site)) {
        let line = template.line(site);
        return State::Stale(format!("the payload on line {line} has no fast path"));
    }
    if let Some(extra) = wrappers.iter().find(|path| !sites.contains(path)) {
        let line = template.line(extra);
        return State::Stale(format!("no retrigger reaches the fast path on line {line}"));
    }
    let lines = template.text().as_str().lines().zip(after.text().as_str().lines());
    let same = lines.take_while(|(is, wanted)| is == wanted).count();
    State::Edited(format!("the fast path differs from the recipe on line {}", same + 1))
}

/// The origin that the comment above a wrapper tells.
fn origin(template: &Template, wrapper: &Path) -> Option<Origin> {
    let text = template.text();
    let (start, end) = (template.line(wrapper), template.place(wrapper).line);
    (start..=end).find_map(|line| Origin::told(text.line(line)))
}
