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
/// `.ci/long` does, else each third, from a start that `TC_RETRIGGER_SEED` or the day tells.
pub fn sample(what: &str, number: usize) -> Vec<usize> {
    const EACH: usize = 3;
    if std::env::var_os("TC_RETRIGGER_FULL").is_some() {
        return (0..number).collect();
    }
    let told = std::env::var("TC_RETRIGGER_SEED").ok().and_then(|seed| seed.parse().ok());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seed = told.unwrap_or_else(|| now.unwrap_or_default().as_secs() as usize / (24 * 60 * 60));
    let _ = writeln!(
        std::io::stderr(),
        "{what}: a third of {number} cases, by TC_RETRIGGER_SEED={seed}"
    );
    (seed % EACH..number).step_by(EACH).collect()
}

/// Says that something is skipped for lack of what `why` names. In CI all must be there.
pub fn missing(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    // Not by `eprintln!`: what a test that passes prints by that is never seen.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
