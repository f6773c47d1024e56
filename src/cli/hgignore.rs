//! Folders that Mercurial ignores.

use super::repository::root;
use crate::template::source;
use ignore::overrides::{Override, OverrideBuilder};
use regex_lite::Regex;
use std::path::{Path, PathBuf};

/// The patterns of a checkout's `.hgignore`, as hgignore(5) has them: `syntax: regexp` (at the start of a
/// file, and not rooted), `glob` and `rootglob`, or `re:`, `regexp:`, `glob:`, `rootglob:` before one.
///
/// It only saves a walk through folders: what cannot be read here (`include:`, a regular expression of
/// Python's alone) ignores nothing.
#[derive(Debug, Clone)]
pub struct HgIgnore {
    root: PathBuf,
    regexes: Vec<Regex>,
    globs: Override,
}

impl HgIgnore {
    /// The patterns for what is below a folder; none, where no checkout of Mercurial holds it.
    pub fn of(folder: &Path) -> HgIgnore {
        let root = root(folder).filter(|root| root.join(".hg").exists()).unwrap_or_default();
        let text = match root.as_os_str().is_empty() {
            true => Vec::new(),
            false => source::read(&root.join(".hgignore")).unwrap_or_default(),
        };
        HgIgnore::read(root, &String::from_utf8_lossy(&text))
    }

    fn read(root: PathBuf, text: &str) -> HgIgnore {
        let (mut regexes, mut globs) = (Vec::new(), OverrideBuilder::new(&root));
        let mut syntax = "regexp".to_owned();
        for line in text.lines() {
            let line = without_comment(line);
            let line = line.trim_end();
            if let Some(named) = line.strip_prefix("syntax:") {
                syntax = named.trim().to_owned();
                continue;
            }
            if line.is_empty() {
                continue;
            }
            let (kind, pattern) = match line.split_once(':') {
                Some((kind @ ("re" | "regexp" | "glob" | "rootglob"), pattern)) => (kind, pattern),
                _ => (&*syntax, line),
            };
            match kind {
                // A pattern of Mercurial's that is in another file.
                _ if line.starts_with("include:") || line.starts_with("subinclude:") => {}
                "re" | "regexp" => regexes.extend(Regex::new(pattern)),
                "glob" => drop(globs.add(&format!("!**/{}", pattern.trim_end_matches('/')))),
                "rootglob" => drop(globs.add(&format!("!/{}", pattern.trim_end_matches('/')))),
                _ => {}
            }
        }
        let globs = globs.build().unwrap_or_else(|_| Override::empty());
        HgIgnore { root, regexes, globs }
    }

    /// Whether a folder is ignored with all that is in it.
    pub fn has(&self, folder: &Path) -> bool {
        if self.root.as_os_str().is_empty() {
            return false;
        }
        let Ok(folder) = folder.canonicalize() else { return false };
        let Ok(below) = folder.strip_prefix(&self.root) else { return false };
        self.has_below(&below.to_string_lossy().replace('\\', "/"))
    }

    fn has_below(&self, folder: &str) -> bool {
        // Mercurial asks for a folder's name without and for the files in it with a slash behind.
        let with_slash = format!("{folder}/");
        self.regexes.iter().any(|regex| regex.is_match(folder) || regex.is_match(&with_slash))
            || self.globs.matched(self.root.join(folder), true).is_ignore()
    }
}

/// A line without what a `#` begins, unless a backslash stands before it (`_commentre` in Mercurial's
/// match.py).
fn without_comment(line: &str) -> String {
    let mut out = String::new();
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '#' => break,
            '\\' if letters.peek() == Some(&'#') => out.extend(letters.next()),
            '\\' => out.extend([Some('\\'), letters.next()].into_iter().flatten()),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_ignored_as_mercurial_does() {
        let cases = [
            ("^obj", "obj-x", true),
            ("^obj", "a/obj-x", false),
            ("obj", "a/obj-x", true),
            ("(^|/)build/", "a/build", true),
            ("^third_party/[^/]*/target$", "third_party/x/target", true),
            ("a # b", "a", true),
            ("# a", "a", false),
            ("^a#b", "a", true),
            (r"^a\#b", "a#b", true),
            (r"^a\.b", "a.b", true),
            ("syntax: glob\ntarget", "x/target", true),
            ("syntax: glob\n*.egg/", "x/y.egg", true),
            ("syntax: glob\na/b", "x/a/b", true),
            ("syntax: rootglob\na/b", "x/a/b", false),
            ("syntax: rootglob\na/b", "a/b", true),
            ("syntax: glob\nre:^b$", "b", true),
            ("glob:x*", "x1", true),
            // A look-ahead is Python's alone.
            ("^(?!a)\n^c", "b", false),
            ("^(?!a)\n^c", "c", true),
            ("include:other", "other", false),
            ("", "a", false),
        ];
        for (text, folder, wanted) in cases {
            let ignored = HgIgnore::read(PathBuf::from("/r"), text).has_below(folder);
            assert_eq!(ignored, wanted, "{text:?} {folder}");
        }
    }
}
