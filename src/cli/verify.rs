//! `verify`: the proof for any two files.

use super::bounds::{self, Limits};
use super::find::TEMPLATE_NAME;
use super::input::{self, With};
use super::output::{Exit, Output};
use super::page;
use super::revision::{self, Checkout};
use crate::error::{Error, Result};
use crate::patch;
use crate::proof::{Proof, Verdict};
use crate::report::{FileNote, Report, Texts, VerifyReport, yaml};
use crate::template::Template;
use crate::work;
use clap::Args;
use std::path::{Path, PathBuf};

/// Prove that one file does what another does, but for retriggers.
///
/// Exit status: 0 proved, 1 different or not proved, 2 a file cannot be read, or is over a limit.
#[derive(Debug, Args)]
#[command(override_usage = "tc-retrigger verify [OPTIONS] OLD NEW\n       \
    tc-retrigger verify [OPTIONS] --rev REV [FILE]")]
pub struct Verify {
    /// The file before the change and the file after it; with --rev, the one file, ./.taskcluster.yml
    /// without.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Compare the file in this revision, of git or Mercurial, with the file as it is now; A..B compares
    /// those two revisions.
    #[arg(long, value_name = "REV")]
    rev: Option<String>,
    /// Be content where all contexts that were tried agree, though nothing is proved.
    #[arg(long)]
    allow_unproved: bool,
    /// Write the smallest context that shows a difference to this file, for `render --context`.
    #[arg(long, value_name = "FILE")]
    save_context: Option<PathBuf>,
    #[command(flatten)]
    with: With,
    #[command(flatten)]
    pub limits: Limits,
}

/// A template, and what it is called.
struct Side {
    name: String,
    path: String,
    template: Template,
}

impl Side {
    fn of_file(path: &Path) -> Result<Side> {
        let name = path.display().to_string();
        let template = input::template(path)?;
        patch::is_within_limits(&template).map_err(|err| err.in_file(path))?;
        Ok(Side { path: name.clone(), name, template })
    }

    fn of_revision(checkout: &Checkout, revision: &str, path: &Path) -> Result<Side> {
        let name = format!("{revision}:{}", path.display());
        let in_root = revision::name_in(checkout, path)?;
        let Some(content) = checkout.file(revision, &in_root)? else {
            return Err(Error::new(format!("revision {revision} has no {in_root}")));
        };
        bounds::note(Path::new(&name), &content);
        let read = Template::from_bytes(content);
        let taken = read.and_then(|template| patch::is_within_limits(&template).map(|()| template));
        let template = taken.map_err(|err| err.in_file(&name))?;
        Ok(Side { name, path: path.display().to_string(), template })
    }
}

impl Verify {
    pub fn run(&self, output: &Output) -> Result<Exit> {
        let options = self.with.options()?;
        let [old, new] = self.sides()?;
        if old.template.text().as_str() == new.template.text().as_str() {
            let told = "note: the two are the same, byte for byte; `tc-retrigger check` tells whether a file is patched";
            output.message(&format!("{told}\n"));
        }
        let proof = work::verify(&old.template, &new.template, &options);
        let exit = match proof.verdict {
            Verdict::Proved => Exit::Success,
            Verdict::Unproved if self.allow_unproved => Exit::Success,
            Verdict::Unproved | Verdict::Different => Exit::Failure,
        };
        if let Some(path) = &self.save_context {
            save_context(&proof, path, output)?;
        }
        let notes = |side: &Side| -> Vec<FileNote> {
            let note = |note| FileNote { path: side.name.clone(), note };
            work::notes(&side.template).into_iter().map(note).collect()
        };
        let text = |side: &Side| side.template.text().as_str().to_owned();
        let [before, after] = [&old, &new].map(|side| (side.name.as_str(), &side.template));
        let report = VerifyReport {
            page: page::of_pair(output, before, after, &options),
            notes: [notes(&old), notes(&new)].concat(),
            texts: Texts { old: text(&old), new: text(&new) },
            is_unproved_enough: self.allow_unproved,
            old: old.name,
            new: new.name,
            path: new.path,
            proof,
        };
        output.report(&Report::Verify(&report));
        Ok(exit)
    }

    fn sides(&self) -> Result<[Side; 2]> {
        let Some(rev) = &self.rev else {
            return match self.files.as_slice() {
                [old, new] => Ok([Side::of_file(old)?, Side::of_file(new)?]),
                _ => Err(Error::new("verify compares two files").help(
                    "name OLD and NEW, or a revision and one file: `tc-retrigger verify --rev HEAD`",
                )),
            };
        };
        let path = match self.files.as_slice() {
            [] => Path::new(TEMPLATE_NAME),
            [file] => file,
            _ => {
                return Err(
                    Error::new("--rev is for one file").help("name it once, or leave it out")
                );
            }
        };
        let (old, new) = revision::range(rev)?;
        let checkout = Checkout::of(revision::folder(path))?;
        let old = Side::of_revision(&checkout, old, path)?;
        let new = match new {
            Some(new) => Side::of_revision(&checkout, new, path)?,
            None => Side::of_file(path)?,
        };
        Ok([old, new])
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
