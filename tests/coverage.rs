//! What the contexts reach of real templates' conditions.

#[path = "../examples/coverage.rs"]
mod table;

use crate::needs;
use serde_json::json;
use std::path::Path;
use tc_retrigger::coverage::{self, derive};
use tc_retrigger::jsone::{Context, families};
use tc_retrigger::patch::retrigger;
use tc_retrigger::template::{Template, Text};

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
    let coverage = coverage::measure(&template, &contexts);
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
fn the_contexts_reach_the_corpus() {
    let Some(folder) = needs::corpus() else { return };
    let files = table::files(&folder);
    assert!(files.len() > 100, "only {} templates", files.len());
    let files = needs::sampled("real templates that contexts reach", files);
    let rows = table::measure_all(&folder, &files);
    assert!(rows.len() * 10 > files.len() * 9, "only {} of {}", rows.len(), files.len());
    let total = table::total(&rows);
    assert!(total.percent() >= 95.0, "{:.2} % in all", total.percent());
    for row in &rows {
        let cannot = row.coverage.missed.iter().filter(|missed| missed.why.is_some()).count();
        let possible = (row.coverage.outcomes - cannot).max(1);
        let percent = 100.0 * row.coverage.reached as f64 / possible as f64;
        let has_any = row.coverage.outcomes > 0;
        assert!(!has_any || percent >= 80.0, "{}: {percent:.1} % of the possible", row.name);
        assert!(row.derived <= 150, "{}: {} derived contexts", row.name, row.derived);
    }
}

#[test]
fn the_examples_are_reached() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let rows = table::measure_all(&folder, &table::files(&folder));
    assert_eq!(rows.len(), 3);
    for row in rows {
        let not_found = row.coverage.missed.iter().filter(|missed| missed.why.is_none());
        assert_eq!(not_found.collect::<Vec<_>>(), Vec::<&_>::new(), "{}", row.name);
    }
}

#[test]
fn nothing_that_is_reached_is_called_unreachable() {
    let own = ["examples", "tests/cmd"].map(|dir| Path::new(env!("CARGO_MANIFEST_DIR")).join(dir));
    let corpus = needs::corpus().map(|folder| folder.join("head"));
    let folders = own.into_iter().chain(corpus);
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut told = 0;
    for file in files.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let Ok(template) = Template::from_bytes(std::fs::read(&file).unwrap()) else { continue };
        let derived = derive::contexts(template.value(), &retrigger::needs_no_clone);
        let all = families::contexts().map(|context| -> &Context { context }).chain(&derived);
        let missed = coverage::measure(&template, all).missed;
        // Without a context, every outcome is missed.
        for outcome in coverage::measure(&template, []).missed {
            told += usize::from(outcome.why.is_some());
            let is_missed = missed.contains(&outcome);
            assert!(outcome.why.is_none() || is_missed, "{}: {outcome:?}", file.display());
        }
    }
    assert!(told > 0, "no outcome is told to be unreachable");
}
