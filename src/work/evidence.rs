//! What a proof's words rest on, in full: for a reader who wants to see it.
//!
//! All of it is made anew, with the contexts that the proof took, and only for who asks for it: it
//! costs about as much as the proof itself.

use super::Options;
use super::samples::samples;
use super::script::recipe_of;
use crate::coverage::{self, Tally};
use crate::jsone::{Context, Memory, Rendered, Renderer, families, render_value};
use crate::patch::recipe::{SCRIPT, sha256};
use crate::patch::retrigger::{self, Kept};
use crate::patch::{self, Recipe, edit};
use crate::proof::sampled::{self, Sample};
use crate::template::{Path, Template};
use serde_json::{Value, json};

/// What is to be seen of an old and a new template.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// What the new one's fast path is written from.
    pub recipe: Written,
    /// How many contexts are built in.
    pub built_in: usize,
    /// How many were made for the conditions of the two.
    pub derived: usize,
    /// How many are the caller's.
    pub given: usize,
    /// What they render, a kind of event each.
    pub events: Vec<Event>,
    /// A retrigger's task by both, where one takes the fast path: of `retrigger-multiple`, which
    /// Treeherder's button fires, if there is one.
    pub retrigger: Option<Shown>,
    /// Who keeps today's path, and why.
    pub kept: Vec<(Why, Cell)>,
    /// The old one's conditions, and what the contexts reached of them.
    pub conditions: Vec<Tally>,
}

/// What a fast path is written from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// How the fast path stands to the recipe.
    pub standing: Standing,
    /// The recipe that it was held against, by name and number.
    pub recipe: String,
    /// The SHA-256 of each of the recipe's files, by the file's name.
    pub files: Vec<(&'static str, String)>,
    /// The script that the fast path gives to Python.
    pub script: Option<Script>,
}

/// How a fast path stands to the recipe that it is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is no fast path.
    Absent,
    /// It is what the recipe that is built into this program writes, to the byte.
    BuiltIn,
    /// It is what another recipe writes, to the byte, which was named on the command line.
    Given,
    /// It is not what the recipe writes.
    Other,
}

/// A script, as Python gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its text.
    pub text: String,
    /// Its SHA-256, in hexadecimal digits.
    pub hash: String,
    /// Whether it is the recipe's.
    pub is_recipes: bool,
}

/// A kind of event: a family of contexts, of actions those of one callback.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The family's name: `tasks_for`.
    pub name: String,
    /// The callback, of an action that is a retrigger's; empty for all other actions.
    pub callback: Option<&'static str>,
    /// One line on what sends it; empty where that is not known.
    pub about: &'static str,
    /// The contexts in which both render the same.
    pub same: Cell,
    /// Those in which the new one renders the task without a clone.
    pub fast: Cell,
    /// Those in which the new one does not render what it must.
    pub different: Cell,
}

/// Contexts with the same outcome.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cell {
    /// How many.
    pub contexts: usize,
    /// In how many of them both raise the same error.
    pub raise: usize,
    /// In how many of them both render no task.
    pub no_task: usize,
    /// One of them: the first that renders something, if one does.
    pub shown: Option<Shown>,
}

/// What is rendered in one context.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The context's name.
    pub name: String,
    /// The context, as a template sees it.
    pub context: Value,
    /// What the old template renders.
    pub old: Rendered,
    /// What the new one renders.
    pub new: Rendered,
}

/// Why something keeps today's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// What the event is.
    Event(Kept),
    /// It is a retrigger, and its task's payload lacks this variable: it is no action's.
    NoAction(&'static str),
    /// It is a retrigger for which no task is rendered.
    NoTask,
    /// It is a retrigger for which the template raises, before and after.
    Raises,
}

/// Makes what is to be seen of two templates, with what [`super::verify`] takes.
pub fn evidence(old: &Template, new: &Template, options: &Options) -> Evidence {
    let recipe = recipe_of(new, options.recipe.as_ref(), options.script.as_deref())
        .unwrap_or_else(|_| Recipe::built_in());
    let samples = samples(&[old, new], &options.contexts);
    let contexts = samples.all();
    let (before, after) = (Renderer::new(old), Renderer::new(new));
    let built_in = families::contexts().count();
    let mut evidence = Evidence {
        recipe: written(new, &recipe),
        built_in,
        derived: contexts.len() - built_in - options.contexts.len(),
        given: options.contexts.len(),
        events: Vec::new(),
        retrigger: None,
        kept: Vec::new(),
        conditions: coverage::tally(old, contexts.iter().copied()),
    };
    let mut memory = Memory::default();
    for context in contexts {
        let sample = sampled::judge(&before, &after, &recipe, context, &mut memory);
        evidence.add(context, sample);
    }
    evidence.kept.sort_by_key(|(why, _)| *why);
    evidence
}

impl Evidence {
    fn add(&mut self, context: &Context, sample: Sample) {
        if sample.violation.is_none() {
            if !sample.is_retrigger {
                let why = why(context, &sample.old);
                let at = self.kept.iter().position(|(known, _)| *known == why);
                let at = at.unwrap_or_else(|| {
                    self.kept.push((why, Cell::default()));
                    self.kept.len() - 1
                });
                self.kept[at].1.add(context, &sample);
            } else if self.retrigger.as_ref().is_none_or(|shown| {
                callback(&shown.context) != BUTTON && callback(&context.value()) == BUTTON
            }) {
                self.retrigger = Some(shown(context, &sample));
            }
        }
        let event = self.event(context);
        let cell = match (&sample.violation, sample.is_retrigger) {
            (Some(_), _) => &mut event.different,
            (None, true) => &mut event.fast,
            (None, false) => &mut event.same,
        };
        cell.add(context, &sample);
    }

    /// The event that a context is one of; a new one where there is none yet.
    fn event(&mut self, context: &Context) -> &mut Event {
        let name = context.get("tasks_for").and_then(Value::as_str).unwrap_or_default();
        let callback = matches!(name, "action" | "pr-action").then(|| {
            let own = callback(&context.value());
            let known = retrigger::CALLBACKS.iter().map(|(callback, _)| *callback);
            known.into_iter().find(|known| *known == own).unwrap_or_default()
        });
        let is_it = |event: &Event| event.name == name && event.callback == callback;
        let at = self.events.iter().position(is_it).unwrap_or_else(|| {
            let family = families::all().iter().find(|family| family.name == name);
            let about = family.map_or("", |family| family.about.as_str());
            let (same, fast, different) = Default::default();
            let name = name.to_owned();
            self.events.push(Event { name, callback, about, same, fast, different });
            self.events.len() - 1
        });
        &mut self.events[at]
    }
}

/// What Treeherder's retrigger button fires.
const BUTTON: &str = "retrigger-multiple";

fn callback(context: &Value) -> String {
    context["action"]["cb_name"].as_str().unwrap_or_default().to_owned()
}

impl Cell {
    fn add(&mut self, context: &Context, sample: &Sample) {
        let is_nothing = |rendered: &Rendered| matches!(rendered, Ok(Value::Null) | Err(_));
        self.contexts += 1;
        self.raise += usize::from(sample.old.is_err() && sample.new.is_err());
        self.no_task += usize::from(sample.old == Ok(Value::Null) && sample.new == sample.old);
        let is_better = |known: &Shown| is_nothing(&known.new) && !is_nothing(&sample.new);
        if self.shown.as_ref().is_none_or(is_better) {
            self.shown = Some(shown(context, sample));
        }
    }
}

fn shown(context: &Context, sample: &Sample) -> Shown {
    let (old, new) = (sample.old.clone(), sample.new.clone());
    Shown { name: context.name.clone(), context: context.value(), old, new }
}

/// Why a task that does not take the fast path does not.
fn why(context: &Context, old: &Rendered) -> Why {
    match (retrigger::kept(context), old) {
        (Some(kept), _) => Why::Event(kept),
        (None, Err(_)) => Why::Raises,
        (None, Ok(task)) => match retrigger::lacks(&task["payload"]) {
            Some(variable) if task.is_object() => Why::NoAction(variable),
            _ => Why::NoTask,
        },
    }
}

fn written(new: &Template, recipe: &Recipe) -> Written {
    let script = script(new, recipe);
    let own = Recipe::built_in();
    let named = recipe.file().and_then(|file| Recipe::in_tree().at(&file.path).ok());
    let is_built_in = *recipe == own || named.as_ref() == Some(recipe);
    let before = patch::revert(new);
    let is_by = before.as_ref().is_ok_and(|before| patch::is_by(new, before, recipe));
    let has_none = before.as_ref().is_ok_and(|it| it.text().as_str() == new.text().as_str());
    let standing = match (has_none, is_by) {
        (true, _) => Standing::Absent,
        (false, true) if is_built_in => Standing::BuiltIn,
        (false, true) => Standing::Given,
        (false, false) => Standing::Other,
    };
    let mut files = vec![("fast-path.yml", recipe.hash().to_owned())];
    let in_template = sha256(recipe.script().as_bytes());
    match recipe.file() {
        None => files.push(("retrigger.py", in_template)),
        Some(file) => {
            files.extend([("fetch.py", in_template), ("retrigger.py", file.hash())]);
        }
    }
    Written { standing, recipe: recipe.origin().to_string(), files, script }
}

/// The script of the first fast path, as JSON-e gives it to the command.
fn script(new: &Template, recipe: &Recipe) -> Option<Script> {
    let wrappers = edit::wrappers(new.value());
    let bound = |path: &Path| path.find(new.value())?.get("$let")?.get(SCRIPT);
    let rendered = render_value(wrappers.iter().find_map(bound)?, &json!({})).ok()?;
    let text = rendered.as_str()?.to_owned();
    let (hash, is_recipes) = (sha256(text.as_bytes()), text == recipe.script());
    Some(Script { text, hash, is_recipes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::{self, Job};

    const EXAMPLE: &str = include_str!("../../examples/standalone.taskcluster.yml");

    fn template(text: &str) -> Template {
        Template::from_bytes(text.into()).unwrap()
    }

    fn patched() -> String {
        work::on(EXAMPLE, Job::Patch, &Options::default()).unwrap().text.unwrap()
    }

    #[test]
    fn it_counts_what_the_proof_counts() {
        let (old, new) = (template(EXAMPLE), template(&patched()));
        let options = Options::default();
        let (seen, proof) = (evidence(&old, &new, &options), work::verify(&old, &new, &options));
        let sum =
            |of: fn(&Event) -> &Cell| seen.events.iter().map(|e| of(e).contexts).sum::<usize>();
        assert_eq!(proof.contexts.retrigger, sum(|event| &event.fast));
        assert_eq!(proof.contexts.total - proof.contexts.retrigger, sum(|event| &event.same));
        assert_eq!(proof.contexts.different, sum(|event| &event.different));
        let kept: usize = seen.kept.iter().map(|(_, cell)| cell.contexts).sum();
        assert_eq!(kept, sum(|event| &event.same));
        assert_eq!(2 * seen.conditions.len(), proof.coverage.outcomes);
        let shown = seen.retrigger.expect("one takes the fast path");
        assert_eq!(callback(&shown.context), BUTTON);
        let script = seen.recipe.script.expect("a script");
        assert_eq!(shown.new.unwrap()["payload"]["command"][2], json!(script.text));
        assert!(script.is_recipes);
    }

    #[test]
    fn who_keeps_todays_path_is_told_with_the_reason() {
        let seen = evidence(&template(EXAMPLE), &template(&patched()), &Options::default());
        let whys: Vec<Why> = seen.kept.iter().map(|(why, _)| *why).collect();
        for kept in [Kept::NoAction, Kept::OtherCallback, Kept::OtherPermission, Kept::Downstream] {
            assert!(whys.contains(&Why::Event(kept)), "{kept:?} of {whys:?}");
        }
    }

    #[test]
    fn a_fast_path_is_held_against_the_recipe_to_the_byte() {
        let (new, file) = (patched(), Some("a/b.py".to_owned()));
        let in_tree =
            Options { recipe: Some(Recipe::in_tree()), script: file, ..Options::default() };
        let with_file = work::on(EXAMPLE, Job::Patch, &in_tree).unwrap().text.unwrap();
        let cases = [
            (EXAMPLE.to_owned(), Standing::Absent),
            (new.clone(), Standing::BuiltIn),
            (with_file.clone(), Standing::BuiltIn),
            (
                with_file.replace("recipe retrigger-file 3", "recipe retrigger-file 2"),
                Standing::Other,
            ),
            (new.replace("maxRunTime: 600", "maxRunTime: 601"), Standing::Other),
            (new.replace("# Edit the payload", "# edit the payload"), Standing::Other),
        ];
        for (text, wanted) in cases {
            let new = template(&text);
            let recipe = recipe_of(&new, None, None).unwrap();
            assert_eq!(written(&new, &recipe).standing, wanted);
        }
    }
}
