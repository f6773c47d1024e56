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

/// A number that is asked for by a variable of the environment.
pub fn asked(variable: &str) -> Option<usize> {
    std::env::var(variable).ok().and_then(|number| number.parse().ok())
}

/// Those cases of what is long that are tried: all where `TC_RETRIGGER_FULL` is set, as `.ci/long` does, where the
/// faults of a released program are tried, or more of what is random is asked for; else each fifth, from a start
/// that `TC_RETRIGGER_SEED` or the day tells.
pub fn sampled<T>(what: &str, cases: impl IntoIterator<Item = T>) -> Vec<T> {
    const EACH: usize = 5;
    let cases: Vec<T> = cases.into_iter().collect();
    let is_set = |name: &&str| std::env::var_os(name).is_some();
    if ["TC_RETRIGGER_FULL", "TC_RETRIGGER_PROGRAM", "TC_RETRIGGER_RANDOM"].iter().any(is_set) {
        return cases;
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let day = || now.unwrap_or_default().as_secs() as usize / (24 * 60 * 60);
    let seed = asked("TC_RETRIGGER_SEED").unwrap_or_else(day);
    let number = cases.len();
    let start = seed % EACH.min(number.max(1));
    let taken: Vec<T> = cases.into_iter().skip(start).step_by(EACH).collect();
    let _ = writeln!(
        std::io::stderr(),
        "{what}: {} of {number} cases, by TC_RETRIGGER_SEED={seed}",
        taken.len()
    );
    taken
}

/// Says that something is skipped for lack of what `why` names. In CI all must be there.
pub fn missing(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    // Not by `eprintln!`: what a test that passes prints by that is never seen.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
