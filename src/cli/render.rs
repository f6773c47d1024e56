//! `render`: what comes out of a template.

use super::bounds::Limits;
use super::input;
use super::output::{Exit, Output};
use crate::error::{Error, Result};
use crate::jsone::{Memory, Renderer, Shape, busy};
use crate::patch;
use crate::report::Report;
use clap::Args;
use std::path::PathBuf;

/// Render a template with a context: the task of an action, or else the whole document.
///
/// Exit status: 0 rendered, 1 the template raises an error, 2 a file cannot be read, or is
/// over a limit.
#[derive(Debug, Args)]
pub struct Render {
    /// The template; - for standard input.
    file: PathBuf,
    /// A built-in context's name, or a file that holds a context (YAML or JSON).
    #[arg(long, value_name = "NAME|FILE")]
    context: String,
    /// Take the fast path out first.
    #[arg(long)]
    before: bool,
    #[command(flatten)]
    pub limits: Limits,
}

impl Render {
    pub fn run(&self, output: &Output) -> Result<Exit> {
        output.is_for_values("render")?;
        let mut template = input::template(&self.file)?;
        patch::takes(&template).map_err(|err| err.in_file(&self.file))?;
        let context = input::context(&self.context)?;
        if self.before {
            template = patch::revert(&template).map_err(|err| err.in_file(&self.file))?;
        }
        busy::step("rendering it");
        match Renderer::new(&template).render_with(&mut Memory::default(), &context) {
            Ok(rendered) => {
                if rendered.is_null() && context.shape() == Shape::Hook {
                    output.message("note: the template makes no task for this action\n");
                }
                output.report(&Report::Value(&rendered));
                Ok(Exit::Success)
            }
            Err(raised) => {
                let message = format!("in context {} the template raises: {raised}", context.name);
                output.error(&Error::new(message).in_file(&self.file));
                Ok(Exit::Failure)
            }
        }
    }
}
