//! `revert`: takes the fast path out.

use super::change::Change;
use super::output::{Exit, Output};
use crate::error::Result;
use crate::work::Job;
use clap::Args;

/// Take the fast path out again.
///
/// Exit status: 0 done or nothing to do, 1 the fast path was edited beyond recognition, 2 a file
/// cannot be read.
#[derive(Debug, Args)]
pub struct Revert {
    #[command(flatten)]
    change: Change,
}

impl Revert {
    pub fn run(&self, output: &Output) -> Result<Exit> {
        self.change.run("revert", Job::Revert, output)
    }
}
