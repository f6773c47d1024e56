//! Work that is watched, in a thread of its own.

use super::limits::{Excess, Limits};
use super::memory;
use crate::error::{Error, Place};
use crate::jsone::busy::{self, Busy};
use crate::template::Template;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How often the one who watches looks whether the memory is exceeded.
const LOOK: Duration = Duration::from_millis(5);

/// However little of a processor it gets, it is stopped after so many times the limit.
const MOST_WAITING: u32 = 10;

/// What recursion may take: data can be nested as deep as the time allows. Only what is used of it is
/// memory.
const STACK: usize = 256 << 20;

/// How long it may take to find the place of what was too much: the work has stopped already.
const FIND: Duration = Duration::from_millis(300);

/// The files that this process has read for its work, for the place of what was too much.
static FILES: Mutex<Vec<(PathBuf, Vec<u8>)>> = Mutex::new(Vec::new());

/// What is watched: this thread does nothing else meanwhile.
pub struct Watched {
    limits: Limits,
}

impl Watched {
    /// To be within these limits.
    pub fn new(limits: Limits) -> Watched {
        Watched { limits }
    }

    /// Does `work` in a thread of its own. What comes of it, or, where that would be too much, what was;
    /// the work stands still then, or runs on: the process must end.
    ///
    /// None where the work panicked, which told itself.
    pub fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>, Error> {
        let clock = Clock::start();
        let bytes = self.limits.bytes();
        let (sender, receiver) = mpsc::channel();
        let worker = thread::Builder::new().stack_size(STACK).spawn(move || {
            memory::limit(bytes);
            let result = work();
            memory::limit(isize::MAX);
            // Nobody listens any more only where the time is over.
            let _ = sender.send(result);
        });
        if let Err(err) = worker {
            return Err(Error::new(format!("no thread can be started: {err}")));
        }
        loop {
            match receiver.recv_timeout(LOOK) {
                Ok(result) => return Ok(Some(result)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) if memory::is_exceeded() => {
                    return Err(self.stopped(Excess::Memory));
                }
                Err(RecvTimeoutError::Timeout)
                    if self.limits.time().is_some_and(|limit| clock.is_past(limit)) =>
                {
                    return Err(self.stopped(Excess::Time));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// What to say of work that was stopped.
    fn stopped(&self, excess: Excess) -> Error {
        let Some(busy) = busy::now() else { return self.limits.error(excess, "reading it") };
        let error = self.limits.error(excess, &busy.told());
        match find(&busy) {
            Some((path, place)) if path.as_os_str().is_empty() => error.at(place),
            Some((path, place)) => error.in_file(path).at(place),
            None => error,
        }
    }
}

/// How long the work has taken.
struct Clock {
    start: Instant,
    processor: Duration,
}

impl Clock {
    fn start() -> Clock {
        Clock { start: Instant::now(), processor: processor_time() }
    }

    /// Whether it has taken so long by the clock. On a machine that has much else to do it goes on until it
    /// has had half of that of a processor: no file must fail for what others do.
    fn is_past(&self, limit: Duration) -> bool {
        let (whole, own) = (self.start.elapsed(), processor_time() - self.processor);
        whole >= limit && (own >= limit / 2 || whole >= limit * MOST_WAITING)
    }
}

/// What this process has had of processors: it works on one thing at a time.
#[cfg(unix)]
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// Not asked for here: the clock alone counts.
#[cfg(not(unix))]
fn processor_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// Notes what a file holds that this process works on. `path` is empty where who hears of it knows the
/// name.
pub fn note(path: &Path, content: &[u8]) {
    let file = (path.to_owned(), content.to_owned());
    FILES.lock().unwrap_or_else(|broken| broken.into_inner()).push(file);
}

/// Forgets the files that were noted.
pub fn forget() {
    FILES.lock().unwrap_or_else(|broken| broken.into_inner()).clear();
}

/// Where a part of a template stands that the engine was at. To read the file again takes as long as it
/// did before.
fn find(busy: &Busy) -> Option<(PathBuf, Place)> {
    let (files, busy) = (FILES.lock().ok()?.clone(), busy.clone());
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let place = |content: Vec<u8>| {
            let template = Template::from_bytes(content).ok()?;
            let path = busy.path(template.value())?;
            let is_key = !path.find(template.value()).is_some_and(Value::is_string);
            Some(template.place_of(&path, is_key))
        };
        let found = files.into_iter().find_map(|(path, content)| Some((path, place(content)?)));
        // Nobody listens any more where it takes too long.
        let _ = sender.send(found);
    });
    receiver.recv_timeout(FIND).ok().flatten()
}
