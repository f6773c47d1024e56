//! The files of the tree that go with a template.

use super::replace::replace;
use super::repository::file_in_tree;
use crate::error::{Error, Result};
use crate::report::{Change, ScriptReport, unified_diff};
use crate::work::{Finding, Script, Step};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file of the tree, as it was found.
pub struct TreeFile<'s> {
    script: &'s Script,
    path: PathBuf,
    name: PathBuf,
    found: Option<Vec<u8>>,
    step: Step,
}

impl TreeFile<'_> {
    /// Looks at the file of a template's tree that `script` is about.
    ///
    /// Errs where it cannot be read, or another file is in its way.
    pub fn look<'s>(template: &Path, script: &'s Script) -> Result<TreeFile<'s>> {
        let (path, name) = file_in_tree(template, &script.path);
        let found = match fs::read(&path) {
            Ok(content) => Some(content),
            Err(err) if err.kind() == io::ErrorKind::NotFound => None,
            Err(err) => {
                return Err(Error::new(format!("cannot be read: {err}")).in_file(&path));
            }
        };
        let step = script.step(found.as_deref()).map_err(|err| err.in_file(template))?;
        Ok(TreeFile { script, path, name, found, step })
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
        match &self.found {
            Some(found) => replace(&self.path, found, content.as_bytes()),
            None => create(&self.path, content).map_err(|err| {
                let _ = fs::remove_file(&self.path);
                Error::new(format!("cannot be written: {err}")).in_file(&self.path)
            }),
        }
    }

    /// Makes it what it was before [`TreeFile::write`], as far as that is possible.
    pub fn put_back(&self) {
        let Some(content) = self.script.content.as_deref().filter(|_| self.step == Step::Write)
        else {
            return;
        };
        let _ = match &self.found {
            Some(found) => replace(&self.path, content.as_bytes(), found).is_ok(),
            None => fs::remove_file(&self.path).is_ok(),
        };
    }

    /// Removes it, where it is to be removed.
    pub fn remove(&self) -> Result<()> {
        if self.step != Step::Remove {
            return Ok(());
        }
        fs::remove_file(&self.path)
            .map_err(|err| Error::new(format!("cannot be removed: {err}")).in_file(&self.path))
    }
}

fn create(path: &Path, content: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    let mut file = File::create_new(path)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()
}
