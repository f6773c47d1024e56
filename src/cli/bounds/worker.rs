//! A worker, as its parent sees it.

use super::limits::Limits;
use super::process::{died, program};
use super::wire::{self, Orders, Reply, Request};
use super::{guard, serve, whole};
use crate::error::{Error, Result};
use crate::work::{Code, Done, Finding, Job, Options};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, ExitStatus, Stdio};

/// The command by which this program is its own worker.
pub const COMMAND: &str = "worker";

/// Where the work on templates is done: a process that is started when it is first needed, and again
/// where it ended.
pub struct Worker<'o> {
    options: &'o Options,
    limits: Limits,
    process: Option<Process>,
}

struct Process {
    child: Child,
    requests: ChildStdin,
    replies: BufReader<ChildStdout>,
}

impl<'o> Worker<'o> {
    /// A worker for all files that are worked on with `options`.
    pub fn new(options: &'o Options, limits: Limits) -> Worker<'o> {
        Worker { options, limits, process: None }
    }

    /// Does what [`work::on`](crate::work::on) does, within the limits, with what the file at `path` holds.
    /// With `name`, which it is called there, also gives the
    /// change as a diff, where there is one that may be kept.
    ///
    /// Work that would be too much, and what a process dies of, is a finding: [`Code::Limit`].
    ///
    /// Errs as that does, and where no process can be started.
    pub fn on(
        &mut self,
        (path, content): (&Path, &[u8]),
        job: Job,
        name: Option<PathBuf>,
    ) -> Result<(Done, Option<String>)> {
        let name = name.map(PathBuf::into_os_string);
        let request = Request { job, content: content.to_vec(), name };
        match self.ask(path, request) {
            Ok(Some(Reply::Done { done, diff })) => Ok((*done, diff)),
            Ok(Some(Reply::Failed(error))) => Err(error),
            Ok(Some(Reply::Stopped(error))) => {
                self.end();
                Ok((too_much(&error), None))
            }
            Ok(None) => Ok((too_much(&died(self.end())), None)),
            // It may have died of the request.
            Err(err) => match self.end() {
                Some(status) if !status.success() => Ok((too_much(&died(Some(status))), None)),
                _ => Err(Error::new(format!("the work on it cannot be told: {err}"))),
            },
        }
    }

    fn ask(&mut self, path: &Path, request: Request) -> io::Result<Option<Reply>> {
        // In a process that is bounded as a whole, the work is done right here.
        if whole::is_within() {
            guard::note(path, &request.content);
            return Ok(Some(serve::work(request, self.options)));
        }
        let process = match &mut self.process {
            Some(process) => process,
            none => none.insert(Process::start(self.options, self.limits)?),
        };
        wire::ask(&mut process.requests, &request)?;
        wire::receive(&mut process.replies)
    }

    /// Ends the process, and tells how it ended; none where there is none.
    fn end(&mut self) -> Option<ExitStatus> {
        let Process { mut child, requests, replies } = self.process.take()?;
        drop((requests, replies));
        child.wait().ok()
    }
}

fn too_much(error: &Error) -> Done {
    Done { finding: Finding::error(error, Code::Limit), text: None, scripts: Vec::new() }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

impl Process {
    fn start(options: &Options, limits: Limits) -> io::Result<Process> {
        let mut command = program()?;
        let mut child =
            command.arg(COMMAND).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (mut requests, replies) = pipes.ok_or(io::ErrorKind::BrokenPipe)?;
        wire::send(&mut requests, &Orders { options: options.clone(), limits })?;
        Ok(Process { child, requests, replies: BufReader::new(replies) })
    }
}
