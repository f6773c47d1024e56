//! What a proof says, for people.

use super::words::{BAD, numbered};
use crate::coverage::{Coverage, Missed};
use crate::proof::{Counterexample, Proof};
use crate::report::differences::{Difference, cut, differences};
use std::fmt::Write;

/// How many differences, and how many conditions in full, are shown; `--verbose` and the JSON have all.
const SHOWN: usize = 5;

/// How much of a proof is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// Every difference and every condition.
    pub all: bool,
    /// What explains a difference: a small context, and the conditions that decide.
    pub why: bool,
}

/// The verdict in one line; `told` is what was said of it before, and none is what that says already.
pub fn verdict(proof: &Proof, told: Option<&str>) -> Option<String> {
    let is_told = told.is_some_and(|told| told.contains(&proof.structural.reason));
    match (proof.structural.holds, proof.contexts.different) {
        (true, 0) => Some(
            "proved for all contexts: pushes, pull requests, crons and other actions render what they did before"
                .to_owned(),
        ),
        (true, _) => Some("not proved: the structure is right, but a context disagrees".to_owned()),
        (false, _) if is_told => None,
        (false, _) => Some(format!("not proved: {}", proof.structural.reason)),
    }
}

/// What was tried, what differs, and what that covered.
pub fn tried(proof: &Proof, shown: Shown, out: &mut String) {
    let counts = &proof.contexts;
    let _ = write!(
        out,
        "  tried: {} contexts, {} of them retriggers without a clone; ",
        counts.total, counts.retrigger
    );
    let _ = match counts.different {
        0 => writeln!(out, "each renders what it must"),
        different => writeln!(out, "{BAD}{different} do not render what they must{BAD:#}"),
    };
    counterexamples(&proof.counterexamples, shown, out);
    coverage(&proof.coverage, shown.all, out);
}

/// A block for each distinct difference, with the number of contexts that show it.
fn counterexamples(
    examples: &[Counterexample],
    Shown { all: is_verbose, why: is_explained }: Shown,
    out: &mut String,
) {
    let shown = differences(examples, is_verbose);
    let most = if is_verbose { shown.len() } else { SHOWN };
    for Difference { example, at, values: [must, is], more } in shown.iter().take(most) {
        let _ = writeln!(out, "  {BAD}differs{BAD:#} in context {} at {at}", example.context);
        let _ = writeln!(out, "    must be: {must}");
        let _ = writeln!(out, "    is:      {is}");
        let _ = match more {
            0 => Ok(()),
            1 => writeln!(out, "    the same in 1 more context"),
            more => writeln!(out, "    the same in {more} more contexts"),
        };
        let Some(detail) = example.detail.as_ref().filter(|_| is_explained) else { continue };
        for line in detail.lines.iter().take(most) {
            let _ = writeln!(
                out,
                "    decided on line {} of the new file: {} is {}",
                line.line,
                cut(&line.condition, 100),
                line.outcome
            );
        }
        let _ = writeln!(out, "    the smallest context found: {}", detail.context);
    }
    if let Some(more) = shown.get(most..).filter(|more| !more.is_empty()) {
        let _ = writeln!(out, "  … and {} more differences (--verbose shows all)", more.len());
    }
}

fn coverage(coverage: &Coverage, is_verbose: bool, out: &mut String) {
    // A condition misses one outcome, or true and then false.
    let is_other = |one: &Missed, other: &Missed| {
        let is_same = one.path == other.path && one.condition == other.condition;
        is_same && one.outcome && !other.outcome
    };
    let missed: Vec<&[Missed]> = coverage.missed.chunk_by(is_other).collect();
    let all = coverage.outcomes / 2;
    let both_ways = "true in one context and false in another";
    let _ = match all - missed.len() {
        1 if all == 1 => {
            writeln!(out, "  covered: the old file's one condition was {both_ways}")
        }
        covered if covered == all => {
            writeln!(out, "  covered: each of the old file's {all} conditions was {both_ways}")
        }
        covered => {
            writeln!(
                out,
                "  covered: {covered} of the old file's {all} conditions, each {both_ways}"
            )
        }
    };
    let is_explained = |each: &&[Missed]| each.iter().all(|outcome| outcome.why.is_some());
    let (explained, open): (Vec<&[Missed]>, Vec<_>) = missed.into_iter().partition(is_explained);
    let most = if is_verbose { open.len() } else { SHOWN };
    for each in open.iter().take(most) {
        let how = match each {
            [one] if one.outcome => "never true",
            [_] => "never false",
            _ => "not reached",
        };
        let _ =
            writeln!(out, "    line {}: `{}` {how}", each[0].line, cut(&each[0].condition, 100));
    }
    if let Some(more) = open.get(most..).filter(|more| !more.is_empty()) {
        let _ = writeln!(out, "    and at {} (--verbose shows all)", lines(more));
    }
    if !explained.is_empty() {
        let _ = writeln!(
            out,
            "    in production the others, at {}, never come out both ways (--format json says why)",
            lines(&explained)
        );
    }
}

fn lines(conditions: &[&[Missed]]) -> String {
    numbered(conditions.iter().map(|missed| missed[0].line))
}
