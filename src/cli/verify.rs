//! `verify`: the proof for any two files.

use super::input::{self, Tools};
use super::{Exit, Format, Output, Verify};
use crate::error::{Error, Result};
use crate::proof::{Proof, Verdict};
use crate::report::{VerifyReport, human};
use crate::template::value;
use std::path::Path;

/// Proves one file against another.
pub fn run(args: &Verify, output: &Output) -> Result<Exit> {
    let tools = Tools::new(&args.with)?;
    let (old, new) = (input::template(&args.old)?, input::template(&args.new)?);
    let samples = tools.samples(&[&old, &new]);
    let proof = Proof::new(&old, &new, &tools.recipe, &samples.all());
    let exit = match proof.verdict {
        Verdict::Proved => Exit::Success,
        Verdict::Unproved if args.allow_unproved => Exit::Success,
        Verdict::Unproved | Verdict::Different => Exit::Failure,
    };
    if let Some(path) = &args.save_context {
        save_context(&proof, path, output)?;
    }
    let notes = [(&args.old, &old), (&args.new, &new)].into_iter().flat_map(|(path, template)| {
        template.ambiguities().map(move |note| format!("{}: {note}", path.display()))
    });
    let report = VerifyReport {
        old: args.old.display().to_string(),
        new: args.new.display().to_string(),
        notes: notes.collect(),
        proof,
    };
    match output.format {
        Format::Json => output.json(&report),
        Format::Human => output.summary(&human::verify(&report)),
    }
    Ok(exit)
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
        false => value::write(&detail.context),
    };
    std::fs::write(path, text)
        .map_err(|err| Error::new(format!("cannot be written: {err}")).in_file(path))
}
