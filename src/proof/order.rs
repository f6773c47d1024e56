//! The order of keys, which the values that are compared do not have.
//!
//! In Python and JavaScript a mapping's keys have the file's order, and it matters: `$map` and keys
//! with `${…}` let the last of several win, and of two errors the first is raised.

use crate::patch::recipe::VARIABLE;
use crate::template::{Kind, Node, Template};
use std::collections::{HashMap, HashSet};

/// Checks that all mappings of `new` have their keys in the order of `old`, merge keys included,
/// where the two have the same value but for wrappers. Errs with the first key that has moved.
pub fn check(old: &Template, new: &Template) -> Result<(), String> {
    let mut walk =
        Walk { old: old.root().anchors(), new: new.root().anchors(), followed: HashSet::new() };
    walk.compare(old.root(), new.root()).map_err(|key| {
        let line = new.text().line_of(key.start);
        format!(
            "keys are in another order, or written otherwise, from line {line} of the new file on"
        )
    })
}

struct Walk<'n> {
    old: HashMap<usize, &'n Node>,
    new: HashMap<usize, &'n Node>,
    /// The pairs that were reached through an alias: a file may use one very often.
    followed: HashSet<(*const Node, *const Node)>,
}

impl<'n> Walk<'n> {
    fn compare(&mut self, old: &'n Node, new: &'n Node) -> Result<(), &'n Node> {
        let (is_old, is_new) = (follow(old, &self.old), follow(new, &self.new));
        let is_alias = !std::ptr::eq(is_old, old) || !std::ptr::eq(is_new, new);
        if is_alias && !self.followed.insert((is_old, is_new)) {
            return Ok(());
        }
        if let Some(payload) =
            payload(is_new, &self.new).filter(|_| payload(is_old, &self.old).is_none())
        {
            return self.compare(is_old, payload);
        }
        match (&is_old.kind, &is_new.kind) {
            (Kind::Mapping { entries: old, .. }, Kind::Mapping { entries: new, .. }) => {
                for (at, (key, value)) in new.iter().enumerate() {
                    let (old_key, old_value) = old.get(at).ok_or(key)?;
                    if text(old_key) != text(key) {
                        return Err(key);
                    }
                    self.compare(old_value, value)?;
                }
                if old.len() == new.len() { Ok(()) } else { Err(is_new) }
            }
            (Kind::Sequence { items: old, .. }, Kind::Sequence { items: new, .. }) => {
                old.iter().zip(new).try_for_each(|(old, new)| self.compare(old, new))
            }
            _ => Ok(()),
        }
    }
}

fn follow<'n>(node: &'n Node, anchors: &HashMap<usize, &'n Node>) -> &'n Node {
    match &node.kind {
        Kind::Alias { anchor } => anchors.get(anchor).copied().unwrap_or(node),
        _ => node,
    }
}

/// The old payload in a wrapper.
fn payload<'n>(node: &'n Node, anchors: &HashMap<usize, &'n Node>) -> Option<&'n Node> {
    let (_, bound) = node.entry("$let")?;
    follow(bound, anchors).entry(VARIABLE).map(|(_, payload)| payload)
}

fn text(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Scalar { text, .. } => Some(text),
        _ => None,
    }
}
