//! Flags that other tools have and these commands have not: each gets the command that does it.

use crate::error::{Error, Result};
use clap::Args;

/// What somebody may ask of `check` who knows formatters.
#[derive(Debug, Args)]
pub struct OfCheck {
    #[arg(long, visible_alias = "fix", hide = true)]
    write: bool,
    #[arg(long, hide = true)]
    diff: bool,
    #[arg(long, hide = true)]
    check: bool,
}

/// What somebody may ask of `patch` who knows formatters.
#[derive(Debug, Args)]
pub struct OfPatch {
    #[arg(long, hide = true)]
    check: bool,
}

impl OfCheck {
    /// Errs where one of them is given, with the command to run instead. `check --check` is `check`.
    pub fn refuse(&self) -> Result<()> {
        match (self.write, self.diff) {
            (true, _) => hint("check writes nothing", "run `tc-retrigger patch --write`"),
            (_, true) => hint("check shows no change", "run `tc-retrigger patch --diff`"),
            _ => Ok(()),
        }
    }
}

impl OfPatch {
    /// As [`OfCheck::refuse`].
    pub fn refuse(&self) -> Result<()> {
        match self.check {
            true => {
                hint("patch only looks unless it is told to --write", "run `tc-retrigger check`")
            }
            false => Ok(()),
        }
    }
}

fn hint(what: &str, instead: &str) -> Result<()> {
    Err(Error::new(what).help(instead))
}
