//! `render`: what comes out of a template.

use super::{Exit, Format, Output, Render, input};
use crate::error::{Error, Result};
use crate::jsone::{Renderer, Shape};
use crate::{patch, template};

/// Renders a template with a context.
pub fn run(args: &Render, output: &Output) -> Result<Exit> {
    let mut template = input::template(&args.file)?;
    let context = input::context(&args.context)?;
    if args.before {
        template = patch::revert(&template).map_err(|err| err.in_file(&args.file))?;
    }
    match Renderer::new(&template).render(&context) {
        Ok(rendered) => {
            if rendered.is_null() && context.shape() == Shape::Hook {
                output.message("note: the template makes no task for this action\n");
            }
            match output.format {
                Format::Json => output.json(&rendered),
                Format::Human => output.result(&template::value::write(&rendered)),
            }
            Ok(Exit::Success)
        }
        Err(raised) => {
            let message = format!("in context {} the template raises: {raised}", context.name);
            output.error(&Error::new(message).in_file(&args.file));
            Ok(Exit::Failure)
        }
    }
}
