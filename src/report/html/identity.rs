//! What the fast path is written from, and what the change of the file's name means.

use super::parts::{SCRIPT_ID, block, count, fold, name, section};
use super::subject::Subject;
use crate::work::evidence::{Standing, Written};
use maud::{Markup, html};

/// The recipe, by its name, its number and its content.
pub fn recipe(written: &Written) -> Markup {
    let version = env!("CARGO_PKG_VERSION");
    let Written { standing, recipe, files, script } = written;
    section(
        "recipe",
        "Recipe",
        &html! {
            p {
                @match standing {
                    Standing::Absent => "The new file has no fast path.",
                    Standing::BuiltIn => {
                        "The fast path is, byte for byte, what " strong { (name(recipe)) }
                        " as built into tc-retrigger " (version) " writes."
                    }
                    Standing::Given => {
                        "The fast path is, byte for byte, what " strong { (name(recipe)) }
                        " writes that was named on the command line. That is " strong { "not" }
                        " a recipe that is built into tc-retrigger " (version) ": review it, too."
                    }
                    Standing::Other => {
                        "The fast path is " strong { "not" } " what " (name(recipe)) " writes: it was edited, or is \
                         another recipe’s. Review all of it."
                    }
                }
            }
            @if *standing != Standing::Absent {
                table.facts {
                    caption { "SHA-256 of what it is written from" }
                    thead { tr { th scope="col" { "What" } th scope="col" { "SHA-256" } } }
                    tbody {
                        @for (file, hash) in files {
                            tr {
                                th scope="row" { code { (file) } " of " (name(recipe)) }
                            td { code.hash { (hash) } }
                            }
                        }
                        @if let Some(script) = script {
                            tr {
                                th scope="row" {
                                    "the script in the new file"
                                    @if !script.is_recipes { ", which is " strong { "not" } " the recipe’s" }
                                }
                                td { code.hash { (script.hash) } }
                            }
                        }
                    }
                }
            }
            @if let Some(script) = script {
                (fold(
                    &html! { "The script, " (count(script.text.lines().count(), "line", "lines")) ", as Python gets it" },
                    &html! { div id=(SCRIPT_ID) { (block(&script.text)) } },
                ))
            }
        },
    )
}

/// The hooks that the old and the new file name.
pub fn hooks(subject: &Subject) -> Markup {
    let hash = |hash: &str| html! { code { "in-tree-action-‹level›-‹permission›/" b { (hash) } } };
    let body = match &subject.hashes {
        Some([old, new]) if old == new => html! {
            p { "The file’s hooks keep their names: " (hash(old)) }
        },
        Some([old, new]) => html! {
            dl.pair {
                div { dt { "Old file" } dd { (hash(old)) } }
                div { dt { "New file" } dd { (hash(new)) } }
            }
            p {
                "Hooks that run actions are named after the file: the first ten digits of the SHA-256 of its \
                 bytes. This change gives them all new names, as any change to the file does."
            }
            ul {
                li {
                    strong { "fxci-config must deploy before the new hooks exist." }
                    " Until then, actions on the new revision fail. It polls some branches of Firefox about every \
                     12 minutes; other projects wait for the next deploy."
                }
                li { "Older revisions keep their file and their hooks: nothing changes for them." }
                li {
                    "Neither try nor this change’s own pull request gets hooks for the changed file: it cannot be \
                     tried there."
                }
            }
        },
        None => html! {},
    };
    section("hooks", "Hooks", &body)
}
