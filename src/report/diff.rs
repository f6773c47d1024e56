//! A change as git and patch(1) take it.

use super::lines::{lines, steps};
use similar::{DiffOp, group_diff_ops};
use std::ops::Range;
use std::path::{Component, Path};

/// How many unchanged lines stand around a change.
const AROUND: usize = 3;

/// A unified diff of two texts, of the file that is called `name` where the diff is to be applied; none
/// where the texts are the same. A text is none where there is no file.
///
/// `git apply` and `patch -p1` make of the old text the new one with it, byte for byte. It has no more
/// runs of lines that go and come than `git diff` prints.
pub fn unified_diff(name: &Path, old: Option<&str>, new: Option<&str>) -> Option<String> {
    if old == new {
        return None;
    }
    let head = |prefix: &str, text: Option<&str>| match text {
        Some(_) => quoted(prefix, name),
        None => "/dev/null".to_owned(),
    };
    let head = format!("--- {}\n+++ {}\n", head("a/", old), head("b/", new));
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let (old, new) = (lines(old), lines(new));
    let mut out = head;
    for hunk in group_diff_ops(joined(&steps(&old, &new), &old, &new), AROUND) {
        add_hunk(&mut out, &hunk, &old, &new);
    }
    Some(out)
}

/// Adds steps that follow each other, as POSIX has it for `diff -u`: where the lines stand, then each behind what
/// became of it. What GNU's diff adds behind a line without an end, git and patch(1) ask for.
fn add_hunk(out: &mut String, hunk: &[DiffOp], old: &[&str], new: &[&str]) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return };
    let olds = first.old_range().start..last.old_range().end;
    let news = first.new_range().start..last.new_range().end;
    *out += &format!("@@ -{} +{} @@\n", place(&olds), place(&news));
    let mut add = |sign, lines: &[&str]| {
        for line in lines {
            out.push(sign);
            *out += line;
            if !line.ends_with('\n') {
                *out += "\n\\ No newline at end of file\n";
            }
        }
    };
    for step in hunk {
        match step {
            DiffOp::Equal { .. } => add(' ', &old[step.old_range()]),
            _ => {
                add('-', &old[step.old_range()]);
                add('+', &new[step.new_range()]);
            }
        }
    }
}

/// Where lines stand in a text: the first one's number and how many, which goes without saying for one. None
/// stand behind the line of that number.
fn place(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        many => format!("{},{many}", lines.start + 1),
    }
}

/// The steps of a diff, with two replacements made one where only empty lines stand between, in a
/// file that has many of them.
///
/// A block that is indented deeper would fall apart at each of its empty lines, which stay what they
/// are: nobody can read that. Git takes for changed what the other file has as often as this
/// (`xdl_bogosqrt` and `xdl_cleanup_records` in its xdiff), with the same outcome.
fn joined(steps: &[DiffOp], old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let is_empty = |line: &&str| line.trim().is_empty();
    let many = |lines: usize| 2 << lines.max(1).ilog(4);
    let has_many = |lines: &[&str], others: usize| {
        lines.iter().filter(|line| is_empty(line)).count() >= many(others)
    };
    if !has_many(new, old.len()) && !has_many(old, new.len()) {
        return steps.to_vec();
    }
    let mut out: Vec<DiffOp> = Vec::new();
    for step in steps {
        let replaced = match (out.as_slice(), step) {
            (
                [.., DiffOp::Replace { old_index, new_index, .. }, between @ DiffOp::Equal { .. }],
                DiffOp::Replace { .. },
            ) if old[between.old_range()].iter().all(is_empty) => Some(DiffOp::Replace {
                old_index: *old_index,
                old_len: step.old_range().end - old_index,
                new_index: *new_index,
                new_len: step.new_range().end - new_index,
            }),
            _ => None,
        };
        if replaced.is_some() {
            out.truncate(out.len() - 2);
        }
        out.push(replaced.unwrap_or(*step));
    }
    out
}

/// A file's name in a diff's head, behind `prefix`, as git writes it with `core.quotePath` as it is
/// unless somebody sets it (`quote_c_style` in its quote.c): what is not plain ASCII stands in
/// quotes, escaped as in C. Behind a name with a space comes a tab (diff.c,
/// `DIFF_SYMBOL_FILEPAIR_PLUS`), since all after one would be taken for a time.
fn quoted(prefix: &str, name: &Path) -> String {
    let steps = name.components().filter(|step| !matches!(step, Component::RootDir));
    let steps: Vec<&[u8]> = steps.map(|step| step.as_os_str().as_encoded_bytes()).collect();
    let name = [prefix.as_bytes(), &steps.join(&b'/')].concat();
    let mut text = String::new();
    for byte in &name {
        match byte {
            7 => text += r"\a",
            8 => text += r"\b",
            b'\t' => text += r"\t",
            b'\n' => text += r"\n",
            11 => text += r"\v",
            12 => text += r"\f",
            b'\r' => text += r"\r",
            b'"' => text += "\\\"",
            b'\\' => text += r"\\",
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => text += &format!(r"\{byte:03o}"),
        }
    }
    if text.as_bytes() != name {
        text = format!("\"{text}\"");
    }
    let tab = if text.contains(' ') { "\t" } else { "" };
    text + tab
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_as_git_quotes_them() {
        let cases = [
            (".taskcluster.yml", "a/.taskcluster.yml"),
            ("x/y.yml", "a/x/y.yml"),
            ("/tmp/y.yml", "a/tmp/y.yml"),
            ("it's $x~.yml", "a/it's $x~.yml\t"),
            ("a\"b.yml", r#""a/a\"b.yml""#),
            ("a\\b.yml", r#""a/a\\b.yml""#),
            ("a\nb\tc.yml", r#""a/a\nb\tc.yml""#),
            ("\u{1b}[31m \u{7f}.yml", "\"a/\\033[31m \\177.yml\"\t"),
            ("ä.yml", r#""a/\303\244.yml""#),
        ];
        for (name, wanted) in cases {
            assert_eq!(quoted("a/", Path::new(name)), wanted, "{name:?}");
        }
    }

    /// Two texts, and the lines between the head and the end.
    #[test]
    fn a_diff_is_short_and_in_one_piece() {
        let cases = [
            ("a\n", "b\n", "@@ -1 +1 @@|-a|+b|"),
            ("", "a\nb\n", "@@ -0,0 +1,2 @@|+a|+b|"),
            ("a\n", "", "@@ -1 +0,0 @@|-a|"),
            ("a", "b\n", "@@ -1 +1 @@|-a|\\ No newline at end of file|+b|"),
            ("a\nb", "c\nb", "@@ -1,2 +1,2 @@|-a|+c| b|\\ No newline at end of file|"),
            ("a\r\nb\r\n", "a\r\nc\r\n", "@@ -1,2 +1,2 @@| a\r|-b\r|+c\r|"),
            ("a\rb\u{2028}c\n", "a\rd\u{2028}c\n", "@@ -1 +1 @@|-a\rb\u{2028}c|+a\rd\u{2028}c|"),
            // An empty line inside of what is indented: of many, of few.
            (
                "a:\n b\n\n c\nd\n\n\n\n",
                "a:\n  b\n\n  c\nd\n\n\n\n",
                "@@ -1,7 +1,7 @@| a:|- b|-|- c|+  b|+|+  c| d| | |",
            ),
            ("a\n\nb\n", "c\n\nd\n", "@@ -1,3 +1,3 @@|-a|+c| |-b|+d|"),
            // One beside it, one with a line that stays, one between what is new only.
            ("a\n\nb\n", "c\n\nb\n", "@@ -1,3 +1,3 @@|-a|+c| | b|"),
            ("\n", "a\n\nb\n", "@@ -1 +1,3 @@|+a| |+b|"),
            ("a\n\nb\nc\n", "d\n\nb\ne\n", "@@ -1,4 +1,4 @@|-a|+d| | b|-c|+e|"),
        ];
        for (old, new, wanted) in cases {
            let diff = unified_diff(Path::new("f"), Some(old), Some(new)).unwrap();
            let wanted = format!("--- a/f\n+++ b/f\n{}", wanted.replace('|', "\n"));
            assert_eq!(diff, wanted, "{old:?} {new:?}");
        }
        assert_eq!(unified_diff(Path::new("f"), Some("a\n"), Some("a\n")), None);
    }
}
