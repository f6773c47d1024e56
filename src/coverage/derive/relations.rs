//! What belongs together in a context: a change of one field changes those that go with it.

use serde_json::{Map, Value, json};

/// Sets the field at `keys` (none removes it), and with it what production always sends along:
/// all fields of a repository, and every other place that names it. None where there is no such
/// place.
pub fn set(context: &Value, keys: &[String], new: Option<Value>) -> Option<Value> {
    let mut changed = context.clone();
    let (last, around) = keys.split_last()?;
    let mut map = &mut changed;
    for key in around {
        map = map.get_mut(key)?;
    }
    let map = map.as_object_mut()?;
    let old = map.get(last).cloned().unwrap_or_default();
    match &new {
        Some(new) => drop(map.insert(last.clone(), new.clone())),
        None => drop(map.remove(last)),
    }
    let new = new.unwrap_or_default();
    let path: Vec<&str> = keys.iter().map(String::as_str).collect();
    let (old_text, new_text) = (old.as_str().unwrap_or_default(), new.as_str().unwrap_or_default());
    match path.as_slice() {
        ["repository", "url" | "base_url" | "project"] => {
            let before = context.get("repository")?;
            service_repository(&mut changed, before, last, new_text)?;
        }
        ["event", .., "owner", "login"] => {
            let full_name =
                format!("{new_text}/{}", text(context, &around[..around.len() - 1], "name"));
            let repository = &around[..around.len() - 1];
            changed = set(context, &with(repository, "full_name"), Some(full_name.into()))?;
        }
        ["event", .., "repository" | "repo", _]
            if !text(context, around, "full_name").is_empty() =>
        {
            let before = text(context, around, "full_name").to_owned();
            let after = full_name(&before, last, new_text);
            if let Some(after) = after {
                // The whole anew: the field itself follows from the repository's name.
                changed = context.clone();
                rename(&mut changed, &before, &after);
            }
        }
        ["event", "pull_request", side @ ("head" | "base"), "ref"] => {
            let side = &mut changed["event"]["pull_request"][side];
            let label = side["label"].as_str().and_then(|label| label.split_once(':'));
            if let Some((owner, _)) = label {
                side["label"] = json!(format!("{owner}:{new_text}"));
            }
        }
        ["event", "pull_request", "user", "login"] | ["event", "sender", "login"] => {
            let kind = if new_text.ends_with("[bot]") { "Bot" } else { "User" };
            for pointer in ["/event/sender", "/event/pull_request/user"] {
                let person = changed.pointer_mut(pointer).and_then(Value::as_object_mut);
                let is_same = |person: &Map<String, Value>| {
                    person.get("login").is_some_and(|login| login == old_text || login == new_text)
                };
                if let Some(person) = person.filter(|person| is_same(person)) {
                    person.insert("login".to_owned(), new.clone());
                    person.insert("type".to_owned(), kind.into());
                }
            }
        }
        ["event", "pull_request", "number"] => changed["event"]["number"] = new.clone(),
        ["event", "number"] => changed["event"]["pull_request"]["number"] = new.clone(),
        ["event", "pull_request", "merged"] if new == json!(true) => {
            let event = &mut changed["event"];
            event["action"] = json!("closed");
            event["pull_request"]["state"] = json!("closed");
            event["pull_request"]["merged_at"] = json!("2026-01-01T10:00:00Z");
        }
        ["event", "action"] if changed.pointer("/event/pull_request/state").is_some() => {
            let state = if new == "closed" { "closed" } else { "open" };
            changed["event"]["pull_request"]["state"] = json!(state);
        }
        ["event", "taskcluster_comment"] => {
            changed["event"]["comment"]["body"] = json!(format!("/taskcluster {new_text}"));
        }
        ["event", "head_commit", "message"] => {
            let commits = changed["event"]["commits"].as_array_mut();
            if let Some(last) = commits.and_then(|commits| commits.last_mut()) {
                last["message"] = new.clone();
            }
        }
        _ => {}
    }
    Some(changed)
}

fn with(keys: &[String], key: &str) -> Vec<String> {
    keys.iter().cloned().chain([key.to_owned()]).collect()
}

fn text<'v>(value: &'v Value, keys: &[String], key: &str) -> &'v str {
    let around = keys.iter().try_fold(value, |value, key| value.get(key));
    around.and_then(|value| value.get(key)).and_then(Value::as_str).unwrap_or_default()
}

/// A GitHub repository's full name where its field `key` is `new`; none for a field that does not
/// depend on it.
fn full_name(before: &str, key: &str, new: &str) -> Option<String> {
    let (owner, _) = before.split_once('/')?;
    match key {
        "full_name" => Some(new.to_owned()),
        "name" => Some(format!("{owner}/{new}")),
        "html_url" => new.strip_prefix("https://github.com/").map(str::to_owned),
        "clone_url" => {
            let path = new.strip_prefix("https://github.com/")?;
            Some(path.strip_suffix(".git").unwrap_or(path).to_owned())
        }
        _ => None,
    }
}

/// Renames a GitHub repository wherever a context names it.
fn rename(value: &mut Value, before: &str, after: &str) {
    let (Some((old_owner, _)), Some((owner, name))) =
        (before.split_once('/'), after.split_once('/'))
    else {
        return;
    };
    match value {
        Value::String(text) => {
            let is_url = ["https://", "git://", "git@", "assume:repo:"];
            if is_url.iter().any(|start| text.starts_with(start)) {
                *text = replace_name(text, before, after);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, before, after)),
        Value::Object(map) => {
            let is_it = map.get("full_name").is_some_and(|name| name == before);
            if is_it {
                map.insert("full_name".to_owned(), after.into());
                map.insert("name".to_owned(), name.into());
            }
            if is_it
                || map.get("repo").and_then(|repo| repo.get("full_name")) == Some(&json!(before))
            {
                for key in ["owner", "user"] {
                    if let Some(Value::Object(person)) = map.get_mut(key) {
                        for field in ["login", "name"] {
                            if person.get(field).is_some_and(|login| login == old_owner) {
                                person.insert(field.to_owned(), owner.into());
                            }
                        }
                    }
                }
                if let Some(Value::String(label)) = map.get_mut("label")
                    && let Some(branch) = label.strip_prefix(&format!("{old_owner}:"))
                {
                    *label = format!("{owner}:{branch}");
                }
            }
            if let Some(Value::Object(organization)) = map.get_mut("organization")
                && organization.get("login").is_some_and(|login| login == old_owner)
            {
                organization.insert("login".to_owned(), owner.into());
            }
            map.values_mut().for_each(|value| rename(value, before, after));
        }
        _ => {}
    }
}

/// A URL with the repository's name replaced, where that is the name and no part of another.
fn replace_name(text: &str, before: &str, after: &str) -> String {
    let Some(at) = text.find(before) else { return text.to_owned() };
    let end = at + before.len();
    let begins = text[..at].ends_with(['/', ':']);
    let ends = text[end..].chars().next().is_none_or(|c| matches!(c, '/' | '.' | ':'));
    match begins && ends {
        true => format!("{}{after}{}", &text[..at], &text[end..]),
        false => text.to_owned(),
    }
}

/// `repository` as build-decision and the hooks' payload give it: project and URL go together,
/// and the action's scopes name the URL.
fn service_repository(changed: &mut Value, before: &Value, key: &str, new: &str) -> Option<()> {
    let old = |key: &str| before.get(key).and_then(Value::as_str);
    let old_url = old("url")?;
    let url = match key {
        "url" => new.to_owned(),
        "base_url" => old_url.to_owned(),
        // In git, a project is called as fxci-config's projects.yml likes it.
        "project" if old_url.starts_with("https://github.com/") => old_url.to_owned(),
        _ => format!("{}/{new}", old_url.trim_end_matches('/').rsplit_once('/')?.0),
    };
    let project = match key {
        "url" => new.trim_end_matches('/').rsplit('/').next()?,
        "project" => new,
        _ => old("project")?,
    };
    let moved = [(old_url, url.as_str())];
    let base = match (key, old("base_url")) {
        ("base_url", Some(old)) => Some((old, new)),
        (_, Some(old)) if old == old_url => Some((old, url.as_str())),
        _ => None,
    };
    for (from, to) in moved.into_iter().chain(base) {
        replace_url(changed, from, to);
    }
    let repository = changed.get_mut("repository")?.as_object_mut()?;
    repository.insert("url".to_owned(), url.as_str().into());
    repository.insert("project".to_owned(), project.into());
    if let Some((_, base)) = base {
        repository.insert("base_url".to_owned(), base.into());
    }
    let parameters =
        changed.get_mut("parameters").and_then(|parameters| parameters.get_mut("project"));
    if let Some(parameter) = parameters {
        *parameter = project.into();
    }
    Some(())
}

/// A repository's URL replaced where a whole string is it, or is the scope of its actions.
fn replace_url(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => *text = to.to_owned(),
        Value::String(text) => {
            let scope = |url: &str| {
                let path = url.strip_prefix("https://").unwrap_or(url);
                format!("assume:repo:{}:", path.trim_end_matches('/'))
            };
            if let Some(rest) = text.strip_prefix(&scope(from)) {
                *text = format!("{}{rest}", scope(to));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace_url(item, from, to)),
        Value::Object(map) => map.values_mut().for_each(|value| replace_url(value, from, to)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsone::families;

    #[test]
    fn a_change_takes_along_what_belongs_to_it() {
        // The context, the field, its new value; another field, and what that becomes.
        let cases = [
            (
                "github-push/upstream/branch-main",
                "event.repository.html_url=https://github.com/mozilla/glean",
                "event.repository.name=glean event.repository.full_name=mozilla/glean \
                 event.repository.clone_url=https://github.com/mozilla/glean.git \
                 event.repository.owner.login=mozilla event.organization.login=mozilla \
                 event.sender.login=dev event.repository.ssh_url=git@github.com:mozilla/glean.git",
            ),
            (
                "github-pull-request/fork/opened",
                "event.pull_request.base.repo.name=glean",
                "event.repository.full_name=example/glean \
                 event.pull_request.head.repo.full_name=dev/dev-widget \
                 event.pull_request.html_url=https://github.com/example/glean/pull/42",
            ),
            (
                "github-pull-request/fork/opened",
                "event.pull_request.head.repo.owner.login=visitor",
                "event.pull_request.head.repo.full_name=visitor/dev-widget \
                 event.pull_request.head.label=visitor:blue-paint \
                 event.repository.full_name=example/widget",
            ),
            (
                "github-pull-request/same-repo/opened",
                "event.pull_request.user.login=renovate[bot]",
                "event.sender.login=renovate[bot] event.sender.type=Bot",
            ),
            (
                "action/widget/retrigger",
                "repository.url=https://github.com/mozilla/glean",
                "repository.project=glean repository.base_url=https://github.com/mozilla/glean \
                 action.repo_scope=assume:repo:github.com/mozilla/glean:action:generic",
            ),
            (
                "cron/git-widget/job-args",
                "repository.project=gadget",
                "repository.url=https://github.com/example/widget",
            ),
            (
                "hg-push/try/owner-email",
                "repository.project=oak",
                "repository.url=https://hg.mozilla.org/oak",
            ),
        ];
        let keys = |path: &str| path.split('.').map(str::to_owned).collect::<Vec<_>>();
        for (name, change, wanted) in cases {
            let context = families::find(name).expect(name).value();
            let (field, value) = change.split_once('=').expect(change);
            let changed = set(&context, &keys(field), Some(value.into())).expect(change);
            for wanted in std::iter::once(change).chain(wanted.split_whitespace()) {
                let (field, value) = wanted.split_once('=').expect(wanted);
                let found = keys(field).iter().try_fold(&changed, |found, key| found.get(key));
                assert_eq!(found, Some(&json!(value)), "{name}, {change}: {field}");
            }
        }
    }
}
