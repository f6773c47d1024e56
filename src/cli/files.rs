//! A run over the files that path arguments mean.

use super::bounds::{Limits, Worker};
use super::find::Found;
use super::input;
use super::jobs;
use super::output::{Exit, Output};
use super::page;
use super::progress::Progress;
use super::replace::replace;
use super::repository::name_in_diff;
use super::telling::Telling;
use super::tree::TreeFile;
use crate::error::{Error, Result};
use crate::report::{Columns, FileReport, Report, Texts};
use crate::work::{Done, Job, Options, Status};
use clap::Args;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// How many files are worked on at once, and what each may cost.
#[derive(Debug, Clone, Copy, Args)]
pub struct Jobs {
    /// Work on that many files at once; without it, on one for each processor.
    #[arg(long, short, value_name = "N")]
    jobs: Option<NonZero<usize>>,
    #[command(flatten)]
    pub limits: Limits,
}

impl Jobs {
    /// That many.
    pub fn number(self) -> NonZero<usize> {
        self.jobs.unwrap_or_else(jobs::all)
    }
}

/// What a run does with each file.
pub struct Plan<'o> {
    pub job: Job,
    pub options: &'o Options,
    pub jobs: Jobs,
    /// Whether to write a file in place.
    pub write: bool,
    /// Whether to show the change.
    pub change: bool,
    /// Whether it is a failure that a file has nothing to patch.
    pub require: bool,
    /// Whether standard output is for the new file: the report is a message then.
    pub is_beside_a_file: bool,
    /// Whether a person reads it on a terminal, who is shown the lines that it is about, and a change with
    /// what only stands deeper folded.
    pub is_for_a_person: bool,
    /// Whether to tell each file in a row of a table.
    pub is_table: bool,
}

impl Plan<'_> {
    /// A job that only looks.
    pub fn new(job: Job, options: &Options, jobs: Jobs) -> Plan<'_> {
        Plan {
            job,
            options,
            jobs,
            write: false,
            change: false,
            require: false,
            is_beside_a_file: false,
            is_for_a_person: false,
            is_table: false,
        }
    }
}

/// What came of the work on a file, to be looked at in the files' order.
struct Worked {
    path: PathBuf,
    /// Whether there is such a file, as far as the walk through folders tells.
    is_file: bool,
    /// Its bytes, what was done, and the change as a diff.
    result: Result<(Vec<u8>, Done, Option<String>)>,
}

/// Does what `plan` says with `files`, and prints a report; gives the run's exit status. One that cannot
/// be worked on leaves the others: it is told, and the run goes on.
pub fn run(command: &'static str, files: &[Found], plan: &Plan, output: &Output) -> Exit {
    let columns = Columns::of(files.iter().map(|(path, _)| path.display().to_string()));
    let mut telling = Telling::new(command, columns, output, plan.is_beside_a_file);
    if plan.is_table && !files.is_empty() {
        telling.head();
    }
    let bar = Progress::of(files.len(), output);
    jobs::in_order(
        files,
        plan.jobs.number(),
        || Worker::new(plan.options, plan.jobs.limits),
        |worker, found| worked(found, plan, worker),
        |worked| bar.past(|| take(worked, plan, &mut telling, output)),
    );
    drop(bar);
    telling.end()
}

fn worked((path, found): &Found, plan: &Plan, worker: &mut Worker) -> Worked {
    let work = || {
        found.clone()?;
        let bytes = input::read(path)?;
        let name = plan.change.then(|| name_in_diff(path));
        let done = worker.on((path, &bytes), plan.job, name).map_err(|err| err.in_file(path));
        done.map(|(done, diff)| (bytes, done, diff))
    };
    // A fault of this program in one file leaves the others.
    let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::new("the work on this file met a bug of this program, told above").in_file(path))
    });
    Worked { path: path.clone(), is_file: found.is_ok(), result }
}

/// Ends the work on a file, and tells it.
fn take(
    Worked { path, is_file, result }: Worked,
    plan: &Plan,
    telling: &mut Telling,
    output: &Output,
) {
    let as_printed = (path.as_path(), output.format);
    let ended = result.and_then(|(bytes, done, diff)| {
        let page = page::of_patch(as_printed, &bytes, done.text.as_deref(), plan.options);
        let (report, exit, text) = end(&path, &bytes, (done, diff), plan)?;
        Ok((FileReport { page, ..report }, exit, text))
    });
    let (mut report, mut exit, text) = ended.unwrap_or_else(|error| {
        output.error(&error);
        (FileReport::error(path.display().to_string(), &error), Exit::Input, None)
    });
    if plan.is_table {
        // A table only tells: nothing in it makes the run fail, but what is no row of it.
        if !is_file {
            return telling.came_to(Exit::Input);
        }
        exit = Exit::Success;
    }
    if plan.require && report.finding.status == Status::NotApplicable {
        let advice = "--require asks for actions: correct the file, or leave it out";
        report.finding.advice = Some(advice.to_owned());
        exit = Exit::Failure;
    }
    if let Some(text) = text.filter(|_| plan.is_beside_a_file) {
        output.result(&text);
    }
    telling.file(report, exit, |report, columns| match (plan.is_table, plan.is_for_a_person) {
        (true, _) => Report::Row(report, columns),
        (_, true) => Report::OnTerminal(report),
        _ => Report::File(report),
    });
}

/// Looks at the files of the tree, and writes what is to be written. Gives the new text where the job is
/// done.
fn end(
    path: &Path,
    bytes: &[u8],
    (mut done, diff): (Done, Option<String>),
    plan: &Plan,
) -> Result<(FileReport, Exit, Option<String>)> {
    let look = |script| TreeFile::look(path, script);
    let files = match Exit::of(plan.job, &done.finding) {
        Exit::Success => done.scripts.iter().map(look).collect::<Result<Vec<_>>>()?,
        _ => Vec::new(),
    };
    files.iter().for_each(|file| file.tell(&mut done.finding, plan.job == Job::Check));
    let exit = Exit::of(plan.job, &done.finding);
    let mut report = FileReport::new(path.display().to_string(), done.finding);
    report.scripts = files.iter().map(TreeFile::report).collect();
    // The work has read it as UTF-8.
    let old = String::from_utf8_lossy(bytes);
    // What is not proved goes nowhere: not to a file, and not to `git apply` either.
    let new = done.text.filter(|_| exit == Exit::Success).unwrap_or_else(|| old.to_string());
    if plan.change {
        let own = diff.filter(|_| exit == Exit::Success);
        let diffs: Vec<String> =
            own.into_iter().chain(files.iter().filter_map(TreeFile::diff)).collect();
        report.diff = Some(diffs.concat()).filter(|diff| !diff.is_empty());
    }
    if plan.change || plan.is_for_a_person {
        report.texts = Some(Texts { old: old.to_string(), new: new.clone() });
    }
    if plan.write {
        report.written = write(path, bytes, &new, &files)?;
    }
    Ok((report, exit, (exit == Exit::Success).then_some(new)))
}

/// Writes a template and the files that go with it; tells whether there was anything to write. A file
/// that the template runs is there before the template says so, and goes after.
fn write(path: &Path, old: &[u8], new: &str, files: &[TreeFile]) -> Result<bool> {
    let is_same = new.as_bytes() == old;
    let put_back = |err| {
        files.iter().for_each(TreeFile::put_back);
        err
    };
    files.iter().try_for_each(TreeFile::write).map_err(put_back)?;
    if !is_same {
        replace(path, old, new.as_bytes()).map_err(put_back)?;
    }
    files.iter().try_for_each(TreeFile::remove)?;
    Ok(!is_same || files.iter().any(TreeFile::is_to_change))
}
