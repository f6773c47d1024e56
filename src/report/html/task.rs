//! The task of one retrigger before and after, key by key.

use super::parts::{count, fold, name, section, value};
use crate::work::evidence::Shown;
use maud::{Markup, html};
use serde_json::{Map, Value};

/// The task that both files render for one retrigger.
pub fn task(shown: &Shown, script: Option<&str>) -> Markup {
    let nothing = Map::new();
    let of = |rendered: &Result<Value, String>| -> Map<String, Value> {
        rendered.as_ref().ok().and_then(Value::as_object).unwrap_or(&nothing).clone()
    };
    let (mut old, mut new) = (of(&shown.old), of(&shown.new));
    let payloads = [&mut old, &mut new].map(|task| match task.remove("payload") {
        Some(Value::Object(payload)) => payload,
        _ => Map::new(),
    });
    let same: Vec<&String> = old.keys().filter(|key| old.get(*key) == new.get(*key)).collect();
    let alike = same.len() == old.len() && old.len() == new.len();
    section(
        "task",
        "A retrigger’s task, before and after",
        &html! {
            p { "As rendered in context " code { (name(&shown.name)) } ". Time stands still at 2026-01-01 there." }
            h3 { "Everything outside of the payload" }
            p {
                @if alike { "All " (count(same.len(), "key is", "keys are")) " the same." }
                @else { (same.len()) " of " (count(old.len(), "key", "keys")) " are the same." }
            }
            (table(&old, &new, script))
            h3 { "The payload" }
            (table(&payloads[0], &payloads[1], script))
        },
    )
}

/// The keys of both, those that are the same told so.
fn table(old: &Map<String, Value>, new: &Map<String, Value>, script: Option<&str>) -> Markup {
    let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
    html! {
        table.sides role="table" {
            thead role="rowgroup" {
                tr role="row" {
                    th scope="col" role="columnheader" { "Key" }
                    th scope="col" role="columnheader" { "Before" }
                    th scope="col" role="columnheader" { "After" }
                }
            }
            tbody role="rowgroup" {
                @for key in keys {
                    tr role="row" {
                        th scope="row" role="rowheader" { code { (name(key)) } }
                        @match (old.get(key), new.get(key)) {
                            (Some(before), Some(after)) if before == after => {
                                td.same colspan="2" role="cell" aria-colspan="2" {
                                    (fold(&html! { "the same" (brief(before)) }, &value(before, script)))
                                }
                            }
                            (before, after) => {
                                td role="cell" { span.side { "Before" } (one(before, script)) }
                                td role="cell" { span.side { "After" } (one(after, script)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn one(side: Option<&Value>, script: Option<&str>) -> Markup {
    match side {
        Some(side) => value(side, script),
        None => html! { em { "not there" } },
    }
}

/// A short value, for a fold's summary.
fn brief(value: &Value) -> String {
    match value {
        Value::Array(items) => format!(", {}", count(items.len(), "item", "items")),
        Value::Object(map) => format!(", {}", count(map.len(), "key", "keys")),
        other if other.to_string().len() <= 60 => format!(": {}", name(&other.to_string())),
        _ => String::new(),
    }
}
