//! The recipe whose script is a file of the tree: what `patch`, `check` and `revert` do with that file,
//! and how the task gets at it.

use crate::needs::sampled;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::folder::{Folder, GECKO};
use crate::support::rendered::SCRIPT;
use crate::support::world::{REVISION, retrigger};
use crate::support::{Fault, Press, World, id};
use serde_json::{Value, json};

const RETRIGGER: &str = include_str!("../patches/retrigger/retrigger.py");
const IN_TREE: [&str; 4] = ["--recipe", "retrigger-file", "--script", SCRIPT];

/// The root of a repository with a template `f.yml`.
fn repository(text: &str) -> Folder {
    let folder = Folder::with(text);
    fs::create_dir(folder.0.path().join(".git")).unwrap();
    folder
}

/// A repository whose template has been patched so.
fn patched() -> Folder {
    let folder = repository(GECKO);
    let (exit, printed) = folder.run(&[&["patch", "--write", "f.yml"], &IN_TREE[..]].concat());
    assert_eq!(exit, 0, "{printed}");
    assert!(printed.contains(&format!("\n  {SCRIPT}: created\n")), "{printed}");
    folder
}

fn script(folder: &Folder) -> PathBuf {
    folder.0.path().join(SCRIPT)
}

#[test]
fn it_comes_with_the_template_and_goes_with_it() {
    let folder = patched();
    assert_eq!(fs::read_to_string(script(&folder)).unwrap(), RETRIGGER);
    let text = folder.text();
    assert!(text.contains("# tc-retrigger recipe retrigger-file 3: "), "{text}");
    // Of the template, less than a fifth of what it would be with the script in it.
    assert!(text.lines().count() < GECKO.lines().count() + 60);
    assert_eq!(folder.run(&["check", "f.yml"]).0, 0);
    // Its own recipe stays, whoever patches again.
    let (exit, printed) = folder.run(&["patch", "--write", "f.yml"]);
    assert_eq!((exit, folder.text()), (0, text.clone()), "{printed}");
    assert!(printed.contains("already-patched") && !printed.contains("retrigger.py"), "{printed}");
    fs::write(folder.0.path().join("old.yml"), GECKO).unwrap();
    let (exit, printed) = folder.run(&["verify", "old.yml", "f.yml"]);
    assert!(exit == 0 && printed.contains("proved for all contexts"), "{printed}");
    let (exit, printed) = folder.run(&["revert", "--write", "f.yml"]);
    assert_eq!((exit, folder.text()), (0, GECKO.to_owned()), "{printed}");
    assert!(printed.contains(&format!("  {SCRIPT}: removed\n")), "{printed}");
    assert!(!script(&folder).exists());
}

/// The diff has both files, and git takes it.
#[test]
fn the_diff_has_both_files() {
    let folder = repository(GECKO);
    fs::remove_dir(folder.0.path().join(".git")).unwrap();
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(folder.0.path()).output();
        let output = output.expect("git");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "--quiet"]);
    let (_, diff) =
        folder.run(&[&["patch", "--quiet", "f.yml", "--format", "json"], &IN_TREE[..]].concat());
    let report: Value = serde_json::from_str(&diff).unwrap();
    let change = json!([{"path": SCRIPT, "change": "create"}]);
    assert_eq!(report["files"][0]["scripts"], change);
    fs::write(folder.0.path().join("d"), report["files"][0]["diff"].as_str().unwrap()).unwrap();
    git(&["apply", "d"]);
    assert_eq!(fs::read_to_string(script(&folder)).unwrap(), RETRIGGER);
    assert_eq!(folder.run(&["check", "f.yml"]).0, 0);
    let (_, diff) = folder.run(&["revert", "f.yml", "--format", "json"]);
    let report: Value = serde_json::from_str(&diff).unwrap();
    assert_eq!(report["files"][0]["scripts"], json!([{"path": SCRIPT, "change": "remove"}]));
    fs::write(folder.0.path().join("d"), report["files"][0]["diff"].as_str().unwrap()).unwrap();
    git(&["apply", "d"]);
    assert_eq!((folder.text().as_str(), script(&folder).exists()), (GECKO, false));
}

/// What a template runs, and what stands in the file, must be one: the task refuses anything else.
#[test]
fn a_file_that_is_not_what_the_template_runs_is_told() {
    type Break = fn(&Folder);
    let cases: [(&str, Break, &str); 3] = [
        (
            "edited",
            |folder| fs::write(script(folder), RETRIGGER.replace("= 50", "= 5")).unwrap(),
            "is not what the fast path runs: its SHA-256 differs",
        ),
        (
            "gone",
            |folder| fs::remove_file(script(folder)).unwrap(),
            "is missing, which the fast path runs",
        ),
        (
            "other line ends",
            |folder| fs::write(script(folder), RETRIGGER.replace('\n', "\r\n")).unwrap(),
            "is not what the fast path runs: its SHA-256 differs",
        ),
    ];
    for (name, edit, told) in sampled("scripts that differ", cases) {
        let folder = patched();
        let text = folder.text();
        edit(&folder);
        let (exit, printed) = folder.run(&["check", "f.yml"]);
        assert_eq!(exit, 1, "{name}: {printed}");
        let line = "f.yml:112:19: edited, at lines 112, ";
        assert!(printed.starts_with(line), "{name}: {printed}");
        let why = format!("{SCRIPT} {told}; run `tc-retrigger patch --write`\n");
        assert!(printed.contains(&why), "{name}: {printed}");
        // What is advised helps.
        let (exit, printed) = folder.run(&["patch", "--write", "f.yml"]);
        assert_eq!((exit, folder.text()), (0, text), "{name}: {printed}");
        assert!(printed.contains("updated"), "{name}: {printed}");
        assert_eq!(folder.run(&["check", "f.yml"]).0, 0, "{name}");
    }
    // An edited file is nobody's to remove.
    let folder = patched();
    fs::write(script(&folder), "print(1)\n").unwrap();
    let (exit, printed) = folder.run(&["revert", "--write", "f.yml"]);
    assert_eq!((exit, folder.text().as_str()), (0, GECKO), "{printed}");
    assert!(printed.contains(&format!("{SCRIPT} was edited, and stays")), "{printed}");
    assert!(script(&folder).exists());
    // A hash that is another in the template.
    let folder = patched();
    let edited = folder.text().replacen(", '", ", '0", 1);
    assert_ne!(edited, folder.text());
    fs::write(folder.file(), edited).unwrap();
    let (exit, printed) = folder.run(&["check", "f.yml"]);
    assert!(exit == 1 && printed.contains("edited"), "{printed}");
}

#[test]
fn what_cannot_be_is_refused_with_what_to_do() {
    let private = GECKO.replace("'${repoUrl}'", "'git@github.com:example/secret.git'");
    let none = GECKO.replace("GECKO_HEAD_REV:", "GECKO_REVISION:");
    let unknown = GECKO.replace("'${repoUrl}'", "'https://git.example.com/x'");
    let inline = "leave out --recipe and --script, and the template will hold it";
    type Case<'a> = (&'a str, &'a str, Vec<&'a str>, i32, Vec<&'a str>);
    let with = |more: &[&'static str]| [&["patch", "--write", "f.yml"], more].concat();
    let cases: Vec<Case> = vec![
        (
            "private",
            &private,
            with(&IN_TREE),
            1,
            vec![
                "`payload.env.GECKO_HEAD_REPOSITORY` is \"git@github.com:example/secret.git\"",
                inline,
            ],
        ),
        (
            "unknown",
            &unknown,
            with(&IN_TREE),
            1,
            vec!["of which no way to a single file is known", inline],
        ),
        (
            "no revision",
            &none,
            with(&IN_TREE),
            1,
            vec!["has no …_HEAD_REPOSITORY with …_HEAD_REV", inline],
        ),
        (
            "no path",
            GECKO,
            with(&IN_TREE[..2]),
            1,
            vec!["--script taskcluster/scripts/retrigger.py"],
        ),
        (
            "a path without the recipe",
            GECKO,
            with(&IN_TREE[2..]),
            1,
            vec!["with --recipe retrigger-file"],
        ),
        (
            "a path outside",
            GECKO,
            with(&["--recipe", "retrigger-file", "--script", "../x.py"]),
            1,
            vec!["\"../x.py\" is no path for the script", "name it from the repository's root"],
        ),
        (
            "no such recipe",
            GECKO,
            with(&["--recipe", "retriger"]),
            2,
            vec!["retriger/fast-path.yml: cannot be read"],
        ),
    ];
    for (name, text, arguments, wanted, told) in
        sampled("projects that cannot have the script", cases)
    {
        let folder = repository(text);
        let (exit, printed) = folder.run(&arguments);
        assert_eq!(exit, wanted, "{name}: {printed}");
        for told in told {
            assert!(printed.contains(told), "{name}: {printed}");
        }
        assert_eq!((folder.text().as_str(), script(&folder).exists()), (text, false), "{name}");
    }
    // With the script in the template, the same repositories are patched.
    for text in [&private, &unknown] {
        let (exit, printed) = repository(text).run(&["patch", "--write", "f.yml"]);
        assert_eq!(exit, 0, "{printed}");
    }
}

/// Another file at that path is somebody's.
#[test]
fn another_file_in_the_way_stays() {
    let folder = repository(GECKO);
    fs::create_dir_all(script(&folder).parent().unwrap()).unwrap();
    fs::write(script(&folder), "print('mine')\n").unwrap();
    let (exit, printed) = folder.run(&[&["patch", "--write", "f.yml"], &IN_TREE[..]].concat());
    assert_eq!((exit, folder.text().as_str()), (2, GECKO), "{printed}");
    assert!(
        printed.contains("is there already, and is another file; move it, or name"),
        "{printed}"
    );
    assert_eq!(fs::read_to_string(script(&folder)).unwrap(), "print('mine')\n");
    // Where the file cannot be written, the template is not, either.
    let folder = repository(GECKO);
    fs::write(folder.0.path().join("taskcluster"), "a file\n").unwrap();
    let (exit, printed) = folder.run(&[&["patch", "--write", "f.yml"], &IN_TREE[..]].concat());
    assert_eq!((exit, folder.text().as_str()), (2, GECKO), "{printed}");
    assert!(printed.contains("taskcluster/scripts/retrigger.py: cannot be "), "{printed}");
}

/// From one recipe to the other and back, and to another path.
#[test]
fn a_template_changes_its_recipe() {
    let folder = repository(GECKO);
    assert_eq!(folder.run(&["patch", "--write", "f.yml"]).0, 0);
    let inline = folder.text();
    let (exit, printed) = folder.run(&[&["patch", "--write", "f.yml"], &IN_TREE[..]].concat());
    assert_eq!(exit, 0, "{printed}");
    assert!(printed.contains("it has recipe 3; this is recipe retrigger-file 3"), "{printed}");
    assert!(script(&folder).exists());
    let (exit, printed) = folder.run(&[
        "patch",
        "--write",
        "f.yml",
        "--recipe",
        "retrigger-file",
        "--script",
        "r.py",
    ]);
    assert_eq!(exit, 0, "{printed}");
    assert!(!script(&folder).exists() && folder.0.path().join("r.py").exists(), "{printed}");
    let (exit, printed) = folder.run(&["check", "f.yml", "--recipe", "retrigger"]);
    assert!(
        exit == 1 && printed.contains("it has recipe retrigger-file 3; this is recipe 3"),
        "{printed}"
    );
    let (exit, printed) = folder.run(&["patch", "--write", "f.yml", "--recipe", "retrigger"]);
    assert_eq!((exit, folder.text()), (0, inline), "{printed}");
    assert!(!folder.0.path().join("r.py").exists(), "{printed}");
    assert_eq!(folder.run(&["check", "f.yml"]).0, 0);
}

/// The script as the repository's host serves it, and the press on it.
fn served(path: &str, content: &str) -> (World, Press) {
    let world = World::new().task("t", "completed", retrigger("true"));
    world.queue.state().files.insert(path.to_owned(), content.to_owned());
    let press = Press::new("retrigger", &id("t"), json!({})).gecko();
    (world, Press { recipe: "retrigger-file", ..press })
}

/// The task fetches that one file of the pushed revision, and runs it if it is the one that was reviewed.
#[test]
fn the_task_fetches_the_file() {
    let raw = format!("/try/raw-file/{REVISION}/{SCRIPT}");
    let github = format!("http://github.com/x/y/raw/{REVISION}/{SCRIPT}");
    let edited = RETRIGGER.replace("= 50", "= 5");
    let no_script = format!("retrigger: no {SCRIPT} with SHA-256 ");
    // name, the repository (@ is the host), where what is served, what the log says; nothing: it is done
    let cases = [
        ("hg", "@/try", &raw, RETRIGGER, ""),
        ("a slash at the end", "@/try/", &raw, RETRIGGER, ""),
        ("GitHub", "http://github.com/x/y", &github, RETRIGGER, ""),
        ("another file", "@/try", &raw, edited.as_str(), no_script.as_str()),
        ("no file", "@/other", &raw, RETRIGGER, "404"),
    ];
    for (name, repository, path, content, told) in cases {
        let (world, press) = served(path, content);
        let repository = repository.replace('@', &world.queue.url());
        let press = press.env("GECKO_HEAD_REPOSITORY", &repository);
        // The way to the host that no test can reach: a proxy.
        let proxy = if name == "GitHub" { world.queue.url() } else { String::new() };
        let outcome =
            press.env("http_proxy", &proxy).env("no_proxy", "127.0.0.1").run(&world.queue);
        if told.is_empty() {
            outcome.succeeded();
            assert_eq!(world.queue.created().len(), 1, "{name}");
            // One request more than with the script in the template.
            assert_eq!(world.queue.requests().len(), 1 + 3, "{name}");
        } else {
            outcome.refused(told);
            outcome.refused(&no_script);
            assert_eq!(world.queue.created().len(), 0, "{name}");
        }
    }
    // A host that fails once is asked again.
    let (world, press) = served(&raw, RETRIGGER);
    world.queue.trouble(|n, _| (n == 1).then_some(Fault::Status(503, "busy")));
    let repository = format!("{}/try", world.queue.url());
    press.env("GECKO_HEAD_REPOSITORY", &repository).run(&world.queue).succeeded();
    assert_eq!(world.queue.created().len(), 1);
}
