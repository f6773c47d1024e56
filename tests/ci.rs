//! The examples for CI: what takes them in production takes them.

use crate::needs;
use crate::support::{check, taskgraph};
use boon::{Compiler, Draft, Schemas};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Runs one of the scripts beside this file; none where Python is not installed.
fn python(script: &str, arguments: &[&str]) -> Option<Output> {
    let mut command = Command::new(taskgraph::python()?);
    let script = Path::new(ROOT).join("tests/ci").join(script);
    let output = command.arg("-B").arg(script).args(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    Some(output)
}

/// zizmor, as strict as it is, finds nothing in the workflow; and it finds something in a worse one.
#[test]
fn zizmor_finds_nothing_in_the_workflow() {
    let Some(zizmor) = taskgraph::python().map(|python| python.with_file_name("zizmor")) else {
        return;
    };
    if !zizmor.exists() {
        needs::missing(&format!("there is no {}", zizmor.display()));
        return;
    }
    let workflow = Path::new(ROOT).join("examples/ci/github/tc-retrigger.yml");
    let text = fs::read_to_string(&workflow).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let cases =
        [(text.clone(), 0), (text.replace("@3d3c42e5aac5ba805825da76410c181273ba90b1", "@v7"), 1)];
    for (text, wanted) in cases {
        let path = folder.path().join("workflow.yml");
        fs::write(&path, text).unwrap();
        let output = Command::new(&zizmor)
            .args(["--offline", "--pedantic", "--no-progress"])
            .arg(&path)
            .output()
            .unwrap();
        let told = [output.stdout, output.stderr].map(|out| String::from_utf8(out).unwrap());
        // What it found decides its exit status; 1 is an error of its own.
        let status = output.status.code().unwrap();
        assert_ne!(status, 1, "{told:?}");
        assert_eq!(i32::from(status != 0), wanted, "{told:?}");
    }
}

/// taskgraph makes a task of the kind, the queue takes it, and so does docker-worker its payload.
#[test]
fn taskcluster_takes_the_task() {
    let Some(output) = python("task.py", &[]) else { return };
    let mut task: Value = serde_json::from_slice(&output.stdout).unwrap();
    let command = task["payload"]["command"].to_string();
    assert!(command.contains("bin/tc-retrigger check"), "{command}");
    assert_eq!(check::malformed(&task), None);
    let path = Path::new(ROOT)
        .join("../shared/schemas/tools__d2g__schemas__docker-worker__v1__payload.yml");
    let Ok(schema) = fs::read_to_string(&path) else {
        needs::missing(&format!("there is no {}", path.display()));
        return;
    };
    let schema: Value = serde_yaml::from_str(&schema).unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.set_default_draft(Draft::V6);
    compiler.add_resource("payload.json", schema).unwrap();
    let index = compiler.compile("payload.json", &mut schemas).unwrap();
    if let Err(err) = schemas.validate(&task["payload"], index) {
        panic!("{err:#}");
    }
    task["payload"]["maxRunTime"] = Value::from("600");
    assert!(schemas.validate(&task["payload"], index).is_err(), "the schema takes anything");
}

/// The definition and its adapter. mozlint itself is on no package index, and a stub stands in for it:
/// the script says for what.
#[test]
fn mozlint_gets_its_issues() {
    let program = Path::new(env!("CARGO_BIN_EXE_tc-retrigger")).parent().unwrap();
    let Some(output) = python("mozlint.py", &[program.to_str().unwrap()]) else { return };
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.ends_with("{\"mozlint\": \"a stub\"}\n"), "{told}");
}

/// Each of the examples installs this version.
#[test]
fn the_examples_name_this_version() {
    let files = [
        ("github/tc-retrigger.yml", 2),
        ("taskcluster/kind.yml", 1),
        ("mozlint/tc_retrigger/requirements.txt", 1),
    ];
    for (name, times) in files {
        let text = fs::read_to_string(Path::new(ROOT).join("examples/ci").join(name)).unwrap();
        let found: Vec<&str> = text
            .split("tc-retrigger==")
            .skip(1)
            .map(|rest| rest.split_whitespace().next().unwrap_or_default())
            .collect();
        assert_eq!(found, vec![env!("CARGO_PKG_VERSION"); times], "{name}");
    }
}
