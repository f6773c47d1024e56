//! Rendering with JSON-e, the way that production does it.
//!
//! `json-e` does the rendering, but of expressions that it is too slow for ([`deep`]). Around it, this module supplies what production supplies: the
//! hook's `$let` for actions ([`context`]), `as_slugid` ([`slugid`]) and a time that stands still.

pub mod busy;
mod condition;
pub mod context;
pub mod deep;
mod engine;
pub mod expr;
pub mod families;
mod hook;
mod join;
mod limit;
pub mod logic;
mod memory;
pub mod mend;
mod parts;
mod probes;
pub mod raise;
pub mod slugid;
pub mod uses;
pub mod walk;

pub use context::{Context, Shape};
pub use deep::render_value;
pub use engine::{NOW, Rendered, is_rendering};
pub use limit::{Limit, limit};
pub use memory::{Leaf, Memory, Scope, Stop};
pub use parts::Parts;
pub use probes::Probes;

use crate::template::{Path, Template};
use engine::at;
use serde_json::{Map, Value};
use std::sync::OnceLock;

/// A template made ready for rendering with many contexts.
#[derive(Debug, Clone)]
pub struct Renderer {
    /// The whole document at [`NOW`], as the engine gets it; and where `as_slugid` is offered.
    document: Value,
    offered: Value,
    task: Option<Value>,
    /// The document, the same where `as_slugid` is offered, and the task in parts, each made when first
    /// asked for; none of what does not render by parts.
    parts: [OnceLock<Option<Parts>>; 3],
    /// What of it this program cannot take: every render errs.
    limit: Option<Limit>,
}

impl Renderer {
    /// Prepares a template.
    pub fn new(template: &Template) -> Renderer {
        Renderer::of_value(template.value())
    }

    /// Prepares a template's value: a whole document.
    pub fn of_value(document: &Value) -> Renderer {
        let limit = limit(document);
        // What cannot be taken is not looked at any closer.
        let document = if limit.is_some() { Value::Null } else { mend::mend(document) };
        let task = document.get("tasks").and_then(Value::as_array).and_then(|list| list.first());
        Renderer {
            task: task.cloned(),
            parts: Default::default(),
            limit,
            offered: at(NOW, slugid::replace_calls(&document)),
            document: at(NOW, document),
        }
    }

    /// The whole document as it is handed to the engine where `as_slugid` is offered.
    pub fn offered(&self) -> &Value {
        &self.offered["in"]
    }

    /// What the names mean outside of the template (for an action: of `tasks[0]`), when it is
    /// rendered with this context. Errs as the engine does where production's own part raises,
    /// and where no part of the template may be handed to the engine.
    pub fn scope<'c>(
        &self,
        context: &'c Context,
    ) -> std::result::Result<&'c Map<String, Value>, String> {
        if let Some(Limit { path, why, .. }) = &self.limit {
            return Err(format!("{why} (at {path})"));
        }
        context.names().map_err(str::to_owned)
    }

    /// Where the template raises with this context, which [`Renderer::render`] says raises `raised`.
    pub fn raise(&self, context: &Context, raised: &str) -> raise::Raise {
        self.raise_with(&mut Probes::default(), context, raised)
    }

    /// As [`Renderer::raise`], with what `probes`, which are this template's own, know from other
    /// contexts.
    pub fn raise_with(&self, probes: &mut Probes, context: &Context, raised: &str) -> raise::Raise {
        let task = Path::root().key("tasks").index(0);
        match context.shape() {
            _ if self.limit.is_some() => {
                raise::Raise { path: Path::root(), is_key: false, error: raised.to_owned() }
            }
            Shape::Hook => {
                let inner = &self.document["in"];
                let mut render = |path: &Path, part: Value| {
                    probes.render(inner, &task, path, part, context, &|task| hook(task, context))
                };
                raise::locate(inner, &task, raised, &mut render)
            }
            Shape::Document { as_slugid } => {
                let timed = if as_slugid { &self.offered } else { &self.document };
                let (inner, whole) = (&timed["in"], Path::root());
                let plain = |inner: &Value| document(&at(NOW, inner.clone()), context);
                let mut render = |path: &Path, part: Value| {
                    probes.render(inner, &whole, path, part, context, &plain)
                };
                raise::locate(inner, &whole, raised, &mut render)
            }
        }
    }

    /// Renders with one context: the whole document, or for an action the task (null where the
    /// template makes none). Where `tasks` is no list, an action renders nothing: null.
    pub fn render(&self, context: &Context) -> Rendered {
        if let Some(Limit { path, why, .. }) = &self.limit {
            return Err(format!("{why} (at {path})"));
        }
        match context.shape() {
            Shape::Hook => match &self.task {
                Some(task) => hook(task, context),
                None => Ok(Value::Null),
            },
            Shape::Document { as_slugid: true } => {
                let mut rendered = document(&self.offered, context);
                rendered.iter_mut().for_each(slugid::replace_marks);
                rendered
            }
            Shape::Document { as_slugid: false } => document(&self.document, context),
        }
    }

    /// As [`Renderer::render`], with what `memory` knows of parts that read the same: the engine renders
    /// each part once for all that it reads.
    pub fn render_with(&self, memory: &mut Memory, context: &Context) -> Rendered {
        busy::context(&context.name);
        self.by_parts(memory, context).unwrap_or_else(|| self.render(context))
    }

    /// None where only the engine can tell what the whole renders to.
    fn by_parts(&self, memory: &mut Memory, context: &Context) -> Option<Rendered> {
        let names = context.names().ok().filter(|_| self.limit.is_none() && context.is_plain())?;
        let [document, offered, task] = &self.parts;
        let of = |known: &OnceLock<Option<Parts>>, template: &Value, memory: &mut Memory| {
            known.get_or_init(|| Parts::of(template)).as_ref()?.render(names, memory)
        };
        match context.shape() {
            Shape::Hook => of(task, self.task.as_ref().unwrap_or(&Value::Null), memory),
            Shape::Document { as_slugid: true } => {
                let mut rendered = of(offered, &self.offered["in"], memory)?;
                rendered.iter_mut().for_each(slugid::replace_marks);
                Some(rendered)
            }
            Shape::Document { as_slugid: false } => of(document, &self.document["in"], memory),
        }
    }
}

fn hook(task: &Value, context: &Context) -> Rendered {
    let template = at(context.now().unwrap_or(NOW), context.hook_template(task));
    render_value(&template, context.engine_value())
}

/// Renders a whole document that is at [`NOW`], at the context's own time where it has one.
fn document(timed: &Value, context: &Context) -> Rendered {
    match context.now() {
        None => render_value(timed, context.engine_value()),
        Some(now) => render_value(&at(now, timed["in"].clone()), context.engine_value()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn render(document: Value, context: Value) -> Rendered {
        Renderer::of_value(&document).render(&Context::new("test", context).unwrap())
    }

    #[test]
    fn time_stands_still_unless_the_context_has_its_own() {
        let template = json!({"at": {"$fromNow": "1 day"}});
        let cases = [
            (json!({}), "2026-01-02T00:00:00.000Z"),
            (json!({"now": "2020-02-28T12:00:00.000Z"}), "2020-02-29T12:00:00.000Z"),
        ];
        for (context, wanted) in cases {
            assert_eq!(render(template.clone(), context), Ok(json!({"at": wanted})));
        }
    }

    #[test]
    fn an_action_renders_the_first_task_through_the_hook() {
        let template = json!({"tasks": [{
            "who": "${clientId}", "own": "${ownTaskId}", "for": "${tasks_for}",
            "cb": "${action.cb_name}", "perm": "${action.action_perm}",
            "in": {"$eval": "input"}, "params": {"$eval": "parameters"},
        }, "${never}"]});
        let bound = json!({
            "tasks_for": "action", "input": {"times": 2}, "ownTaskId": "me", "clientId": "you",
            "action": {"cb_name": "retrigger", "action_perm": "generic"},
        });
        let raw = json!({
            "payload": {
                "decision": {"action": {"cb_name": "retrigger"}, "push": null, "repository": null},
                "user": {"input": {"times": 2}, "taskId": null, "taskGroupId": null},
            },
            "taskId": "me", "clientId": "you",
        });
        let bound_fields = ["name", "title", "description", "taskGroupId", "symbol"];
        let mut raw = raw;
        for field in bound_fields {
            raw["payload"]["decision"]["action"][field] = json!("");
        }
        for context in [bound, raw] {
            let wanted = json!({
                "who": "you", "own": "me", "for": "action", "cb": "retrigger", "perm": "generic",
                "in": {"times": 2}, "params": null,
            });
            assert_eq!(render(template.clone(), context), Ok(wanted));
        }
    }

    #[test]
    fn as_slugid_is_offered_where_production_offers_it() {
        let template = json!({"id": "${as_slugid(\"a\" + \"b\")}"});
        let github = json!({"tasks_for": "github-push"});
        assert_eq!(render(template.clone(), github), Ok(json!({"id": slugid::slugid("ab")})));
        let err = render(template, json!({"tasks_for": "cron"})).unwrap_err();
        assert!(err.contains("unknown context value as_slugid"), "{err}");
    }

    #[test]
    fn what_cannot_be_taken_is_an_error() {
        let deep = format!("{}1{}", "(".repeat(65), ")".repeat(65));
        let long = "1+".repeat(8000) + "1";
        let cases = [
            (json!({"$fromNow": "999999999999999 years"}), "cannot compute"),
            (json!({"$eval": deep}), "nested 65 levels deep, and this program takes 64 (at $eval)"),
            (
                json!({"a": [format!("${{{long}}}")]}),
                "has 16001 tokens, and this program takes 16000",
            ),
            (json!({"$eval": "!".repeat(66) + "a"}), "nested 65 levels deep"),
            (json!({"$eval": "!!(".repeat(33) + "a"}), "nested 66 levels deep"),
        ];
        for (template, wanted) in cases {
            let err = render(template, json!({})).unwrap_err();
            assert!(err.contains(wanted), "{err}");
        }
    }
}
