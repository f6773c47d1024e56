//! The program that faults are tried on.
//!
//! Some tests here are samples of a longer run: smaller inputs, fewer rounds, on the program that is built
//! along with the tests. Where `TC_RETRIGGER_PROGRAM` names a released program, they try that one, in full:
//! so `.ci/run` does.

use std::ffi::OsString;

/// The program.
pub fn program() -> OsString {
    let own = || env!("CARGO_BIN_EXE_tc-retrigger").into();
    std::env::var_os("TC_RETRIGGER_PROGRAM").unwrap_or_else(own)
}

/// Whether to try all of it.
pub fn is_in_full() -> bool {
    std::env::var_os("TC_RETRIGGER_PROGRAM").is_some()
}

/// That many, or a tenth of it.
pub fn many(number: usize) -> usize {
    if is_in_full() { number } else { number.div_ceil(10) }
}
