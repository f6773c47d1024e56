//! Which outcomes no context of production can reach, and why.
//!
//! The template is followed once for each `tasks_for` that production sends, with everything else
//! unknown. What an enclosing condition decides is known behind it: the same condition has the
//! same truth until a name that it reads is bound anew, and behind `event.ref == "refs/heads/main"`
//! that field has that value. A condition whose truth is known cannot come out otherwise; where
//! too little is known, both outcomes count as possible.

use crate::coverage::conditions::{Conditions, Part};
use crate::coverage::reach::knowledge::Knowledge;
use crate::coverage::uses::Engine;
use crate::jsone::families::{self, Family};
use crate::jsone::logic::Logic;
use crate::jsone::{Renderer, Shape};
use serde_json::json;
use std::ops::Range;
use std::sync::LazyLock;

/// How a condition can come out; in no way where it surely raises.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Can {
    /// It can be true.
    pub hold: bool,
    /// It can be false.
    pub fail: bool,
}

impl Can {
    /// Nothing is known of it.
    pub const BOTH: Can = Can { hold: true, fail: true };

    /// Whether it can come out at all.
    pub fn any(self) -> bool {
        self.hold || self.fail
    }

    /// Whether it can have this truth.
    pub fn be(self, truth: bool) -> bool {
        if truth { self.hold } else { self.fail }
    }

    /// What one of the two can.
    pub fn or(self, other: Can) -> Can {
        Can { hold: self.hold || other.hold, fail: self.fail || other.fail }
    }
}

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
            walk.part(part, known);
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

/// What is known at the start, and what is rendered, of each family in [`families::all`].
fn events() -> &'static [(Shape, Knowledge)] {
    static EVENTS: LazyLock<Vec<(Shape, Knowledge)>> = LazyLock::new(|| {
        let nothing = Renderer::of_value(&json!({"tasks": [{}]}));
        let event = |family: &Family| {
            // One context is enough for the names that the service itself adds.
            let first = &family.contexts[0];
            let added = nothing.scope(first).unwrap_or_default().into_iter().map(|(name, _)| name);
            let known = Knowledge::of_event(family.name, &family.contexts, added.collect());
            (first.shape(), known)
        };
        families::all().iter().map(event).collect()
    });
    &EVENTS
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage;
    use crate::coverage::derive;
    use crate::template::{Template, Text};

    /// What is said to be impossible, as `condition truth: why`.
    fn impossible(template: &str) -> Vec<String> {
        let template = Template::parse(Text::new(template)).expect(template);
        let conditions = Conditions::of(Renderer::new(&template).offered());
        let possible = Possible::of(&conditions);
        let mut found = Vec::new();
        for (at, outcome) in conditions.outcomes.iter().enumerate() {
            for truth in [true, false] {
                if let Some(why) = possible.why_not(at, truth) {
                    found.push(format!("{} {truth}: {why}", outcome.condition));
                }
            }
        }
        found
    }

    #[test]
    fn what_is_decided_on_the_way_is_impossible() {
        let if_ = |condition: &str, inner: &str| {
            format!("tasks: [{{$if: '{condition}', then: {{$if: '{inner}', then: 1}}}}]")
        };
        let let_ = |bound: &str, condition: &str, inner: &str| {
            format!(
                "tasks: [{{$let: {bound}, in: \
                 {{$if: '{condition}', then: {{$if: '{inner}', then: 1}}}}}}]"
            )
        };
        let cases = [
            // The same text, and what follows from `&&`, `||` and `!`.
            (
                if_(r#"tasks_for == "cron" && push.x"#, r#"tasks_for != "cron""#),
                r#"tasks_for != "cron" true: always false here (for cron)"#,
            ),
            (
                if_(r#"tasks_for == "cron" && push.x"#, "push.x"),
                "push.x false: always true here (for cron)",
            ),
            (
                if_(r#"tasks_for == "action" && !(input.x || input.y)"#, "input.y"),
                "input.y true: always false here (for action)",
            ),
            (if_(r#"tasks_for == "cron""#, "push.x || cron.y"), ""),
            // Values that a comparison leaves.
            (
                if_(
                    r#"tasks_for == "cron" && cron.job_name in ["a", "b"]"#,
                    r#"cron["job_name"] == "c""#,
                ),
                r#"cron["job_name"] == "c" true: always false here (for cron)"#,
            ),
            (
                if_(
                    r#"tasks_for == "cron" && cron.job_name in ["a", "b"]"#,
                    r#"cron["job_name"] == "b""#,
                ),
                "",
            ),
            (
                if_(
                    r#"tasks_for == "github-push" && event.ref[:10] == "refs/tags/""#,
                    r#"event.ref == "refs/heads/main""#,
                ),
                r#"event.ref == "refs/heads/main" true: always false here (for github-push)"#,
            ),
            (
                if_(r#"tasks_for == "github-push""#, r#"event.ref == "main""#),
                r#"event.ref == "main" true: always false here (for github-push)"#,
            ),
            // Variables: other names for a field, and values that hang on `tasks_for`.
            (
                let_(
                    "{branch: '${event.ref}'}",
                    r#"tasks_for == "github-push" && branch == "refs/heads/x""#,
                    r#"event["ref"][:11] == "refs/heads/""#,
                ),
                r#"event["ref"][:11] == "refs/heads/" false: always true here (for github-push)"#,
            ),
            (
                let_(
                    r#"{level: {$if: 'tasks_for == "cron"', then: '3', else: '1'}}"#,
                    r#"tasks_for == "cron""#,
                    r#"level == "3""#,
                ),
                r#"level == "3" false: always true here (for cron)"#,
            ),
            // A name that is bound anew is another one.
            (
                "tasks: [{$if: 'tasks_for == \"cron\" && push.x', then: {$let: {push: \
                 {$eval: 'cron'}}, in: {$if: 'push.x', then: 1}}}]"
                    .to_owned(),
                "",
            ),
            (
                if_(r#"tasks_for == "cron" && event.x"#, "push.x"),
                r#"tasks_for == "cron" && event.x true: always false here (for hg-push, git-push, github-push, github-pull-request, github-pull-request-untrusted, github-release, github-issue-comment, action, pr-action); event.x true: no render gets here, whatever its tasks_for; event.x false: no render gets here, whatever its tasks_for; push.x true: no render gets here, whatever its tasks_for; push.x false: no render gets here, whatever its tasks_for"#,
            ),
        ];
        for (template, wanted) in cases {
            let mut found = impossible(&template);
            found.sort();
            let mut wanted: Vec<_> = wanted.split("; ").filter(|text| !text.is_empty()).collect();
            wanted.sort();
            assert_eq!(found, wanted, "{template}");
        }
    }

    #[test]
    fn nothing_that_is_reached_is_called_impossible() {
        let mut files: Vec<std::path::PathBuf> = Vec::new();
        let own = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus/head");
        for folder in [own, corpus] {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let paths = entries.map(|entry| entry.path());
            files.extend(paths.filter(|path| path.to_string_lossy().ends_with("taskcluster.yml")));
        }
        assert!(files.len() >= 3, "the examples are there");
        for file in files {
            let text = std::fs::read_to_string(&file).expect("a readable file");
            let Ok(template) = Template::parse(Text::new(&text)) else { continue };
            let conditions = Conditions::of(Renderer::new(&template).offered());
            let possible = Possible::of(&conditions);
            let derived = derive::contexts(template.value());
            let all = families::contexts().map(|context| -> &crate::jsone::Context { context });
            let coverage = coverage::measure(&template, all.chain(&derived));
            let impossible = (0..conditions.outcomes.len())
                .flat_map(|at| [(at, true), (at, false)])
                .filter(|&(at, truth)| possible.why_not(at, truth).is_some())
                .count();
            let told = coverage.missed.iter().filter(|missed| missed.why.is_some()).count();
            assert_eq!(impossible, told, "{}", file.display());
        }
    }
}
