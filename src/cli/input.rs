//! Reading what the arguments name.

use super::bounds;
use super::nearest;
use crate::error::Result;
use crate::jsone::{Context, families};
use crate::patch::Recipe;
use crate::template::{Template, Text, source, value};
use crate::work::Options;
use clap::Args;
use std::path::{Path, PathBuf};

/// The bytes of a file, or of standard input for `-`; errs as [`source::read`].
pub fn read(path: &Path) -> Result<Vec<u8>> {
    match path == Path::new("-") {
        true => source::read_all(std::io::stdin().lock()).map_err(|err| err.in_file(path)),
        false => source::read(path),
    }
}

/// The template in a file, or on standard input for `-`.
pub fn template(path: &Path) -> Result<Template> {
    let content = read(path)?;
    bounds::note(path, &content);
    Template::from_bytes(content).map_err(|err| err.in_file(path))
}

/// The context in a file, YAML or JSON, under the file's name.
pub fn context_file(path: &Path) -> Result<Context> {
    let text = Text::from_bytes(read(path)?);
    text.and_then(|text| value::parse(&text))
        .and_then(|value| Context::new(path.display().to_string(), value))
        .map_err(|err| err.in_file(path))
}

/// A built-in context, or else the one in the file of that name.
pub fn context(name: &str) -> Result<Context> {
    if let Some(context) = families::find(name) {
        return Ok(context.clone());
    }
    let path = Path::new(name);
    if !path.exists() {
        let message = format!("{name} is no built-in context and no file");
        return Err(nearest::unknown(message, name, nearest::contexts()));
    }
    context_file(path)
}

/// What the work on files is done with.
#[derive(Debug, Args)]
pub struct With {
    /// Another recipe: retrigger (which holds its script), retrigger-file (whose script is a file of the
    /// tree), or a folder in the form of patches/retrigger. Without it, the one that a file has, or else
    /// retrigger.
    #[arg(long, value_name = "NAME|DIR")]
    recipe: Option<PathBuf>,
    /// Where the script goes that is a file of the tree, from the repository's root. Without it, where the
    /// file has it already.
    #[arg(long, value_name = "PATH")]
    script: Option<String>,
    /// Also try this context, a built-in one's name or a file (YAML or JSON); may be given again.
    #[arg(long = "context", value_name = "NAME|FILE")]
    contexts: Vec<String>,
}

impl With {
    /// The options, with all that they name read.
    pub fn options(&self) -> Result<Options> {
        let read = |name: &PathBuf| match name.to_str().and_then(Recipe::named) {
            Some(recipe) => Ok(recipe),
            None => Recipe::from_dir(name),
        };
        let recipe = self.recipe.as_ref().map(read).transpose();
        let contexts = self.contexts.iter().map(|name| context(name)).collect::<Result<_>>();
        let script = self.script.clone();
        Ok(Options { recipe: recipe?, script, contexts: contexts?, force: false })
    }
}
