//! The change of the text, with what only moved and what nobody changed folded.

use super::parts::{Sign, count, fold as folded, name, numbered, section};
use super::subject::Subject;
use crate::report::data::{Change, Page, ScriptReport};
use crate::report::fold::{Kind, Piece, fold};
use crate::report::lines::lines;
use maud::{Markup, html};
use std::ops::Range;

/// How many lines that stay stand around a change.
const AROUND: usize = 3;

/// The change.
pub fn change(subject: &Subject, page: &Page) -> Markup {
    let (old, new) = (lines(&page.old), lines(&page.new));
    let pieces = fold(&page.old, &page.new);
    let body = match page.old == page.new {
        true => html! { p { "The two files are the same, byte for byte." } },
        false => html! {
            (summary(&pieces))
            @if let Some(told) = &subject.told_of_change { p { (told) } }
            @for script in subject.scripts { (beside(script)) }
            div.diff {
                @for (at, piece) in pieces.iter().enumerate() {
                    @let ends = (at > 0, at + 1 < pieces.len());
                    (shown(piece, &old, &new, ends, page))
                }
            }
        },
    };
    section("change", "The change", &body)
}

/// A file of the tree that goes with the change.
fn beside(script: &ScriptReport) -> Markup {
    let what = match script.change {
        Change::None => " stays as it is.",
        Change::Create => " goes with it: the file is new.",
        Change::Update => " goes with it, written anew.",
        Change::Remove => " goes with it: the file is removed.",
    };
    html! { p { code { (name(&script.path)) } (what) } }
}

/// The numbers of lines of each kind.
fn summary(pieces: &[Piece]) -> Markup {
    let sum = |is: fn(Kind) -> bool| -> usize {
        let of = |piece: &Piece| piece.old.len().max(piece.new.len());
        pieces.iter().filter(|piece| is(piece.kind)).map(of).sum()
    };
    let told = [
        (sum(|kind| kind == Kind::Same), "unchanged", "same"),
        (
            sum(|kind| matches!(kind, Kind::Deeper(_))),
            "only deeper, otherwise byte for byte the same",
            "moved",
        ),
        (
            sum(|kind| matches!(kind, Kind::Shallower(_))),
            "only less deep, otherwise byte for byte the same",
            "moved",
        ),
        (sum(|kind| kind == Kind::Added), "new", "added"),
        (sum(|kind| kind == Kind::Script), "of the script", "script"),
        (sum(|kind| kind == Kind::Removed), "gone", "removed"),
    ];
    html! {
        ul.numbers.tight {
            @for (number, what, class) in told.into_iter().filter(|(number, ..)| *number > 0) {
                li class=(class) { strong { (number) } " " (if number == 1 { "line" } else { "lines" }) " " (what) }
            }
        }
    }
}

fn shown(piece: &Piece, old: &[&str], new: &[&str], ends: (bool, bool), page: &Page) -> Markup {
    let of_new = |range: Range<usize>| range.map(|at| (at + 1, new[at]));
    let place = |range: &Range<usize>| match range.len() {
        1 => format!("line {}", range.start + 1),
        _ => format!("lines {} to {}", range.start + 1, range.end),
    };
    let moved = |by: usize, how: &str| {
        let number = count(piece.new.len(), "line", "lines");
        let spaces = count(by, "space", "spaces");
        folded(
            &html! {
                span.s { "→" } " " strong { (number) " only " (how) } " (" (spaces)
                "), otherwise byte for byte the same: " (place(&piece.new))
            },
            &numbered(of_new(piece.new.clone()), Some(Sign("→", "moved"))),
        )
    };
    match piece.kind {
        Kind::Same => {
            let first = if ends.0 { AROUND } else { 0 }.min(piece.new.len());
            let last = if ends.1 { AROUND } else { 0 }.min(piece.new.len() - first);
            let Range { start, end } = piece.new.clone();
            let middle = start + first..end - last;
            html! {
                (numbered(of_new(start..start + first), Some(Sign(" ", ""))))
                @if middle.len() > 1 {
                    (folded(
                        &html! { (middle.len()) " unchanged lines: " (place(&middle)) },
                        &numbered(of_new(middle.clone()), Some(Sign(" ", ""))),
                    ))
                } @else {
                    (numbered(of_new(middle.clone()), Some(Sign(" ", ""))))
                }
                (numbered(of_new(end - last..end), Some(Sign(" ", ""))))
            }
        }
        Kind::Deeper(by) => moved(by, "deeper"),
        Kind::Shallower(by) => moved(by, "less deep"),
        Kind::Added => numbered(of_new(piece.new.clone()), Some(Sign("+", "added"))),
        Kind::Removed => {
            numbered(piece.old.clone().map(|at| (at + 1, old[at])), Some(Sign("−", "removed")))
        }
        Kind::Script => {
            let script =
                page.evidence.as_ref().and_then(|evidence| evidence.recipe.script.as_ref());
            folded(
                &html! {
                    span.s { "+" } " " strong { (count(piece.new.len(), "line", "lines")) " of the script" }
                    @if let Some(script) = script { ", SHA-256 " code.hash { (script.hash) } }
                    ": " (place(&piece.new))
                },
                &numbered(of_new(piece.new.clone()), Some(Sign("+", "added"))),
            )
        }
    }
}
