//! What is no file, or has no end, is told and not waited for, and the other files of the run go on.
#![cfg(target_os = "linux")]

use crate::needs::sampled;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const EXAMPLE: &str = include_str!("../examples/no-actions.taskcluster.yml");
const CONTEXT: &str = "hg-push/ash";
const PIPE: &str = "is a named pipe (FIFO), and not a file; let the shell read it: <(cat PIPE)";
/// Something odd at a path.
type Make = fn(&Path);

fn pipe(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
}

fn socket(path: &Path) {
    drop(UnixListener::bind(path).unwrap());
}

fn link(target: &'static str, path: &Path) {
    symlink(target, path).unwrap();
}

/// One byte more than is read, which takes no room on the disk.
fn long(path: &Path) {
    File::create(path).unwrap().set_len((64 << 20) + 1).unwrap();
}

/// What is made, and what is said of it.
const ODD: [(&str, Make, &str); 9] = [
    ("a pipe", pipe, PIPE),
    ("a socket", socket, "is a socket, and not a file; name a file"),
    ("a folder", |path| fs::create_dir(path).unwrap(), "is a folder, and not a file"),
    ("a device", |path| link("/dev/zero", path), "leads to a device, and not a file; name a file"),
    ("nothing", |path| link("/dev/null", path), "leads to a device, and not a file; name a file"),
    ("a terminal", |path| link("/dev/tty", path), "leads to a device, and not a file"),
    // Whatever that is: a link in a repository is not the word of who runs this.
    (
        "standard input",
        |path| link("/dev/stdin", path),
        "leads to a named pipe (FIFO), and not a file",
    ),
    ("a folder's link", |path| link("/", path), "leads to a folder, and not a file"),
    ("too long", long, "has more than 64 MiB, the most that is read; name another file"),
];

/// Runs it, with a pipe as standard input that says nothing and stays open.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    let (silent, _open) = std::io::pipe().unwrap();
    let mut command = limited(crate::released::program());
    command.current_dir(folder).args(arguments).stdin(silent).output().unwrap()
}

/// A command that ends with the status 124 where it would not end: on a busy machine, a run takes seconds.
fn limited(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("timeout");
    command.arg("60").arg(program);
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// As an argument, whatever it is an argument of.
#[test]
fn an_argument_that_is_no_file_is_told() {
    for (name, make, wanted) in sampled("arguments that are no file", ODD) {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("good.yml"), EXAMPLE).unwrap();
        make(&path("odd"));
        fs::create_dir(path("recipe")).unwrap();
        make(&path("recipe/fast-path.yml"));
        let mut cases: Vec<(&[&str], &str)> = vec![
            (&["verify", "odd", "good.yml"], "odd"),
            (&["verify", "good.yml", "odd"], "odd"),
            (&["render", "odd", "--context", CONTEXT], "odd"),
            (&["render", "good.yml", "--context", "odd"], "odd"),
            (&["check", "good.yml", "--context", "odd"], "odd"),
            (&["check", "good.yml", "--recipe", "recipe"], "recipe/fast-path.yml"),
        ];
        // For these, a folder is where to look.
        if !wanted.contains("folder") {
            let more: [&[&str]; 5] = [
                &["check", "odd", "good.yml"],
                &["patch", "odd", "good.yml"],
                &["patch", "--write", "odd", "good.yml"],
                &["revert", "odd", "good.yml"],
                &["patch", "--stdout", "odd"],
            ];
            cases.extend(more.map(|arguments| (arguments, "odd")));
        }
        for (arguments, at) in cases {
            let output = run(folder.path(), arguments);
            let (printed, told) = (text(&output.stdout), text(&output.stderr));
            assert_eq!(output.status.code(), Some(2), "{name}, {arguments:?}: {told}");
            // A recipe has its own advice.
            let wanted = wanted.split(';').next().filter(|_| at != "odd").unwrap_or(wanted);
            let wanted = format!("error: {at}: {wanted}");
            assert!(
                told.lines().any(|line| line.starts_with(&wanted)),
                "{name}: {arguments:?}: {told}"
            );
            if arguments.ends_with(&["odd", "good.yml"]) && arguments[0] != "verify" {
                assert!(printed.contains("good.yml: "), "{name}: {arguments:?}: {printed}");
            }
        }
        assert_eq!(fs::read_to_string(path("good.yml")).unwrap(), EXAMPLE);
    }
}

/// Where a folder is walked through, as the template or as what the walk itself reads.
#[test]
fn what_is_odd_in_a_folder_is_told() {
    for (name, make, wanted) in sampled("what is odd in a folder", ODD) {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for place in ["a", "b", "c", "d"] {
            fs::create_dir(path(place)).unwrap();
            if place != "a" {
                fs::write(path(place).join(".taskcluster.yml"), EXAMPLE).unwrap();
            }
        }
        make(&path("a/.taskcluster.yml"));
        // The library that reads these would read on for ever.
        let is_endless = name != "too long" && !wanted.contains("folder");
        if is_endless {
            make(&path("b/.gitignore"));
            make(&path("c/.ignore"));
        }
        fs::create_dir(path(".hg")).unwrap();
        make(&path(".hgignore"));
        for (command, status) in [("check", 2), ("patch", 2), ("revert", 2), ("scan", 2)] {
            let output = run(folder.path(), &[command, "."]);
            let (printed, told) = (text(&output.stdout), text(&output.stderr));
            // A table only tells what is in templates.
            let status = if command == "scan" && name == "too long" { 0 } else { status };
            assert_eq!(output.status.code(), Some(status), "{name}, {command}: {told}");
            let start = format!("error: ./a/.taskcluster.yml: {wanted}");
            assert!(told.contains(&start), "{name}, {command}: {told}");
            let good = |place: &str| printed.contains(&format!("./{place}/.taskcluster.yml"));
            assert!(good("d"), "{name}, {command}: {printed}");
            let what = wanted.split(';').next().unwrap();
            for (place, odd) in [("b", ".gitignore"), ("c", ".ignore")] {
                let error = format!(
                    "error: ./{place}/{odd}: {what}; remove it, or heed no such file: --no-ignore"
                );
                assert_eq!(told.contains(&error), is_endless, "{name}, {command}: {told}");
                assert_eq!(good(place), !is_endless, "{name}, {command}: {printed}");
            }
        }
        // What is advised helps.
        let output = run(folder.path(), &["check", ".", "--no-ignore"]);
        let (printed, told) = (text(&output.stdout), text(&output.stderr));
        assert!(
            printed.contains("./b/.taskcluster.yml: not-applicable"),
            "{name}: {printed} {told}"
        );
        assert_eq!(told.lines().count(), 1, "{name}: {told}");
        // Those of the folders above are read, too.
        if is_endless {
            fs::create_dir(path("b/below")).unwrap();
            fs::write(path("b/below/.taskcluster.yml"), EXAMPLE).unwrap();
            let output = run(folder.path(), &["check", "b/below"]);
            let told = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{name}: {told}");
            assert!(
                told.contains("b/.gitignore: ") && told.contains(what(wanted)),
                "{name}: {told}"
            );
        }
    }
}

fn what(wanted: &str) -> &str {
    wanted.split(';').next().unwrap_or_default()
}

/// What a shell hands over is read: by its path, and on standard input; and no more of it than of a file.
#[test]
fn what_a_shell_hands_over_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("f.yml"), EXAMPLE).unwrap();
    fs::write(folder.path().join("c.yml"), "tasks_for: x\n").unwrap();
    pipe(&folder.path().join("PIPE"));
    let good = ": not-applicable";
    let cases = [
        ("$T check <(cat f.yml)", 0, good),
        ("$T check <(sleep 1; cat f.yml) f.yml", 0, good),
        ("$T check <(cat f.yml) <(cat f.yml)", 0, good),
        ("$T verify <(cat f.yml) <(cat f.yml)", 0, "proved"),
        ("$T render <(cat f.yml) --context <(cat c.yml) --format json", 0, "{"),
        ("cat f.yml | $T check -", 0, good),
        ("cat f.yml | $T check /dev/stdin", 0, good),
        ("cat f.yml | $T check /dev/fd/0", 0, good),
        ("cat f.yml | $T check /proc/self/fd/0", 0, good),
        ("$T check /dev/stdin < f.yml", 0, good),
        // As the message about a named pipe advises.
        ("cat f.yml > PIPE & $T check <(cat PIPE)", 0, good),
        ("$T check - < /dev/zero", 2, "error: -: has more than 64 MiB"),
        ("$T check /dev/stdin < /dev/zero", 2, "error: /dev/stdin: has more than 64 MiB"),
        ("$T check <(cat /dev/zero)", 2, ": has more than 64 MiB"),
        ("$T check - < /", 2, "error: -: cannot be read: Is a directory"),
        ("$T check /dev/fd/99", 2, "error: /dev/fd/99: cannot be read: No such file"),
        ("$T patch --write <(cat f.yml; echo)", 0, good),
        (
            "$T patch --write <(cat $EXAMPLE)",
            2,
            "leads to a named pipe (FIFO), and not a file; name a file, or use --stdout",
        ),
        // And that.
        ("$T patch --stdout <(cat $EXAMPLE)", 0, "$let:"),
    ];
    for (line, status, wanted) in sampled("lines for a shell", cases) {
        let mut command = limited("bash");
        command.args(["-c", line]).current_dir(folder.path()).stdin(Stdio::null());
        command.env("T", crate::released::program());
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/gecko.taskcluster.yml");
        let output = command.env("EXAMPLE", example).output().unwrap();
        let printed = text(&output.stderr) + &text(&output.stdout);
        assert_eq!(output.status.code(), Some(status), "{line}: {printed}");
        assert!(printed.contains(wanted), "{line}: {printed}");
    }
}
