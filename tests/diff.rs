//! What `patch` prints, given to git and to patch(1): both make the new file of the old with it.

use crate::needs;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const SMALL: &str = include_str!("scan/tool/.taskcluster.yml");
const GECKO: &str = include_str!("../examples/gecko.taskcluster.yml");
const TEMPLATE: &str = ".taskcluster.yml";

/// A program's run in a folder, with this on its standard input, as nobody's own settings have it.
fn run(folder: &Path, program: &str, arguments: &[&str], input: &[u8]) -> Output {
    use std::io::Write;
    let mut child = Command::new(program)
        .current_dir(folder)
        .args(arguments)
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("LC_ALL", "C")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Some do not read it all.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn done(folder: &Path, program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let output = run(folder, program, arguments, input);
    let told = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{program} {arguments:?}: {told}");
    output.stdout
}

fn tool(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    done(folder, env!("CARGO_BIN_EXE_tc-retrigger"), arguments, b"")
}

fn has_programs(programs: &[&str]) -> bool {
    let lacks = |program: &&&str| {
        let found = Command::new(program).arg("--version").stdout(Stdio::null()).status();
        !found.is_ok_and(|status| status.success())
    };
    let lacking = programs.iter().find(lacks);
    lacking.inspect(|program| needs::missing(&format!("there is no {program}"))).is_none()
}

/// A folder with these files: a repository of git, one of Mercurial (its mark), or none.
fn folder(mark: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }
    match mark {
        ".git" => drop(done(folder.path(), "git", &["init", "--quiet"], b"")),
        "" => {}
        mark => fs::create_dir(folder.path().join(mark)).unwrap(),
    }
    folder
}

/// Gives what was printed to both programs in `root`: each file becomes what `--write` makes of it.
fn applied(root: &Path, files: &[&str], printed: &[u8], what: &str) {
    let read = |file: &&str| fs::read(root.join(file)).unwrap();
    let old: Vec<Vec<u8>> = files.iter().map(read).collect();
    for file in files {
        tool(root, &["patch", "--quiet", "--write", file]);
    }
    let new: Vec<Vec<u8>> = files.iter().map(read).collect();
    let reset =
        || files.iter().zip(&old).for_each(|(f, old)| fs::write(root.join(f), old).unwrap());
    let ways: [(&str, &[&str], &[&str]); 2] =
        [("git", &["apply", "--check"], &["apply"]), ("patch", &["-p1", "--dry-run"], &["-p1"])];
    for (program, check, apply) in ways {
        reset();
        done(root, program, check, printed);
        assert_eq!(files.iter().map(read).collect::<Vec<_>>(), old, "{what}: {program} --check");
        done(root, program, apply, printed);
        let is_new = files.iter().map(read).zip(&new).all(|(is, new)| is == *new);
        assert!(is_new, "{what}: {program} makes another file of it");
    }
    reset();
}

#[test]
fn git_and_patch_take_it_whatever_a_file_is_called_by() {
    if !has_programs(&["git", "patch"]) {
        return;
    }
    let files = [(TEMPLATE, SMALL), ("sub/x/.taskcluster.yml", SMALL), ("sub/y/z", "")];
    /// The repository's mark, the folder to call it in, its path arguments, the files that change.
    type Case<'c> = (&'c str, &'c str, &'c [&'c str], &'c [&'c str]);
    let (top, sub): (&[&str], &[&str]) = (&[TEMPLATE], &["sub/x/.taskcluster.yml"]);
    let both = [top, sub].concat();
    let cases: [Case; 14] = [
        (".git", "", &["."], &both),
        (".git", "", &[TEMPLATE], top),
        (".git", "", &["./.taskcluster.yml"], top),
        (".git", "", &["sub//x/./../x"], sub),
        (".git", "", &["ROOT/sub/x/.taskcluster.yml"], sub),
        (".git", "", &[TEMPLATE, "sub"], &both),
        (".git", "sub/y", &["../x/.taskcluster.yml"], sub),
        (".git", "sub/y", &["../.."], &both),
        (".git", "sub/x", &["."], sub),
        (".hg", "sub/y", &["../x/.taskcluster.yml"], sub),
        ("", "", &["."], &both),
        ("", "", &["./sub/../.taskcluster.yml"], top),
        ("", "", &["ROOT"], &both),
        ("", "sub", &["x"], sub),
    ];
    for case in cases {
        let (mark, place, paths, changed) = case;
        let folder = folder(mark, &files);
        let root = folder.path();
        let paths = paths.iter().map(|path| path.replace("ROOT", root.to_str().unwrap()));
        let arguments: Vec<String> = ["patch".to_owned()].into_iter().chain(paths).collect();
        let arguments: Vec<&str> = arguments.iter().map(|argument| &**argument).collect();
        let printed = tool(&root.join(place), &arguments);
        if mark.is_empty() && !place.is_empty() {
            // No repository: from the current folder.
            let changed: Vec<&str> = changed.iter().map(|file| &file[place.len() + 1..]).collect();
            applied(&root.join(place), &changed, &printed, &format!("{case:?}"));
        } else {
            applied(root, changed, &printed, &format!("{case:?}"));
        }
    }
}

/// Where a file stands neither in a repository nor below the current folder: from the top.
#[test]
fn a_file_somewhere_else_is_called_from_the_top() {
    let (here, there) = (folder("", &[]), folder("", &[(TEMPLATE, SMALL)]));
    let file = there.path().canonicalize().unwrap().join(TEMPLATE);
    let printed = tool(here.path(), &["patch", file.to_str().unwrap()]);
    let head = format!("--- a{0}\n+++ b{0}\n", file.display());
    assert!(String::from_utf8(printed).unwrap().starts_with(&head));
}

/// A worktree has a file `.git`; a submodule's file is its own repository's.
#[test]
fn a_worktree_is_a_repository() {
    if !has_programs(&["git"]) {
        return;
    }
    let folder = folder(".git", &[("tree/.git", "gitdir: elsewhere\n"), ("tree/t.yml", SMALL)]);
    let printed = tool(folder.path(), &["patch", "tree/t.yml"]);
    assert!(String::from_utf8(printed).unwrap().starts_with("--- a/t.yml\n+++ b/t.yml\n"));
}

/// Names as git itself writes them, and both programs read them.
#[test]
fn names_are_written_as_git_writes_them() {
    if !has_programs(&["git", "patch"]) {
        return;
    }
    let names = [
        "two words.yml",
        "a b/c d.yml",
        "it's.yml",
        "quo\"te.yml",
        "back\\slash.yml",
        "ünï.yml",
        "ü n.yml",
        "tab\there.yml",
        "line\nbreak.yml",
        "escape\u{1b}[31m.yml",
        "delete\u{7f}.yml",
        "-dash.yml",
        "b/x.yml",
        "日本/語.yml",
    ];
    for name in crate::needs::sampled("names in a diff", names) {
        let folder = folder(".git", &[(name, SMALL)]);
        let root = folder.path();
        let argument = format!("./{name}");
        let printed = tool(root, &["patch", &argument]);
        applied(root, &[&argument], &printed, name);
        done(root, "git", &["add", "."], b"");
        tool(root, &["patch", "--quiet", "--write", &argument]);
        let heads = |diff: &[u8]| -> Vec<String> {
            let diff = String::from_utf8(diff.to_vec()).unwrap();
            let is_head = |line: &&str| line.starts_with("--- ") || line.starts_with("+++ ");
            diff.lines().filter(is_head).take(2).map(str::to_owned).collect()
        };
        assert_eq!(heads(&printed), heads(&done(root, "git", &["diff"], b"")), "{name:?}");
    }
}

/// A name is bytes, where the file system takes them.
#[test]
#[cfg(target_os = "linux")]
fn a_name_that_is_no_text_is_written_as_git_writes_it() {
    use std::os::unix::ffi::OsStrExt;

    if !has_programs(&["git"]) {
        return;
    }
    let folder = folder(".git", &[]);
    let file = folder.path().join(std::ffi::OsStr::from_bytes(b"x\xff.yml"));
    fs::write(&file, SMALL).unwrap();
    let patch = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tc-retrigger"));
        let output = command.arg("patch").args(arguments).arg(&file).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let printed = patch(&[]);
    assert!(printed.starts_with(b"--- \"a/x\\377.yml\"\n+++ \"b/x\\377.yml\"\n"));
    let wanted = patch(&["--stdout"]);
    done(folder.path(), "git", &["apply", "-"], &printed);
    assert!(fs::read(&file).unwrap() == wanted);
}

/// Line breaks of Windows, none at the end, and what is not ASCII; two files at once.
#[test]
fn a_file_becomes_what_write_makes_of_it_to_the_byte() {
    if !has_programs(&["git", "patch"]) {
        return;
    }
    let cut = |text: &str| text.trim_end().to_owned();
    let texts = [
        ("unix", SMALL.to_owned()),
        ("windows", SMALL.replace('\n', "\r\n")),
        ("no last line break", cut(SMALL)),
        ("no last line break of Windows'", cut(&SMALL.replace('\n', "\r\n"))),
        ("a byte order mark", format!("\u{feff}{SMALL}")),
        ("not ASCII", format!("# ä \u{a0} \u{1f600}\n{SMALL}")),
    ];
    for (what, text) in crate::needs::sampled("texts in a diff", &texts) {
        let folder = folder(".git", &[("a/t.yml", text), ("b/t.yml", GECKO)]);
        let printed = tool(folder.path(), &["patch", "a/t.yml", "b/t.yml"]);
        applied(folder.path(), &["a/t.yml", "b/t.yml"], &printed, what);
    }
}

/// The lines that go and come, and in how many pairs of runs.
fn size(diff: &[u8]) -> (usize, usize) {
    let diff = String::from_utf8(diff.to_vec()).unwrap();
    let hunks = diff.lines().skip_while(|line| !line.starts_with("@@"));
    let signs: Vec<Option<u8>> =
        hunks.map(|line| line.bytes().next().filter(|sign| b"+-".contains(sign))).collect();
    let pairs = signs.windows(2).filter(|two| *two == [Some(b'-'), Some(b'+')]).count();
    (signs.iter().flatten().count(), pairs)
}

/// Patching, taking out again, and upgrading: no more pieces than in git's own diff, and no more lines.
#[test]
fn it_is_no_longer_than_gits_own() {
    if !has_programs(&["git"]) {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = [
        "examples/gecko.taskcluster.yml",
        "examples/standalone.taskcluster.yml",
        "tests/edits/four-spaces.before.yml",
        "tests/scan/old/.taskcluster.yml",
        "tests/scan/tool/.taskcluster.yml",
    ];
    for file in files {
        let text = fs::read_to_string(root.join(file)).unwrap();
        let folder = folder(".git", &[("t.yml", &text)]);
        for command in ["patch", "revert"] {
            done(folder.path(), "git", &["add", "."], b"");
            let printed = tool(folder.path(), &[command, "t.yml"]);
            tool(folder.path(), &[command, "--quiet", "--write", "t.yml"]);
            let own = done(folder.path(), "git", &["diff"], b"");
            let ((lines, pairs), (gits_lines, gits_pairs)) = (size(&printed), size(&own));
            // A rewritten script: git gives whole blocks, this one fewer lines, in more pieces.
            let is_rewritten = file.contains("/old/") && command == "patch";
            let is_short = lines <= gits_lines && (pairs <= gits_pairs || is_rewritten);
            assert!(is_short, "{command} {file}: {lines} {pairs}, git: {gits_lines} {gits_pairs}");
            assert!(lines > 0, "{command} {file}");
        }
    }
}
