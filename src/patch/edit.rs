//! Changing a file's text: putting the wrapper around a value, and taking it off again.
//!
//! Whole lines are moved to the right or back; nothing is written anew but the wrapper itself, so
//! comments, quotes, blank lines and line breaks stay as they are.

use crate::error::{Error, Result};
use crate::patch::recipe::{Form, Recipe, SCRIPT, VARIABLE};
use crate::patch::{cut, lint};
use crate::template::text::{indentation, is_blank, is_comment};
use crate::template::{Kind, Node, Path, Step, Template, Text};
use serde_json::Value;

/// A mapping's entry whose value is to be wrapped or unwrapped, and the lines that it takes.
struct Entry<'t> {
    text: &'t Text,
    key: &'t Node,
    value: &'t Node,
    /// Just behind the key's colon.
    after_colon: usize,
    /// The line of the key, and the last of the value's.
    lines: (usize, usize),
}

impl<'t> Entry<'t> {
    /// The entry that `path` leads to. Errs where the text does not hold it in block style at its
    /// own place, since then no whole lines can be moved.
    fn find(template: &'t Template, path: &Path) -> Result<Entry<'t>> {
        let text = template.text();
        let refuse = |message: String, help: &str| {
            Err(Error::new(message).at(template.place(path)).help(help))
        };
        let mut around = template.root();
        for step in path.steps() {
            if around.is_flow() {
                return refuse(
                    format!("{path} is written inside brackets or braces"),
                    "write the mappings around the payload in block style, a key a line",
                );
            }
            match around.find(&Path::root().step(step)) {
                Some(node) => around = node,
                None => {
                    return refuse(
                        format!("{path} comes out of an alias or a merge key"),
                        "write the payload out where it is used",
                    );
                }
            }
        }
        let parent = path.parent().map(|parent| template.root().closest(&parent));
        let entry = parent.zip(path.last_key()).and_then(|(map, key)| map.entry(key));
        let Some((key, value)) = entry else {
            return refuse(format!("{path} is no mapping's entry"), "name the payload by a key");
        };
        let behind_key = &text.as_str()[key.end..];
        let colon = behind_key.len() - behind_key.trim_start_matches(' ').len();
        if !behind_key[colon..].starts_with(':') {
            return refuse(format!("{path} has its key behind a `?`"), "write it as `key: value`");
        }
        let first = text.line_of(key.start);
        let last = last_line(text, key, value);
        let after_colon = key.end + colon + 1;
        Ok(Entry { text, key, value, after_colon, lines: (first, last) })
    }

    /// The key's column, from 0.
    fn column(&self) -> usize {
        self.text.place(self.key.start).column - 1
    }

    /// What stands behind the colon on the key's line, line break excluded.
    fn rest(&self) -> &'t str {
        let end = self.text.line_start(self.lines.0 + 1);
        self.text.as_str()[self.after_colon..end].trim_end_matches(['\n', '\r'])
    }

    /// Whether what stands behind the colon is part of the value, not just a comment.
    fn starts_on_its_line(&self) -> bool {
        !is_blank(self.rest()) && !is_comment(self.rest())
    }

    /// The value's column, from 0, where it is a block collection on lines of its own.
    fn block_column(&self) -> Option<usize> {
        let is_block = matches!(
            self.value.kind,
            Kind::Mapping { flow: false, .. } | Kind::Sequence { flow: false, .. }
        );
        (is_block && self.text.line_of(self.value.start) > self.lines.0).then(|| {
            let first = self.text.line(self.text.line_of(self.value.start));
            indentation(first)
        })
    }

    /// The lines below the key's: each line's content and its line break.
    fn body(&self) -> impl Iterator<Item = (&'t str, &'t str)> {
        let text = self.text;
        (self.lines.0 + 1..=self.lines.1).map(|line| split_break(text.line(line)))
    }

    /// The line break of the key's line.
    fn first_break(&self) -> &'t str {
        split_break(self.text.line(self.lines.0)).1
    }
}

/// A line's content and its line break; files with both kinds of line break keep each.
fn split_break(line: &str) -> (&str, &str) {
    line.split_at(line.trim_end_matches(['\n', '\r']).len())
}

/// Lines to be written, each with the line break behind it.
struct Lines {
    newline: &'static str,
    lines: Vec<(String, String)>,
}

impl Lines {
    /// Adds a line with the break that it had, or the file's own where it had none.
    fn push(&mut self, line: String, line_break: &str) {
        let line_break = if line_break.is_empty() { self.newline } else { line_break };
        self.lines.push((line, line_break.to_owned()));
    }

    fn push_new(&mut self, lines: impl IntoIterator<Item = String>) {
        lines.into_iter().for_each(|line| self.push(line, ""));
    }

    /// The whole text, without the last line break: that one stays where it was in the file.
    fn finish(mut self) -> String {
        if let Some((_, last)) = self.lines.last_mut() {
            last.clear();
        }
        self.lines.into_iter().flat_map(|(line, line_break)| [line, line_break]).collect()
    }
}

/// The last line of a value: its own, and below a block collection the comments that are
/// indented as its content is.
fn last_line(text: &Text, key: &Node, value: &Node) -> usize {
    let mut last = text.line_of(value.end.max(key.end));
    let column = text.place(value.start).column - 1;
    let is_block = matches!(value.kind, Kind::Mapping { flow: false, .. });
    let mut line = last + 1;
    while is_block && line <= text.line_count() {
        let content = text.line(line);
        if is_comment(content) && indentation(content) >= column {
            last = line;
        } else if !is_blank(content) {
            break;
        }
        line += 1;
    }
    last
}

/// The text of `template` with the value at each of `paths` wrapped in the fast path.
///
/// Errs, with the place, where a value is written in a form that whole lines cannot wrap (inside
/// braces, through an alias or a merge key). No path may lead into another.
pub fn wrap(template: &Template, paths: &[Path], recipe: &Recipe) -> Result<String> {
    // A fast path is long: where there are more, the first one's parts serve them all.
    let first = paths.iter().min_by_key(|path| template.root().closest(path).start);
    edit(template, paths, |path, entry| {
        let form = match paths.len() {
            1 => Form::Plain,
            _ if Some(path) == first => Form::Anchored,
            _ => Form::Alias,
        };
        Ok((wrapped(entry, file_step(template), recipe, form), entry.lines.1))
    })
}

/// The text of `template` with the wrapper at each of `paths` taken off.
///
/// Errs as [`wrap`], and where what stands at a path is no wrapper any more.
pub fn unwrap(template: &Template, paths: &[Path]) -> Result<String> {
    edit(template, paths, |_, entry| {
        let inner = entry
            .value
            .entry("$let")
            .and_then(|(_, bound)| bound.entry(VARIABLE).map(|(key, value)| (bound, key, value)));
        let Some((bound, key, value)) = inner.filter(|(bound, ..)| !bound.is_flow()) else {
            return Err(cut::unrecognised(entry.text, entry.text.place(entry.value.start)));
        };
        let behind_key = &entry.text.as_str()[key.end..];
        let colon = behind_key.find(':').map_or(key.end, |at| key.end + at + 1);
        let lines = (entry.text.line_of(key.start), last_line(entry.text, key, value));
        let clone = Entry { text: entry.text, key, value, after_colon: colon, lines };
        let step = (entry.text.place(bound.start).column - 1).saturating_sub(entry.column()) / 2;
        Ok((unwrapped(entry, &clone, step), entry.lines.1.max(clone.lines.1)))
    })
}

/// Replaces the lines of each entry by what `make` gives: the new text, without the last line
/// break, and the last line that it replaces.
fn edit(
    template: &Template,
    paths: &[Path],
    make: impl Fn(&Path, &Entry) -> Result<(String, usize)>,
) -> Result<String> {
    let text = template.text();
    let mut edits = Vec::new();
    for path in paths {
        let entry = Entry::find(template, path)?;
        let (new, last) = make(path, &entry)?;
        edits.push((text.line_start(entry.lines.0), last, new));
    }
    edits.sort();
    let (mut out, mut done) = (String::new(), 0);
    for (from, last, new) in edits {
        out.push_str(&text.as_str()[done..from]);
        out.push_str(&new);
        let line = text.line(last);
        let without_break = line.trim_end_matches(['\n', '\r']).len();
        done = text.line_start(last) + without_break;
    }
    out.push_str(&text.as_str()[done..]);
    Ok(out)
}

fn wrapped(entry: &Entry, file_step: usize, recipe: &Recipe, form: Form) -> String {
    let column = entry.column();
    let step = entry.block_column().and_then(|inner| inner.checked_sub(column));
    let step = step.filter(|step| *step > 0).unwrap_or(file_step);
    let pad = |level: usize| " ".repeat(column + level * step);
    let moves = entry.starts_on_its_line();
    let start = entry.text.line_start(entry.lines.0);
    let head = &entry.text.as_str()[start..entry.after_colon];

    let mut lines = Lines { newline: entry.text.newline(), lines: Vec::new() };
    if moves {
        lines.push(head.to_owned(), "");
    } else {
        lines.push(format!("{head}{}", entry.rest()), entry.first_break());
    }
    let comment = match form {
        Form::Alias => &recipe.comment()[..1],
        Form::Plain | Form::Anchored => recipe.comment(),
    };
    lines.push_new(comment.iter().map(|line| pad(1) + line));
    let pragmas = lint::pragmas(entry.text, entry.lines.0, entry.lines.1, step != file_step);
    lines.push_new(pragmas.off.map(|line| pad(1) + &line));

    let bind_script = |lines: &mut Lines| {
        let indent = |line: String| if line.is_empty() { line } else { pad(2) + &line };
        lines.push_new(recipe.script_lines(form).into_iter().map(indent));
    };
    let bind_payload = |lines: &mut Lines| {
        let bound = format!("{}{VARIABLE}:", pad(2));
        match moves {
            true => lines.push(bound + entry.rest(), entry.first_break()),
            false => lines.push(bound, ""),
        }
        for (line, line_break) in entry.body() {
            let shift = if line.is_empty() { 0 } else { 2 * step };
            lines.push(" ".repeat(shift) + line, line_break);
        }
    };
    let choose = |lines: &mut Lines| {
        let (behind, choice) = recipe.choice_lines(step, form);
        lines.push(format!("{}in:{behind}", pad(1)), "");
        lines.push_new(choice.into_iter().map(|line| pad(1) + &line));
    };
    // A block scalar at the end of a file without a last line break has none in its value either:
    // it must stay the last thing in the file.
    let ends_open = entry.lines.1 == entry.text.line_count()
        && !entry.text.as_str().ends_with('\n')
        && ends_in_block_scalar(entry.value);
    if ends_open {
        choose(&mut lines);
        lines.push(pad(1) + "$let:", "");
        bind_script(&mut lines);
        bind_payload(&mut lines);
    } else {
        lines.push(pad(1) + "$let:", "");
        bind_payload(&mut lines);
        bind_script(&mut lines);
        choose(&mut lines);
        let level = if form == Form::Alias { 1 } else { 2 };
        lines.push_new(pragmas.on.map(|line| pad(level) + &line));
    }
    lines.finish()
}

fn unwrapped(entry: &Entry, clone: &Entry, step: usize) -> String {
    let start = entry.text.line_start(entry.lines.0);
    let head = &entry.text.as_str()[start..entry.after_colon];
    let first = if clone.starts_on_its_line() { clone } else { entry };
    let home = entry.column() + step;
    let shift = match clone.block_column() {
        Some(column) => column.saturating_sub(home),
        None => 2 * step,
    };
    let mut lines = Lines { newline: entry.text.newline(), lines: Vec::new() };
    lines.push(format!("{head}{}", first.rest()), first.first_break());
    for (line, line_break) in clone.body() {
        lines.push(line[indentation(line).min(shift)..].to_owned(), line_break);
    }
    lines.finish()
}

fn ends_in_block_scalar(node: &Node) -> bool {
    match &node.kind {
        Kind::Scalar { style, .. } => *style == crate::template::nodes::Style::Block,
        Kind::Mapping { entries, flow: false } => {
            entries.last().is_some_and(|(_, value)| ends_in_block_scalar(value))
        }
        Kind::Sequence { items, flow: false } => items.last().is_some_and(ends_in_block_scalar),
        _ => false,
    }
}

/// The step of indentation that the file uses first, as yamllint's `spaces: consistent` sees it.
fn file_step(template: &Template) -> usize {
    fn first(node: &Node, text: &Text) -> Option<usize> {
        match &node.kind {
            Kind::Mapping { entries, flow: false } => entries.iter().find_map(|(key, value)| {
                let column = text.place(key.start).column;
                let is_mapping = matches!(value.kind, Kind::Mapping { flow: false, .. });
                let step = text.place(value.start).column.checked_sub(column);
                step.filter(|step| is_mapping && *step > 0).or_else(|| first(value, text))
            }),
            Kind::Sequence { items, flow: false } => {
                items.iter().find_map(|item| first(item, text))
            }
            _ => None,
        }
    }
    first(template.root(), template.text()).unwrap_or(4)
}

/// The paths of all wrappers in a template's value, whole or broken: the mappings that bind
/// `clonePayload` in a `$let`.
pub fn wrappers(value: &Value) -> Vec<Path> {
    fn walk(value: &Value, path: &mut Path, out: &mut Vec<Path>) {
        match value {
            Value::Object(map) => {
                let bound = map.get("$let").and_then(Value::as_object);
                if bound.is_some_and(|bound| bound.contains_key(VARIABLE)) {
                    out.push(path.clone());
                    return;
                }
                for (key, value) in map {
                    path.within(Step::Key(key.clone()), |path| walk(value, path, out));
                }
            }
            Value::Array(items) => {
                for (at, value) in items.iter().enumerate() {
                    path.within(Step::Index(at), |path| walk(value, path, out));
                }
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(value, &mut Path::root(), &mut out);
    out
}

/// Whether a mapping that binds the wrapper's variable also uses it as a wrapper does.
pub fn has_shape(value: &Value) -> bool {
    let body = value.get("in");
    let otherwise = body.and_then(|body| body.get("else")).and_then(|value| value.get("$eval"));
    body.is_some_and(|body| body.get("$if").is_some())
        && otherwise.is_some_and(|variable| variable == VARIABLE)
}

/// The old payload inside a wrapper, where that is whole: `$let` binds nothing else but the script (the
/// first recipes did not), and `in` is all that stands beside it.
pub fn inside(wrapper: &Value) -> Option<&Value> {
    let map = wrapper.as_object()?;
    let bound = map.get("$let")?.as_object()?;
    let is_known = |key: &String| key == VARIABLE || key == SCRIPT;
    let is_whole = map.len() == 2 && map.contains_key("in") && bound.keys().all(is_known);
    bound.get(VARIABLE).filter(|_| is_whole)
}
