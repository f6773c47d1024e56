//! Which files the path arguments mean.

use super::hgignore::HgIgnore;
use super::repository::root;
use crate::error::{Error, Result};
use crate::template::source;
use clap::Args;
use ignore::overrides::{Override, OverrideBuilder};
use ignore::{DirEntry, WalkBuilder, WalkState};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};

/// The name under which templates are found: Taskcluster reads the one in the repository's root
/// (`.taskcluster.yml` in Taskcluster's services/github and in fxci-config's in-tree actions).
pub const TEMPLATE_NAME: &str = ".taskcluster.yml";

/// Folders that hold no template of the repository's own: what version control keeps, what npm
/// installs, and what Firefox's build makes (`obj-*`, the default of its `MOZ_OBJDIR`).
const LEFT_OUT: [&str; 3] = [".git", ".hg", "node_modules"];
const OBJECTS: &str = "obj-";

/// What the walk reads in each folder, by a library that asks not what it opens.
const IGNORE_FILES: [&str; 2] = [".gitignore", ".ignore"];

/// A file to work on, or a folder that gives none and why.
pub type Found = (PathBuf, Result<()>);

/// The files to work on.
#[derive(Debug, Args)]
pub struct Paths {
    /// Templates; of a folder, each .taskcluster.yml below it that is not ignored; - for standard input.
    /// Without any, ./.taskcluster.yml, the only one that Taskcluster reads.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    walk: Walk,
}

/// How folders are walked.
#[derive(Debug, Clone, Default, Args)]
pub struct Walk {
    /// Leave out what this glob names, as a line of .gitignore does; may be given again.
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Heed no .gitignore, .ignore and .hgignore, and look into .git, .hg, node_modules and obj-*, too.
    #[arg(long)]
    no_ignore: bool,
}

impl Paths {
    /// The paths as they were given; without any, the template of the current folder.
    pub fn given(&self) -> Vec<PathBuf> {
        match self.paths.as_slice() {
            [] => vec![PathBuf::from(TEMPLATE_NAME)],
            given => given.to_vec(),
        }
    }

    /// What the paths mean: each file, by itself or found below a folder.
    ///
    /// Errs where a glob of `--exclude` is none, and where no path is given and no template is here.
    pub fn files(&self) -> Result<Vec<Found>> {
        if self.paths.is_empty() {
            is_here()?;
        }
        self.walk.files(&self.given())
    }
}

/// Errs where the current folder has no template, with the folder that has one.
fn is_here() -> Result<()> {
    if Path::new(TEMPLATE_NAME).exists() {
        return Ok(());
    }
    let error = Error::new(format!("there is no {TEMPLATE_NAME} in this folder"));
    let above = root(Path::new(".")).filter(|root| root.join(TEMPLATE_NAME).exists());
    Err(error.help(match above {
        Some(root) => format!("the repository's is in {}", root.display()),
        None => "go to the repository's root, or name a file or a folder".to_owned(),
    }))
}

impl Walk {
    /// Each file that `paths` mean, by itself or found below a folder, in the order of names. A folder
    /// without templates, or one that cannot be read, comes with its error.
    ///
    /// Errs where a glob of `--exclude` is none.
    pub fn files(&self, paths: &[PathBuf]) -> Result<Vec<Found>> {
        let mut out = Vec::new();
        for path in paths {
            if !path.is_dir() {
                out.push((path.clone(), Ok(())));
                continue;
            }
            let before = out.len();
            out.extend(self.below(path)?);
            if out.len() == before {
                let error = Error::new(format!(
                    "the folder has no {TEMPLATE_NAME} in it or below that is not ignored"
                ))
                .in_file(path)
                .help("name the file itself if it is called otherwise, or try --no-ignore");
                out.push((path.clone(), Err(error)));
            }
        }
        Ok(out)
    }

    fn below(&self, folder: &Path) -> Result<Vec<Found>> {
        // A folder whose ignore files cannot be read is left out, and told.
        let odd = Arc::new(Mutex::new(Vec::new()));
        let mut walk = WalkBuilder::new(folder);
        // Templates begin with a dot themselves.
        walk.hidden(false).standard_filters(!self.no_ignore).hidden(false);
        // A checkout of Mercurial has its .gitignore, too, where the project is on both.
        walk.require_git(false).overrides(self.overrides(folder)?);
        if !self.no_ignore {
            let whole = folder.canonicalize().unwrap_or_default();
            whole.ancestors().skip(1).try_for_each(ignore_files_are_files)?;
            let (hgignore, odd) = (HgIgnore::of(folder), Arc::clone(&odd));
            walk.filter_entry(move |entry| {
                if !entry.file_type().is_some_and(|kind| kind.is_dir()) {
                    return true;
                }
                let name = entry.file_name().to_string_lossy();
                let is_left_out = LEFT_OUT.contains(&&*name) || name.starts_with(OBJECTS);
                if entry.depth() > 0 && (is_left_out || hgignore.has(entry.path())) {
                    return false;
                }
                ignore_files_are_files(entry.path()).map_err(|err| hold(&odd).push(err)).is_ok()
            });
        }
        // On all cores: looking for ignore files in each folder costs more than reading its names.
        let (sender, receiver) = mpsc::channel();
        walk.build_parallel().run(|| {
            let sender = sender.clone();
            Box::new(move |entry| {
                let is_found =
                    |entry: &DirEntry| entry.file_name() == TEMPLATE_NAME && entry.depth() > 0;
                if entry.as_ref().map_or(true, is_found) {
                    // Nobody listens any more only where the caller's thread panics.
                    let _ = sender.send(entry);
                }
                WalkState::Continue
            })
        });
        drop(sender);
        let found = |entry| match entry {
            Ok(entry) => {
                let path = DirEntry::into_path(entry);
                let found = match path.is_dir() {
                    true => source::is_file(&path),
                    // Whatever else it is, reading it tells.
                    false => Ok(()),
                };
                (path, found)
            }
            Err(err) => {
                let at = place(&err).unwrap_or(folder).to_owned();
                let why = err.io_error().map_or_else(|| err.to_string(), ToString::to_string);
                let error = Error::new(format!("cannot be read: {why}")).in_file(&at);
                (at, Err(error))
            }
        };
        let mut out: Vec<Found> = receiver.into_iter().map(found).collect();
        // As a walk would come to them that takes each folder's names in order.
        out.sort_by(|(one, _), (other, _)| one.cmp(other));
        let odd = std::mem::take(&mut *hold(&odd));
        out.extend(odd.into_iter().map(|err| (err.path().unwrap_or(folder).to_owned(), Err(err))));
        Ok(out)
    }

    fn overrides(&self, folder: &Path) -> Result<Override> {
        let mut globs = OverrideBuilder::new(folder);
        for glob in &self.exclude {
            let refused = |err: ignore::Error| {
                Error::new(format!("--exclude {glob} is no glob: {err}"))
                    .help("write it as a line of .gitignore: security/nss, **/vendor")
            };
            // In this crate an override lets in, and with `!` keeps out.
            globs.add(&format!("!{glob}")).map_err(refused)?;
        }
        globs.build().map_err(|err| Error::new(format!("--exclude cannot be read: {err}")))
    }
}

/// Errs where an ignore file of a folder leads to what may have no end.
fn ignore_files_are_files(folder: &Path) -> Result<()> {
    IGNORE_FILES.iter().try_for_each(|name| {
        let file = folder.join(name);
        // Nearly all folders have none: one look is enough there.
        match std::fs::metadata(&file).map(|found| found.is_dir()) {
            Ok(true) => Ok(()),
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => Ok(()),
            _ => source::is_file(&file)
                .map_err(|err| err.help("remove it, or heed no such file: --no-ignore")),
        }
    })
}

fn hold(odd: &Mutex<Vec<Error>>) -> MutexGuard<'_, Vec<Error>> {
    odd.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The file or folder that an error of the walk is about.
fn place(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            place(err)
        }
        _ => None,
    }
}
