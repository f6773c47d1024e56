//! `verify`: the proof for any two files.

use super::input::{self, With};
use super::output::{Exit, Output};
use crate::error::{Error, Result};
use crate::proof::{Proof, Verdict};
use crate::report::{FileNote, Report, VerifyReport, yaml};
use crate::template::Template;
use crate::work;
use clap::Args;
use std::path::{Path, PathBuf};

/// Prove that one file does what another does, but for retriggers.
///
/// Exit status: 0 proved, 1 different or not proved, 2 a file cannot be read.
#[derive(Debug, Args)]
pub struct Verify {
    /// The file before the change.
    old: PathBuf,
    /// The file after it.
    new: PathBuf,
    /// Be content where all contexts that were tried agree, though nothing is proved.
    #[arg(long)]
    allow_unproved: bool,
    /// Write the smallest context that shows a difference to this file, for `render --context`.
    #[arg(long, value_name = "FILE")]
    save_context: Option<PathBuf>,
    #[command(flatten)]
    with: With,
}

impl Verify {
    pub fn run(&self, output: &Output) -> Result<Exit> {
        let options = self.with.options()?;
        let (old, new) = (input::template(&self.old)?, input::template(&self.new)?);
        let proof = work::verify(&old, &new, &options);
        let exit = match proof.verdict {
            Verdict::Proved => Exit::Success,
            Verdict::Unproved if self.allow_unproved => Exit::Success,
            Verdict::Unproved | Verdict::Different => Exit::Failure,
        };
        if let Some(path) = &self.save_context {
            save_context(&proof, path, output)?;
        }
        let notes = |path: &Path, template: &Template| -> Vec<FileNote> {
            let path = path.display().to_string();
            let note = |note| FileNote { path: path.clone(), note };
            work::notes(template).into_iter().map(note).collect()
        };
        let report = VerifyReport {
            old: self.old.display().to_string(),
            new: self.new.display().to_string(),
            notes: [notes(&self.old, &old), notes(&self.new, &new)].concat(),
            proof,
        };
        output.report(&Report::Verify(&report));
        Ok(exit)
    }
}

/// Writes the first counterexample's context: JSON where the file is called so, else YAML.
fn save_context(proof: &Proof, path: &Path, output: &Output) -> Result<()> {
    let detail = proof.counterexamples.first().and_then(|example| example.detail.as_ref());
    let Some(detail) = detail else {
        output.message("note: no context shows a difference, so none is saved\n");
        return Ok(());
    };
    let text = match path.extension().is_some_and(|extension| extension == "json") {
        true => format!("{:#}\n", detail.context),
        false => yaml::write(&detail.context),
    };
    std::fs::write(path, text)
        .map_err(|err| Error::new(format!("cannot be written: {err}")).in_file(path))
}
