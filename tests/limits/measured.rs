//! A run of the program, with what it took.

use std::fs::{self, File};
use std::io::{Read, Seek};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What came of a run.
pub struct Measured {
    /// Its exit status; none where a signal ended it.
    pub exit: Option<i32>,
    /// What it printed, errors first.
    pub told: String,
    /// How long it took.
    pub time: Duration,
    /// The most memory that it, or one of the processes that it started, had at a time, in KiB.
    pub memory: u64,
}

/// A run that goes on.
pub struct Started {
    child: Child,
    start: Instant,
    printed: [File; 2],
}

impl Started {
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

pub fn start(command: &mut Command) -> Started {
    let printed = [tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap()];
    let [errors, results] = printed.each_ref().map(|file| file.try_clone().unwrap());
    // What a process has at most is told from before it became another program, too: so it starts as a copy
    // of this one, with what this one holds now, and not with the most that it ever held.
    // SAFETY: the first gives back what is free, the second does nothing.
    unsafe {
        libc::malloc_trim(0);
        command.pre_exec(|| Ok(()));
    }
    let start = Instant::now();
    let child = command.stdin(Stdio::null()).stderr(errors).stdout(results).spawn().unwrap();
    Started { child, start, printed }
}

pub fn end(started: Started) -> Measured {
    let Started { child, start, mut printed } = started;
    let mut status = 0;
    // SAFETY: all zeros is a value of it, and both are written by the call.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let ended = unsafe { libc::wait4(child.id() as i32, &mut status, 0, &mut usage) };
    assert_eq!(ended, child.id() as i32);
    let time = start.elapsed();
    let mut told = String::new();
    for file in &mut printed {
        file.rewind().unwrap();
        file.read_to_string(&mut told).unwrap();
    }
    let exit = libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
    Measured { exit, told, time, memory: usage.ru_maxrss as u64 }
}

pub fn run(command: &mut Command) -> Measured {
    end(start(command))
}

/// Waits until a process has a child that works, and kills that.
pub fn kill_child_of(parent: u32) {
    let children = format!("/proc/{parent}/task");
    let start = Instant::now();
    let child: i32 = loop {
        assert!(start.elapsed() < Duration::from_secs(20), "no child");
        let tasks = fs::read_dir(&children).into_iter().flatten().flatten();
        let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        let found = lists.flat_map(|list| list.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let mut found = found.filter_map(|id| id.trim().parse::<i32>().ok());
        // A second one is what it works in.
        let works =
            |id: &i32| fs::read_dir(format!("/proc/{id}/task")).is_ok_and(|it| it.count() > 1);
        if let Some(id) = found.find(works) {
            break id;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(unsafe { libc::kill(child, libc::SIGKILL) }, 0);
}
