//! The path to a value inside a template or a rendered task.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::fmt;

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Step {
    /// Into a mapping, by its key.
    Key(String),
    /// Into a sequence, by its position from 0.
    Index(usize),
}

/// The steps from a document's root to a value. Displays like `tasks[0].$let["a b"].in`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Vec<Step>);

impl Path {
    /// The path to the root itself.
    pub fn root() -> Path {
        Path::default()
    }

    /// The path to the value under `key` of the mapping that this path leads to.
    pub fn key(&self, key: impl Into<String>) -> Path {
        self.step(&Step::Key(key.into()))
    }

    /// The path to item `index` of the sequence that this path leads to.
    pub fn index(&self, index: usize) -> Path {
        self.step(&Step::Index(index))
    }

    /// The path that goes on from this one by a step.
    pub fn step(&self, step: &Step) -> Path {
        let mut steps = self.0.clone();
        steps.push(step.clone());
        Path(steps)
    }

    /// Does `work` with this path gone on by a step: what walks a whole tree copies no paths so.
    pub fn within<T>(&mut self, step: Step, work: impl FnOnce(&mut Path) -> T) -> T {
        self.0.push(step);
        let done = work(self);
        self.0.pop();
        done
    }

    /// The steps, from the root on.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The path to the value around this one; none for the root.
    pub fn parent(&self) -> Option<Path> {
        let (_, rest) = self.0.split_last()?;
        Some(Path(rest.to_vec()))
    }

    /// The last step's key, where that is a key.
    pub fn last_key(&self) -> Option<&str> {
        match self.0.last() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// Whether `other` is this path or leads to something inside.
    pub fn contains(&self, other: &Path) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The value that this path leads to in `root`, if there is one.
    pub fn find<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(root, |value, step| match step {
            Step::Key(key) => value.get(key),
            Step::Index(index) => value.get(index),
        })
    }

    /// As [`Path::find`], to change the value.
    pub fn find_mut<'v>(&self, root: &'v mut Value) -> Option<&'v mut Value> {
        self.0.iter().try_fold(root, |value, step| match step {
            Step::Key(key) => value.get_mut(key),
            Step::Index(index) => value.get_mut(index),
        })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if is_plain(key) => {
                    if at > 0 {
                        f.write_str(".")?;
                    }
                    f.write_str(key)?;
                }
                Step::Key(key) => write!(f, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}

/// As the text that it displays; step by step where no person reads it.
impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serializer.is_human_readable() {
            true => serializer.collect_str(self),
            false => self.0.serialize(serializer),
        }
    }
}

/// Step by step: no program needs to read the text.
impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Path)
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn displays_and_finds() {
        let value = json!({"tasks": [{"$if": {"a == 'b'": 5}}]});
        let path = Path::root().key("tasks").index(0).key("$if").key("a == 'b'");
        assert_eq!(path.to_string(), r#"tasks[0].$if["a == 'b'"]"#);
        assert_eq!(path.find(&value), Some(&json!(5)));
        assert_eq!(path.parent().unwrap().key("c").find(&value), None);
    }
}
