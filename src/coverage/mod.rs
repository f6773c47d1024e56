//! Coverage: which outcomes of a template's own conditions contexts reach.
//!
//! The template is walked beside its render: the engine evaluates the expressions, [`follow`] only
//! follows where they lead and writes down what came out. [`derive`] makes the contexts that reach
//! more, and [`reach`] tells what no context of production can reach.

mod compared;
mod conditions;
pub mod derive;
mod follow;
mod reach;
mod uses;

use crate::jsone::{Context, Renderer};
use crate::template::{Path, Template};
use conditions::{Conditions, Outcome};
use follow::Follow;
use reach::Reachable;
use serde::Serialize;

/// How much the samples reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The outcomes there are: two for each condition and for each operand of `&&` and `||`.
    pub outcomes: usize,
    /// Those that a sample reached.
    pub reached: usize,
    /// The others, in the template's order.
    pub missed: Vec<Missed>,
}

/// An outcome that no sample reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missed {
    /// Where the condition stands in the template.
    pub path: Path,
    /// The line it stands on.
    pub line: usize,
    /// The condition, or the operand of one.
    pub condition: String,
    /// The outcome.
    pub outcome: bool,
    /// Why no context of production can reach it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Measures what `contexts` reach in `template`.
pub fn measure<'c>(
    template: &Template,
    contexts: impl IntoIterator<Item = &'c Context>,
) -> Coverage {
    let renderer = Renderer::new(template);
    let conditions = Conditions::of(renderer.offered());
    let mut follow = Follow::new(&conditions);
    let mut reached = vec![false; 2 * conditions.outcomes.len()];
    for context in contexts {
        // Where production's own part of the render raises, nothing is reached.
        if let Ok(scope) = renderer.scope(context) {
            let more = follow.reach(context.shape(), scope);
            reached.iter_mut().zip(more).for_each(|(reached, more)| *reached |= more);
        }
    }
    let mut coverage = Coverage { outcomes: reached.len(), ..Coverage::default() };
    let reachable = Reachable::of(&conditions);
    for (at, outcome) in conditions.outcomes.iter().enumerate() {
        for value in [true, false] {
            if reached[2 * at + usize::from(value)] {
                coverage.reached += 1;
            } else {
                coverage.missed.push(Missed {
                    path: outcome.path.clone(),
                    line: template.line(&outcome.path),
                    condition: outcome.condition.clone(),
                    outcome: value,
                    why: reachable.why_not(at, value),
                });
            }
        }
    }
    coverage.missed.sort_by_key(|missed| missed.line);
    coverage
}

/// A condition, or an operand of one, and what came out of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Decided {
    /// The line it stands on.
    pub line: usize,
    /// The condition.
    pub condition: String,
    /// What came out.
    pub outcome: bool,
}

/// What one context decides in a template, in the order of its lines.
pub fn decided(template: &Template, context: &Context) -> Vec<Decided> {
    let renderer = Renderer::new(template);
    let conditions = Conditions::of(renderer.offered());
    let Ok(scope) = renderer.scope(context) else { return Vec::new() };
    let outcomes = Follow::new(&conditions).reach(context.shape(), scope);
    let reached = outcomes.into_iter().enumerate().filter(|(_, reached)| *reached);
    let mut decided: Vec<Decided> = reached
        .map(|(at, _)| {
            let Outcome { path, condition } = &conditions.outcomes[at / 2];
            let line = template.line(path);
            Decided { line, condition: condition.clone(), outcome: at % 2 == 1 }
        })
        .collect();
    decided.sort_by_key(|decided| decided.line);
    decided
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsone::families;
    use crate::template::Text;
    use serde_json::json;

    const TEMPLATE: &str = r#"
tasks:
    - $let:
          isPush: {$eval: 'tasks_for == "github-push" && event.ref == "main"'}
          level: {$if: 'isTry', then: 1, else: 3}
      in:
          never: true
      # raises: isTry is bound nowhere
    - $let: {kind: {$switch: {'tasks_for == "cron"': c, $default: d}}}
      in:
          text: 'x ${kind == "c" || kind == "d"}'
          list:
              $map: [1, 2]
              each(n): {$if: 'n == 2', then: a}
"#;

    #[test]
    fn outcomes_are_those_of_conditions_and_operands() {
        let template = Template::parse(Text::new(TEMPLATE)).unwrap();
        let push = json!({"tasks_for": "github-push", "event": {"ref": "main"}});
        let contexts = [
            Context::new("push", push).unwrap(),
            Context::new("cron", json!({"tasks_for": "cron"})).unwrap(),
        ];
        let coverage = measure(&template, &contexts);
        // Two operands, two conditions, two operands and one condition.
        assert_eq!(coverage.outcomes, 14);
        let missed: Vec<_> = coverage
            .missed
            .iter()
            .map(|missed| format!("{}: {} {}", missed.line, missed.condition, missed.outcome))
            .collect();
        assert_eq!(
            missed,
            [
                "4: event.ref == \"main\" false",
                "5: isTry true",
                "5: isTry false",
                "9: tasks_for == \"cron\" true",
                "9: tasks_for == \"cron\" false",
                "11: kind == \"c\" true",
                "11: kind == \"c\" false",
                "11: kind == \"d\" true",
                "11: kind == \"d\" false",
                "14: n == 2 true",
                "14: n == 2 false",
            ]
        );
        assert_eq!(coverage.reached, 3);
    }

    #[test]
    fn nothing_that_is_reached_is_called_unreachable() {
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
            let reachable = Reachable::of(&conditions);
            let derived = derive::contexts(template.value());
            let all = families::contexts().map(|context| -> &Context { context });
            let coverage = measure(&template, all.chain(&derived));
            let unreachable = (0..conditions.outcomes.len())
                .flat_map(|at| [(at, true), (at, false)])
                .filter(|&(at, truth)| reachable.why_not(at, truth).is_some())
                .count();
            let told = coverage.missed.iter().filter(|missed| missed.why.is_some()).count();
            assert_eq!(unreachable, told, "{}", file.display());
        }
    }
}
