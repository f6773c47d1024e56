//! A command whose work is one thing is bounded as a whole: this program runs it in a process of its own.

use super::guard::Watched;
use super::limits::Limits;
use super::process::{died, program};
use crate::cli::output::{Exit, Output};
use crate::error::Error;

/// Set for the process that the work is done in.
const MARK: &str = "TC_RETRIGGER_IS_BOUNDED";

/// Whether this process is bounded as a whole.
pub fn is_within() -> bool {
    std::env::var_os(MARK).is_some()
}

/// Does `work`, the process's whole work, within the limits: in a process of its own, which does it when it
/// comes here.
pub fn within(
    limits: Limits,
    output: &Output,
    work: impl FnOnce() -> Exit + Send + 'static,
) -> Exit {
    if !is_within() {
        return start().unwrap_or_else(|error| {
            output.error(&error);
            Exit::Input
        });
    }
    match Watched::new(limits).run(work) {
        Ok(exit) => exit.unwrap_or(Exit::Input),
        Err(error) => {
            output.error(&error);
            // The work's thread is still there.
            std::process::exit(Exit::Input as i32)
        }
    }
}

fn start() -> Result<Exit, Error> {
    let run = || program()?.args(std::env::args_os().skip(1)).env(MARK, "1").status();
    let status = run().map_err(|err| Error::new(format!("no process can be started: {err}")))?;
    match status.code() {
        Some(0) => Ok(Exit::Success),
        Some(1) => Ok(Exit::Failure),
        Some(2) => Ok(Exit::Input),
        _ => Err(died(Some(status))),
    }
}
