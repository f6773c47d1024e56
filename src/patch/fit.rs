//! Whether the fast path can be made of a payload.

use crate::patch::retrigger::{self, VARIABLES};
use crate::template::{Kind, Node, Path, type_name};
use serde_json::Value;

/// What is in the way of a fast path: a place in the payload, what is wrong there, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// The keys from the payload to the value, or to the place where one is missing.
    pub keys: Vec<String>,
    /// What is wrong, with the value's name in it: `payload.env.N is a number`.
    pub what: String,
    /// What to do about it.
    pub help: String,
}

/// What is in the way of a fast path for a rendered payload that is an action's; none where nothing is.
/// The rules are those of docker-worker's payload schema and of the script, which talks to the queue
/// through the proxy and writes its label maps into the artifact `public`.
pub fn unfit(payload: &Value) -> Option<Unfit> {
    let new = |keys: &[&str], what: String, help: &str| {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        Some(Unfit { keys, what, help: help.to_owned() })
    };
    let name = |keys: &[&str]| {
        let path = keys.iter().fold(Path::root().key("payload"), |path, key| path.key(*key));
        format!("`{path}`")
    };
    let is = |keys: &[&str], value: &Value| match value {
        Value::Null => format!("{} is missing", name(keys)),
        other => format!("{} is {}", name(keys), type_name(other)),
    };
    if let Some((variable, value)) =
        payload["env"].as_object()?.iter().find(|(_, value)| !value.is_string())
    {
        let keys = ["env", variable.as_str()];
        return new(&keys, is(&keys, value), "docker-worker takes strings: quote it");
    }
    if payload["artifacts"].is_array() {
        let what = "`payload.artifacts` is a list, as generic-worker takes it".to_owned();
        return new(
            &["artifacts"],
            what,
            "the fast path is docker-worker's: leave this payload as it is",
        );
    }
    let Some(artifacts) = payload["artifacts"].as_object() else {
        let what = is(&["artifacts"], &payload["artifacts"]);
        return new(&["artifacts"], what, PUBLIC);
    };
    let Some(public) = artifacts.get("public") else {
        let names: Vec<&str> = artifacts.keys().map(String::as_str).collect();
        let what = match names.as_slice() {
            [] => "`payload.artifacts` is empty".to_owned(),
            names => format!("`payload.artifacts` has no `public`, but {}", names.join(", ")),
        };
        return new(&["artifacts"], what, PUBLIC);
    };
    if public["type"] != "directory" {
        let what = format!("`payload.artifacts.public` is of type {}", public["type"]);
        return new(&["artifacts", "public", "type"], what, PUBLIC);
    }
    match public["path"].as_str() {
        Some(path) if path.starts_with('/') => {}
        Some(path) => {
            let what = format!("`payload.artifacts.public.path` is {path:?}, a relative path");
            let help = "docker-worker takes an absolute one: write it from / on";
            return new(&["artifacts", "public", "path"], what, help);
        }
        None => {
            let keys = ["artifacts", "public", "path"];
            return new(&keys, is(&keys, &public["path"]), PUBLIC);
        }
    }
    match &payload["image"] {
        Value::Object(_) => {}
        Value::String(name) if !name.is_empty() => {}
        image => {
            let help = "the fast path runs in the payload's image: name it";
            return new(&["image"], is(&["image"], image), help);
        }
    }
    let proxy = ["features", "taskclusterProxy"];
    match &payload["features"] {
        Value::Object(features) => {
            if let Some((name, value)) = features.iter().find(|(_, value)| !value.is_boolean()) {
                let keys = ["features", name.as_str()];
                return new(
                    &keys,
                    is(&keys, value),
                    "docker-worker takes true or false: write one",
                );
            }
            match features.get("taskclusterProxy") {
                Some(Value::Bool(true)) => None,
                Some(_) => {
                    new(&proxy, "`payload.features.taskclusterProxy` is false".to_owned(), PROXY)
                }
                None => {
                    new(&proxy, "`payload.features.taskclusterProxy` is missing".to_owned(), PROXY)
                }
            }
        }
        Value::Null => {
            new(&proxy, "`payload.features.taskclusterProxy` is missing".to_owned(), PROXY)
        }
        other => new(&["features"], is(&["features"], other), PROXY),
    }
}

/// What is in the way of a script that is fetched from the pushed revision, for a rendered payload; none
/// where nothing is. The variables are those that run-task checks the revision out by; the hosts, those
/// that serve one file without credentials: hgweb under `raw-file`, GitHub under `raw`.
pub fn unfetched(payload: &Value) -> Option<Unfit> {
    let env = payload["env"].as_object()?;
    let value = |name: &str| env.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let pairs = env.keys().filter_map(|name| {
        let prefix = name.strip_suffix("_HEAD_REPOSITORY")?;
        value(&format!("{prefix}_HEAD_REV"))?;
        Some((name, value(name)?))
    });
    let pairs: Vec<(&String, &str)> = pairs.collect();
    let is_known = |url: &str| HOSTS.iter().any(|host| url.starts_with(host));
    if pairs.iter().any(|(_, url)| is_known(url)) {
        return None;
    }
    let (keys, what) = match pairs.first() {
        None => (vec!["env"], "`payload.env` has no …_HEAD_REPOSITORY with …_HEAD_REV".to_owned()),
        Some((name, url)) => (
            vec!["env", name.as_str()],
            format!("`payload.env.{name}` is {url:?}, of which no way to a single file is known"),
        ),
    };
    let help = format!(
        "the script can be fetched from public repositories below {}: leave out --recipe and --script, \
         and the template will hold it",
        HOSTS.join(" and ")
    );
    Some(Unfit { keys: keys.into_iter().map(str::to_owned).collect(), what, help })
}

/// What public repositories' URLs start with where one file of a revision is to be had without a clone.
const HOSTS: [&str; 2] = ["https://hg.mozilla.org/", "https://github.com/"];

const PUBLIC: &str =
    "the fast path writes its label maps there: make `public` a directory artifact";
const PROXY: &str =
    "the fast path asks the queue through it, as today's action does: set it to true";

/// What is in the way of a fast path in the variables that tell the action to it; none where nothing
/// is. `action` is the context's `action`, `input` and `task_id` are its own, null where absent.
pub fn misled(payload: &Value, action: &Value, input: &Value, task_id: &Value) -> Option<Unfit> {
    let env = &payload["env"];
    let json =
        |name: &str| env[name].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let group = env["ACTION_TASK_GROUP_ID"] == action["taskGroupId"];
    let callback = env["ACTION_CALLBACK"] == action["cb_name"];
    let same = |found: Option<Value>, wanted: &Value| {
        found.is_some_and(|found| retrigger::same(&found, wanted))
    };
    let wrong = [
        (!group, VARIABLES[0], "${action.taskGroupId}"),
        (!same(json(VARIABLES[1]), task_id), VARIABLES[1], "{$json: {$eval: 'taskId'}}"),
        (!same(json(VARIABLES[2]), input), VARIABLES[2], "{$json: {$eval: 'input'}}"),
        (!callback, VARIABLES[3], "${action.cb_name}"),
    ];
    let (_, name, source) = wrong.into_iter().find(|(is_wrong, ..)| *is_wrong)?;
    Some(Unfit {
        keys: vec!["env".to_owned(), name.to_owned()],
        what: format!("`payload.env.{name}` is {}, not what the action says", env[name]),
        help: format!("taskgraph reads it, and so does the fast path: make it {source}"),
    })
}

/// The node that `keys` lead to below a payload's node, or as far as they are written out. Operators
/// on the way, such as `$merge` and `$if`, are looked into.
pub fn place<'n>(payload: &'n Node, keys: &[String]) -> &'n Node {
    (1..=keys.len()).rev().find_map(|len| seek(payload, &keys[..len])).unwrap_or(payload)
}

fn seek<'n>(node: &'n Node, keys: &[String]) -> Option<&'n Node> {
    let Some((key, rest)) = keys.split_first() else { return Some(node) };
    match &node.kind {
        Kind::Mapping { entries, .. } => {
            let own = node.entry(key).and_then(|(_, value)| seek(value, rest));
            let is_operator = |key: &Node| matches!(&key.kind, Kind::Scalar { text, .. } if text.starts_with('$'));
            let may_lead = entries.iter().any(|(key, _)| is_operator(key));
            own.or_else(|| {
                let mut inside = entries.iter().filter(|_| may_lead);
                inside.find_map(|(_, value)| seek_through(value, keys))
            })
        }
        Kind::Sequence { items, .. } => items.iter().find_map(|item| seek(item, keys)),
        _ => None,
    }
}

/// As [`seek`], through the mapping of a `$switch`'s conditions, too.
fn seek_through<'n>(node: &'n Node, keys: &[String]) -> Option<&'n Node> {
    seek(node, keys).or_else(|| match &node.kind {
        Kind::Mapping { entries, .. } => entries.iter().find_map(|(_, value)| seek(value, keys)),
        _ => None,
    })
}
