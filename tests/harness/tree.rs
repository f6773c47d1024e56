//! A template under construction: the keys of its mappings keep their order, as a value's do not.

use std::fmt::Write;

use tc_retrigger::template::nodes::{Kind, Node, Style};
use tc_retrigger::template::{Template, Text};

/// A value of YAML.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// A string.
    Text(String),
    /// What is no string: a number, `true`, `null`.
    Plain(String),
    /// A list.
    List(Vec<Tree>),
    /// A mapping.
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// Reads a line of YAML. A plain scalar is a string unless it is one of JSON's other scalars.
    pub fn read(line: &str) -> Tree {
        let template = Template::parse(Text::new(format!("tree: {line}\n")))
            .unwrap_or_else(|err| panic!("{line}: {err}"));
        let (_, tree) = template.root().entry("tree").expect("its only key");
        Tree::of(tree)
    }

    fn of(node: &Node) -> Tree {
        match &node.kind {
            Kind::Scalar { text, style: Style::Plain }
                if serde_json::from_str::<serde_json::Value>(text).is_ok() =>
            {
                Tree::Plain(text.clone())
            }
            Kind::Scalar { text, .. } => Tree::Text(text.clone()),
            Kind::Sequence { items, .. } => Tree::List(items.iter().map(Tree::of).collect()),
            Kind::Mapping { entries, .. } => {
                let key = |key: &Node| match &key.kind {
                    Kind::Scalar { text, .. } => text.clone(),
                    other => panic!("a key is no scalar: {other:?}"),
                };
                Tree::Map(entries.iter().map(|(k, value)| (key(k), Tree::of(value))).collect())
            }
            Kind::Alias { .. } => panic!("an alias"),
        }
    }

    /// The template that has this as its first task. All of it is in block style: what stands in
    /// brackets cannot be patched.
    pub fn document(&self) -> String {
        let mut out = "version: 1\ntasks:\n    -".to_owned();
        self.write(&mut out, 2);
        out
    }

    /// Writes it behind a `-` or a key.
    fn write(&self, out: &mut String, depth: usize) {
        let pad = "    ".repeat(depth);
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let written = match self {
            Tree::Text(text) => writeln!(out, " {}", quoted(text)),
            Tree::Plain(text) => writeln!(out, " {text}"),
            Tree::List(items) if items.is_empty() => writeln!(out, " []"),
            Tree::Map(entries) if entries.is_empty() => writeln!(out, " {{}}"),
            Tree::List(items) => {
                out.push('\n');
                for item in items {
                    out.push_str(&format!("{pad}-"));
                    item.write(out, depth + 1);
                }
                Ok(())
            }
            Tree::Map(entries) => {
                out.push('\n');
                for (key, value) in entries {
                    out.push_str(&format!("{pad}{}:", quoted(key)));
                    value.write(out, depth + 1);
                }
                Ok(())
            }
        };
        written.expect("a string takes all");
    }
}
