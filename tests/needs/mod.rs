//! What some tests need that is no part of the project.
#![allow(dead_code, reason = "each program uses its own part")]

use std::io::Write;
use std::path::{Path, PathBuf};

/// The corpus of real templates: `$TC_RETRIGGER_CORPUS`, or `../shared/corpus`. They are other
/// projects' data.
pub fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = std::env::var_os("TC_RETRIGGER_CORPUS").map_or_else(beside, PathBuf::from);
    if folder.join("manifest.tsv").is_file() {
        return Some(folder);
    }
    missing(&format!("there is no corpus at {}; set TC_RETRIGGER_CORPUS", folder.display()));
    None
}

/// Which of the first `number` cases of what is long are tried: all of them where `TC_RETRIGGER_FULL` is set, as
/// `.ci/long` does, or the faults of a released program are tried; else each fifth, from a start that
/// `TC_RETRIGGER_SEED` or the day tells.
pub fn sample(what: &str, number: usize) -> Vec<usize> {
    const EACH: usize = 5;
    let is_set = |name: &&str| std::env::var_os(name).is_some();
    if ["TC_RETRIGGER_FULL", "TC_RETRIGGER_PROGRAM"].iter().any(is_set) {
        return (0..number).collect();
    }
    let told = std::env::var("TC_RETRIGGER_SEED").ok().and_then(|seed| seed.parse().ok());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seed = told.unwrap_or_else(|| now.unwrap_or_default().as_secs() as usize / (24 * 60 * 60));
    let _ = writeln!(
        std::io::stderr(),
        "{what}: a fifth of {number} cases, by TC_RETRIGGER_SEED={seed}"
    );
    (seed % EACH.min(number.max(1))..number).step_by(EACH).collect()
}

/// Those of the cases that [`sample`] takes.
pub fn sampled<T>(what: &str, cases: impl IntoIterator<Item = T>) -> Vec<T> {
    let cases: Vec<T> = cases.into_iter().collect();
    let chosen = sample(what, cases.len());
    let mut at = 0..;
    cases.into_iter().filter(|_| chosen.contains(&at.next().unwrap_or_default())).collect()
}

/// Says that something is skipped for lack of what `why` names. In CI all must be there.
pub fn missing(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    // Not by `eprintln!`: what a test that passes prints by that is never seen.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
