//! The recipe that the work is done with, and the files of the tree that go with a fast path.

use super::finding::{Code, Finding, Note, PATCH, Status};
use crate::error::{Error, Result};
use crate::patch::{self, Origin, Recipe, recipe};
use crate::template::Template;
use serde::{Deserialize, Serialize};

/// A file of the tree that a fast path runs, or ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// Its path from the repository's root.
    pub path: String,
    /// What is to be in it; none where it is not needed any more.
    pub content: Option<String>,
    /// The SHA-256 of what the template, as it was read, runs there; none where it names no such file.
    pub told: Option<String>,
}

/// What there is to do with a file of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Keep,
    /// It is to be written, for the first time or anew.
    Write,
    /// It is to be removed.
    Remove,
}

impl Script {
    /// What there is to do with the file that has the content `found`; none: there is none.
    ///
    /// Errs where another file is in the way, which the template does not name.
    pub fn step(&self, found: Option<&[u8]>) -> Result<Step> {
        match (&self.content, found) {
            (Some(content), Some(found)) if content.as_bytes() == found => Ok(Step::Keep),
            (Some(_), Some(_)) if self.told.is_none() => {
                Err(Error::new(format!("{} is there already, and is another file", self.path))
                    .help("move it, or name another path: --script PATH"))
            }
            (Some(_), _) => Ok(Step::Write),
            (None, Some(found)) if self.told == Some(recipe::sha256(found)) => Ok(Step::Remove),
            (None, _) => Ok(Step::Keep),
        }
    }

    /// Adds to what was found in the template what its file, with the content `found`, makes of it. For
    /// a check, a file that retriggers would refuse to run is an edited fast path; for a patch, one that is
    /// to be written anew an updated one.
    pub fn tell(&self, finding: &mut Finding, found: Option<&[u8]>, is_check: bool) {
        let path = &self.path;
        let is_other = || self.told.as_deref() != found.map(recipe::sha256).as_deref();
        let why = match (&self.content, found) {
            (Some(content), Some(found)) if content.as_bytes() == found => return,
            (Some(_), None) => format!("{path} is missing, which the fast path runs"),
            (Some(_), Some(_)) => {
                format!("{path} is not what the fast path runs: its SHA-256 differs")
            }
            (None, Some(_)) if is_other() => {
                let site = finding.sites.first().map_or((1, 1), |site| (site.line, site.column));
                finding.notes.push(Note {
                    line: finding.line.unwrap_or(site.0),
                    column: finding.column.unwrap_or(site.1),
                    code: Code::Edited,
                    message: format!("{path} was edited, and stays: remove it if nothing needs it"),
                });
                return;
            }
            (None, _) => return,
        };
        if finding.status != Status::AlreadyPatched {
            return;
        }
        finding.reason = Some(why);
        if is_check {
            finding.status = Status::Edited;
            finding.code = Some(Code::Edited);
            finding.advice = Some(PATCH.to_owned());
            if let Some(site) = finding.sites.first() {
                finding.line = Some(site.line);
                finding.column = Some(site.column);
                finding.end_line = Some(site.end_line);
            }
        } else {
            finding.status = Status::Updated;
        }
    }
}

/// The recipe that the work on a template is done with: `given`, or what the template has. `path` is where
/// its script goes in the tree, where that is known.
///
/// Errs where it is not known where the script goes that is to be a file of its own, or what recipe the
/// template has.
pub(super) fn recipe_of(
    template: &Template,
    given: Option<&Recipe>,
    path: Option<&str>,
) -> Result<Recipe> {
    let recipe = match (given, patch::origin_of(template)) {
        (Some(recipe), _) => recipe.clone(),
        (None, Some(Origin::Named(name, _))) => Recipe::named(&name).ok_or_else(|| {
            Error::new(format!("the fast path is of the recipe {name}, which is not built in"))
                .help("name its folder: --recipe DIR")
        })?,
        (None, _) => Recipe::built_in(),
    };
    let Some(file) = recipe.file() else {
        return match path {
            None => Ok(recipe),
            Some(_) => Err(Error::new("--script is for a script that is a file of its own")
                .help(format!("with --recipe {}", recipe::IN_TREE))),
        };
    };
    let own = patch::files_in(template, &recipe).into_iter().next().map(|(path, _)| path);
    let known = Some(file.path.clone()).filter(|path| !path.is_empty());
    match path.map(str::to_owned).or(known).or(own) {
        Some(path) => recipe.at(&path),
        None => Err(Error::new("where the script goes is not known")
            .help("say it from the repository's root: --script taskcluster/scripts/retrigger.py")),
    }
}

/// The files of the tree that go with a template's change from what it was to what `recipe` makes of it;
/// none: to no fast path.
pub(super) fn scripts(template: &Template, recipe: Option<&Recipe>) -> Vec<Script> {
    let in_tree = Recipe::in_tree();
    let known = [Some(&in_tree), recipe].into_iter().flatten();
    let told: Vec<(String, String)> =
        known.flat_map(|recipe| patch::files_in(template, recipe)).collect();
    let mut scripts: Vec<Script> = Vec::new();
    if let Some(file) = recipe.and_then(Recipe::file) {
        let told = told.iter().find(|(path, _)| *path == file.path).map(|(_, hash)| hash.clone());
        let content = Some(file.content.clone());
        scripts.push(Script { path: file.path.clone(), content, told });
    }
    for (path, hash) in told {
        if scripts.iter().all(|script| script.path != path) {
            scripts.push(Script { path, content: None, told: Some(hash) });
        }
    }
    scripts
}
