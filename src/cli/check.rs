//! `check`: tells whether each file has the fast path as it should be.

use super::files::{self, Jobs, Plan};
use super::find::Paths;
use super::habits;
use super::input::With;
use super::output::{Exit, Output};
use crate::error::Result;
use crate::work::Job;
use clap::Args;
use std::io::IsTerminal;

/// Tell whether templates have the current fast path, untouched and proved.
///
/// Exit status: 0 all have it or have no actions, 1 one has not, cannot be patched or raises, 2 a file
/// cannot be read, or is over a limit.
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    paths: Paths,
    /// Fail where a file has no actions, for a project that knows that it has.
    #[arg(long)]
    require: bool,
    #[command(flatten)]
    with: With,
    #[command(flatten)]
    jobs: Jobs,
    #[command(flatten)]
    habits: habits::OfCheck,
}

impl Check {
    pub fn run(&self, output: &Output) -> Result<Exit> {
        self.habits.refuse()?;
        let options = self.with.options()?;
        let plan = Plan {
            require: self.require,
            is_for_a_person: std::io::stdout().is_terminal(),
            ..Plan::new(Job::Check, &options, self.jobs)
        };
        Ok(files::run("check", &self.paths.files()?, &plan, output))
    }
}
