//! The place that the pages' blocks of `sh` run in: what somebody has who reads them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const EXAMPLE: &str = include_str!("../../examples/gecko.taskcluster.yml");
const SMALL: &str = include_str!("../../examples/standalone.taskcluster.yml");

/// The line of the example that the project changes from time to time.
const IMAGE: &str = "example/gecko-decision:2.1.0";

/// A folder with
///
/// - `firefox`, where the blocks run: a clone of a repository with the branches `main` and `beta`, whose
///   templates differ; `main` there has a commit more, with another image, which the clone has not fetched;
/// - `tc-retrigger`, this project's own files;
/// - `checkouts`, of three projects.
pub struct World {
    root: tempfile::TempDir,
}

impl World {
    pub fn new() -> World {
        let world = World { root: tempfile::tempdir().unwrap() };
        let root = world.root.path();
        world.repository("upstream", EXAMPLE);
        world.done("upstream", "git switch -q -c beta");
        world.commit("upstream", &EXAMPLE.replace(IMAGE, "example/gecko-decision:2.0.9"));
        world.done("upstream", "git switch -q main");
        world.done(".", "git clone -q upstream firefox");
        world.commit("upstream", &EXAMPLE.replace(IMAGE, "example/gecko-decision:2.2.0"));
        world.repository("checkouts/widget", SMALL);
        world.repository("checkouts/gadget", SMALL);
        world.repository("checkouts/notes", "version: 1\ntasks: []\n");
        for folder in ["patches", "examples"] {
            copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &root.join("tc-retrigger"));
        }
        world
    }

    fn repository(&self, name: &str, template: &str) {
        fs::create_dir_all(self.root.path().join(name)).unwrap();
        self.done(name, "git init -q -b main");
        self.commit(name, template);
    }

    fn commit(&self, name: &str, template: &str) {
        fs::write(self.root.path().join(name).join(".taskcluster.yml"), template).unwrap();
        self.done(name, "git add . && git commit -q -m 'A commit'");
    }

    fn done(&self, folder: &str, line: &str) {
        let output = self.shell(&self.root.path().join(folder), line);
        assert!(output.status.success(), "{line}: {output:?}");
    }

    /// Runs a block where its reader would.
    pub fn run(&self, block: &str) -> Output {
        self.shell(&self.root.path().join("firefox"), block)
    }

    fn shell(&self, folder: &Path, block: &str) -> Output {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_tc-retrigger"));
        let before = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{before}", program.parent().unwrap().display());
        let mut shell = Command::new("sh");
        shell.arg("-euc").arg(block).current_dir(folder).env("PATH", path);
        shell.env("HOME", self.root.path());
        // Nobody's own settings, and no editor.
        shell.env("GIT_MERGE_AUTOEDIT", "no");
        shell.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        for who in ["AUTHOR", "COMMITTER"] {
            shell.env(format!("GIT_{who}_NAME"), "A").env(format!("GIT_{who}_EMAIL"), "a@b.c");
        }
        shell.output().unwrap()
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).follow_links(true) {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(from.parent().unwrap()).unwrap();
        if entry.file_type().is_dir() {
            fs::create_dir_all(to.join(name)).unwrap();
        } else {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}
