//! Contexts: what production hands to a template beside the file itself.

use crate::error::{Error, Result};
use crate::jsone::deep::render_value;
use crate::jsone::engine::NOW;
use crate::jsone::hook::{BOUND, bind, escaped, hook_context, repo_scope, scope_url};
use crate::jsone::parts;
use crate::template::type_name;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A context with its name.
///
/// It is written as a template sees it: one mapping with `tasks_for` and what goes with that. For
/// actions these are the names that fxci-config binds around `tasks[0]` (`action`, `push`,
/// `repository`, `parameters`, `input`, `taskId`, `taskGroupId`, `ownTaskId`) and those of the hooks
/// service itself (`clientId`, `firedBy`, `now`). No action has any other, such as
/// `taskcluster_root_url`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// What messages call it.
    pub name: String,
    shape: Shape,
    /// What a template sees, before defaults.
    bound: Map<String, Value>,
    /// What the engine gets.
    engine: Value,
    /// What the names mean around a template; what the engine says where production's own part raises.
    names: std::result::Result<Map<String, Value>, String>,
    is_plain: bool,
}

/// How a service renders a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shape {
    /// The whole document: build-decision and the GitHub service.
    Document {
        /// Whether the service offers `as_slugid`.
        as_slugid: bool,
    },
    /// `tasks[0]`, inside fxci-config's `$let`: the hooks service, for actions.
    Hook,
}

/// What the hooks service itself gives to a hook's task, beside `payload` and `taskId`
/// (Taskcluster's `services/hooks/src/taskcreator.js`).
const SERVICE: [&str; 3] = ["clientId", "firedBy", "now"];

impl Context {
    /// Takes a context's value: a mapping as a template sees it or, for an action, the hook's own
    /// context (`payload` with `decision` and `user`, `taskId`, `clientId`, `firedBy`), to which
    /// `tasks_for` and `action_perm` may be added (else "action" and "generic").
    ///
    /// What production always sets is added where it lacks: for actions `ownTaskId`, `clientId`,
    /// `firedBy`, and null for `input`, `taskId`, `taskGroupId`, `push`, `repository`. An action's
    /// names that production does not give are left out, and its `action.repo_scope` is what
    /// fxci-config makes of the repository, where the context has one.
    ///
    /// Errs where the value is no mapping, or an action's context has no mapping `action`.
    pub fn new(name: impl Into<String>, value: Value) -> Result<Context> {
        let name = name.into();
        let Value::Object(map) = value else {
            return Err(Error::new(format!("the context is {}", type_name(&value))).help(
                "a context is a mapping: see `tc-retrigger contexts hg-push/try/owner-email`",
            ));
        };
        let is_raw = map.get("payload").is_some_and(|payload| payload.get("decision").is_some());
        let mut bound = if is_raw && !map.contains_key("action") { bind(map)? } else { map };
        let tasks_for = bound.get("tasks_for").and_then(Value::as_str).unwrap_or_default();
        if matches!(tasks_for, "action" | "pr-action") {
            bound.retain(|name, _| BOUND.contains(&&**name) || SERVICE.contains(&&**name));
            if let Some(scope) = repo_scope(&bound)
                && let Some(Value::Object(action)) = bound.get_mut("action")
            {
                action.insert("repo_scope".to_owned(), scope.into());
            }
            let engine = hook_context(&bound)?;
            return Ok(Context::with(name, Shape::Hook, bound, engine));
        }
        let as_slugid = tasks_for.starts_with("github") || tasks_for == "git-push";
        let engine = bound.clone();
        Ok(Context::with(name, Shape::Document { as_slugid }, bound, engine))
    }

    fn with(
        name: String,
        shape: Shape,
        bound: Map<String, Value>,
        engine: Map<String, Value>,
    ) -> Context {
        let engine = Value::Object(engine);
        let is_plain = parts::are_names(&engine) && parts::is_settled(&engine);
        let mut context = Context { name, shape, bound, engine, names: Ok(Map::new()), is_plain };
        context.names = context.bind_names();
        context
    }

    fn bind_names(&self) -> std::result::Result<Map<String, Value>, String> {
        let now = self.now().unwrap_or(NOW);
        let mut names = self.engine.as_object().cloned().unwrap_or_default();
        names.insert("now".to_owned(), now.into());
        if self.shape == Shape::Hook {
            // What `$let` binds is this, rendered; it reads no time.
            let bound = match self.bound_as_it_is() {
                Some(bound) => bound,
                None => render_value(&self.hook_names(), &self.engine)?,
            };
            names.extend(bound.as_object().cloned().unwrap_or_default());
        }
        Ok(names)
    }

    /// For an action, the same with all that a decision task may leave out of the hook's payload, or
    /// may not put into it: the optional fields of `push` and `repository`, `parameters`, and an
    /// `input` that is no mapping (the trigger schema in fxci-config's `make_hook`). A template that
    /// asks for what its own decision task never leaves out is in order; so it is told to raise only
    /// where it raises with all of these, too. `parameters` names the fields of `parameters` that are
    /// wanted: each project sends its own.
    pub fn completed(&self, parameters: &[String]) -> Context {
        let mut value = self.value();
        if self.shape != Shape::Hook {
            return self.clone();
        }
        let mut fill = |around: &str, key: &str, new: Value| {
            if let Some(map) = value.pointer_mut(around).and_then(Value::as_object_mut)
                && map.get(key).is_none_or(Value::is_null)
            {
                map.insert(key.to_owned(), new);
            }
        };
        let url = self.bound.get("repository").and_then(|it| it.get("url")).cloned();
        fill("/repository", "base_url", url.unwrap_or_default());
        fill("/push", "base_revision", "0000000000000000000000000000000000000000".into());
        fill("/push", "branch", "main".into());
        fill("/push", "base_branch", "main".into());
        fill("", "parameters", json!({}));
        for field in parameters {
            fill("/parameters", field, field.as_str().into());
        }
        if !matches!(value["input"], Value::Null | Value::Object(_)) {
            value["input"] = json!({});
        }
        // A mapping with an action stays one.
        Context::new(format!("completed/{}", self.name), value).unwrap_or_else(|_| self.clone())
    }

    /// How the service that sends it renders a template.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The context as a template sees it.
    pub fn value(&self) -> Value {
        Value::Object(self.bound.clone())
    }

    /// The value that a template finds under `name`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.bound.get(name)
    }

    /// The time that `$fromNow` counts from: the context's own `now`, where it has one.
    pub fn now(&self) -> Option<&str> {
        self.bound.get("now").and_then(Value::as_str)
    }

    /// What the names mean outside of the template (for an action: of `tasks[0]`). Errs as the engine
    /// does where production's own part raises.
    pub(super) fn names(&self) -> std::result::Result<&Map<String, Value>, &str> {
        self.names.as_ref().map_err(String::as_str)
    }

    /// Whether the engine takes all names of the context, and gives its numbers back as they are.
    pub fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// What the engine gets as context: for an action the hook's own.
    pub fn engine_value(&self) -> &Value {
        &self.engine
    }

    /// The template that the engine gets for `task` (`tasks[0]`): fxci-config's `$let` around it
    /// (`ciadmin/generate/in_tree_actions.py`), with what that file fixes at deploy time taken
    /// from this context.
    pub fn hook_template(&self, task: &Value) -> Value {
        let mut template = json!({"$let": self.hook_names()});
        template["in"] = task.clone();
        template
    }

    /// What [`Context::hook_names`] render to, where all that they put into strings is a string itself, and
    /// so comes out as it is: as from nearly all triggers.
    fn bound_as_it_is(&self) -> Option<Value> {
        let action = self.engine["payload"]["decision"]["action"].as_object()?;
        let fixed = |key: &str| self.bound.get("action")?.get(key);
        let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.contains('$'));
        let url = self.bound.get("repository").and_then(|it| it.get(scope_url(&self.bound)));
        // The engine takes eight bytes off, where `repo_scope` takes characters.
        let is_url = |url: &Value| url.as_str().is_some_and(|url| url.is_ascii() && url.len() > 8);
        let are_strings = self.is_plain
            && action.values().all(Value::is_string)
            && fixed("action_perm").is_none_or(is_text)
            && fixed("repo_scope").is_none_or(|scope| is_text(scope) && url.is_some_and(is_url));
        let mut action = action.clone();
        for key in ["action_perm", "repo_scope"] {
            action.extend(fixed(key).map(|value| (key.to_owned(), value.clone())));
        }
        let or_null = |key: &str| self.bound.get(key).cloned().unwrap_or_default();
        let mut bound = json!({"action": action, "ownTaskId": self.engine["taskId"]});
        for key in BOUND.iter().filter(|key| !matches!(**key, "action" | "ownTaskId")) {
            bound[key] = or_null(key);
        }
        are_strings.then_some(bound)
    }

    /// What that `$let` binds.
    fn hook_names(&self) -> Value {
        let action = self.bound.get("action");
        let fixed = |key: &str| action.and_then(|action| action.get(key)).cloned();
        let mut bound_action = json!({
            "name": "${payload.decision.action.name}",
            "title": "${payload.decision.action.title}",
            "description": "${payload.decision.action.description}",
            "taskGroupId": "${payload.decision.action.taskGroupId}",
            "symbol": "${payload.decision.action.symbol}",
            "cb_name": "${payload.decision.action.cb_name}",
        });
        if let Some(permission) = fixed("action_perm") {
            bound_action["action_perm"] = escaped(permission);
        }
        if let Some(scope) = fixed("repo_scope") {
            bound_action["repo_scope"] = match repo_scope(&self.bound) {
                Some(_) => {
                    let url = scope_url(&self.bound);
                    let permission = fixed("action_perm").map(escaped).unwrap_or_default();
                    let permission = permission.as_str().unwrap_or_default();
                    let expression = format!("${{payload.decision.repository.{url}[8:]}}");
                    format!("assume:repo:{expression}:action:{permission}").into()
                }
                // Only a context without a repository, which no service sends.
                None => escaped(scope),
            };
        }
        json!({
            "tasks_for": self.bound.get("tasks_for"),
            "action": bound_action,
            "push": {"$eval": "payload.decision.push"},
            "repository": {"$eval": "payload.decision.repository"},
            "parameters": {"$eval": "payload.decision[\"parameters\"]"},
            "input": {"$eval": "payload.user.input"},
            "taskId": {"$eval": "payload.user.taskId"},
            "taskGroupId": {"$eval": "payload.user.taskGroupId"},
            "ownTaskId": {"$eval": "taskId"},
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_bound_as_it_is_is_what_the_engine_binds() {
        let trigger = json!({
            "tasks_for": "action", "input": {"times": 2}, "ownTaskId": "me", "parameters": {},
            "repository": {"url": "https://hg.example.org/a"}, "action": {
                "name": "n", "title": "t ${x}", "description": "", "taskGroupId": "g", "symbol": "s",
                "cb_name": "retrigger", "action_perm": "generic", "else": "left out",
            },
        });
        let changes = [
            ("/action/symbol", json!(null), false),
            ("/action/title", json!(5), false),
            ("/action/action_perm", json!("${clientId}"), false),
            ("/repository/url", json!("https://ä.org/a"), false),
            ("/input/times", json!(1.0), false),
        ];
        let changed = changes.map(|(pointer, new, is_bound)| {
            let mut value = trigger.clone();
            *value.pointer_mut(pointer).unwrap() = new;
            (Context::new("test", value).unwrap(), is_bound)
        });
        let built_in = crate::jsone::families::contexts().cloned().map(|context| (context, true));
        for (context, is_bound) in changed.into_iter().chain(built_in) {
            let bound = context.bound_as_it_is().filter(|_| context.shape == Shape::Hook);
            assert_eq!(bound.is_some(), is_bound && context.shape == Shape::Hook);
            let engine = render_value(&context.hook_names(), &context.engine);
            assert!(bound.is_none_or(|bound| engine == Ok(bound)), "{:?}", context.bound);
        }
    }
}
