//! The verdict: what is proved, what was tried, and what speaks against it.

use super::parts::{count, fold, name, section, value};
use super::subject::Subject;
use crate::coverage::Missed;
use crate::error::plain;
use crate::proof::{Counterexample, Proof, Verdict};
use crate::work::{Finding, Status};
use maud::{Markup, html};
use serde_json::Value;

/// How many differences are shown; the JSON has all.
const SHOWN: usize = 20;

/// How many characters of a value that differs are shown.
const MOST: usize = 20_000;

/// The verdict's word, its colour, and its sentence, which says no more than is proved.
struct Said {
    word: &'static str,
    colour: &'static str,
    sentence: String,
}

/// The verdict at the head of the page.
pub fn banner(subject: &Subject) -> Markup {
    let said = said(subject);
    html! {
        div class={ "verdict " (said.colour) } {
            p.word { (said.word) }
            p.sentence { (plain(&said.sentence)) }
        }
        @if let Some(proof) = subject.proof { (numbers(proof)) }
    }
}

/// The title's last word.
pub fn word(subject: &Subject) -> &'static str {
    said(subject).word
}

fn said(subject: &Subject) -> Said {
    let say = |word, colour, sentence: String| Said { word, colour, sentence };
    let Some(proof) = subject.proof else {
        let sentence = subject.finding.and_then(Finding::told).unwrap_or_default();
        return match subject.finding.map(|finding| finding.status) {
            Some(Status::NotApplicable) => say("Nothing to patch", "note", sentence),
            Some(Status::Raises) => say("The template raises", "bad", sentence),
            _ => say("Not proved", "bad", sentence),
        };
    };
    let Proof { contexts, structural, .. } = proof;
    let (word, colour) = match proof.verdict {
        Verdict::Proved => ("Proved", "good"),
        Verdict::Different => ("Different", "bad"),
        Verdict::Unproved => ("Not proved", "bad"),
    };
    let tried = count(contexts.total, "context", "contexts");
    let sentence = match (proof.verdict, structural.holds) {
        (Verdict::Proved, _) => {
            "For all contexts: pushes, pull requests, crons and other actions render \
                                 what they did before."
                .to_owned()
        }
        (Verdict::Different, true) => format!(
            "The structure of the two files is right, but {} of {tried} that were tried do not render \
             what they must.",
            contexts.different
        ),
        (Verdict::Different, false) => format!(
            "{} of {tried} that were tried do not render what they must. Nor is the structure right: {}.",
            contexts.different, structural.reason
        ),
        (Verdict::Unproved, _) => format!(
            "Nothing is proved: {}. None of the {tried} that were tried shows a difference, which is no \
             proof.",
            structural.reason
        ),
    };
    let not = if subject.is_refused() { " This change is not written anywhere." } else { "" };
    say(word, colour, sentence + not)
}

/// What was tried, and what that covered.
fn numbers(proof: &Proof) -> Markup {
    let counts = proof.contexts;
    let all = proof.coverage.outcomes / 2;
    let (mut places, mut open) = (0, 0);
    for each in proof.coverage.missed.chunk_by(is_other) {
        places += 1;
        open += usize::from(each.iter().any(|missed| missed.why.is_none()));
    }
    let covered = all - places;
    let figure = |number: &str, what: &str| html! { li { strong { (number) } " " (what) } };
    html! {
        ul.numbers {
            (figure(&counts.total.to_string(), "contexts tried"))
            (figure(&counts.retrigger.to_string(), "of them retriggers without a clone"))
            (figure(&counts.different.to_string(), "do not render what they must"))
            (figure(
                &format!("{covered} of {all}"),
                "conditions of the old file true in one context and false in another",
            ))
        }
        @if places > 0 {
            p.small {
                "Of the other " (places) ", "
                @if open < places {
                    (places - open) " never " (if places - open == 1 { "comes" } else { "come" })
                    " out both ways in production, as the file itself shows"
                    @if open > 0 { ", and " }
                }
                @if open > 0 { (open) " no context took both ways" }
                ": " a href="#template" { "the template" } " has them in its margin."
            }
        }
        p.small {
            "What is proved follows from the structure of the two files. What was tried was rendered with \
             both. That the script does what today’s action does is tested, not proved."
        }
    }
}

/// A condition misses one outcome, or true and then false.
fn is_other(one: &Missed, other: &Missed) -> bool {
    let is_same = one.path == other.path && one.condition == other.condition;
    is_same && one.outcome && !other.outcome
}

/// The differences, and what the files' owner should know.
pub fn against(subject: &Subject) -> Markup {
    let examples = subject.proof.map_or(&[][..], |proof| &proof.counterexamples);
    let raised = subject.finding.map_or(&[][..], |finding| &finding.raised);
    html! {
        @if !examples.is_empty() { (section("differences", "What differs", &differences(examples))) }
        @if !raised.is_empty() {
            (section("raises", "Where the template raises", &html! {
                ul {
                    @for raised in raised {
                        li {
                            "Line " (raised.line) ", column " (raised.column) ": " code { (name(&raised.error)) }
                            " in " (count(raised.contexts.len(), "context", "contexts")) ", such as "
                            code { (name(raised.contexts.first().map_or("", |first| first))) }
                        }
                    }
                }
            }))
        }
        @if !subject.notes.is_empty() {
            (section("notes", "Notes", &html! {
                ul {
                    @for (path, note) in &subject.notes {
                        li {
                            code { (name(path)) ":" (note.line) ":" (note.column) } " " (name(&note.message))
                        }
                    }
                }
            }))
        }
    }
}

/// A block for each distinct difference, with the contexts that show it.
fn differences(examples: &[Counterexample]) -> Markup {
    let mut distinct: Vec<(&Counterexample, Vec<&str>)> = Vec::new();
    for example in examples {
        let is_same = |one: &Counterexample| {
            one.path == example.path && one.old == example.old && one.new == example.new
        };
        match distinct.iter_mut().find(|(one, _)| is_same(one)) {
            Some((_, more)) => more.push(&example.context),
            None => distinct.push((example, Vec::new())),
        }
    }
    html! {
        @for (example, more) in distinct.iter().take(SHOWN) { (difference(example, more)) }
        @if distinct.len() > SHOWN {
            p {
                "And " (count(distinct.len() - SHOWN, "more difference", "more differences"))
                ": " code { "--format json" } " has all."
            }
        }
    }
}

fn difference(example: &Counterexample, more: &[&str]) -> Markup {
    let at = match example.path.steps() {
        [] => "the whole".to_owned(),
        _ => example.path.to_string(),
    };
    html! {
        article.difference {
            h3 { code { (name(&at)) } }
            p {
                "In context " code { (name(&example.context)) }
                @if !more.is_empty() { " and " (more.len()) " more" }
                "."
            }
            dl.pair {
                div { dt { "Must be" } dd { (short(&example.old)) } }
                div { dt { "Is" } dd { (short(&example.new)) } }
            }
            @if !more.is_empty() {
                (fold(&html! { (count(more.len(), "more context", "more contexts")) }, &html! {
                    ul { @for context in more { li { code { (name(context)) } } } }
                }))
            }
            @if let Some(detail) = &example.detail {
                @if !detail.lines.is_empty() {
                    (fold(&html! { "What decides it in the new file" }, &html! {
                        ul {
                            @for decided in &detail.lines {
                                li {
                                    "line " (decided.line) ": " code { (name(&decided.condition)) }
                                    " is " (decided.outcome)
                                }
                            }
                        }
                    }))
                }
                (fold(&html! { "The smallest context found that shows it" }, &value(&detail.context, None)))
            }
        }
    }
}

/// A value that differs: nothing, or as YAML, no more than a page of it.
fn short(shown: &Value) -> Markup {
    let size = shown.to_string().len();
    match shown {
        Value::Null => html! { "nothing" },
        _ if size > MOST => html! {
            (size) " bytes, too many for this page: " code { "--format json" } " has them"
        },
        other => value(other, None),
    }
}
