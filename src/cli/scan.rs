//! `scan`: finds every template below a folder and tells each one's state.

use super::files::{Plan, Run};
use super::input::{self, With};
use super::output::{Exit, Output};
use crate::error::{Error, Result};
use crate::work::Job;
use clap::Args;
use std::path::PathBuf;

/// Find every .taskcluster.yml below a folder and tell each one's state.
///
/// Exit status: 0, 2 a folder cannot be read.
#[derive(Debug, Args)]
pub struct Scan {
    /// The folder.
    #[arg(default_value = ".")]
    dir: PathBuf,
    #[command(flatten)]
    with: With,
}

impl Scan {
    pub fn run(&self, output: &Output) -> Result<Exit> {
        let options = self.with.options()?;
        if !self.dir.is_dir() {
            return Err(Error::new("is no folder").in_file(&self.dir));
        }
        let plan = Plan { job: Job::Check, options: &options, write: false, diff: false };
        let mut run = Run::new("scan", output);
        let mut unreadable = false;
        for path in input::expand(std::slice::from_ref(&self.dir)) {
            match path {
                // A folder that cannot be read, or has nothing to tell: no row of the table.
                (_, Err(error)) => {
                    output.error(&error);
                    unreadable = true;
                }
                path => drop(run.file(path, &plan)),
            }
        }
        // The table only tells: nothing in it makes the run fail.
        run.finish_as_table();
        Ok(if unreadable { Exit::Input } else { Exit::Success })
    }
}
