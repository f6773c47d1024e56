//! What aliases come to: a few lines can stand for more than a machine holds.

use super::nodes::{Kind, Node};
use super::text::Text;
use crate::error::{Error, Result};
use std::collections::HashMap;

/// The most values that all aliases together may bring. Real templates bring a few hundred.
const MOST_VALUES: usize = 250_000;

/// `serde_yaml` follows so many aliases for each of a file's events (`jump` in its `de.rs`).
const MOST_JUMPS: usize = 100;

/// Refuses, with its place, the alias at which aliases of aliases come to more than this program reads.
pub fn check(root: &Node, text: &Text) -> Result<()> {
    let mut events = 0;
    root.visit(&mut |node, _| {
        events += match node.kind {
            Kind::Sequence { .. } | Kind::Mapping { .. } => 2,
            Kind::Scalar { .. } | Kind::Alias { .. } => 1,
        };
    });
    let mut counter = Counter { most_jumps: events * MOST_JUMPS, ..Counter::default() };
    counter.count(root);
    match counter.too_much {
        Some(at) => Err(Error::new(format!(
            "the aliases up to here stand for more than {MOST_VALUES} values, or for too many others"
        ))
        .at(text.place(at))
        .help("write out what is meant: aliases of aliases multiply")),
        None => Ok(()),
    }
}

/// What a node comes to where its aliases are written out.
#[derive(Clone, Copy, Default)]
struct Count {
    /// The values in it.
    values: usize,
    /// The aliases that are followed for it.
    jumps: usize,
}

impl Count {
    fn add(&mut self, other: Count) {
        self.values = self.values.saturating_add(other.values);
        self.jumps = self.jumps.saturating_add(other.jumps);
    }
}

#[derive(Default)]
struct Counter {
    most_jumps: usize,
    /// What the anchors so far come to. One that is not closed yet is none: the reader refuses that.
    anchors: HashMap<usize, Count>,
    /// What the aliases so far bring.
    brought: Count,
    /// The first alias that brings too much.
    too_much: Option<usize>,
}

impl Counter {
    fn count(&mut self, node: &Node) -> Count {
        let mut count = Count { values: 1, jumps: 0 };
        match &node.kind {
            Kind::Scalar { .. } => {}
            Kind::Alias { anchor } => {
                let mut brought = self.anchors.get(anchor).copied().unwrap_or_default();
                brought.add(Count { values: 0, jumps: 1 });
                self.brought.add(brought);
                let Count { values, jumps } = self.brought;
                if values > MOST_VALUES || jumps > self.most_jumps {
                    self.too_much.get_or_insert(node.start);
                }
                count = brought;
            }
            Kind::Sequence { items, .. } => {
                items.iter().for_each(|item| count.add(self.count(item)))
            }
            Kind::Mapping { entries, .. } => entries.iter().for_each(|(key, value)| {
                count.add(self.count(key));
                count.add(self.count(value));
            }),
        }
        if let Some(anchor) = node.anchor {
            self.anchors.insert(anchor, count);
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::tree;

    #[test]
    fn what_aliases_multiply_is_refused_where_it_is_too_much() {
        let levels = |width: usize, levels: usize| {
            let mut lines = format!("a0: &a0 [{}]\n", vec!["x"; width].join(","));
            for level in 1..=levels {
                let inside = vec![format!("*a{}", level - 1); width].join(",");
                lines += &format!("a{level}: &a{level} [{inside}]\n");
            }
            lines
        };
        // The line at which it is refused; 0 where it is not.
        let cases = [
            (levels(10, 2), 0),
            (levels(10, 3), 0),
            (levels(10, 5), 5),
            (format!("{}z: [{}]\n", levels(10, 2), vec!["b"; 3000].join(",")), 0),
            (format!("{}z: [{}]\n", levels(10, 5), vec!["b"; 30_000].join(",")), 6),
            ("a: &a [b]\nc: *a\n".to_owned(), 0),
        ];
        for (content, line) in cases {
            let text = Text::new(content);
            let root = tree::parse(&text).unwrap().unwrap();
            let found = check(&root, &text);
            let found = found.err().map_or(0, |err| err.place().unwrap().line);
            assert_eq!(found, line, "{}", text.as_str().lines().next().unwrap());
        }
    }
}
