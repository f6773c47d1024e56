//! The commands that change files: `patch` and `revert` differ in their job only.

use super::files::{Plan, Run};
use super::input::{self, With};
use super::output::{Exit, Output};
use crate::error::{Error, Result};
use crate::report::Format;
use crate::work::{Job, Options};
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub struct Change {
    /// Templates; of a folder, every .taskcluster.yml below it; - for standard input.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Write the files in place.
    #[arg(long, conflicts_with = "stdout")]
    write: bool,
    /// Print the new file instead of a diff.
    #[arg(long)]
    stdout: bool,
    #[command(flatten)]
    with: With,
}

impl Change {
    /// Does the job; `force` is [`Options::force`].
    pub fn run(
        &self,
        command: &'static str,
        job: Job,
        force: bool,
        output: &Output,
    ) -> Result<Exit> {
        if self.write && self.paths.iter().any(|path| path == Path::new("-")) {
            return Err(
                Error::new("standard input cannot be written in place").help("use --stdout")
            );
        }
        let paths = input::expand(&self.paths);
        if self.stdout && (paths.len() > 1 || output.format != Format::Human) {
            return Err(Error::new("--stdout prints one file and nothing else")
                .help("name one file, and no --format json"));
        }
        let options = Options { force, ..self.with.options()? };
        let plan = Plan { job, options: &options, write: self.write, diff: !self.stdout };
        let mut run = Run::new(command, output);
        for path in paths {
            let text = run.file(path, &plan);
            if let Some(text) = text.filter(|_| self.stdout) {
                output.result(&text);
            }
        }
        Ok(if self.stdout { run.finish_beside_a_file() } else { run.finish() })
    }
}
