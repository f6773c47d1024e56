//! How to repeat what the page says, and how to back out.

use super::parts::section;
use super::subject::Subject;
use crate::error::plain;
use crate::report::data::Page;
use maud::{Markup, html};

/// A command line and what it is for.
fn command(line: &str, what: &Markup) -> Markup {
    html! { li { p { (what) } pre.command { code { (plain(line)) } } } }
}

/// The command lines that repeat what the page says.
pub fn repeat(page: &Page) -> Markup {
    let version = env!("CARGO_PKG_VERSION");
    section(
        "repeat",
        "How to repeat it",
        &html! {
            p { "With tc-retrigger " (version) " (" code { "tc-retrigger --version" } "), in the folder that it was run in:" }
            ol.commands {
                (command(&page.repeat, &html! {
                    "The verdict, on the terminal. With " code { "--verbose" } " it leaves nothing out."
                }))
                @for (line, what) in &page.checks { (command(line, &html! { (what) })) }
            }
            @if page.is_change {
                p.small {
                    "In a checkout that has the change, " code { "git diff -w" } " and " code { "hg diff -w" }
                    " leave out what only stands deeper."
                }
            }
        },
    )
}

/// How to undo the change.
pub fn back_out(subject: &Subject, page: &Page) -> Markup {
    section(
        "back",
        "How to back out",
        &html! {
            pre.command { code { (plain(&page.revert)) } }
            p {
                @if page.is_reversible { "The file is then the old one again, byte for byte." }
                @else { "This takes the fast path out and leaves all else as it is by then." }
            }
            @if let Some([old, new]) = subject.hashes.as_ref().filter(|[old, new]| old != new && page.is_reversible) {
                p {
                    "The hooks are then called …/" code { (old) } " again, no longer …/" code { (new) }
                    ". Those of a hash that is on no branch stay only if they were fired in the last 60 days, and those \
                     of pull requests do not stay: fxci-config must deploy where they are gone."
                }
            }
        },
    )
}
