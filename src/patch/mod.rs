//! Patching: where the fast path goes, the new text, and what state a file is in.

pub mod cut;
pub mod difference;
pub mod edit;
pub mod faults;
mod fit;
mod lint;
pub mod origin;
pub mod recipe;
pub mod retrigger;
pub mod sites;
mod tree_file;
pub mod vanish;

pub use origin::Origin;
pub use recipe::Recipe;

use crate::error::{Error, Place, Result};
use crate::jsone::{self, Context, walk};
use crate::template::text::indentation;
use crate::template::{Path, Template, Text};
use faults::Fault;
use serde_json::Value;
use sites::{Found, Reach, names_an_action};

/// What a file is, with regard to the fast path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// No retrigger renders a task: there is nothing to patch, for this reason.
    NotApplicable(String),
    /// The template raises for retriggers: these are its faults, in the text's order, their paths
    /// those of the file as it was read.
    Raises(Vec<Fault>),
    /// It has no fast path.
    Unpatched,
    /// It has the fast path at every site, exactly as the recipe has it.
    Current,
    /// It was patched by an older recipe.
    Old(Told),
    /// Payloads came or went since it was patched.
    Moved(Told),
    /// Somebody edited the fast path.
    Edited(Told),
}

/// What there is to say about a fast path, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What is out of date, or differs.
    pub reason: String,
    /// Where.
    pub place: Place,
}

/// A template taken apart: without the fast path, and with it where it belongs.
#[derive(Debug, Clone)]
pub struct Patch {
    /// The state of the file as it was read.
    pub state: State,
    /// The template with every fast path taken out.
    pub before: Template,
    /// The template with the fast path at every site; as `before` where there are none, and the file
    /// as it was read where it raises.
    pub after: Template,
    /// The paths of the payloads that retriggers reach, in the text's order.
    pub sites: Vec<Path>,
    /// Why no fast path that works can be made of one of these payloads, with its place.
    pub obstacle: Option<Error>,
}

impl Patch {
    /// Works out the patch of a template.
    ///
    /// `contexts` are what decides which payloads a retrigger reaches. Errs, with the place, where
    /// the template cannot be patched: a payload that comes out of an expression or an alias, that
    /// stands inside braces; what this program's engine cannot take; a fast path that cannot be taken out
    /// any more, one of a newer recipe, or one whose payload is no action's any more.
    pub fn plan<'c>(
        template: &Template,
        recipe: &Recipe,
        contexts: impl IntoIterator<Item = &'c Context>,
    ) -> Result<Patch> {
        Patch::plan_without(template, revert(template), recipe, contexts)
    }

    /// As [`Patch::plan`], where what [`revert`] makes of the template is there already.
    pub fn plan_without<'c>(
        template: &Template,
        before: Result<Template>,
        recipe: &Recipe,
        contexts: impl IntoIterator<Item = &'c Context>,
    ) -> Result<Patch> {
        let wrappers = fast_paths(template);
        for path in &wrappers {
            let newer = origin(template, path);
            if let Some(newer) = newer.filter(|origin| origin.is_newer_than(recipe.origin())) {
                return Err(Error::new(format!("the fast path is of {newer}, a newer one"))
                    .at(template.place(path))
                    .help("update tc-retrigger"));
            }
        }
        let before = before?;
        if before.action_task().is_some_and(names_an_action) {
            is_plain(&before)?;
        }
        takes(&before)?;
        let fits = |payload: &Value| recipe.file().and_then(|_| fit::unfetched(payload));
        let reach = sites::find(before.value(), contexts, fits);
        let have_rendered = matches!(reach.found, Found::Sites(_));
        let faults = faults::faults(template.value(), before.value(), &reach.raised, have_rendered);
        knows(&before, template, &faults)?;
        if !faults.is_empty() {
            let (state, after) = (State::Raises(sorted(faults, template)), template.clone());
            return Ok(Patch { state, before, after, sites: Vec::new(), obstacle: None });
        }
        keeps_its_variables(template, &wrappers, &reach)?;
        let mut sites = match reach.found {
            Found::Sites(sites) => sites,
            Found::Nothing(reason) => {
                let state = match wrappers.first() {
                    None => State::NotApplicable(reason),
                    Some(path) => State::Moved(unreached(template, path, &reason)),
                };
                let after = before.clone();
                return Ok(Patch { state, before, after, sites: Vec::new(), obstacle: None });
            }
            Found::Elsewhere(context) => {
                let task = Path::root().key("tasks").index(0);
                return Err(Error::new(format!(
                    "in context {context} the task's payload comes out of an expression"
                ))
                .at(before.place(&task))
                .help("write it under a key `payload`"));
            }
        };
        sites.sort_by_key(|path| before.root().closest(path).start);
        let obstacle = reach.unfit.map(|(site, unfit)| {
            let node = fit::place(template.root().closest(&as_read(&site, &wrappers)), &unfit.keys);
            Error::new(unfit.what).at(template.text().place(node.start)).help(unfit.help)
        });
        let text = edit::wrap(&before, &sites, recipe)?;
        let after = match text == template.text().as_str() {
            true => template.clone(),
            false => Template::parse(Text::new(text)).map_err(|err| {
                // Its place is one of the new text, which nobody has.
                let first = sites.first().map_or(Path::root(), |site| as_read(site, &wrappers));
                let error = Error::new(format!("with the fast path, {}", err.message()));
                let advice = err.advice().unwrap_or("report this fault");
                error.at(template.key_place(&first)).help(advice)
            })?,
        };
        let state = state(template, &after, &wrappers, &sites, recipe);
        Ok(Patch { state, before, after, sites, obstacle })
    }
}

/// Errs where a fault may be this program's own.
fn knows(before: &Template, template: &Template, faults: &[Fault]) -> Result<()> {
    // Of a text with empty parts, the engine's `split` gives the shorter list.
    let is_split = |fault: &&Fault| {
        fault.error.ends_with("index out of bounds") && faults::uses_split(before.value())
    };
    let Some(fault) = faults.first().filter(is_split) else { return Ok(()) };
    let why = "this program's engine raises here, and takes `split` otherwise than production's";
    Err(Error::new(format!("{why}: {}", fault.error))
        .at(fault.place(template))
        .help("whether production raises is not known: write it by slices, without `split`"))
}

/// Errs where a payload with a fast path is no action's any more.
fn keeps_its_variables(template: &Template, wrappers: &[Path], reach: &Reach) -> Result<()> {
    let reached = match &reach.found {
        Found::Sites(sites) => sites.as_slice(),
        _ => &[],
    };
    let is_lost = |(path, _): &&(Path, _)| wrappers.contains(path) && !reached.contains(path);
    let Some((path, name)) = reach.no_action.iter().find(is_lost) else { return Ok(()) };
    let what =
        format!("this payload has a fast path, and its environment has no {name} as a string");
    Err(Error::new(what)
        .at(template.key_place(path))
        .help("today's action reads it, too: put it back, or take the fast path out by `revert`"))
}

/// A task that names an action's variable and is not the first, where the first names none: nobody
/// renders it for an action (fxci-config's `make_hook` takes `tasks[0]`).
pub fn other_task(template: &Template) -> Option<Path> {
    let tasks = template.value().get("tasks")?.as_array()?;
    let at = tasks.iter().position(names_an_action).filter(|at| *at > 0)?;
    Some(Path::root().key("tasks").index(at))
}

/// Errs where production's engines part about what a mapping is.
fn is_plain(template: &Template) -> Result<()> {
    if let Some((path, key)) = walk::stray(template.value()) {
        let path = path.key(key.as_str());
        return Err(Error::new(format!("the key {key} stands beside an operator"))
            .at(template.key_place(&path))
            .help("one of production's engines ignores it, where the other raises: take it out"));
    }
    Ok(())
}

/// Errs, with the place, where a template has something that this program cannot take, and production's
/// engines may.
pub fn takes(template: &Template) -> Result<()> {
    let Some(limit) = jsone::limit(template.value()) else { return Ok(()) };
    Err(Error::new(limit.why)
        .at(template.place_of(&limit.path, limit.is_key))
        .help("production's engines may take it: write it otherwise, or patch by hand"))
}

/// As [`takes`], but for a key of which it is production's own engines that part ([`walk::stray`]): that is
/// no limit of this program's.
pub fn is_within_limits(template: &Template) -> Result<()> {
    takes(template).or_else(|limit| {
        let stray = walk::stray(template.value()).map(|(path, key)| path.key(key.as_str()));
        let is_stray = |path: &Path| Some(template.key_place(path)) == limit.place();
        if stray.as_ref().is_some_and(is_stray) { Ok(()) } else { Err(limit) }
    })
}

fn sorted(mut faults: Vec<Fault>, template: &Template) -> Vec<Fault> {
    faults.sort_by_key(|fault| fault.place(template));
    faults
}

/// The path in a file as it was read, with wrappers around `wrappers`, of what is at `path` without.
fn as_read(path: &Path, wrappers: &[Path]) -> Path {
    match wrappers.iter().find(|wrapper| wrapper.contains(path)) {
        None => path.clone(),
        Some(wrapper) => {
            let inner = wrapper.key("$let").key(recipe::VARIABLE);
            let rest = &path.steps()[wrapper.steps().len()..];
            rest.iter().fold(inner, |path, step| path.step(step))
        }
    }
}

/// The template with every fast path taken out; the template itself where it has none.
///
/// Errs where a fast path is no whole wrapper any more, or is written where no lines can be moved.
pub fn revert(template: &Template) -> Result<Template> {
    take_out(template, &fast_paths(template))
}

/// The paths of the fast paths in a template, whole or not: a variable of the template's own may have
/// their variable's name.
fn fast_paths(template: &Template) -> Vec<Path> {
    let mut found = edit::wrappers(template.value());
    found.retain(|path| {
        let is_shaped = path.find(template.value()).is_some_and(edit::has_shape);
        is_shaped || origin(template, path).is_some()
    });
    found
}

/// The paths and hashes of the scripts in the tree that a template's fast paths of `recipe`'s form name.
pub fn files_in(template: &Template, recipe: &Recipe) -> Vec<(String, String)> {
    let choice = |path: &Path| path.find(template.value())?.get("in").cloned();
    let mut files: Vec<_> =
        fast_paths(template).iter().filter_map(|path| recipe.file_in(&choice(path)?)).collect();
    files.dedup();
    files
}

/// What a template's fast paths say that they were written from, the first in the text.
pub fn origin_of(template: &Template) -> Option<Origin> {
    fast_paths(template).iter().find_map(|path| origin(template, path))
}

/// Whether `recipe` gives the file `template`, to the byte, where it is put into `before` at the places
/// at which `template` has fast paths.
pub fn is_by(template: &Template, before: &Template, recipe: &Recipe) -> bool {
    let mut places = fast_paths(template);
    places.sort_by_key(|path| before.root().closest(path).start);
    edit::wrap(before, &places, recipe).is_ok_and(|text| text == template.text().as_str())
}

fn take_out(template: &Template, wrappers: &[Path]) -> Result<Template> {
    let text = template.text();
    let told = (1..=text.line_count()).find(|line| {
        let is_told = Origin::told(text.line(*line)).is_some();
        let is_in = |path: &Path| (template.line(path)..=template.end_line(path)).contains(line);
        is_told && !wrappers.iter().any(is_in)
    });
    if let Some(line) = told {
        return Err(cut::unrecognised(
            text,
            Place { line, column: indentation(text.line(line)) + 1 },
        ));
    }
    for path in wrappers {
        if path.find(template.value()).is_some_and(|value| edit::inside(value).is_none()) {
            return Err(cut::unrecognised(template.text(), template.place(path)));
        }
    }
    if wrappers.is_empty() {
        return Ok(template.clone());
    }
    let before = Template::parse(Text::new(edit::unwrap(template, wrappers)?))?;
    // One may be around another, as after a merge.
    revert(&before)
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
    let old = wrappers.iter().filter_map(|path| Some((origin(template, path)?, path)));
    if let Some((old, path)) = old.filter(|(old, _)| old != recipe.origin()).min() {
        let reason = format!("it has {old}; this is {}", recipe.origin());
        return State::Old(Told { reason, place: template.key_place(path) });
    }
    if let Some(site) = sites.iter().find(|site| !wrappers.contains(site)) {
        let reason = "this payload has no fast path".to_owned();
        return State::Moved(Told { reason, place: template.key_place(site) });
    }
    if let Some(extra) = wrappers.iter().find(|path| !sites.contains(path)) {
        return State::Moved(unreached(template, extra, "other payloads are"));
    }
    State::Edited(edited(template.text(), after.text()))
}

fn unreached(template: &Template, wrapper: &Path, why: &str) -> Told {
    let reason = format!("no retrigger reaches this fast path: {why}");
    Told { reason, place: template.key_place(wrapper) }
}

/// The first line of an edited file that is not as the recipe has it.
fn edited(is: &Text, wanted: &Text) -> Told {
    let lines = is.as_str().lines().zip(wanted.as_str().lines());
    let line = 1 + lines.take_while(|(is, wanted)| is == wanted).count();
    let bare = |text: &Text| text.line(line).trim_end_matches(['\n', '\r']).to_owned();
    let (is_line, wanted) = (bare(is), bare(wanted));
    let same = is_line.chars().zip(wanted.chars()).take_while(|(a, b)| a == b).count();
    let reason = match (is_line.trim_start(), wanted.trim_start()) {
        (is, wanted_text) if is == wanted_text => {
            let [is, wanted] = [&is_line, &wanted].map(|line| indentation(line));
            format!("it is indented by {is} spaces, the recipe's by {wanted}")
        }
        (is, wanted) => {
            let [is, wanted] = difference::quoted(is, wanted);
            format!("{is}, the recipe has {wanted}")
        }
    };
    Told { reason, place: Place { line, column: same + 1 } }
}

/// The origin that the comment above a wrapper tells.
fn origin(template: &Template, wrapper: &Path) -> Option<Origin> {
    let text = template.text();
    let (start, end) = (template.line(wrapper), template.place(wrapper).line);
    (start..=end).find_map(|line| Origin::told(text.line(line)))
}
