//! The tree of a template's values, each with its place in the text.

use super::path::{Path, Step};
use std::collections::HashMap;

/// A node of a YAML document, with its place in the text. Offsets are in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where the node's content starts: a scalar's first character (a block scalar's first line
    /// of content), a flow collection's bracket, a block collection's first key or item.
    pub start: usize,
    /// Where its content ends, behind its last character, line break excluded; behind the last
    /// blank line for a block scalar that keeps those (`|+`).
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// The explicit tag, such as `!!str`, in its full form.
    pub tag: Option<String>,
    /// The number of its anchor, which aliases name; anchors count in the text's order.
    pub anchor: Option<usize>,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A scalar: its text after YAML's own folding and unescaping.
    Scalar {
        /// The text.
        text: String,
        /// How it is written.
        style: Style,
    },
    /// A sequence.
    Sequence {
        /// Its items.
        items: Vec<Node>,
        /// Whether it is written in brackets.
        flow: bool,
    },
    /// A mapping.
    Mapping {
        /// Its entries in the text's order: key and value.
        entries: Vec<(Node, Node)>,
        /// Whether it is written in braces.
        flow: bool,
    },
    /// An alias (`*name`).
    Alias {
        /// The number of the anchor that it stands for.
        anchor: usize,
    },
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: its type depends on its text.
    Plain,
    /// In single or double quotes.
    Quoted,
    /// As a literal (`|`) or folded (`>`) block.
    Block,
}

/// Where a node stands in the tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Role {
    /// Whether it is a mapping's key.
    pub is_key: bool,
    /// Whether a collection around it is written in brackets or braces.
    pub in_brackets: bool,
}

impl Node {
    /// The entry of a mapping under a scalar key: key and value.
    pub fn entry(&self, name: &str) -> Option<(&Node, &Node)> {
        let Kind::Mapping { entries, .. } = &self.kind else {
            return None;
        };
        entries
            .iter()
            .find(|(key, _)| matches!(&key.kind, Kind::Scalar { text, .. } if text == name))
            .map(|(key, value)| (key, value))
    }

    /// The node that `path` leads to, where each step of it is written out at its place.
    pub fn find(&self, path: &Path) -> Option<&Node> {
        path.steps().iter().try_fold(self, Node::child)
    }

    /// The node that as many steps of `path` lead to as are written out.
    pub fn closest(&self, path: &Path) -> &Node {
        let mut node = self;
        for step in path.steps() {
            match node.child(step) {
                Some(child) => node = child,
                None => break,
            }
        }
        node
    }

    fn child(&self, step: &Step) -> Option<&Node> {
        match (step, &self.kind) {
            (Step::Key(key), _) => self.entry(key).map(|(_, value)| value),
            (Step::Index(index), Kind::Sequence { items, .. }) => items.get(*index),
            _ => None,
        }
    }

    /// Calls `see` for this node and all below, in the text's order.
    pub fn visit<'n>(&'n self, see: &mut dyn FnMut(&'n Node, Role)) {
        self.visit_as(Role::default(), see);
    }

    fn visit_as<'n>(&'n self, role: Role, see: &mut dyn FnMut(&'n Node, Role)) {
        see(self, role);
        let in_brackets = self.is_flow() || role.in_brackets;
        match &self.kind {
            Kind::Mapping { entries, .. } => entries.iter().for_each(|(key, value)| {
                key.visit_as(Role { is_key: true, in_brackets }, see);
                value.visit_as(Role { is_key: false, in_brackets }, see);
            }),
            Kind::Sequence { items, .. } => {
                items
                    .iter()
                    .for_each(|item| item.visit_as(Role { is_key: false, in_brackets }, see));
            }
            Kind::Scalar { .. } | Kind::Alias { .. } => {}
        }
    }

    /// The nodes here and below that have an anchor, by its number.
    pub fn anchors(&self) -> HashMap<usize, &Node> {
        let mut anchors = HashMap::new();
        self.visit(&mut |node, _| anchors.extend(node.anchor.map(|anchor| (anchor, node))));
        anchors
    }

    /// Whether the node is a collection in brackets or braces.
    pub fn is_flow(&self) -> bool {
        matches!(self.kind, Kind::Sequence { flow: true, .. } | Kind::Mapping { flow: true, .. })
    }
}
