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

/// Says that something is skipped for lack of what `why` names. In CI all must be there.
pub fn missing(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    // Not by `eprintln!`: what a test that passes prints by that is never seen.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
