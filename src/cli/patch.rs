//! `patch`: puts the fast path in.

use super::bounds::Limits;
use super::change::Change;
use super::habits;
use super::output::{Exit, Output};
use crate::error::Result;
use crate::work::Job;
use clap::Args;

/// Put the fast path into templates: print the diff and the proof, or write with --write.
///
/// Exit status: 0 done or nothing to do, 1 a file cannot be patched or the proof does not hold, 2 a
/// file cannot be read.
#[derive(Debug, Args)]
pub struct Patch {
    #[command(flatten)]
    change: Change,
    #[command(flatten)]
    habits: habits::OfPatch,
}

impl Patch {
    pub fn run(&self, output: &Output) -> Result<Exit> {
        self.habits.refuse()?;
        self.change.run("patch", Job::Patch, false, output)
    }

    pub fn limits(&self) -> Limits {
        self.change.limits()
    }
}
