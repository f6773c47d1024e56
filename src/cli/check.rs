//! `check`: tells whether each file has the fast path as it should be.

use super::files::{Plan, Run};
use super::input::{self, With};
use super::output::{Exit, Output};
use crate::error::Result;
use crate::work::Job;
use clap::Args;
use std::path::PathBuf;

/// Tell whether templates have the current fast path, untouched and proved.
///
/// Exit status: 0 all have it or have no actions, 1 one has not, cannot be patched or raises, 2 a file
/// cannot be read.
#[derive(Debug, Args)]
pub struct Check {
    /// Templates; of a folder, every .taskcluster.yml below it; - for standard input.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Fail where a file has no actions, for a project that knows that it has.
    #[arg(long)]
    require: bool,
    #[command(flatten)]
    with: With,
}

impl Check {
    pub fn run(&self, output: &Output) -> Result<Exit> {
        let options = self.with.options()?;
        let plan = Plan { job: Job::Check, options: &options, write: false, diff: false };
        let mut run = Run::new("check", output);
        for path in input::expand(&self.paths) {
            run.file(path, &plan);
        }
        if self.require {
            run.require();
        }
        Ok(run.finish())
    }
}
