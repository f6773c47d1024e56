//! The page for reviewers, `--format html`: what it says, that nothing of a file runs in it, that its
//! command lines work, and what Chromium and axe-core make of it.

mod files;

use crate::needs;
use files::{PLAIN, files, hostile};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tc-retrigger");

/// No page may be larger.
const MOST_BYTES: usize = 2_000_000;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM).current_dir(folder).args(arguments).output().unwrap()
}

/// A page, which the program ends with this exit status.
fn page(folder: &Path, arguments: &[&str], status: i32) -> String {
    let output = run(folder, &[arguments, &["--format", "html"]].concat());
    assert_eq!(output.status.code(), Some(status), "{arguments:?} {output:?}");
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"), "{arguments:?}");
    assert!(page.len() < MOST_BYTES, "{arguments:?}: {} bytes", page.len());
    page
}

/// The text of a page between two places.
fn between<'p>(page: &'p str, from: &str, to: &str) -> &'p str {
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no {to}")).0
}

/// The command line, its exit status; the verdict's word, a part of its sentence, and a part of the
/// rest.
#[test]
fn the_verdict_stands_first_and_says_no_more_than_is_proved() {
    let folder = files();
    let cases: &[(&[&str], i32, &str, &str, &str)] = &[
        (
            &["patch", "old.yml"],
            0,
            "Proved",
            "For all contexts: pushes",
            "<strong>recipe 3</strong> as built into",
        ),
        (&["patch", "new.yml"], 0, "Proved", "For all contexts", "has its fast path already"),
        (&["patch", "old-recipe.yml"], 0, "Proved", "For all contexts", "is not written yet"),
        (
            &["patch", "refused.yml"],
            1,
            "Not proved",
            "already uses the variable clonePayload",
            "it is written nowhere: this is what it would be",
        ),
        (
            &["patch", "none.yml"],
            0,
            "Nothing to patch",
            "`tasks` is empty",
            "tc-retrigger patch none.yml",
        ),
        (
            &["patch", "raises.yml"],
            1,
            "The template raises",
            "no property",
            "Where the template raises",
        ),
        (&["verify", "old.yml", "new.yml"], 0, "Proved", "For all contexts", "against"),
        (
            &["verify", "old.yml", "other-comment.yml"],
            0,
            "Proved",
            "For all",
            "<strong>not</strong> what recipe 3",
        ),
        (
            &["verify", "old.yml", "same-time.yml"],
            1,
            "Not proved",
            "Nothing is proved: the fast path’s",
            "no proof",
        ),
        (
            &["verify", "old.yml", "other-time.yml"],
            1,
            "Different",
            "79 of 259 contexts",
            "payload.maxRunTime",
        ),
        (
            &["verify", "old.yml", "other-image.yml"],
            1,
            "Different",
            "do not render what they must",
            "another/image",
        ),
        (
            &["verify", "none.yml", "none.yml"],
            0,
            "Proved",
            "For all",
            "The new file has no fast path",
        ),
    ];
    for (arguments, status, word, sentence, rest) in needs::sampled("verdicts of pages", cases) {
        let page = page(folder.path(), arguments, *status);
        let verdict = between(&page, "<main", "<section");
        let plain = verdict.replace("&#39;", "’").replace('\'', "’");
        assert!(
            verdict.contains(&format!("<p class=\"word\">{word}</p>")),
            "{arguments:?}: {verdict}"
        );
        assert!(plain.contains(sentence), "{arguments:?}: {verdict}");
        assert!(page.contains(rest), "{arguments:?} lacks {rest}");
        assert_eq!(
            page.matches(">Proved<").count(),
            usize::from(*word == "Proved"),
            "{arguments:?}"
        );
        let is_given = !arguments.contains(&"refused.yml") && page.contains("of the script");
        assert_eq!(page.contains("id=\"back\""), is_given, "{arguments:?}");
        // What speaks against it comes before all else.
        let against = page.find("id=\"differences\"");
        assert_eq!(against.is_some(), *word == "Different", "{arguments:?}");
        assert!(against.is_none_or(|at| Some(at) < page.find("id=\"recipe\"")), "{arguments:?}");
    }
}

/// All that a reviewer asks, in this order, with what the terminal tells of the same file.
#[test]
fn a_page_answers_what_a_reviewer_asks() {
    let folder = files();
    let page = page(folder.path(), &["patch", "old.yml"], 0);
    let wanted = [
        "id=\"main\"",
        "79</strong> of them retriggers",
        "id=\"recipe\"",
        "fast-path.yml",
        "retrigger.py",
        "id=\"hooks\"",
        "fxci-config must deploy",
        "id=\"change\"",
        "lines only deeper",
        "of the script",
        "$if: &gt;-",
        "id=\"task\"",
        "All 2 keys are the same",
        "maxRunTime",
        "id=\"events\"",
        "hg-push",
        "retrigger-multiple",
        "id=\"template\"",
        "true in ",
        "id=\"kept\"",
        "downstream",
        "id=\"repeat\"",
        "id=\"back\"",
        "tc-retrigger revert --write old.yml",
    ];
    let mut rest = page.as_str();
    for part in wanted {
        rest =
            rest.split_once(part).unwrap_or_else(|| panic!("{part} is not there, or too early")).1;
    }
    let json = run(folder.path(), &["patch", "--format", "json", "old.yml"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    for hash in ["old_hash", "new_hash"] {
        let hash = json["files"][0][hash].as_str().unwrap();
        assert!(between(&page, "id=\"hooks\"", "</section>").contains(hash), "{hash}");
    }
}

#[test]
fn the_script_in_the_tree_is_told_with_its_hash() {
    let folder = files();
    let arguments = ["patch", "--recipe", "retrigger-file", "--script", "a/b.py", "../old.yml"];
    fs::create_dir(folder.path().join("in")).unwrap();
    let public = "env:\n                  X_HEAD_REPOSITORY: 'https://github.com/example/widget'\n                  \
                  X_HEAD_REV: '${push.revision}'";
    fs::write(folder.path().join("old.yml"), PLAIN.replace("env:", public)).unwrap();
    let page = page(&folder.path().join("in"), &arguments, 0);
    let recipe = between(&page, "id=\"recipe\"", "</section>");
    for part in ["recipe retrigger-file 3", "fast-path.yml", "fetch.py", "retrigger.py"] {
        assert!(recipe.contains(part), "{part}: {recipe}");
    }
    assert!(page.contains("<code>a/b.py</code> goes with it: the file is new."));
}

#[test]
fn whatever_stands_in_a_file_is_text() {
    let folder = tempfile::tempdir().unwrap();
    let [old, new] = hostile(folder.path());
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    let (old, new) = (name(&old), name(&new));
    for page in
        [page(folder.path(), &["patch", &old], 0), page(folder.path(), &["verify", &old, &new], 1)]
    {
        for part in ["<script", "<img", "<svg", "<b ", "</textarea", "</script", "\u{202e}"] {
            assert!(
                !page.contains(part),
                "{part} in {:?}",
                page.split_once(part).unwrap().1.get(..80)
            );
        }
        assert_eq!(page.matches("</style>").count(), 1);
        assert!(page.contains("&lt;script&gt;alert(2)") && page.contains("\\u{202e}evil"));
        assert!(page.contains("default-src 'none'") || page.contains("default-src &#39;none&#39;"));
    }
}

/// The command lines of a page, as one would copy them.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("<pre class=\"command\"><code>").skip(1);
    let text = |block: &str| block.split_once("</code>").unwrap().0.to_owned();
    let plain = |text: String| {
        let signs =
            [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
        signs.iter().fold(text, |text, (escaped, sign)| text.replace(escaped, sign))
    };
    blocks.map(text).map(plain).collect()
}

#[test]
fn the_command_lines_of_a_page_work() {
    let folder = files();
    let copy =
        |from: &str, to: &str| fs::copy(folder.path().join(from), folder.path().join(to)).unwrap();
    copy("old.yml", "it's <old>.yml");
    copy("new.yml", "a new.yml");
    let program = Path::new(PROGRAM).parent().unwrap();
    let path = std::env::join_paths([program, Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
    let pages = [
        (page(folder.path(), &["patch", "it's <old>.yml"], 0), 6),
        (page(folder.path(), &["verify", "it's <old>.yml", "a new.yml"], 0), 7),
    ];
    for (page, number) in pages {
        let commands = commands(&page);
        assert_eq!(commands.len(), number, "{commands:?}");
        for command in commands {
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(&command).current_dir(folder.path()).env("PATH", &path);
            let output = shell.output().unwrap();
            // diff(1) ends with 1 where files differ.
            let status = i32::from(command.starts_with("diff "));
            assert_eq!(output.status.code(), Some(status), "{command}: {output:?}");
            if let Some(hash) = command.contains("sha256sum").then(|| &output.stdout[..10]) {
                let hash = String::from_utf8_lossy(hash).into_owned();
                assert!(
                    between(&page, "id=\"repeat\"", "</main>").contains(&hash),
                    "{command}: {hash}"
                );
            }
        }
        // The last one takes the fast path out.
        let reverted = if number == 6 { "it's <old>.yml" } else { "a new.yml" };
        assert_eq!(fs::read_to_string(folder.path().join(reverted)).unwrap(), PLAIN);
    }
}

/// A page shows one change; where there is none to show, the program says what to do.
#[test]
fn other_uses_are_refused() {
    let folder = files();
    let one = "a page on one file, and these are 2; name one file";
    let no_page = "a page on a change of one file; use it with `patch` or `verify`";
    let cases: &[(&[&str], &str)] = &[
        (&["patch", "old.yml", "new.yml"], one),
        (&["check", "new.yml"], no_page),
        (&["revert", "new.yml"], no_page),
        (&["scan", "."], no_page),
        (&["contexts"], no_page),
        (&["render", "old.yml", "--context", "cron/central"], no_page),
        (&["patch", "nowhere.yml"], "cannot be read"),
    ];
    for (arguments, wanted) in cases {
        let output = run(folder.path(), &[arguments, &["--format", "html"][..]].concat());
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {output:?}");
        assert!(output.stdout.is_empty() && told.contains(wanted), "{arguments:?}: {told}");
    }
}

#[test]
fn the_largest_real_template_makes_a_page_of_a_sane_size() {
    let Some(corpus) = needs::corpus() else { return };
    page(&corpus.join("head"), &["patch", "firefox-enterprise-fork.taskcluster.yml"], 0);
}

/// Each width and each scheme once, since one is about places and the other about colours; and the other way round.
const LOOKS: [&str; 2] = ["1280:light,400:dark", "400:light,1280:dark"];

/// Where Chromium is, by others' packages; the first is all of it but its windows.
const CHROMIUM: [&str; 3] =
    ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser"];

/// `check.mjs` on pages, by these looks at each; none where Chromium or what it takes is not there.
fn browser(looks: &str, pages: &[PathBuf]) -> Option<Output> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let modules = std::env::var_os("TC_RETRIGGER_NODE_MODULES")
        .map_or_else(|| root.join(".ci/node_modules"), PathBuf::from);
    let installed = || CHROMIUM.iter().find(|path| Path::new(path).exists());
    let chromium = std::env::var_os("CHROMIUM")
        .map_or_else(|| installed().unwrap_or(&CHROMIUM[0]).into(), PathBuf::from);
    let wanted = [modules.join("puppeteer-core"), modules.join("axe-core"), chromium.clone()];
    if let Some(lack) = wanted.iter().find(|path| !path.exists()) {
        needs::missing(&format!(
            "no page is looked at in Chromium: there is no {}",
            lack.display()
        ));
        return None;
    }
    let mut node = Command::new("node");
    node.arg(root.join("tests/page/check.mjs")).arg(looks).args(pages);
    node.env("NODE_PATH", &modules).env("CHROMIUM", chromium);
    Some(node.output().unwrap())
}

/// No console message, no request, nothing that sticks out at 1280 or 400 pixels, all by keyboard, all
/// open in print, and nothing that axe finds, in light and dark.
#[test]
fn a_browser_finds_nothing_wrong() {
    let folder = files();
    let [old, new] = hostile(folder.path()).map(|path| path.to_str().unwrap().to_owned());
    let pages = [
        ("patch.html", page(folder.path(), &["patch", "old.yml"], 0)),
        ("different.html", page(folder.path(), &["verify", &old, &new], 1)),
        ("raises.html", page(folder.path(), &["patch", "raises.yml"], 1)),
    ];
    // A few seconds each.
    let pages = needs::sampled("pages in a browser", pages).into_iter().map(|(name, page)| {
        let path = folder.path().join(name);
        fs::write(&path, page).unwrap();
        path
    });
    let looks = needs::sampled("looks at a page", LOOKS).join(",");
    let Some(output) = browser(&looks, &pages.collect::<Vec<_>>()) else { return };
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What looks at the pages sees what can be wrong with one.
#[test]
fn a_browser_would_find_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.html");
    let bad = "<!DOCTYPE html><title>x</title><p style=\"color:#ddd;background:#fff\">pale</p>\
        <img src=\"http://127.0.0.1:1/x.png\" onerror=\"1\"><script>console.log('hi'); alert(1)</script>\
        <a href=\"#none\">a</a><a href=\"#x\" tabindex=\"-1\">b</a><div style=\"width:3000px\">wide</div>\
        <style>details::details-content{display:none!important}</style>\
        <details><summary style=\"outline:none\">s</summary><p id=x>y</p></details>";
    fs::write(&path, bad).unwrap();
    let Some(output) = browser(LOOKS[0], &[path]) else { return };
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}{}", text(&output.stderr));
    let wanted = [
        "asks for http://127.0.0.1:1/x.png",
        "console: hi",
        "dialog: 1",
        "could run or load: onerror",
        "could run or load: SCRIPT",
        "pixels wide",
        "axe: color-contrast",
        "axe: landmark-one-main",
        "no focus is seen at s",
        "the keyboard reaches 2 of 3 controls",
        "#none leads nowhere",
        "1 folds are closed in print",
    ];
    for part in wanted {
        assert!(told.contains(part), "{part} is not told:\n{told}");
    }
}
