//! What the sections of the page are made of.

use crate::error::plain;
use crate::jsone::Rendered;
use crate::report::yaml;
use maud::{Markup, html};
use serde_json::Value;
use std::borrow::Cow;

/// How many lines of a value are shown without a fold.
const OPEN: usize = 12;

/// What stands for the script while a value is written as YAML. No file can hold it: a line of YAML has
/// no such sign.
const MARK: &str = "\u{e000}script\u{e000}";

/// The id of the place where the script stands in full.
pub const SCRIPT_ID: &str = "script";

/// The deepest indentation below which what wraps is hung.
const DEEPEST: usize = 80;

/// A number of things: `1 line`, `2 lines`.
pub fn count(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// A section with its heading, to which the page's contents lead.
pub fn section(id: &str, title: &str, body: &Markup) -> Markup {
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (title) }
            (body)
        }
    }
}

/// What opens to show more.
pub fn fold(summary: &Markup, body: &Markup) -> Markup {
    html! { details { summary { (summary) } (body) } }
}

/// A line of a file without its end, in an element that hangs what wraps below the line's own start.
fn line(text: &str) -> Markup {
    let text = text.trim_end_matches(['\n', '\r']);
    let bare = text.trim_start_matches(' ');
    let spaces = &text[..text.len() - bare.len()];
    let class = (!spaces.is_empty()).then(|| format!("i{}", spaces.len().min(DEEPEST)));
    html! {
        code class=[class] {
            @if !spaces.is_empty() { span.in { (spaces) } }
            @match bare.split_once(MARK) {
                None => (plain(bare)),
                Some((before, after)) => {
                    (before) a href={ "#" (SCRIPT_ID) } { "the script, in full above" } (after)
                }
            }
        }
    }
}

/// The style of lines by their indentation, which an element's own style may not say under the page's
/// policy.
pub fn indentations() -> String {
    (1..=DEEPEST).map(|spaces| format!(".i{spaces}{{--i:{spaces}}}")).collect()
}

/// A sign that a line stands behind, for the eye and for who hears the page.
#[derive(Debug, Clone, Copy)]
pub struct Sign(pub &'static str, pub &'static str);

/// Lines of a file with their numbers, behind a sign.
pub fn numbered<'t>(lines: impl Iterator<Item = (usize, &'t str)>, sign: Option<Sign>) -> Markup {
    let class = sign.map_or("", |sign| sign.1);
    html! {
        div.code {
            @for (number, text) in lines {
                div class={ "l " (class) } {
                    span.n { (number) }
                    @if let Some(Sign(sign, _)) = sign { span.s { (sign) } }
                    (line(text))
                }
            }
        }
    }
}

/// A text of several lines, as it is.
pub fn block(text: &str) -> Markup {
    html! { pre { @for each in text.lines() { (line(each)) } } }
}

/// A value as YAML; folded where it is long. Where the script stands in it, it leads to that.
pub fn value(value: &Value, script: Option<&str>) -> Markup {
    let text = yaml::write(&without(value, script));
    match text.lines().count() {
        lines if lines > OPEN => fold(&html! { (lines) " lines of YAML" }, &block(&text)),
        _ => block(&text),
    }
}

/// What a render came to, unfolded.
pub fn rendered(rendered: &Rendered, script: Option<&str>) -> Markup {
    match rendered {
        Ok(Value::Null) => html! { p { "No task." } },
        Ok(value) => block(&yaml::write(&without(value, script))),
        Err(error) => html! { p { "Raises: " code { (plain(error)) } } },
    }
}

/// The value with a mark in place of each script in it.
fn without(value: &Value, script: Option<&str>) -> Value {
    match value {
        Value::String(text) if script == Some(text) => MARK.into(),
        Value::Array(items) => items.iter().map(|item| without(item, script)).collect(),
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| (key.clone(), without(value, script));
            Value::Object(map.iter().map(entry).collect())
        }
        other => other.clone(),
    }
}

/// A line of a template with its number and what stands in its margin.
pub fn with_margin(number: usize, text: &str, id: Option<String>, margin: &Markup) -> Markup {
    html! { div.l id=[id] { span.n { (number) } (line(text)) (margin) } }
}

/// A text of somebody else's on one line, such as a context's name.
pub fn name(text: &str) -> Cow<'_, str> {
    plain(text)
}

/// A file's name, which may wrap at its slashes and dots.
pub fn file_name(text: &str) -> Markup {
    let text = plain(text);
    html! {
        @for part in text.split_inclusive('/') {
            @let parts = part.split('.').enumerate();
            @for (at, part) in parts { @if at > 0 { wbr; "." } (part) }
            wbr;
        }
    }
}
