//! `--format html`: what the page for reviewers shows of the files of `patch` and `verify`.

use super::output::Output;
use crate::error::{Error, Result};
use crate::jsone::families;
use crate::patch;
use crate::report::{Format, Page};
use crate::template::{Template, Text};
use crate::work::Options;
use crate::work::evidence::{Evidence, evidence};
use std::path::Path;

/// Errs where a page is asked for of a command that has none.
pub fn of_command(has_page: bool, output: &Output) -> Result<()> {
    match output.format {
        Format::Html if !has_page => {
            Err(Error::new("--format html is a page on a change of one file")
                .help("use it with `patch` or `verify`"))
        }
        _ => Ok(()),
    }
}

/// Errs where a page is asked for of several files.
pub fn of_one(files: usize, output: &Output) -> Result<()> {
    match output.format {
        Format::Html if files > 1 => {
            Err(Error::new(format!("--format html is a page on one file, and these are {files}"))
                .help("name one file; --format json takes many"))
        }
        _ => Ok(()),
    }
}

/// The page on what `patch` made of the file at `path`: of its bytes, and the new text, where it made
/// one. None where no page is asked for.
pub fn of_patch(
    (path, format): (&Path, Format),
    bytes: &[u8],
    new: Option<&str>,
    options: &Options,
) -> Option<Page> {
    if format != Format::Html {
        return None;
    }
    let old = Template::from_bytes(bytes.to_vec()).ok()?;
    let line = CommandLine::typed();
    let before = patch::revert(&old).unwrap_or_else(|_| old.clone());
    let Some(new) = new.and_then(|text| Template::parse(Text::new(text)).ok()) else {
        return Some(page(&old, &old, &old, None, &line));
    };
    let seen = evidence(&before, &new, options);
    let context = context(&seen);
    let is_change = old.text().as_str() != new.text().as_str();
    // A file that has it already is held against itself without.
    let shown = if is_change { &old } else { &before };
    let mut page = page(shown, &new, &before, Some(seen), &line);
    page.hashes = [old.hook_hash(), new.hook_hash()];
    page.is_change = is_change;
    if path == Path::new("-") {
        return Some(page);
    }
    let (file, patched) = (quoted(&path.to_string_lossy()), line.with("patch", "--stdout"));
    let mut checks = vec![
        (
            format!("{patched} | sha256sum"),
            format!(
                "The new file’s SHA-256: its first ten digits, {}, name the hooks.",
                new.hook_hash()
            ),
        ),
        (
            format!("tc-retrigger revert --stdout {file} | sha256sum"),
            format!(
                "Without the fast path, the file’s SHA-256 starts with {}.",
                before.hook_hash()
            ),
        ),
    ];
    if let Some(context) = context {
        let context = quoted(&context);
        let before = format!("tc-retrigger render --before --context {context} {file}");
        let after = format!("{patched} | tc-retrigger render --context {context} -");
        checks.push((before, "The retrigger’s task before, in full.".to_owned()));
        checks.push((after, "The same retrigger’s task after.".to_owned()));
    }
    page.checks = checks;
    page.revert = format!("tc-retrigger revert --write {file}");
    Some(page)
}

/// The page on a pair of files; none where no page is asked for. The names are what the files were
/// called on the command line, of revisions as well.
pub fn of_pair(
    output: &Output,
    (old_name, old): (&str, &Template),
    (new_name, new): (&str, &Template),
    options: &Options,
) -> Option<Page> {
    if output.format != Format::Html {
        return None;
    }
    let seen = evidence(old, new, options);
    let context = context(&seen);
    let mut page = page(old, new, old, Some(seen), &CommandLine::typed());
    let is_file = |name: &str| name != "-" && Path::new(name).is_file();
    let (old_file, new_file) = (quoted(old_name), quoted(new_name));
    if is_file(old_name) && is_file(new_name) {
        page.checks.push((
            format!("diff -w {old_file} {new_file}"),
            "The change without what is only indentation.".to_owned(),
        ));
        let [old, new] = &page.hashes;
        page.checks.push((
            format!("sha256sum {old_file} {new_file}"),
            format!(
                "Both files’ SHA-256, whose first ten digits, {old} and {new}, name the hooks."
            ),
        ));
        if page.is_reversible {
            page.checks.push((
                format!("tc-retrigger revert --stdout {new_file} | cmp - {old_file}"),
                "Without its fast path, the new file is the old one: nothing is printed."
                    .to_owned(),
            ));
        }
    }
    if let Some(context) = context {
        let sides = [(old_name, &old_file, "before, in full"), (new_name, &new_file, "after")];
        for (_, file, side) in sides.iter().filter(|(name, ..)| is_file(name)) {
            let line = format!("tc-retrigger render --context {} {file}", quoted(&context));
            page.checks.push((line, format!("The retrigger’s task {side}.")));
        }
    }
    if is_file(new_name) {
        page.revert = format!("tc-retrigger revert --write {new_file}");
    }
    Some(page)
}

fn page(
    old: &Template,
    new: &Template,
    template: &Template,
    evidence: Option<Evidence>,
    line: &CommandLine,
) -> Page {
    let text = |template: &Template| template.text().as_str().to_owned();
    let reverted = patch::revert(new);
    Page {
        old: text(old),
        new: text(new),
        template: text(template),
        hashes: [old.hook_hash(), new.hook_hash()],
        is_change: old.text().as_str() != new.text().as_str(),
        evidence,
        repeat: line.joined(),
        checks: Vec::new(),
        revert: "tc-retrigger revert --write .taskcluster.yml".to_owned(),
        is_reversible: reverted
            .is_ok_and(|reverted| reverted.text().as_str() == old.text().as_str()),
    }
}

/// The built-in context that the evidence shows a retrigger in.
fn context(evidence: &Evidence) -> Option<String> {
    let name = evidence.retrigger.as_ref()?.name.clone();
    families::find(&name).map(|_| name)
}

/// The words of the command line that this process got, without those that say where output goes.
struct CommandLine(Vec<String>);

impl CommandLine {
    fn typed() -> CommandLine {
        CommandLine::of(std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()))
    }

    fn of(words: impl Iterator<Item = String>) -> CommandLine {
        let mut kept = Vec::new();
        let mut is_value = false;
        for word in words {
            let is_taken = std::mem::take(&mut is_value);
            is_value = !is_taken && matches!(&*word, "--format" | "--color");
            let is_about_output =
                ["--format=", "--color="].iter().any(|flag| word.starts_with(flag))
                    || matches!(&*word, "--write" | "--fix" | "--diff" | "--quiet" | "-q");
            if !is_taken && !is_value && !is_about_output {
                kept.push(word);
            }
        }
        CommandLine(kept)
    }

    fn joined(&self) -> String {
        let words = self.0.iter().map(|word| quoted(word));
        std::iter::once("tc-retrigger".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
    }

    /// The line with a flag behind the command.
    fn with(&self, command: &str, flag: &str) -> String {
        let at = self.0.iter().position(|word| word == command).map_or(0, |at| at + 1);
        let mut words = self.0.clone();
        words.insert(at, flag.to_owned());
        CommandLine(words).joined()
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./=@:+,%".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_repeated_without_what_is_about_output() {
        let cases = [
            ("patch --format html a.yml", "tc-retrigger patch a.yml"),
            ("--format=html patch --write a.yml", "tc-retrigger patch a.yml"),
            ("patch --color never -q it's", "tc-retrigger patch 'it'\\''s'"),
            ("patch --recipe retrigger --fix .", "tc-retrigger patch --recipe retrigger ."),
            ("patch --format html --format", "tc-retrigger patch"),
        ];
        for (typed, wanted) in cases {
            let line = CommandLine::of(typed.split(' ').map(str::to_owned));
            assert_eq!(line.joined(), wanted, "{typed}");
        }
        let line = CommandLine::of(["-v", "patch", "a b"].map(str::to_owned).into_iter());
        assert_eq!(line.with("patch", "--stdout"), "tc-retrigger -v patch --stdout 'a b'");
    }
}
