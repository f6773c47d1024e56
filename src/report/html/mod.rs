//! The page for reviewers: one HTML file that holds all of itself, for `patch` and `verify`.
//!
//! It asks the network for nothing and runs no script; what opens are `<details>`. Whatever stands in
//! the files is other people's: `maud` escapes all that is not written in these modules, and the
//! page's policy lets nothing run or load, should something slip through.

mod change;
mod events;
mod identity;
mod parts;
mod source;
mod steps;
mod subject;
mod task;
mod verdict;

use super::data::Report;
use crate::work::evidence::Standing;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use subject::Subject;

/// The style sheet, in the order in which later rules win.
const STYLE: [&str; 3] =
    [include_str!("page.css"), include_str!("parts.css"), include_str!("media.css")];

/// The page of a report of one file or pair; empty where the report has none.
pub fn write(report: &Report) -> String {
    let subject = match report {
        Report::Files(run) => match run.files.as_slice() {
            [file] if file.page.is_some() => Subject::of_file(run.command, file),
            _ => return String::new(),
        },
        Report::Verify(report) => Subject::of_pair(report),
        _ => return String::new(),
    };
    document(&subject).into_string()
}

fn document(subject: &Subject) -> Markup {
    let word = verdict::word(subject);
    let sections = sections(subject);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (word) ": " (parts::name(subject.title)) }
                style { (PreEscaped(style())) }
            }
            body {
                a.skip href="#main" { "Skip to the verdict" }
                header {
                    p.tool {
                        "tc-retrigger " (env!("CARGO_PKG_VERSION")) " " (subject.command)
                    }
                    h1 { (parts::file_name(subject.title)) }
                    @if let Some(old) = subject.old { p.against { "against " code { (parts::file_name(old)) } } }
                }
                nav aria-label="Contents" { (contents(subject, &sections)) }
                main id="main" tabindex="-1" {
                    (verdict::banner(subject))
                    (verdict::against(subject))
                    @for (_, _, body) in &sections { (body) }
                }
            }
        }
    }
}

/// The sections behind the verdict: the id and the name of each for the page's contents.
fn sections(subject: &Subject) -> Vec<(&'static str, &'static str, Markup)> {
    let Some(page) = subject.page else { return Vec::new() };
    let mut sections = Vec::new();
    let evidence = page.evidence.as_ref();
    if let Some(evidence) = evidence {
        sections.push(("recipe", "Recipe", identity::recipe(&evidence.recipe)));
        sections.push(("hooks", "Hooks", identity::hooks(subject)));
        sections.push(("change", "The change", change::change(subject, page)));
        let tried = subject.proof.map_or(0, |proof| proof.contexts.total);
        let script = evidence.recipe.script.as_ref().map(|script| script.text.as_str());
        if let Some(shown) = &evidence.retrigger {
            sections.push(("task", "A retrigger’s task", task::task(shown, script)));
        }
        sections.push(("events", "Events", events::events(evidence, tried, script)));
        let source = source::source(page, &evidence.conditions);
        sections.push(("template", "The template", source));
        sections.push(("kept", "Today’s path", events::kept(&evidence.kept)));
    }
    sections.push(("repeat", "Repeat it", steps::repeat(page)));
    let has_fast_path = evidence.is_some_and(|it| it.recipe.standing != Standing::Absent);
    if has_fast_path && !subject.is_refused() {
        sections.push(("back", "Back out", steps::back_out(subject, page)));
    }
    sections
}

fn contents(subject: &Subject, sections: &[(&str, &str, Markup)]) -> Markup {
    let has_examples = subject.proof.is_some_and(|proof| !proof.counterexamples.is_empty());
    let has_raised = subject.finding.is_some_and(|finding| !finding.raised.is_empty());
    html! {
        ul {
            li { a href="#main" { "Verdict" } }
            @if has_examples { li { a href="#differences" { "What differs" } } }
            @if has_raised { li { a href="#raises" { "What raises" } } }
            @if !subject.notes.is_empty() { li { a href="#notes" { "Notes" } } }
            @for (id, name, _) in sections { li { a href={ "#" (id) } { (name) } } }
        }
    }
}

/// The style sheet.
fn style() -> String {
    STYLE.concat() + &parts::indentations()
}

/// What the page may do: nothing but show itself, with this very style sheet (Content Security Policy
/// Level 3, "Usage of 'unsafe-hashes'" and "hash-source").
fn policy() -> String {
    let hash = base64(&Sha256::digest(style().as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
}

/// Bytes in base64 (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let digit = |at: usize| match at <= three.len() {
            true => char::from(DIGITS[(bits >> (18 - 6 * at) & 63) as usize]),
            false => '=',
        };
        [digit(0), digit(1), digit(2), digit(3)]
    };
    bytes.chunks(3).flat_map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors of RFC 4648, section 10.
    #[test]
    fn base64_is_as_the_rfc_has_it() {
        let cases =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (text, wanted) in cases {
            assert_eq!(base64(text.as_bytes()), wanted);
        }
        assert_eq!(base64(&[251, 255]), "+/8=");
    }
}
