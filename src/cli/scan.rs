//! `scan`: finds every template below a folder and tells each one's state.

use super::files::{self, Jobs, Plan};
use super::find::Walk;
use super::input::With;
use super::output::{Exit, Output};
use crate::error::{Error, Result};
use crate::work::Job;
use clap::Args;
use std::path::PathBuf;

/// Find every .taskcluster.yml below folders and tell each one's state, its trust domain, the hash that its
/// hooks are named after, its recipe, and what is wrong.
///
/// Exit status: 0, 2 a folder cannot be read.
#[derive(Debug, Args)]
pub struct Scan {
    /// The folders.
    #[arg(value_name = "DIR", default_value = ".")]
    dirs: Vec<PathBuf>,
    #[command(flatten)]
    walk: Walk,
    #[command(flatten)]
    with: With,
    #[command(flatten)]
    jobs: Jobs,
}

impl Scan {
    pub fn run(&self, output: &Output) -> Result<Exit> {
        let options = self.with.options()?;
        if let Some(file) = self.dirs.iter().find(|dir| !dir.is_dir()) {
            return Err(Error::new("is no folder").in_file(file));
        }
        let plan = Plan { is_table: true, ..Plan::new(Job::Check, &options, self.jobs) };
        Ok(files::run("scan", &self.walk.files(&self.dirs)?, &plan, output))
    }
}
