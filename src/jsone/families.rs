//! The built-in contexts: data files under `examples/contexts/`, built into the program.
//!
//! A file holds a family: a base context and groups of changes to it. Each group is the product of
//! its axes, so that a dozen lines say what a hundred contexts would. A context is named after the
//! family and one variant of each axis: `hg-push/try/owner-plain`.

use crate::error::{Error, Result};
use crate::jsone::Context;
use crate::template::{Text, value};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// The families' names and the content of their files.
const FILES: [(&str, &str); 10] = [
    ("hg-push", include_str!("../../examples/contexts/hg-push.yml")),
    ("cron", include_str!("../../examples/contexts/cron.yml")),
    ("git-push", include_str!("../../examples/contexts/git-push.yml")),
    ("github-push", include_str!("../../examples/contexts/github-push.yml")),
    ("github-pull-request", include_str!("../../examples/contexts/github-pull-request.yml")),
    (
        "github-pull-request-untrusted",
        include_str!("../../examples/contexts/github-pull-request-untrusted.yml"),
    ),
    ("github-release", include_str!("../../examples/contexts/github-release.yml")),
    ("github-issue-comment", include_str!("../../examples/contexts/github-issue-comment.yml")),
    ("action", include_str!("../../examples/contexts/action.yml")),
    ("pr-action", include_str!("../../examples/contexts/pr-action.yml")),
];

/// A family of contexts.
#[derive(Debug)]
pub struct Family {
    /// The family's name, with which the names of its contexts start.
    pub name: &'static str,
    /// One line on what sends these contexts.
    pub about: String,
    /// Its contexts.
    pub contexts: Vec<Context>,
}

/// All built-in families.
pub fn all() -> &'static [Family] {
    static ALL: LazyLock<Vec<Family>> = LazyLock::new(|| {
        let load = |&(name, content): &(&'static str, &str)| {
            load(name, content).unwrap_or_else(|err| panic!("built-in contexts {name}: {err}"))
        };
        FILES.iter().map(load).collect()
    });
    &ALL
}

/// All built-in contexts.
pub fn contexts() -> impl Iterator<Item = &'static Context> + Clone {
    all().iter().flat_map(|family| &family.contexts)
}

/// The built-in context of that name.
pub fn find(name: &str) -> Option<&'static Context> {
    contexts().find(|context| context.name == name)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    about: String,
    context: Map<String, Value>,
    groups: Vec<Group>,
}

/// Changes to the base context: paths joined by dots, to values. A path behind a `-` is removed.
type Changes = Map<String, Value>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    #[serde(default)]
    set: Changes,
    axes: Vec<Map<String, Value>>,
}

fn load(name: &'static str, content: &str) -> Result<Family> {
    let value = value::parse(&Text::new(content))?;
    let file: File = serde_json::from_value(value).map_err(|err| Error::new(err.to_string()))?;
    let mut contexts = Vec::new();
    for group in &file.groups {
        let mut base = file.context.clone();
        apply(&mut base, &group.set)?;
        let mut variants = vec![(name.to_owned(), base)];
        for axis in &group.axes {
            let mut product = Vec::new();
            for (name, context) in &variants {
                for (variant, changes) in axis {
                    let Value::Object(changes) = changes else {
                        return Err(Error::new(format!("the variant {variant} is no mapping")));
                    };
                    let mut context = context.clone();
                    apply(&mut context, changes)?;
                    product.push((format!("{name}/{variant}"), context));
                }
            }
            variants = product;
        }
        for (name, context) in variants {
            contexts.push(Context::new(name, Value::Object(context))?);
        }
    }
    Ok(Family { name, about: file.about, contexts })
}

fn apply(context: &mut Map<String, Value>, changes: &Changes) -> Result<()> {
    for (path, value) in changes {
        let (path, removed) = match path.strip_prefix('-') {
            Some(path) => (path, true),
            None => (path.as_str(), false),
        };
        let (around, key) = path.rsplit_once('.').unwrap_or(("", path));
        let mut map = &mut *context;
        for step in around.split('.').filter(|step| !step.is_empty()) {
            map = map
                .get_mut(step)
                .and_then(Value::as_object_mut)
                .ok_or_else(|| Error::new(format!("no mapping at {around} to set {key} in")))?;
        }
        if removed {
            map.remove(key);
        } else {
            map.insert(key.to_owned(), value.clone());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_family_loads_and_no_context_stands_twice() {
        let (mut names, mut values) = (HashSet::new(), HashSet::new());
        for context in contexts() {
            assert!(names.insert(&context.name), "{} stands twice", context.name);
            assert!(values.insert(context.value().to_string()), "{} repeats", context.name);
            let family = context.name.split('/').next();
            assert_eq!(context.get("tasks_for").and_then(Value::as_str), family);
        }
        assert!(names.len() > 100, "only {} contexts", names.len());
    }
}
