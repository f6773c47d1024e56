//! `rollout`: the patch as a commit in checkouts of many repositories.

use super::bounds::Worker;
use super::commit::{self, Edit};
use super::files::Jobs;
use super::find::TEMPLATE_NAME;
use super::input::With;
use super::jobs;
use super::output::{Exit, Output};
use super::progress::Progress;
use super::revision::{Checkout, Kind};
use super::telling::Telling;
use crate::error::{Error, Result};
use crate::report::{Columns, Commit, FileReport, Report, Texts, commit_message, unified_diff};
use crate::work::{Done, Job, Step};
use clap::Args;
use std::path::{Path, PathBuf};

/// Commit the patch on a branch of its own in checkouts of many repositories, with a message that a reviewer
/// can check; nothing is pushed.
///
/// What is checked out is patched, as it was committed: changes in the working folder are neither taken nor
/// touched. In Mercurial, the branch is a bookmark.
///
/// Exit status: 0 done or nothing to do, 1 a template cannot be patched or the proof does not hold, 2 no
/// commit can be made.
#[derive(Debug, Args)]
pub struct Rollout {
    /// The checkouts, of git or Mercurial.
    #[arg(value_name = "DIR", required = true)]
    dirs: Vec<PathBuf>,
    /// Only tell what would be done; with --verbose, the commits' messages, too.
    #[arg(long)]
    dry_run: bool,
    /// The new branch's name.
    #[arg(long, value_name = "NAME", default_value = "retrigger-without-clone")]
    branch: String,
    #[command(flatten)]
    with: With,
    #[command(flatten)]
    jobs: Jobs,
}

impl Rollout {
    pub fn run(&self, output: &Output) -> Result<Exit> {
        let options = self.with.options()?;
        let mut telling = Telling::new("rollout", Columns::default(), output, false);
        let bar = Progress::of(self.dirs.len(), output);
        let own = || Worker::new(&options, self.jobs.limits);
        let work =
            |worker: &mut Worker, dir: &PathBuf| (dir.join(TEMPLATE_NAME), self.one(dir, worker));
        jobs::in_order(&self.dirs, self.jobs.number(), own, work, |(path, rolled)| {
            bar.past(|| {
                let (report, exit) = rolled.unwrap_or_else(|error| {
                    output.error(&error);
                    let path = path.display().to_string();
                    (FileReport::error(path, &error), Exit::Input)
                });
                telling.file(report, exit, |report, _| Report::File(report));
            });
        });
        drop(bar);
        Ok(telling.end())
    }

    fn one(&self, dir: &Path, worker: &mut Worker) -> Result<(FileReport, Exit)> {
        let path = dir.join(TEMPLATE_NAME);
        let checkout = Checkout::of(dir)?;
        if dir.canonicalize().ok().as_ref() != Some(&checkout.root) {
            let root = checkout.root.display();
            return Err(Error::new(format!("is not the root of its repository, which is {root}"))
                .in_file(dir)
                .help("name that one"));
        }
        let in_dir = |err: Error| err.in_file(dir);
        let base = commit::base(checkout.kind);
        let Some(content) = checkout.file(base, TEMPLATE_NAME).map_err(in_dir)? else {
            return Err(
                Error::new(format!("what is checked out has no {TEMPLATE_NAME}")).in_file(dir)
            );
        };
        let name = Some(PathBuf::from(TEMPLATE_NAME));
        let worked =
            worker.on((&path, &content), Job::Patch, name).map_err(|err| err.in_file(&path))?;
        let (mut done, diff) = worked;
        let exit = Exit::of(Job::Patch, &done.finding);
        let edits = match exit {
            Exit::Success => {
                let old = String::from_utf8_lossy(&content).into_owned();
                edits(&checkout, base, old, &mut done).map_err(|err| err.in_file(&path))?
            }
            _ => Vec::new(),
        };
        let mut report = FileReport::new(path.display().to_string(), done.finding);
        if edits.is_empty() {
            return Ok((report, exit));
        }
        let diffs = edits.iter().filter_map(|edit| match edit.name == TEMPLATE_NAME {
            true => diff.clone(),
            false => unified_diff(Path::new(&edit.name), edit.old.as_deref(), edit.new.as_deref()),
        });
        report.diff = Some(diffs.collect());
        if let Some(Edit { old: Some(old), new: Some(new), .. }) = edits.first() {
            report.texts = Some(Texts { old: old.clone(), new: new.clone() });
        }
        let commit = self.commit(&checkout, &report, &edits).map_err(in_dir)?;
        report.written = commit.id.is_some();
        report.commit = Some(commit);
        Ok((report, exit))
    }

    /// Makes the commit, unless it is there already or nothing is to be done.
    fn commit(&self, checkout: &Checkout, report: &FileReport, edits: &[Edit]) -> Result<Commit> {
        let branch = self.branch.clone();
        let parent = match checkout.kind {
            Kind::Git => "HEAD^",
            Kind::Mercurial => "p1(.)",
        };
        let message = commit_message(&report.finding, TEMPLATE_NAME, parent);
        if let Some(tip) = commit::tip(checkout, &branch)? {
            let has = |edit: &Edit| -> Result<bool> {
                let there = checkout.file(&tip, &edit.name)?;
                Ok(there.as_deref() == edit.new.as_deref().map(str::as_bytes))
            };
            for edit in edits {
                if !has(edit)? {
                    return Err(Error::new(format!(
                        "there is a branch {branch} already, with another change"
                    ))
                    .help("delete it, or name another: --branch NAME"));
                }
            }
            return Ok(Commit { branch, id: Some(tip), message, is_new: false });
        }
        let id = match self.dry_run {
            true => None,
            false => Some(commit::commit(checkout, &branch, &message, edits)?),
        };
        Ok(Commit { branch, id, message, is_new: true })
    }
}

/// What the commit changes: the template first, and the files of the tree that go with it.
fn edits(checkout: &Checkout, base: &str, old: String, done: &mut Done) -> Result<Vec<Edit>> {
    let mut edits = Vec::new();
    if let Some(new) = done.text.take().filter(|new| *new != old) {
        edits.push(Edit { name: TEMPLATE_NAME.to_owned(), old: Some(old), new: Some(new) });
    }
    for script in &done.scripts {
        let found = checkout.file(base, &script.path)?;
        script.tell(&mut done.finding, found.as_deref(), false);
        let new = match script.step(found.as_deref())? {
            Step::Keep => continue,
            Step::Write => script.content.clone(),
            Step::Remove => None,
        };
        let old = found.map(|found| String::from_utf8_lossy(&found).into_owned());
        edits.push(Edit { name: script.path.clone(), old, new });
    }
    Ok(edits)
}
