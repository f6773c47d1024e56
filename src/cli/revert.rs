//! `revert`: takes the fast path out.

use super::change::Change;
use super::output::{Exit, Output};
use crate::error::Result;
use crate::work::Job;
use clap::Args;

/// Take the fast path out again.
///
/// Exit status: 0 done or nothing to do, 1 the fast path is not whole any more, 2 a file cannot be
/// read or written.
#[derive(Debug, Args)]
pub struct Revert {
    #[command(flatten)]
    change: Change,
    /// Cut out line by line a fast path that is not whole any more, as after a merge.
    #[arg(long)]
    force: bool,
}

impl Revert {
    pub fn run(&self, output: &Output) -> Result<Exit> {
        self.change.run("revert", Job::Revert, self.force, output)
    }
}
