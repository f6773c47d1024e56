//! A folder to run the program in, for what it says about a file.
#![allow(dead_code, reason = "each program uses its own part")]

use boon::{Compiler, Schemas};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A task of actions and other events.
pub const TASK: &str = include_str!("task.yml");
/// An example with two payloads.
pub const GECKO: &str = include_str!("../../examples/gecko.taskcluster.yml");

/// A folder with a file `f.yml`, in which the program runs.
pub struct Folder(pub tempfile::TempDir);

impl Folder {
    /// A folder whose `f.yml` holds a text.
    pub fn with(text: &str) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        fs::write(folder.file(), text).unwrap();
        folder
    }

    /// The path of `f.yml`.
    pub fn file(&self) -> PathBuf {
        self.0.path().join("f.yml")
    }

    /// What `f.yml` holds.
    pub fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    /// Runs the program; gives its exit status and all that it prints.
    pub fn run(&self, arguments: &[&str]) -> (i32, String) {
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_tc-retrigger"))
            .current_dir(self.0.path())
            .args(arguments)
            .output()
            .unwrap();
        let printed = [stderr, stdout].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        let json = printed.trim_start().starts_with('{').then(|| serde_json::from_str(&printed));
        if let Some(json) = json {
            fits(&json.unwrap_or_else(|err| panic!("{err}: {printed}")));
        }
        (status.code().expect("no signal"), printed)
    }

    /// The JSON of `check` for the file.
    pub fn checked(&self) -> Value {
        let (_, printed) = self.run(&["check", "--format", "json", "f.yml", "--quiet"]);
        let json = printed.find("{\n").map_or("", |at| &printed[at..]);
        let value: Value = serde_json::from_str(json).unwrap_or_else(|err| panic!("{err}: {json}"));
        fits(&value);
        value["files"][0].clone()
    }
}

/// Asserts that a report fits the schema.
pub fn fits(report: &Value) {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    let schema = serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap();
    compiler.add_resource("report.json", schema).unwrap();
    let index = compiler.compile("report.json", &mut schemas).unwrap();
    if let Err(err) = schemas.validate(report, index) {
        panic!("{err:#}\n{report:#}");
    }
}

/// The task with a part of it replaced.
pub fn task(from: &str, to: &str) -> String {
    assert_eq!(TASK.matches(from).count(), 1, "{from}");
    TASK.replace(from, to)
}
