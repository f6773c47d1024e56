//! The commands that change files: `patch` and `revert` differ in their job only.

use super::bounds::Limits;
use super::files::{self, Jobs, Plan};
use super::find::Paths;
use super::input::With;
use super::output::{Exit, Output};
use super::page;
use crate::error::{Error, Result};
use crate::report::Format;
use crate::work::{Job, Options};
use clap::Args;
use std::io::IsTerminal;
use std::path::Path;

#[derive(Debug, Args)]
pub struct Change {
    #[command(flatten)]
    paths: Paths,
    /// Write the files in place.
    #[arg(long, visible_alias = "fix", conflicts_with = "stdout")]
    write: bool,
    /// Print the new file instead of a diff.
    #[arg(long)]
    stdout: bool,
    /// Print the whole diff, which git and patch(1) apply, on a terminal, too; there, lines that only
    /// stand deeper and scripts are folded without it.
    #[arg(long, conflicts_with = "stdout")]
    diff: bool,
    #[command(flatten)]
    with: With,
    #[command(flatten)]
    jobs: Jobs,
}

impl Change {
    pub fn limits(&self) -> Limits {
        self.jobs.limits
    }

    /// Does the job; `force` is [`Options::force`].
    pub fn run(
        &self,
        command: &'static str,
        job: Job,
        force: bool,
        output: &Output,
    ) -> Result<Exit> {
        if self.write && self.paths.given().iter().any(|path| path == Path::new("-")) {
            return Err(
                Error::new("standard input cannot be written in place").help("use --stdout")
            );
        }
        let files = self.paths.files()?;
        if self.stdout && (files.len() > 1 || output.format != Format::Human) {
            return Err(Error::new("--stdout prints one file and nothing else")
                .help("name one file, and no --format"));
        }
        page::of_one(files.len(), output)?;
        let options = Options { force, ..self.with.options()? };
        let plan = Plan {
            write: self.write,
            change: !self.stdout,
            is_beside_a_file: self.stdout,
            is_for_a_person: !self.diff && std::io::stdout().is_terminal(),
            ..Plan::new(job, &options, self.jobs)
        };
        Ok(files::run(command, &files, &plan, output))
    }
}
