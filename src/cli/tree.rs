//! The files of the tree that go with a template.

use super::replace::{create, replace};
use super::repository::file_in_tree;
use crate::error::{Error, Result};
use crate::report::{Change, ScriptReport, unified_diff};
use crate::template::source;
use crate::work::{Finding, Script, Step};
use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of the tree, as it was found.
pub struct TreeFile<'s> {
    script: &'s Script,
    path: PathBuf,
    name: PathBuf,
    found: Option<Vec<u8>>,
    step: Step,
    /// The folders to it that are not there, from the last.
    missing: Vec<PathBuf>,
    /// Whether it was written, and not by another run.
    written: Cell<bool>,
}

impl TreeFile<'_> {
    /// Looks at the file of a template's tree that `script` is about.
    ///
    /// Errs where it cannot be read, or another file is in its way.
    pub fn look<'s>(template: &Path, script: &'s Script) -> Result<TreeFile<'s>> {
        let (path, name) = file_in_tree(template, &script.path);
        let found = source::read_if_there(&path)?;
        let step = script.step(found.as_deref()).map_err(|err| err.in_file(template))?;
        let is_missing = |folder: &&Path| !folder.exists();
        let missing = path.ancestors().skip(1).take_while(is_missing).map(Path::to_owned).collect();
        Ok(TreeFile { script, path, name, found, step, missing, written: Cell::new(false) })
    }

    /// Adds to a template's finding what its file says: see [`Script::tell`].
    pub fn tell(&self, finding: &mut Finding, is_check: bool) {
        self.script.tell(finding, self.found.as_deref(), is_check);
    }

    /// Whether there is anything to do with it.
    pub fn is_to_change(&self) -> bool {
        self.step != Step::Keep
    }

    /// What there is to do with it, for a report.
    pub fn report(&self) -> ScriptReport {
        let change = match (self.step, &self.found) {
            (Step::Keep, _) => Change::None,
            (Step::Write, None) => Change::Create,
            (Step::Write, Some(_)) => Change::Update,
            (Step::Remove, _) => Change::Remove,
        };
        ScriptReport { path: self.script.path.clone(), change }
    }

    /// The change as a unified diff; none where there is none.
    pub fn diff(&self) -> Option<String> {
        let old = self.found.as_deref().map(String::from_utf8_lossy);
        let new = match self.step {
            Step::Keep => return None,
            Step::Write => self.script.content.as_deref(),
            Step::Remove => None,
        };
        unified_diff(&self.name, old.as_deref(), new)
    }

    /// Writes it, where it is to be written. Errs where it cannot be, and leaves it as it was.
    pub fn write(&self) -> Result<()> {
        let Some(content) = self.script.content.as_deref().filter(|_| self.step == Step::Write)
        else {
            return Ok(());
        };
        let written = match &self.found {
            Some(found) => replace(&self.path, found, content.as_bytes()).map(|()| true),
            None => create(&self.path, content.as_bytes()),
        };
        self.written.set(written?);
        Ok(())
    }

    /// Makes it what it was before [`TreeFile::write`], as far as that is possible.
    pub fn put_back(&self) {
        if let Some(content) = self.script.content.as_deref().filter(|_| self.written.get()) {
            let _ = match &self.found {
                Some(found) => replace(&self.path, content.as_bytes(), found).is_ok(),
                None => fs::remove_file(&self.path).is_ok(),
            };
        }
        // Only what is empty goes.
        self.missing.iter().for_each(|folder| drop(fs::remove_dir(folder)));
    }

    /// Removes it, where it is to be removed.
    pub fn remove(&self) -> Result<()> {
        if self.step != Step::Remove {
            return Ok(());
        }
        if source::read_if_there(&self.path)? != self.found {
            return Err(Error::new("changed while it was worked on, and stays")
                .in_file(&self.path)
                .help(
                    "the template is written, and runs it no more: remove it if nothing needs it",
                ));
        }
        fs::remove_file(&self.path)
            .map_err(|err| Error::new(format!("cannot be removed: {err}")).in_file(&self.path))
            .map_err(|err| {
                err.help("the template is written, and runs it no more: remove it by hand")
            })
    }
}
