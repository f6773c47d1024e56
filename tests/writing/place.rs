//! A folder with a file to write, and what is left there afterwards.

use crate::released;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A template, of those that the work on is short.
pub const OLD: &str = include_str!("../folder/task.yml");

/// A folder with a file `t.yml`.
pub struct Place(pub tempfile::TempDir);

impl Place {
    /// One whose file holds [`OLD`].
    pub fn new() -> Place {
        Place::with(OLD)
    }

    pub fn with(text: &str) -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        fs::write(place.file(), text).unwrap();
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn file(&self) -> PathBuf {
        self.path("t.yml")
    }

    pub fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    /// The names of all that is in the folder.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Runs a command line of the shell in the folder, `$T` being the program.
    pub fn sh(&self, line: &str) -> (Option<i32>, String) {
        told(
            &Command::new("sh")
                .args(["-c", line])
                .current_dir(self.0.path())
                .env("T", released::program())
                .output()
                .unwrap(),
        )
    }

    /// Runs it with mounts of its own, which go with it; none where this user may not mount.
    pub fn with_mounts(&self, line: &str) -> Option<(Option<i32>, String)> {
        let flags = ["--mount", "--map-root-user"];
        let flags = if is_root() { &flags[..1] } else { &flags[..] };
        let unshare = |line: &str| {
            let mut command = Command::new("unshare");
            command
                .args(flags)
                .args(["sh", "-c", line])
                .current_dir(self.0.path())
                .env("T", released::program());
            command.output().ok()
        };
        let can = unshare("mount -t tmpfs none .").is_some_and(|output| output.status.success());
        if !can {
            skipped("this user cannot mount");
            return None;
        }
        unshare(line).map(|output| told(&output))
    }

    /// Runs the program's copy in the folder as a user, who is in their own group alone.
    pub fn run_as(&self, user: u32, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(self.path("program"));
        command.current_dir(self.0.path()).args(arguments).uid(user).gid(user);
        told(&command.output().unwrap())
    }

    /// Makes it a folder that everybody gets at, with a copy of the program: to root's folders nobody does.
    pub fn open(&self, owner: u32) {
        // By another process: a file that this one has open for writing cannot be run, and what other
        // tests start may hold it open for a moment.
        let copied = Command::new("cp").arg(released::program()).arg(self.path("program")).status();
        assert!(copied.unwrap().success());
        set(self.0.path(), (owner, owner), 0o755);
    }
}

/// Gives a file an owner, a group and a mode.
pub fn set(path: &Path, owner: (u32, u32), mode: u32) {
    chown(path, Some(owner.0), Some(owner.1)).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

pub fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

pub fn skipped(why: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// The exit status, none for a signal, and all that was printed.
pub fn told(output: &Output) -> (Option<i32>, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stderr) + &text(&output.stdout))
}

/// [`OLD`] with the fast path.
pub fn new() -> String {
    let place = Place::new();
    let (exit, printed) = place.sh("$T patch --quiet --write t.yml");
    assert_eq!(exit, Some(0), "{printed}");
    place.text()
}
