//! Files as they are in a revision: git and Mercurial are asked.

use super::repository::root;
use crate::error::{Error, Result};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A kind of repository, by the program that knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Git,
    Mercurial,
}

/// A checkout of a repository.
#[derive(Debug, Clone)]
pub struct Checkout {
    /// Its root.
    pub root: PathBuf,
    /// Its kind.
    pub kind: Kind,
}

impl Checkout {
    /// The checkout that a folder is in.
    ///
    /// Errs where it is in none, or not there.
    pub fn of(folder: &Path) -> Result<Checkout> {
        folder.metadata().map_err(|err| Error::new(err.to_string()).in_file(folder))?;
        let Some(root) = root(folder) else {
            return Err(Error::new("the folder is in no repository of git or Mercurial")
                .in_file(folder)
                .help("name both files: `tc-retrigger verify OLD NEW`"));
        };
        // Some have both: then it is Mercurial's folder that a tool put beside git's.
        let kind = if root.join(".git").exists() { Kind::Git } else { Kind::Mercurial };
        Ok(Checkout { root, kind })
    }

    /// The content of the file `name` (from the root, with slashes) in a revision, as the repository has
    /// it: no line ends are changed for this machine. None where the revision has no such file.
    ///
    /// Errs where there is no such revision, or the program cannot be run.
    pub fn file(&self, revision: &str, name: &str) -> Result<Option<Vec<u8>>> {
        let revision = self.revision(revision)?;
        let output = match self.kind {
            Kind::Git => {
                let listed = self.run(&["ls-tree", "-z", &revision, "--", name])?;
                if listed.stdout.is_empty() {
                    return Ok(None);
                }
                // The mode of a link, whose content is its target's name.
                if listed.stdout.starts_with(b"120000 ") {
                    return Err(Error::new(format!("{name} is a link in {revision}"))
                        .help("name the file that it leads to"));
                }
                self.run(&["cat-file", "blob", &format!("{revision}:{name}")])?
            }
            Kind::Mercurial => self.run(&["cat", "--rev", &revision, &format!("path:{name}")])?,
        };
        match (self.kind, output.status.code()) {
            (_, Some(0)) => Ok(Some(output.stdout)),
            // Where no file of the revision is meant (`cmdutil.cat`); what fails ends with 255.
            (Kind::Mercurial, Some(1)) => Ok(None),
            _ => Err(self.said(&format!("{name} cannot be read in {revision}"), &output)),
        }
    }

    /// The full id of a revision.
    ///
    /// Errs where there is no such one, or several.
    pub fn revision(&self, name: &str) -> Result<String> {
        let output = match self.kind {
            // What begins with a dash is no option behind this.
            Kind::Git => self.run(&[
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &format!("{name}^{{commit}}"),
            ])?,
            Kind::Mercurial => {
                self.run(&["log", "--template", "{node}\n", &format!("--rev={name}")])?
            }
        };
        let ids = String::from_utf8_lossy(&output.stdout).into_owned();
        match (output.status.success(), ids.lines().collect::<Vec<_>>().as_slice()) {
            (true, [id]) => Ok((*id).to_owned()),
            (true, [_, _, ..]) => Err(Error::new(format!("{name} is more than one revision"))
                .help("name one; two files are compared by A..B")),
            _ => {
                Err(self.said(&format!("there is no revision {name} in {}", self.shown()), &output))
            }
        }
    }

    /// Runs git or hg in the checkout's root.
    ///
    /// Errs where the program is not there.
    pub fn run(&self, arguments: &[&str]) -> Result<Output> {
        self.command(arguments).output().map_err(|err| self.not_run(&err))
    }

    /// A command of git or hg in the checkout's root, with no alias, default or language of its user's.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program());
        command.args(arguments).current_dir(&self.root);
        match self.kind {
            // Where a hook runs this program, git names that repository in the environment.
            Kind::Git => {
                command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env("LC_ALL", "C")
            }
            Kind::Mercurial => command.env("HGPLAIN", "1"),
        };
        command
    }

    /// The error where the program cannot be run.
    pub fn not_run(&self, err: &std::io::Error) -> Error {
        let program = self.program();
        let error = Error::new(format!("{program} cannot be run: {err}"));
        match err.kind() {
            ErrorKind::NotFound => {
                error.help(format!("{} is a checkout of it: install it", self.shown()))
            }
            _ => error,
        }
    }

    /// An error that says `message`, and what git or hg said.
    pub fn said(&self, message: &str, output: &Output) -> Error {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().lines().last().unwrap_or_default();
        match said {
            "" => Error::new(message),
            said => Error::new(format!("{message}: {said}")),
        }
    }

    fn program(&self) -> &'static str {
        match self.kind {
            Kind::Git => "git",
            Kind::Mercurial => "hg",
        }
    }

    fn shown(&self) -> String {
        self.root.display().to_string()
    }
}

/// The folder that a file is in, whether or not the file is there.
pub fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// A file's name from a checkout's root, with slashes, whether or not the file is there now. A link is
/// where its target is, as for a diff.
///
/// Errs where its folder is not there, or not in the checkout.
pub fn name_in(checkout: &Checkout, path: &Path) -> Result<String> {
    let fail = |why: String| Error::new(why).in_file(path);
    let whole = match path.canonicalize() {
        Ok(whole) => whole,
        Err(_) => {
            let folder = folder(path).canonicalize().map_err(|err| fail(err.to_string()))?;
            folder.join(path.file_name().unwrap_or_default())
        }
    };
    let below = whole.strip_prefix(&checkout.root);
    let below = below.map_err(|_| fail(format!("is not in {}", checkout.shown())))?;
    let steps: Vec<String> =
        below.components().map(|step| step.as_os_str().to_string_lossy().into_owned()).collect();
    Ok(steps.join("/"))
}

/// What `--rev` names: a revision, and the other one of `A..B`.
///
/// Errs where a side of `A..B` is empty, or there are three dots.
pub fn range(text: &str) -> Result<(&str, Option<&str>)> {
    match text.split_once("..") {
        None if text.is_empty() => Err(Error::new("--rev names no revision").help("as HEAD")),
        None => Ok((text, None)),
        Some((_, new)) if new.starts_with('.') && new.len() > 1 => {
            Err(Error::new(format!("--rev {text} has three dots"))
                .help("A..B compares the two revisions that it names"))
        }
        Some((old, new)) if old.is_empty() || new.is_empty() => {
            Err(Error::new(format!("--rev {text} lacks a revision"))
                .help("A..B names both; A alone is compared with the file as it is now"))
        }
        Some((old, new)) => Ok((old, Some(new))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_names_one_revision_or_two() {
        let cases = [
            ("HEAD", Some(("HEAD", None))),
            ("HEAD~2..HEAD", Some(("HEAD~2", Some("HEAD")))),
            ("p1(.)...", Some(("p1(.)", Some(".")))),
            ("v1.2", Some(("v1.2", None))),
            ("a...b", None),
            ("a..", None),
            ("..b", None),
            ("", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(range(text).ok(), wanted, "{text}");
        }
    }
}
