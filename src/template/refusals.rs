//! What a production loader refuses, or reads in a way of its own, though both readers of this
//! program take it. A template that one loader cannot read has no meaning to prove.

use super::nodes::{Kind, Node, Role, Style};
use super::readings;
use super::text::Text;
use crate::error::{Error, Place, Result};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// The most values that may stand inside each other, the outermost and the innermost counted: js-yaml's
/// `composeNode` refuses more from its version 4.2 on (`maxDepth`, in `lib/loader.js`).
pub const MOST_LEVELS: usize = 100;

/// The error for a value that stands deeper than [`MOST_LEVELS`].
pub fn too_deep(place: Place) -> Error {
    Error::new(format!("this is nested deeper than {MOST_LEVELS} levels"))
        .at(place)
        .help("js-yaml, which production uses, refuses more from its version 4.2 on")
}

/// Errs, without a place, on a tag that does not fit its value, or that this program does not read.
///
/// The types are those of PyYAML's `SafeConstructor` and of js-yaml's default schema.
pub fn check_tag(tag: &str, kind: &Kind) -> Result<()> {
    let (read, not_read): (&[&str], &[&str]) = match kind {
        Kind::Scalar { .. } => {
            (&["str", "null", "bool", "int", "float"], &["binary", "timestamp", "merge"])
        }
        Kind::Sequence { .. } => (&["seq"], &["omap", "pairs"]),
        Kind::Mapping { .. } => (&["map"], &["set"]),
        Kind::Alias { .. } => (&[], &[]),
    };
    let name = tag.strip_prefix("tag:yaml.org,2002:");
    let is_in = |names: &[&str]| name.is_some_and(|name| names.contains(&name));
    if is_in(read) {
        return Ok(());
    }
    let help = match is_in(not_read) || tag == "!" {
        true => "this program does not read it: remove the tag",
        false => "production's loaders refuse the file: remove the tag",
    };
    let tag = name.map_or_else(|| tag.to_owned(), |name| format!("!!{name}"));
    Err(Error::new(format!("this value has the tag {tag}")).help(help))
}

/// Refuses, with its place, a carriage return without a line feed: this program reads no lines that
/// end so, though production's loaders do.
pub fn check_line_breaks(text: &Text) -> Result<()> {
    let content = text.as_str();
    let mut returns = content.match_indices('\r').map(|(at, _)| at);
    match returns.find(|at| !content[at + 1..].starts_with('\n')) {
        Some(at) => Err(Error::new("a carriage return stands without a line feed")
            .at(text.place(at))
            .help("this program does not take it for a line break: write line feeds")),
        None => Ok(()),
    }
}

/// Refuses, with its place, the first of these in the text whose nodes are below `root`:
///
/// - a character that PyYAML takes for a line break (YAML 1.1, section 5.4) and js-yaml does not;
/// - a question mark in a plain scalar inside brackets, which PyYAML's scanner takes for a key's mark;
/// - a key `<<` in quotes: a key like any other for production, a merge key for `serde_yaml`;
/// - a value `<<` or `=` without quotes, for which PyYAML's safe loader has no constructor;
/// - a key that stands twice: PyYAML takes the last one, js-yaml refuses it (but for merge keys, which
///   `serde_yaml` refuses);
/// - a merge key whose value is no mapping and no list of mappings;
/// - a first key that starts with `---`, which js-yaml takes off;
/// - a tag or an anchor of a block mapping's first key, which js-yaml's `composeNode` took for the
///   mapping's own before version 4.2;
/// - a tag or an anchor in brackets whose value is on a line below, which `composeNode` comes to only
///   where that line is deep enough;
/// - a `\` at the end of a line in double quotes before a blank line: for PyYAML the blank line counts,
///   for js-yaml (`skipSeparationSpace` in `readDoubleQuotedScalar`) it does not;
/// - a number that has no form in JSON;
/// - an alias of an empty value, which js-yaml did not keep before version 4.2;
/// - an empty item at the end of a list, before an item of a list around it, which js-yaml's
///   `readBlockSequence` reads into the inner one;
/// - a tab outside of quotes, block scalars and comments: PyYAML's scanner (`scan_to_next_token`)
///   skips spaces only.
pub fn check(root: &Node, text: &Text) -> Result<()> {
    let content = text.as_str();
    let mut seen = Seen { content, ..Seen::default() };
    root.visit(&mut |node, role| seen.note(node, role));
    let anchors = root.anchors();
    root.visit(&mut |node, role| seen.note_inside(node, role, &anchors));
    seen.found(
        content.find(['\u{85}', '\u{2028}', '\u{2029}']),
        "a line break of Unicode's stands here, which js-yaml does not take for one",
        "put \\N, \\L or \\P in double quotes, or take it out",
    );
    seen.found(
        Some(root.start).filter(|at| content[*at..].starts_with("---")),
        "the first key starts with `---`",
        "js-yaml takes that for a document's start: quote the key",
    );
    seen.found(
        tab(content, &seen.opaque),
        "a tab stands outside of quotes",
        "PyYAML, which production uses, refuses it: use spaces",
    );
    match seen.all.into_iter().min() {
        Some((at, what, help)) => Err(Error::new(what).at(text.place(at)).help(help)),
        None => Ok(()),
    }
}

/// What a walk over the nodes finds.
#[derive(Default)]
struct Seen<'t> {
    content: &'t str,
    /// Where the scalars are in which a tab is a character like any other, in the text's order.
    opaque: Vec<Range<usize>>,
    /// What is to be refused: where, what, and what to do.
    all: Vec<(usize, &'static str, &'static str)>,
}

impl Seen<'_> {
    fn found(&mut self, at: Option<usize>, what: &'static str, help: &'static str) {
        self.all.extend(at.map(|at| (at, what, help)));
    }

    fn note(&mut self, node: &Node, role: Role) {
        let has_property = node.tag.is_some() || node.anchor.is_some();
        let before = || self.content[..node.start].rsplit('\n').next().unwrap_or_default();
        let is_first = role.in_brackets && has_property && before().trim().is_empty();
        self.found(
            Some(node.start).filter(|_| is_first),
            "the tag or the anchor of this value in brackets stands on another line",
            "js-yaml refuses that where the line is not deep enough: write both on one line",
        );
        let Kind::Scalar { text, style } = &node.kind else { return };
        let is_plain = *style == Style::Plain;
        if !is_plain {
            self.opaque.push(node.start..node.end);
        }
        let at = |is: bool| Some(node.start).filter(|_| is);
        let is_bare = is_plain && node.tag.is_none();
        self.found(
            at(is_plain && role.in_brackets && text.contains('?')),
            "a `?` stands in a plain scalar inside brackets",
            "PyYAML, which production uses, takes it for the mark of a key: quote the scalar",
        );
        self.found(
            at(role.is_key && !is_bare && text == "<<"),
            "a key `<<` is in quotes, and so merges nothing",
            "this program cannot read that: name the key otherwise",
        );
        self.found(
            at(!role.is_key && is_bare && text == "<<"),
            "a value `<<` stands without quotes",
            "PyYAML, which production uses, refuses it: quote the scalar",
        );
        self.found(
            at(is_bare && text == "="),
            "a `=` stands alone, without quotes",
            "PyYAML, which production uses, refuses it: quote the scalar",
        );
        self.found(
            at(is_bare && readings::is_no_number(text)),
            "a number stands here that has no form in JSON, or is too large for one",
            "quote the scalar, if it is none",
        );
        self.found(
            escaped_blank_line(&self.content[node.start..node.end]).map(|at| node.start + at),
            "a `\\` at the end of a line stands before a blank line",
            "PyYAML and js-yaml, which production uses, read that otherwise: take out the blank line",
        );
    }

    fn note_inside<'n>(&mut self, node: &'n Node, role: Role, anchors: &HashMap<usize, &'n Node>) {
        if let Kind::Alias { anchor } = &node.kind {
            let of_nothing = anchors.get(anchor).is_some_and(|node| is_empty(node));
            self.found(
                Some(node.start).filter(|_| of_nothing),
                "an alias stands for an empty value",
                "js-yaml before version 4.2 refuses it: write `null` behind the anchor",
            );
        }
        if let Kind::Sequence { items, flow: false } = &node.kind {
            for pair in items.windows(2) {
                self.found(
                    Some(pair[1].start).filter(|_| ends_in_empty_item(&pair[0])),
                    "this item follows an empty one, which ends a list inside of its own",
                    "js-yaml, which production uses, reads it into the inner list: write `null` there",
                );
            }
        }
        let Kind::Mapping { entries, flow } = &node.kind else { return };
        let is_block = !flow && !role.in_brackets;
        let first = entries.first().map(|(key, _)| key).filter(|_| is_block);
        self.found(
            first.filter(|key| key.tag.is_some() || key.anchor.is_some()).map(|key| key.start),
            "the first key of a mapping has a tag or an anchor",
            "js-yaml takes it for the mapping's own before version 4.2: take it off",
        );
        let mut names = HashSet::new();
        for (key, value) in entries {
            let Kind::Scalar { text, .. } = &key.kind else { continue };
            let again = Some(key.start).filter(|_| !names.insert(text));
            match text.as_str() {
                "<<" => self.found(
                    again,
                    "a mapping has two merge keys (`<<`)",
                    "this program cannot read that: merge a list: `<<: [*a, *b]`",
                ),
                _ => self.found(
                    again,
                    "a key stands twice",
                    "js-yaml, which production uses, refuses the file: keep one",
                ),
            }
            let is_merge = matches!(
                &key.kind,
                Kind::Scalar { text, style: Style::Plain } if text == "<<" && key.tag.is_none()
            );
            self.found(
                Some(value.start).filter(|_| is_merge && !is_mergeable(value, anchors)),
                "a merge key (`<<`) has something else than mappings to merge",
                "production's loaders refuse it: give it a mapping, or a list of mappings",
            );
        }
    }
}

/// Whether a value in block style ends in a list whose last item is empty: what follows is less
/// indented, and js-yaml's `readBlockSequence` does not look at that behind an empty item.
fn ends_in_empty_item(node: &Node) -> bool {
    match &node.kind {
        Kind::Sequence { items, flow: false } => {
            items.last().is_some_and(|last| is_empty(last) || ends_in_empty_item(last))
        }
        Kind::Mapping { entries, flow: false } => {
            entries.last().is_some_and(|(_, value)| ends_in_empty_item(value))
        }
        _ => false,
    }
}

/// Whether a value is left out: `a:` or `-`.
fn is_empty(node: &Node) -> bool {
    node.start == node.end && matches!(node.kind, Kind::Scalar { style: Style::Plain, .. })
}

/// Whether the value of a merge key is a mapping or a list of mappings.
fn is_mergeable<'n>(value: &'n Node, anchors: &HashMap<usize, &'n Node>) -> bool {
    fn kind<'n>(node: &'n Node, anchors: &HashMap<usize, &'n Node>) -> Option<&'n Kind> {
        match &node.kind {
            Kind::Alias { anchor } => anchors.get(anchor).map(|node| &node.kind),
            kind => Some(kind),
        }
    }
    let is_mapping = |node| matches!(kind(node, anchors), Some(Kind::Mapping { .. }));
    match kind(value, anchors) {
        Some(Kind::Sequence { items, .. }) => items.iter().all(is_mapping),
        _ => is_mapping(value),
    }
}

/// Where a `\` in a scalar in double quotes, as it is written, stands at the end of a line that has a
/// blank one below.
fn escaped_blank_line(written: &str) -> Option<usize> {
    let mut chars = written.strip_prefix('"')?.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next();
            let rest = &written[at + 2..];
            let below = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'));
            if below.is_some_and(|below| {
                below.trim_start_matches([' ', '\t']).starts_with(['\r', '\n'])
            }) {
                return Some(at + 1);
            }
        }
    }
    None
}

/// The first tab that is in no comment and in none of the `opaque` ranges.
fn tab(content: &str, opaque: &[Range<usize>]) -> Option<usize> {
    let ends = std::iter::once(content.len()..content.len());
    let mut from = 0;
    for range in opaque.iter().cloned().chain(ends) {
        let mut rest = from..range.start;
        while let Some(at) = content.get(rest.clone())?.find(['\t', '#']).map(|at| rest.start + at)
        {
            if content[at..].starts_with('\t') {
                return Some(at);
            }
            let is_comment = content[..at].ends_with([' ', '\n', '\r']) || at == from;
            let end = content[at..rest.end].find('\n').map_or(rest.end, |len| at + len);
            rest.start = if is_comment { end } else { at + 1 };
        }
        from = range.end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::tree;

    #[test]
    fn what_only_a_loader_refuses_is_told_with_its_place() {
        let tab = "a tab stands outside of quotes";
        let cases = [
            ("a: b\t\n", 1, tab),
            ("a: b\t# c\n", 1, tab),
            ("a:\t b\n", 1, tab),
            ("a\t: b\n", 1, tab),
            ("a: |\t\n  b\n", 1, tab),
            ("a: 'b'\t\n", 1, tab),
            ("# c\na: b\tc\n", 2, tab),
            ("a: b#c\td\n", 1, tab),
            ("a: {b: c,\td: e}\n", 1, tab),
            ("a: b\n\t\n", 2, tab),
            ("a: |\n  b\n\t\nc: d\n", 3, tab),
            ("a: 'b\tc'\n", 0, ""),
            ("a: \"b # c\n  \td\"\n", 0, ""),
            ("a: |\n  b\tc\n   \td\n  \t\n", 0, ""),
            ("a: b # c\td\n#\te\n", 0, ""),
            ("a: | # c\td\n  b\n", 0, ""),
            ("'a\tb': c\n", 0, ""),
            ("a: [b?]\n", 1, "a `?` stands in a plain scalar inside brackets"),
            ("a: {b: [c], d?: e}\n", 1, "a `?` stands in a plain scalar inside brackets"),
            ("a: b?\nc?: ['d?']\n", 0, ""),
            ("a: b\n'<<': c\n", 2, "a key `<<` is in quotes"),
            ("a: &b {c: d}\ne: {<<: *b}\n", 0, ""),
            ("a:\n- <<\n", 2, "a value `<<` stands without quotes"),
            ("a: ['<<', a<<]\n", 0, ""),
            ("---a: b\n", 1, "the first key starts with `---`"),
            ("--- \na: b\n---c: d\n", 0, ""),
        ];
        for (content, line, wanted) in cases {
            let text = Text::new(content);
            let root = tree::parse(&text).unwrap_or_else(|err| panic!("{content:?}: {err}"));
            match check(&root.expect("a node"), &text) {
                Ok(()) => assert_eq!(line, 0, "{content:?} is taken"),
                Err(err) => {
                    assert_eq!(err.place().map(|place| place.line), Some(line), "{content:?}");
                    assert!(err.to_string().contains(wanted), "{content:?}: {err}");
                    assert_ne!(line, 0, "{content:?}: {err}");
                }
            }
        }
    }
}
