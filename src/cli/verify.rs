//! `verify`: the proof for any two files.

use super::input::{self, Tools};
use super::{Exit, Format, Output, Verify};
use crate::error::Result;
use crate::proof::{Proof, Verdict};
use crate::report::{VerifyReport, human};

/// Proves one file against another.
pub fn run(args: &Verify, output: &Output) -> Result<Exit> {
    let tools = Tools::new(&args.with)?;
    let (old, new) = (input::template(&args.old)?, input::template(&args.new)?);
    let proof = Proof::new(&old, &new, &tools.branch, &tools.samples());
    let exit = match proof.verdict {
        Verdict::Proved => Exit::Success,
        Verdict::Unproved if args.allow_unproved => Exit::Success,
        Verdict::Unproved | Verdict::Different => Exit::Failure,
    };
    let report = VerifyReport {
        old: args.old.display().to_string(),
        new: args.new.display().to_string(),
        proof,
    };
    match output.format {
        Format::Json => output.json(&report),
        Format::Human => output.summary(&human::verify(&report)),
    }
    Ok(exit)
}
