//! A `.taskcluster.yml` template: its text, its value, and where in the text each value stands.
//!
//! Two readers see every file: [`value`] gives what JSON-e renders, [`nodes`] gives the places
//! for messages and for editing the text. Each of the two YAML libraries stays inside its module.

mod aliases;
mod events;
pub mod nodes;
pub mod path;
pub mod readings;
mod refusals;
pub mod source;
mod spans;
pub mod text;
mod tree;
pub mod value;

pub use nodes::{Kind, Node};
pub use path::{Path, Step};
pub use readings::Reading;
pub use text::Text;

use crate::error::{Error, Place, Result};
use readings::Ambiguity;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A template, read. A clone is the same one, not a copy of it.
#[derive(Debug, Clone)]
pub struct Template {
    text: Text,
    value: Arc<Value>,
    root: Arc<Node>,
    ambiguities: Arc<[Ambiguity]>,
    /// What PyYAML and js-yaml read, where something is ambiguous.
    readings: Option<[Arc<Value>; 2]>,
}

impl Template {
    /// Reads a template from a file's bytes.
    ///
    /// Errs where one of production's loaders refuses the file: bytes that are not UTF-8, bad YAML,
    /// a tab outside of quotes, a redefined anchor, a collection as a key, a duplicate key, an
    /// empty file, or a document that is no mapping.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Template> {
        Template::parse(Text::from_bytes(bytes)?)
    }

    /// Reads a template from its text; errs as [`Template::from_bytes`].
    pub fn parse(text: Text) -> Result<Template> {
        Template::read(text.clone()).map_err(|err| conflict_marker(&text).unwrap_or(err))
    }

    fn read(text: Text) -> Result<Template> {
        refusals::check_line_breaks(&text)?;
        let root = tree::parse(&text)?;
        if let Some(root) = &root {
            refusals::check(root, &text)?;
            aliases::check(root, &text)?;
        }
        let value = value::parse(&text).map_err(|err| match err.place() {
            None => err.at(text.place(root.as_ref().map_or(0, |root| root.start))),
            Some(_) => err,
        })?;
        match (root, &value) {
            (Some(root), Value::Object(_)) => {
                let ambiguities = readings::ambiguities(&root, &text);
                let read = |reading| readings::value(&root, &text, reading);
                let old = read(Reading::Yaml11)?;
                // Only what is ambiguous, or a tag, is read in two ways.
                let is_one = ambiguities.is_empty() && !has_tag(&root);
                let new = (!is_one).then(|| read(Reading::Yaml12)).transpose()?;
                // The two YAML libraries are a check on each other: what they take for a value is
                // the same wherever production's loaders agree on it.
                let is_same = |read: &Value| value::is_same(read, &value);
                let agree = is_same(&old) && new.as_ref().is_none_or(is_same);
                if ambiguities.is_empty() && !agree {
                    return Err(Error::new(
                        "the two YAML readers of this program disagree about the file",
                    )
                    .help("this is a bug of tc-retrigger: please report it with the file"));
                }
                let new = new.filter(|_| !ambiguities.is_empty());
                let readings = new.map(|new| [old, new].map(Arc::new));
                let (value, root) = (Arc::new(value), Arc::new(root));
                Ok(Template { text, value, root, ambiguities: ambiguities.into(), readings })
            }
            (None, _) | (_, Value::Null) => Err(Error::new("the file is empty")
                .help("a template is a mapping with `version: 1` and `tasks`")),
            (Some(root), other) => {
                Err(Error::new(format!("the file holds {}, not a mapping", type_name(other)))
                    .at(text.place(root.start))
                    .help("a template is a mapping with `version: 1` and `tasks`"))
            }
        }
    }

    /// What the file means two things by: each scalar that PyYAML and js-yaml, which production
    /// uses, read differently, with its place.
    pub fn ambiguities(&self) -> impl Iterator<Item = (Place, &str)> {
        self.ambiguities.iter().map(|found| (self.text.place(found.start), found.meaning.as_str()))
    }

    /// The template as one of production's loaders reads it. What has no form in JSON for it, such as
    /// a date, is a string that says so.
    pub fn read_by(&self, reading: Reading) -> Template {
        let value = match (&self.readings, reading) {
            (None, _) => &self.value,
            (Some([old, _]), Reading::Yaml11) => old,
            (Some([_, new]), Reading::Yaml12) => new,
        };
        Template { value: value.clone(), ..self.clone() }
    }

    /// The file's text.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// The value that JSON-e renders.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The root of the tree of nodes.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The template of the task that the hooks service renders for an action: `tasks[0]`, where
    /// `tasks` is a list before rendering (fxci-config installs nothing for other files).
    pub fn action_task(&self) -> Option<&Value> {
        self.value.get("tasks")?.as_array()?.first()
    }

    /// The place of the value at `path`: its own, or, where an alias or a merge key brings it,
    /// that of the closest value around it that is written out.
    pub fn place(&self, path: &Path) -> Place {
        self.text.place(self.root.closest(path).start)
    }

    /// The place of the key or item that `path` leads to, for messages.
    pub fn key_place(&self, path: &Path) -> Place {
        match (path.parent(), path.last_key()) {
            (Some(parent), Some(key)) => {
                let around = self.root.closest(&parent);
                let start = around.entry(key).map_or(around.start, |(key, _)| key.start);
                self.text.place(start)
            }
            _ => self.place(path),
        }
    }

    /// The place of what `path` leads to: of its key, or of its value.
    pub fn place_of(&self, path: &Path, is_key: bool) -> Place {
        if is_key { self.key_place(path) } else { self.place(path) }
    }

    /// The last line of the value at `path`, as [`Template::place`] finds it.
    pub fn end_line(&self, path: &Path) -> usize {
        let node = self.root.closest(path);
        self.text.line_of(node.end.max(node.start))
    }

    /// The line of [`Template::key_place`].
    pub fn line(&self, path: &Path) -> usize {
        self.key_place(path).line
    }

    /// The [`hook_hash`] of its text.
    pub fn hook_hash(&self) -> String {
        hook_hash(&self.text)
    }
}

/// The ten digits that name a file's hooks (`in-tree-action-<level>-<permission>/<hash>`): the start
/// of the SHA-256 of its bytes, in lower-case hexadecimal, as fxci-config and taskgraph compute it.
pub fn hook_hash(text: &Text) -> String {
    let digest = Sha256::digest(text.as_str().as_bytes());
    digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect()
}

fn has_tag(root: &Node) -> bool {
    let mut has_tag = false;
    root.visit(&mut |node, _| has_tag |= node.tag.is_some());
    has_tag
}

/// The error for a text that a merge left with conflicts, as git and hg mark them.
fn conflict_marker(text: &Text) -> Option<Error> {
    let is_marker = |line: &usize| {
        let line = text.line(*line);
        ["<<<<<<< ", "||||||| ", ">>>>>>> "].iter().any(|marker| line.starts_with(marker))
    };
    let line = (1..=text.line_count()).find(is_marker)?;
    let marker = text.line(line)[..7].to_owned();
    let advice = "resolve the merge, then `tc-retrigger patch --write` puts a fast path right";
    Some(
        Error::new(format!("the conflict marker {marker} stands here"))
            .at(Place { line, column: 1 })
            .help(advice),
    )
}

/// What a value is, with its article, for messages.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What `yaml.safe_load` of PyYAML 6.0 and `load` of js-yaml 3.15 and 4.3 give.
    #[test]
    fn what_a_file_ends_in_is_read_as_each_loader_reads_it() {
        let cases = [
            ("a: |", "", ""),
            ("a: |\n  ", "", ""),
            ("a: |\n  \n    ", "", ""),
            ("a: |+\n  ", "", "\n"),
            ("a: >+\n\n  ", "\n", "\n\n"),
            ("a: |\n  x", "x", "x\n"),
            ("a: |-\n  x", "x", "x"),
            ("a: |\n  x\n ", "x\n", "x\n"),
            ("a: |\n  x\n  ", "x\n", "x\n"),
            ("a: |+\n  x\n  ", "x\n", "x\n\n"),
            ("a: |\n  x\n    ", "x\n  ", "x\n  \n"),
            ("a: |-\n  x\n    ", "x\n  ", "x\n  "),
            ("a: >\n  x\n    ", "x\n  ", "x\n  \n"),
            ("a: |2\n    x\n   ", "  x\n ", "  x\n \n"),
            ("a: |\r\n  x\r\n    ", "x\n  ", "x\n  \n"),
            ("\u{feff}a: |\n  x\n   ", "x\n ", "x\n \n"),
            ("a: |\n  x\n    \n", "x\n  \n", "x\n  \n"),
            ("a: x  ", "x", "x"),
            ("a: 'x'\n   ", "x", "x"),
        ];
        for (content, old, new) in cases {
            let template = Template::parse(Text::new(content));
            let template = template.unwrap_or_else(|err| panic!("{content:?}: {err}"));
            for (reading, wanted) in [(Reading::Yaml11, old), (Reading::Yaml12, new)] {
                let read = template.read_by(reading).value().clone();
                assert_eq!(read, json!({"a": wanted}), "{content:?} {reading:?}");
            }
            assert_eq!(template.ambiguities().count(), usize::from(old != new), "{content:?}");
        }
    }

    /// A comment that ends, for libyaml, at a line break of Unicode's, found by fuzzing.
    #[test]
    fn a_refusal_has_its_place_where_no_node_has_one() {
        let error = Template::parse(Text::new("#\u{2028}e\n#\u{2028}i")).unwrap_err();
        assert_eq!(error.place(), Some(Place { line: 1, column: 1 }), "{error}");
    }

    /// A thousand lists that close in their key's column, in one that is read in a moment.
    #[test]
    fn many_shallow_lines_take_no_longer() {
        let lists = "    k: [\n 'a\nb',\n]\n".to_owned();
        let many: String = (0..1000).map(|at| lists.replace('k', &format!("k{at}"))).collect();
        let content = format!("a:\n  b:\n{many}c: [\n{}]\n", "'d\ne',\n".repeat(1000));
        let start = std::time::Instant::now();
        let template = Template::parse(Text::new(content)).unwrap();
        assert_eq!(template.value()["a"]["b"]["k999"], json!(["a b"]));
        assert_eq!(template.value()["c"][999], json!("d e"));
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }
}
