//! Patching: where the branch goes, the new text, and what state a file is in.

pub mod branch;
pub mod edit;
pub mod retrigger;
pub mod sites;

pub use branch::Branch;

use crate::error::{Error, Result};
use crate::jsone::Context;
use crate::template::{Path, Template, Text};
use sites::Reach;

/// What a file is, with regard to the branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// No retrigger renders a task: there is nothing to patch, for this reason.
    NotApplicable(String),
    /// It has no branch.
    Unpatched,
    /// It has the branch at every site, exactly as this version writes it.
    Current,
    /// It was patched by another version, or payloads came or went since: what is out of date.
    Stale(String),
    /// Somebody edited the branch: what differs.
    Tampered(String),
}

/// A template taken apart: without the branch, and with it where it belongs.
#[derive(Debug, Clone)]
pub struct Patch {
    /// The state of the file as it was read.
    pub state: State,
    /// The template with every branch taken out.
    pub before: Template,
    /// The template with the branch at every site; as `before` where there are none.
    pub after: Template,
    /// The paths of the payloads that retriggers reach, in the text's order.
    pub sites: Vec<Path>,
}

impl Patch {
    /// Works out the patch of a template.
    ///
    /// `contexts` are what decides which payloads a retrigger reaches. Errs, with the place, where
    /// the template cannot be patched: a payload that comes out of an expression or an alias, that
    /// stands inside braces, a branch edited beyond recognition, or a newer version's branch.
    pub fn plan<'c>(
        template: &Template,
        branch: &Branch,
        contexts: impl IntoIterator<Item = &'c Context>,
    ) -> Result<Patch> {
        let wrappers = edit::wrappers(template.value());
        for path in &wrappers {
            if version(template, path).is_some_and(|version| version > branch.version()) {
                return Err(Error::new("the branch is of a newer version of the patch")
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
                        State::Stale(format!("no retrigger reaches the branch on line {line}"))
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
        let text = edit::wrap(&before, &sites, branch)?;
        let after = Template::parse(Text::new(text))?;
        let state = state(template, &after, &wrappers, &sites, branch);
        Ok(Patch { state, before, after, sites })
    }
}

/// The template with every branch taken out; the template itself where it has none.
///
/// Errs where a branch was edited beyond recognition, or is written where no lines can be moved.
pub fn revert(template: &Template) -> Result<Template> {
    take_out(template, &edit::wrappers(template.value()))
}

fn take_out(template: &Template, wrappers: &[Path]) -> Result<Template> {
    for path in wrappers {
        if path.find(template.value()).is_some_and(|value| edit::inside(value).is_none()) {
            return Err(Error::new("the branch was edited beyond recognition")
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
    branch: &Branch,
) -> State {
    if wrappers.is_empty() {
        return State::Unpatched;
    }
    if template.text().as_str() == after.text().as_str() {
        return State::Current;
    }
    let old = wrappers.iter().filter_map(|path| version(template, path)).min();
    if let Some(old) = old.filter(|old| *old < branch.version()) {
        return State::Stale(format!("it has patch {old}; this is patch {}", branch.version()));
    }
    if let Some(site) = sites.iter().find(|site| !wrappers.contains(site)) {
        let line = template.line(site);
        return State::Stale(format!("the payload on line {line} has no branch"));
    }
    if let Some(extra) = wrappers.iter().find(|path| !sites.contains(path)) {
        let line = template.line(extra);
        return State::Stale(format!("no retrigger reaches the branch on line {line}"));
    }
    let lines = template.text().as_str().lines().zip(after.text().as_str().lines());
    let same = lines.take_while(|(is, wanted)| is == wanted).count();
    State::Tampered(format!("the branch differs from the patch on line {}", same + 1))
}

/// The version that the comment above a wrapper tells.
fn version(template: &Template, wrapper: &Path) -> Option<u32> {
    let text = template.text();
    let (start, end) = (template.line(wrapper), template.place(wrapper).line);
    (start..=end).find_map(|line| branch::version_of(text.line(line)))
}
