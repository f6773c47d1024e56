//! What the contexts reach of real templates' conditions.

#[path = "../examples/coverage.rs"]
mod table;

mod needs;

use std::path::Path;
use tc_retrigger::coverage::derive;
use tc_retrigger::template::Template;

#[test]
fn the_contexts_reach_the_corpus() {
    let Some(folder) = needs::corpus() else { return };
    let rows = table::measure_all(&folder);
    assert!(rows.len() > 100, "only {} templates", rows.len());
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
    let rows = table::measure_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"));
    assert_eq!(rows.len(), 3);
    for row in rows {
        let not_found = row.coverage.missed.iter().filter(|missed| missed.why.is_none());
        assert_eq!(not_found.collect::<Vec<_>>(), Vec::<&_>::new(), "{}", row.name);
    }
}

#[test]
fn the_same_template_gives_the_same_contexts() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/gecko.taskcluster.yml");
    let real =
        needs::corpus().map(|folder| folder.join("head/firefox-enterprise-fork.taskcluster.yml"));
    for file in real.into_iter().chain([example.into()]).filter(|file| file.exists()) {
        let template = Template::from_bytes(std::fs::read(&file).unwrap()).unwrap();
        let first = derive::contexts(template.value());
        let mut names: Vec<_> = first.iter().map(|context| &context.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), first.len(), "names are unique");
        assert_eq!(first, derive::contexts(template.value()), "{}", file.display());
    }
}
