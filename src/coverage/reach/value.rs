//! The abstract values: what is known of a value and of a condition without a context.

use crate::coverage::compared::{self, Case};
use crate::coverage::engine::Engine;
use crate::jsone::uses::Chain;
use serde_json::{Map, Value, json};

/// More cases than this are as good as anything.
const MOST_CASES: usize = 16;

/// The branch outcomes of a condition; none of the two where it surely raises.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BranchOutcomes {
    /// It can be true.
    pub can_hold: bool,
    /// It can be false.
    pub can_fail: bool,
}

impl BranchOutcomes {
    /// Nothing is known of it.
    pub const BOTH: BranchOutcomes = BranchOutcomes { can_hold: true, can_fail: true };

    /// The outcomes where the truth is known; those of what raises where there is none.
    pub fn of(truth: Option<bool>) -> BranchOutcomes {
        BranchOutcomes { can_hold: truth == Some(true), can_fail: truth == Some(false) }
    }

    /// Whether any outcome is reachable.
    pub fn any(self) -> bool {
        self.can_hold || self.can_fail
    }

    /// Whether the outcome `truth` is reachable.
    pub fn can_be(self, truth: bool) -> bool {
        if truth { self.can_hold } else { self.can_fail }
    }

    /// The outcomes where it is one or the other.
    pub fn join(self, other: BranchOutcomes) -> BranchOutcomes {
        BranchOutcomes {
            can_hold: self.can_hold || other.can_hold,
            can_fail: self.can_fail || other.can_fail,
        }
    }
}

impl FromIterator<BranchOutcomes> for BranchOutcomes {
    /// The join of all.
    fn from_iter<I: IntoIterator<Item = BranchOutcomes>>(each: I) -> BranchOutcomes {
        each.into_iter().fold(BranchOutcomes::default(), BranchOutcomes::join)
    }
}

/// What a value may be.
#[derive(Debug, Clone, PartialEq)]
pub enum AbstractValue {
    /// Anything, or nothing.
    Any,
    /// One of these; where there are none, no context gets here.
    OneOf(Vec<Case>),
    /// What this chain leads to in the same context.
    SameAs(Chain),
}

impl AbstractValue {
    /// One of `cases`; anything where they are too many.
    pub fn one_of(cases: impl IntoIterator<Item = Case>) -> AbstractValue {
        let mut each = Vec::new();
        for case in cases {
            if !each.contains(&case) {
                each.push(case);
            }
        }
        if each.len() > MOST_CASES { AbstractValue::Any } else { AbstractValue::OneOf(each) }
    }

    /// What it is where it is one or the other.
    pub fn join(self, other: AbstractValue) -> AbstractValue {
        match (self, other) {
            (AbstractValue::OneOf(cases), AbstractValue::OneOf(more)) => {
                AbstractValue::one_of(cases.into_iter().chain(more))
            }
            (one, other) if one == other => one,
            _ => AbstractValue::Any,
        }
    }
}

impl Case {
    /// A context in which this is the case of what `at` leads to; none where no value is known.
    pub fn names(&self, at: &[String]) -> Option<Map<String, Value>> {
        let Case::Is(value) = self else { return None };
        let (name, keys) = at.split_first()?;
        let around = |value, key: &String| json!({ key.as_str(): value });
        let value = keys.iter().rev().fold(value.clone(), around);
        Some(Map::from_iter([(name.clone(), value)]))
    }

    /// The outcomes of `text`, which reads nothing but `chain`, where this is the case of what
    /// `at` leads to: the chain or what is around it.
    pub fn outcomes(
        &self,
        text: &str,
        chain: &Chain,
        at: &Chain,
        engine: &mut Engine,
    ) -> BranchOutcomes {
        match self {
            Case::Is(_) => {
                BranchOutcomes::of(self.names(at).and_then(|names| engine.truth(text, names)))
            }
            Case::StartsWith(start) if at == chain => match compared::truth(text, start) {
                None => BranchOutcomes::BOTH,
                truth => BranchOutcomes::of(truth),
            },
            Case::StartsWith(_) => BranchOutcomes::BOTH,
        }
    }

    /// What is left of it where a comparison that it allows says more.
    pub fn narrowed(&self, says: &[Case]) -> Vec<Case> {
        let Case::StartsWith(start) = self else { return vec![self.clone()] };
        match says.iter().filter(|case| case.starts_with(start)).cloned().collect() {
            none if Vec::is_empty(&none) => vec![self.clone()],
            some => some,
        }
    }
}
