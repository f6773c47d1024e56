//! Which outcomes no context of production can reach, and why.
//!
//! The template is followed once for each `tasks_for` that production sends, with everything else
//! unknown. What an enclosing condition decides is known behind it: the same condition has the
//! same truth until a name that it reads is bound anew, and behind `event.ref == "refs/heads/main"`
//! that field has that value. A condition whose truth is known cannot come out otherwise; where
//! too little is known, both outcomes count as possible.

use crate::jsone::logic::Logic;
use crate::jsone::{Context, Renderer, Shape, families};
use crate::proof::conditions::{Conditions, Part};
use crate::proof::knowledge::{Can, Knowledge};
use crate::proof::uses::Engine;
use std::ops::Range;

/// What can be said about each outcome.
pub struct Possible {
    /// For each outcome, how it can come out, by the number of the family in [`families::all`].
    can: Vec<Vec<Can>>,
}

impl Possible {
    /// Follows the conditions of a template.
    pub fn of(conditions: &Conditions) -> Possible {
        let mut walk = Walk {
            conditions,
            engine: Engine::default(),
            family: 0,
            can: vec![vec![Can::default(); events().len()]; conditions.outcomes.len()],
        };
        for (at, (shape, known)) in events().iter().enumerate() {
            walk.family = at;
            let part = match shape {
                Shape::Hook => &conditions.first_task,
                Shape::Document { .. } => &conditions.document,
            };
            walk.part(part, &known.clone().knowledge());
        }
        Possible { can: walk.can }
    }

    /// Whether the outcome `at` may have this truth, in contexts of a family.
    pub fn may_be(&self, at: usize, truth: bool, family: usize) -> bool {
        self.can[at][family].be(truth)
    }

    /// Why the outcome `at` never has this truth; none where it may have.
    pub fn why_not(&self, at: usize, truth: bool) -> Option<String> {
        if self.can[at].iter().any(|can| can.be(truth)) {
            return None;
        }
        let families = families::all().iter().zip(&self.can[at]);
        let names: Vec<_> =
            families.filter(|(_, can)| can.any()).map(|(family, _)| family.name).collect();
        Some(match names.as_slice() {
            [] => "no render gets here, whatever its tasks_for".to_owned(),
            names => format!("always {} here (for {})", !truth, names.join(", ")),
        })
    }
}

struct Walk<'c> {
    conditions: &'c Conditions,
    engine: Engine,
    family: usize,
    can: Vec<Vec<Can>>,
}

impl Walk<'_> {
    /// False where the render surely raises.
    fn part(&mut self, part: &Part, known: &Knowledge) -> bool {
        match part {
            Part::All(parts) => parts.iter().all(|part| self.part(part, known)),
            Part::Shared(part) => self.part(part, known),
            Part::Expression(at) => self.expression(*at, known).any(),
            Part::If { condition, then, otherwise } => {
                let can = self.expression(*condition, known);
                let ways = [(can.hold, true, then), (can.fail, false, otherwise)];
                ways.into_iter().fold(false, |goes_on, (can, truth, next)| {
                    let behind = self.behind(*condition, known, truth);
                    goes_on | (can && self.part(next, &behind))
                })
            }
            Part::Cases { cases, default } => {
                let cans: Vec<Can> =
                    cases.iter().map(|(at, _)| self.expression(*at, known)).collect();
                if !cans.iter().all(|can| can.any()) {
                    return false;
                }
                let mut goes_on = false;
                for ((at, part), _) in cases.iter().zip(&cans).filter(|(_, can)| can.hold) {
                    let behind = self.behind(*at, known, true);
                    goes_on |= self.part(part, &behind);
                }
                if cans.iter().all(|can| can.fail) {
                    let mut known = known.clone();
                    for (at, _) in cases {
                        known = self.behind(*at, &known, false);
                    }
                    goes_on |= self.part(default, &known);
                }
                goes_on
            }
            Part::Let { bound, before, inner } => {
                if !self.part(before, known) {
                    return false;
                }
                let mut inside = known.clone();
                inside.bind(&bound.template, known, &mut self.engine);
                self.part(inner, &inside)
            }
            Part::Each(each) => {
                if !self.part(&each.before, known) {
                    return false;
                }
                let mut inside = known.clone();
                each.names.iter().for_each(|name| inside.bind_unknown(name));
                self.part(&each.body, &inside);
                // There may be no items.
                true
            }
        }
    }

    /// What is known behind the expression `at` where it came out like this.
    fn behind(&mut self, at: usize, known: &Knowledge, truth: bool) -> Knowledge {
        let expression = &self.conditions.expressions[at];
        let mut known = known.clone();
        known.assume(&expression.text, &expression.logic, truth, &mut self.engine);
        known
    }

    fn expression(&mut self, at: usize, known: &Knowledge) -> Can {
        let expression = self.conditions.expressions[at].clone();
        let (family, cans) = (self.family, &mut self.can);
        let mut note = |outcome: usize, can: Can| {
            let known = &mut cans[outcome][family];
            *known = known.or(can);
        };
        let text = &expression.text;
        let can = logic(text, &expression.logic, known, &mut self.engine, &mut |range, can| {
            note(expression.operands[&(range.start, range.end)], can);
        });
        if let Some(whole) = expression.whole {
            note(whole, can);
        }
        can
    }
}

/// How an expression can come out, and with `see` how each of its operands can.
pub fn logic(
    text: &str,
    logic_of: &Logic,
    known: &Knowledge,
    engine: &mut Engine,
    see: &mut dyn FnMut(&Range<usize>, Can),
) -> Can {
    let (parts, decides) = match logic_of {
        Logic::Or(parts) => (parts, true),
        Logic::And(parts) => (parts, false),
        Logic::Not(inner) => {
            let can = logic(text, inner, known, engine, see);
            return Can { hold: can.fail, fail: can.hold };
        }
        Logic::Leaf(range) => return known.leaf(&text[range.clone()], engine),
    };
    let mut known = known.clone();
    let mut all = Can::default();
    for (range, part) in parts {
        let can = logic(text, part, &known, engine, see);
        see(range, can);
        let (ends, goes_on) = if decides { (can.hold, can.fail) } else { (can.fail, can.hold) };
        all = all.or(Can { hold: ends && decides, fail: ends && !decides });
        if !goes_on {
            return all;
        }
        known.assume(text, part, !decides, engine);
    }
    all.or(Can { hold: !decides, fail: decides })
}
