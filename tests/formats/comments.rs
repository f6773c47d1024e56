//! Comments in Markdown, as GitHub and Phabricator read them.

use super::{check, many, pair, remarkup, run};
use crate::folder::{Folder, TASK};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::fs;
use std::path::Path;

/// Asserts that a comment has markup of this program's own only, whoever reads it; gives the text of its
/// code.
fn assert_harmless(comment: &str) -> String {
    let mut code = String::new();
    let mut is_code = false;
    for event in Parser::new_ext(comment, Options::ENABLE_GFM | Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Text(text) if is_code => code += &text,
            Event::Text(text) => assert!(!text.contains("MARK"), "{text} in {comment}"),
            Event::Code(text) => code.extend([&*text, "\n"]),
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock | Tag::Table(_)) =>
            {
                panic!("{event:?} in {comment}")
            }
            _ => {}
        }
    }
    let outside = remarkup::outside_code(comment);
    assert!(!outside.contains("MARK"), "{outside} in {comment}");
    code
}

#[cfg(unix)]
#[test]
fn a_comment_holds_no_markup_of_others() {
    let (status, printed) = check("markdown");
    assert_eq!(status, 2);
    let code = assert_harmless(&printed);
    for wanted in [
        "MARK'MARK, 50%25 a=b:c@MARK #1 <img src=MARK> [MARK](MARK.example) **MARK**\\n::error::MARK\\r'''\\n# MARK.yml",
        "</code>@MARK",
        "unpatched.yml",
    ] {
        assert!(code.contains(wanted), "{wanted} is not in {code}");
    }
    let headings = printed.lines().filter(|line| line.starts_with("### ")).count();
    assert_eq!(headings, 9, "{printed}");
    assert!(printed.ends_with(
        "**9 files**: 1 already-patched, 1 not-applicable, 1 unpatched, 1 edited, 1 raises, 4 error\n"
    ));
    let (folder, names) = many();
    let folder = folder.path();
    for name in names.iter().filter(|name| **name != "nowhere.yml") {
        let below = folder.join("below").join(name);
        fs::create_dir_all(&below).unwrap();
        fs::copy(folder.join(name), below.join(".taskcluster.yml")).unwrap();
    }
    let (status, printed) = run(folder, &["scan", "--format", "markdown", "below"]);
    assert_eq!((status, printed.lines().filter(|line| line.starts_with("- `")).count()), (0, 8));
    assert_harmless(&printed);
}

/// The lines of a change that are not folded, whatever stands in them.
#[test]
fn a_change_in_a_comment_is_all_code() {
    let cases = [
        ("a plain comment", true),
        ("@MARK #1 <img src=MARK> [MARK](MARK) ~~~ </details> {F1} ##MARK## %%%MARK%%%", true),
        ("``` @MARK", false),
        ("MARK ```", false),
        ("````` MARK `MARK` ``````", false),
        ("`MARK``MARK`", true),
    ];
    for (line, is_fenced) in cases {
        let old = TASK.replace("      payload:\n", &format!("      # {line}\n      payload:\n"));
        let folder = Folder::with(&old);
        let (status, printed) = folder.run(&["patch", "--format", "markdown", "f.yml"]);
        assert_eq!(status, 0, "{printed}");
        let code = assert_harmless(&printed);
        assert!(code.contains(&format!("\n       # {line}\n       payload:\n+")), "{line}: {code}");
        assert!(code.contains("@@ 260 lines of the script @@\n"), "{code}");
        assert_eq!(printed.contains("```diff\n"), is_fenced, "{printed}");
        assert!(printed.contains("\n**Proved for all contexts**: "), "{printed}");
        assert!(printed.contains("\n- Hooks: `…/"), "{printed}");
        // The other way round, in a proof that fails.
        let new =
            old.replace(&format!("# {line}\n"), &format!("x: {:?}\n", format!("{line} MARK")));
        fs::write(folder.0.path().join("g.yml"), new).unwrap();
        let (status, printed) = folder.run(&["verify", "--format", "markdown", "f.yml", "g.yml"]);
        assert_eq!(status, 1, "{printed}");
        assert!(printed.contains("\n**Not proved**: `"), "{printed}");
        assert!(assert_harmless(&printed).contains(line), "{printed}");
    }
}

/// Whole comments, as they are kept beside this file; `UPDATE_FORMATS=1` writes them anew.
#[test]
fn comments_read_as_they_are_kept() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (old, new) = ("examples/no-actions.taskcluster.yml", "tests/scan/docs/.taskcluster.yml");
    let cases: [(&str, &[&str], i32); 2] = [
        ("patch.md", &["patch", "examples/gecko.taskcluster.yml"], 0),
        ("verify.md", &["verify", old, new], 1),
    ];
    for (name, arguments, wanted) in cases {
        let (status, printed) = run(root, &[arguments, &["--format", "markdown"]].concat());
        let path = root.join("tests/formats").join(name);
        if std::env::var_os("UPDATE_FORMATS").is_some() {
            fs::write(&path, &printed).unwrap();
        }
        assert_eq!((status, &printed), (wanted, &fs::read_to_string(&path).unwrap()), "{name}");
    }
}

/// A change that nobody reads in a comment is cut; GitHub takes no comment of over 65,536 characters.
#[test]
fn a_long_change_is_cut() {
    let (folder, patched) = pair();
    let many: String = (0..5000).map(|at| format!("# line {at}\n")).collect();
    fs::write(folder.file(), many + &patched).unwrap();
    let verify = ["verify", "--format", "markdown", "old.yml", "f.yml"];
    let (status, printed) = folder.run(&verify);
    assert_eq!((status, printed.len() < 65_536), (0, true), "{}", printed.len());
    assert!(printed.contains("lines more; --verbose shows all @@\n```\n"), "{printed}");
    let (_, printed) = folder.run(&[&verify[..], &["--verbose"]].concat());
    assert!(printed.contains("\n+# line 4999\n"));
}

/// What `rollout` makes is told, too.
#[test]
fn a_comment_tells_the_commit() {
    for kind in crate::checkout::kinds_by_turn(3) {
        let folder = crate::checkout::checkout(kind, &[(".taskcluster.yml", TASK)]);
        let told = |flags: &[&str]| {
            let arguments = ["rollout", "--format", "markdown", "."];
            let (status, printed) = run(folder.path(), &[&arguments, flags].concat());
            assert_eq!(status, 0, "{printed}");
            assert_harmless(&printed);
            printed
        };
        assert!(told(&["--dry-run"]).contains("`: not made.\n"), "{}", told(&["--dry-run"]));
        let made = told(&[]);
        assert!(made.contains("\n- Branch `") && made.contains("` made, not pushed.\n"), "{made}");
        assert!(!made.contains("Nothing is written"), "{made}");
        let again = told(&[]);
        assert!(again.contains("`: there already with this change, commit `"), "{again}");
    }
}
