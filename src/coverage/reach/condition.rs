//! Conditions: their branch outcomes, and the environment behind each.

use crate::coverage::engine::Engine;
use crate::coverage::reach::environment::Environment;
use crate::coverage::reach::value::BranchOutcomes;
use crate::jsone::logic::Logic;
use std::ops::Range;

/// A condition taken apart.
#[derive(Debug, Clone, Copy)]
pub struct Condition<'c> {
    /// Its text.
    pub text: &'c str,
    /// How it joins its operands.
    pub logic: &'c Logic,
}

/// The environments behind a condition; none behind an outcome that is not reachable.
#[derive(Debug)]
pub struct Branches {
    /// Where it is true.
    pub holds: Option<Environment>,
    /// Where it is false.
    pub fails: Option<Environment>,
}

impl Branches {
    /// Which outcomes are reachable.
    pub fn outcomes(&self) -> BranchOutcomes {
        BranchOutcomes { can_hold: self.holds.is_some(), can_fail: self.fails.is_some() }
    }

    fn swap(self) -> Branches {
        Branches { holds: self.fails, fails: self.holds }
    }
}

/// The branches of a condition, and with `see` the outcomes of each of its operands.
pub fn branches(
    condition: Condition,
    environment: &Environment,
    engine: &mut Engine,
    see: &mut dyn FnMut(&Range<usize>, BranchOutcomes),
) -> Branches {
    let part = |logic| Condition { logic, ..condition };
    let (parts, decides) = match condition.logic {
        Logic::Or(parts) => (parts, true),
        Logic::And(parts) => (parts, false),
        Logic::Not(inner) => return branches(part(inner), environment, engine, see).swap(),
        Logic::Leaf(range) => {
            let text = &condition.text[range.clone()];
            let outcomes = environment.outcomes(text, engine);
            let mut behind =
                |truth| outcomes.can_be(truth).then(|| environment.behind(text, truth, engine));
            return Branches { holds: behind(true), fails: behind(false) };
        }
    };
    // One of them decides, and those before it do not.
    let (mut decided, mut undecided) = (None, Some(environment.clone()));
    for (range, logic) in parts {
        let Some(before) = undecided else { break };
        let each = branches(part(logic), &before, engine, see);
        see(range, each.outcomes());
        let each = if decides { each } else { each.swap() };
        decided = join(decided, each.holds);
        undecided = each.fails;
    }
    let all = Branches { holds: decided, fails: undecided };
    if decides { all } else { all.swap() }
}

/// As [`branches`], where no one asks about the operands.
pub fn quietly(condition: Condition, environment: &Environment, engine: &mut Engine) -> Branches {
    branches(condition, environment, engine, &mut |_, _| {})
}

/// The environment behind a `$switch` none of whose conditions holds.
pub fn otherwise<'c>(
    conditions: impl IntoIterator<Item = Condition<'c>>,
    environment: &Environment,
    engine: &mut Engine,
) -> Option<Environment> {
    conditions.into_iter().try_fold(environment.clone(), |environment, condition| {
        quietly(condition, &environment, engine).fails
    })
}

fn join(one: Option<Environment>, other: Option<Environment>) -> Option<Environment> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.join(other)),
        (one, other) => one.or(other),
    }
}
