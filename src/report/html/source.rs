//! The old file's text, with what the contexts reached of its conditions in the margin.

use super::parts::{count, name, section, with_margin};
use crate::coverage::{Tally, Times};
use crate::report::data::Page;
use crate::report::lines::lines;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// The text with its margin.
pub fn source(page: &Page, conditions: &[Tally]) -> Markup {
    let mut margin: BTreeMap<usize, Vec<&Tally>> = BTreeMap::new();
    for tally in conditions {
        margin.entry(tally.line).or_default().push(tally);
    }
    let missed: Vec<usize> = margin
        .iter()
        .filter(|(_, tallies)| tallies.iter().any(|tally| !is_both(tally)))
        .map(|(line, _)| *line)
        .collect();
    section(
        "template",
        "The template, and what the contexts reached",
        &html! {
            p {
                (if page.template == page.old { "The old file. " } else { "The old file without its fast path. " })
                "In its margin stands what each condition, and each operand of "
                code { "&&" } " and " code { "||" } ", came to in the contexts that were tried."
            }
            @match (conditions.len(), missed.as_slice()) {
                (0, _) => p { "It has no conditions." },
                (_, []) => p { "Each of them was true in one context and false in another." },
                (_, missed) => p {
                    "Not taken both ways: "
                    @for (at, line) in missed.iter().enumerate() {
                        @if at > 0 { ", " }
                        a href={ "#L" (line) } { "line " (line) }
                    }
                    "."
                }
            }
            div.code.source {
                @for (at, text) in lines(&page.template).into_iter().enumerate() {
                    @let number = at + 1;
                    @let tallies = margin.get(&number);
                    @let id = tallies.map(|_| format!("L{number}"));
                    @let margin = tallies.map_or_else(|| html! {}, |tallies| note(tallies));
                    (with_margin(number, text, id, &margin))
                }
            }
        },
    )
}

fn is_both(tally: &Tally) -> bool {
    tally.when_true.contexts > 0 && tally.when_false.contexts > 0
}

/// What stands beside a line: what was missed in words, all else folded.
fn note(tallies: &[&Tally]) -> Markup {
    let missed: Vec<&&Tally> = tallies.iter().filter(|tally| !is_both(tally)).collect();
    let both = tallies.len() - missed.len();
    html! {
        div.note {
            @for tally in missed { (never(tally, tallies.len() > 1)) }
            @match (tallies, both) {
                (_, 0) => {}
                ([only], _) => span.ok { "✓ " (times(only)) },
                _ => details.ok {
                    summary { "✓ " (count(both, "condition", "conditions")) " both ways" }
                    ul {
                        @for tally in tallies.iter().filter(|tally| is_both(tally)) {
                            li { code { (name(&tally.condition)) } " " (times(tally)) }
                        }
                    }
                }
            }
        }
    }
}

fn times(tally: &Tally) -> String {
    format!("true in {}, false in {}", tally.when_true.contexts, tally.when_false.contexts)
}

/// An outcome that no context reached, and why where that is known.
fn never(tally: &Tally, is_one_of_several: bool) -> Markup {
    let Tally { condition, when_true, when_false, .. } = tally;
    let what = match (when_true.contexts, when_false.contexts) {
        (0, 0) => "not reached".to_owned(),
        (0, other) => format!("never true, false in {other}"),
        (other, _) => format!("never false, true in {other}"),
    };
    let of = |times: &Times| times.why.clone().filter(|_| times.contexts == 0);
    let why = of(when_true).or_else(|| of(when_false));
    html! {
        span class=(if why.is_some() { "missed known" } else { "missed" }) {
            "✗ " (what)
            @if is_one_of_several { ": " code { (name(condition)) } }
            @match why {
                Some(why) => { ". In production: " (name(&why)) },
                None => ". Why is not known from the file.",
            }
        }
    }
}
