//! Which values production can send in a field.

use crate::jsone::families;
use serde_json::{Value, json};

/// What kind of value a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Never changed: who asks, ids, times, what a service sets itself.
    Fixed,
    /// `https://…`, of a repository.
    Url,
    /// `https://…` of a Taskcluster instance.
    Instance,
    /// `refs/…`.
    Ref,
    /// A branch, as pull requests and releases name it.
    Branch,
    /// A branch either way.
    AnyRef,
    /// A repository, a project, a person.
    Name,
    /// `owner/name`.
    FullName,
    /// An address.
    Email,
    /// An address or, as build-decision also gives it, a plain name.
    Owner,
    /// An SCM level.
    Level,
    /// A webhook's `action`.
    Event,
    /// Any text.
    Text,
    /// One word.
    Word,
    /// True or false.
    Flag,
    /// A number.
    Number,
}

/// Actions of the webhooks
/// (<https://docs.github.com/en/webhooks/webhook-events-and-payloads>), by the event's `tasks_for`.
const EVENTS: [(&str, &str); 4] = [
    (
        "github-pull-request",
        "opened synchronize reopened closed edited labeled unlabeled ready_for_review \
         converted_to_draft review_requested review_request_removed assigned unassigned locked unlocked",
    ),
    ("github-pull-request-untrusted", "opened synchronize reopened closed edited"),
    ("github-release", "published created edited deleted prereleased released unpublished"),
    ("github-issue-comment", "created edited"),
];

/// The values that the field at `keys` can take in `context`, other than its own: made of
/// `literals` first, then those of the built-in contexts of the same `tasks_for`. None of its
/// place stands for: the field is left out. Empty where production has no such field there.
pub fn candidates(context: &Value, keys: &[String], literals: &[String]) -> Vec<Option<Value>> {
    let family = context["tasks_for"].as_str().unwrap_or_default();
    let current = find(context, keys);
    let known = known(family, keys);
    let typical = match current {
        Some(Value::Null) | None => known.iter().flatten().find(|value| !value.is_null()),
        current => current,
    };
    let Some(typical) = typical.filter(|typical| !typical.is_object() && !typical.is_array())
    else {
        return Vec::new();
    };
    let kind = kind(keys, typical);
    let text = current.and_then(Value::as_str).or(typical.as_str()).unwrap_or_default();
    let word = matches!(kind, Kind::Name | Kind::Word | Kind::Text | Kind::Branch);
    let other = word.then(|| Some(json!(format!("{text}-2"))));
    let mut found: Vec<Option<Value>> = Vec::new();
    match kind {
        Kind::Fixed => return Vec::new(),
        Kind::Flag => found.push(Some(json!(!typical.as_bool().unwrap_or_default()))),
        Kind::Number => {
            let numbers = literals.iter().filter_map(|literal| literal.parse::<u32>().ok());
            found.extend(numbers.chain([0, 1]).map(|number| Some(json!(number))));
        }
        kind => {
            let forms = literals.iter().flat_map(|literal| forms(kind, family, literal, text));
            found.extend(forms.map(|form| Some(json!(form))));
        }
    }
    found.extend(known.iter().cloned().chain(other));
    let mut values: Vec<Option<Value>> = Vec::new();
    for value in found {
        if value.as_ref() != current && !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn find<'v>(context: &'v Value, keys: &[String]) -> Option<&'v Value> {
    keys.iter().try_fold(context, |value, key| value.get(key))
}

/// The values of a field in the built-in contexts of that name; none among them where it is
/// missing.
fn known(family: &str, keys: &[String]) -> Vec<Option<Value>> {
    let mut known: Vec<Option<Value>> = Vec::new();
    let Some((first, keys)) = keys.split_first() else { return known };
    let contexts = families::all().iter().filter(|known| known.name == family);
    for context in contexts.flat_map(|family| &family.contexts) {
        let mut value = context.get(first);
        for (at, key) in keys.iter().enumerate() {
            let around = value.and_then(Value::as_object);
            if around.is_none() && at + 1 == keys.len() {
                // No mapping to have it.
                return known;
            }
            value = around.and_then(|around| around.get(key));
        }
        if !known.iter().any(|known| known.as_ref() == value) {
            known.push(value.cloned());
        }
    }
    known
}

fn kind(keys: &[String], typical: &Value) -> Kind {
    let path: Vec<&str> = keys.iter().map(String::as_str).collect();
    if typical.is_boolean() {
        return Kind::Flag;
    }
    match path.as_slice() {
        []
        | ["tasks_for" | "now" | "clientId" | "firedBy" | "taskId" | "taskGroupId"]
        | ["ownTaskId" | "payload"]
        | ["parameters", "repository_type" | "tasks_for"]
        | ["repository", "type"]
        | ["action", "repo_scope" | "taskGroupId"]
        | ["cron", "task_id"] => Kind::Fixed,
        ["taskcluster_root_url"] => Kind::Instance,
        ["event", "ref" | "base_ref"] => Kind::Ref,
        ["push", "branch" | "base_branch"] => Kind::AnyRef,
        ["event", "pull_request", "head" | "base", "ref"]
        | ["event", "release", "target_commitish"] => Kind::Branch,
        ["event", "action"] => Kind::Event,
        ["event", "release", "tag_name"] | ["cron", ..] | ["action", "cb_name" | "action_perm"] => {
            Kind::Word
        }
        ["repository", "level"] | ["parameters", "level"] => Kind::Level,
        [.., "sha" | "after" | "before" | "revision" | "base_revision" | "node_id"] => Kind::Fixed,
        [.., "html_url" | "clone_url" | "url" | "base_url"] => Kind::Url,
        [.., "full_name"] => Kind::FullName,
        [.., "repository" | "repo", "name"] | [.., "login" | "project" | "username"] => Kind::Name,
        [.., "email"] => Kind::Email,
        ["push", "owner"] => Kind::Owner,
        _ if typical.is_number() => Kind::Number,
        _ => Kind::Text,
    }
}

/// The values of this kind that a comparison with `literal` can be about: it itself, with more
/// behind it (`x[:6] == literal`), in front of it, or around it.
fn forms(kind: Kind, family: &str, literal: &str, current: &str) -> Vec<String> {
    let is_word = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-[]".contains(c))
    };
    let is_branch = |text: &str| {
        let inside = text.split('/').all(|part| is_word(part) || part.contains('.'));
        inside && !text.starts_with("refs/") && !text.contains(['[', ']'])
    };
    // What follows the part that was compared.
    let longer = |text: &str| [text.to_owned(), format!("{text}1")];
    match kind {
        Kind::Fixed | Kind::Flag | Kind::Number => Vec::new(),
        Kind::Instance => {
            let is_url = literal.starts_with("https://") && !literal.ends_with('/');
            is_url.then(|| literal.to_owned()).into_iter().collect()
        }
        Kind::Url => urls(literal, current),
        Kind::Ref | Kind::AnyRef | Kind::Branch => {
            let branch = literal
                .strip_prefix("refs/heads/")
                .or(literal.strip_prefix("refs/tags/"))
                .unwrap_or(literal);
            let prefix = literal.strip_suffix(branch).unwrap_or_default();
            let branches: Vec<String> = match branch.strip_suffix('/') {
                None if branch.is_empty() => vec!["main".to_owned()],
                Some(folder) if is_branch(folder) => vec![format!("{branch}1")],
                None if is_branch(branch) => longer(branch).to_vec(),
                _ => return Vec::new(),
            };
            let prefixes: &[&str] = match (kind, prefix) {
                (Kind::Branch, "refs/tags/") => return Vec::new(),
                (Kind::Branch, _) => &[""],
                (Kind::AnyRef, "") => &["", "refs/heads/", "refs/tags/"],
                (_, "") => &["refs/heads/", "refs/tags/"],
                (_, _) => &[prefix],
            };
            let new = |prefix: &&str| {
                let prefix = (*prefix).to_owned();
                branches.iter().map(move |branch| format!("{prefix}{branch}"))
            };
            let mut found: Vec<String> = prefixes.iter().flat_map(new).collect();
            if current.ends_with(['-', '/', '1']) && prefix.is_empty() {
                found.push(format!("{}{branch}", current.trim_end_matches('1')));
            }
            found
        }
        Kind::Name => {
            // `${login}@users.noreply.github.com`
            let name = literal.split('@').next().unwrap_or_default();
            if is_word(name) { longer(name).to_vec() } else { Vec::new() }
        }
        Kind::FullName => match literal.split_once('/') {
            Some((owner, name)) if is_word(owner) && is_word(name) => vec![literal.to_owned()],
            Some((owner, "")) if is_word(owner) => vec![format!("{literal}widget")],
            _ => Vec::new(),
        },
        Kind::Owner if is_word(literal) => vec![literal.to_owned()],
        Kind::Email | Kind::Owner => match literal {
            "@" => vec!["dev".to_owned(), "dev@example.com".to_owned()],
            text if text.contains('@') && !text.contains(' ') => vec![text.to_owned()],
            _ => Vec::new(),
        },
        Kind::Level => {
            ["1", "2", "3"].contains(&literal).then(|| literal.to_owned()).into_iter().collect()
        }
        Kind::Event => {
            let known = EVENTS.iter().find(|(name, _)| *name == family).map(|(_, events)| *events);
            let known =
                known.unwrap_or_default().split_whitespace().filter(|event| *event == literal);
            known.map(str::to_owned).collect()
        }
        Kind::Word => {
            if is_branch(literal) {
                longer(literal).to_vec()
            } else {
                Vec::new()
            }
        }
        Kind::Text => {
            vec![literal.to_owned(), format!("{literal} 1"), format!("{current} {literal}")]
        }
    }
}

/// URLs of repositories on the host that the current one is on.
fn urls(literal: &str, current: &str) -> Vec<String> {
    let Some((host, path)) = current.strip_prefix("https://").and_then(|url| url.split_once('/'))
    else {
        return Vec::new();
    };
    if literal == "/" {
        // Some of build-decision's project lists write it.
        return vec![format!("{}/", current.trim_end_matches('/'))];
    }
    let rest = literal.strip_prefix("https://").unwrap_or(literal);
    let is_absolute = literal.starts_with("https://") || rest.starts_with(host);
    let new_path = match rest.strip_prefix(host) {
        Some(path) => path.trim_start_matches('/'),
        None if is_absolute => return Vec::new(),
        None => rest,
    };
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let new_path = match new_path.strip_suffix('/') {
        Some(_) => format!("{new_path}{name}"),
        None => new_path.to_owned(),
    };
    let segments: Vec<&str> = new_path.split('/').collect();
    let is_plain = |part: &&str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    let is_repository = segments.iter().all(is_plain)
        && (segments.len() == 2 || host != "github.com" && !segments.is_empty())
        && (is_absolute || segments.len() == 2);
    is_repository.then(|| format!("https://{host}/{new_path}")).into_iter().collect()
}
