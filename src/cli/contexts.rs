//! `contexts`: the built-in contexts.

use super::nearest;
use super::output::{Exit, Output};
use crate::error::Result;
use crate::jsone::families::{self, Family};
use crate::report::Report;
use clap::Args;

/// List the built-in contexts, or print one.
#[derive(Debug, Args)]
pub struct Contexts {
    /// The context to print, or the family to list.
    name: Option<String>,
}

impl Contexts {
    pub fn run(&self, output: &Output) -> Result<Exit> {
        output.is_for_values("contexts")?;
        let name = self.name.as_deref();
        if let Some(context) = name.and_then(families::find) {
            output.report(&Report::Value(&context.value()));
            return Ok(Exit::Success);
        }
        let wanted = |family: &&Family| name.is_none_or(|name| name == family.name);
        let families: Vec<&Family> = families::all().iter().filter(wanted).collect();
        if families.is_empty() {
            let name = name.unwrap_or_default();
            let message = format!("there is no built-in context {name}");
            let names = families::all().iter().map(|family| family.name);
            return Err(nearest::unknown(message, name, names.chain(nearest::contexts())));
        }
        output.report(&Report::Contexts(&families));
        Ok(Exit::Success)
    }
}
