//! Rewrites a project's `.taskcluster.yml` so that a retrigger becomes a task that clones nothing,
//! and proves that nothing else changed.
//!
//! Data flows one way, and a module knows only those before it:
//!
//! | module | gives |
//! | --- | --- |
//! | [`template`] | a file's text, its value, and the place of each value in the text |
//! | [`jsone`] | contexts, and what a template renders to in them |
//! | [`patch`](mod@patch) | where the fast path goes, and the text with it or without it |
//! | [`coverage`](mod@coverage) | what contexts reach of a template's conditions, and contexts for the rest |
//! | [`proof`] | what can be said about the difference of two templates |
//! | [`report`] | what a run found, as data and as text |
//! | [`cli`] | the commands |
//!
//! ```
//! use tc_retrigger::jsone::families;
//! use tc_retrigger::patch::{Patch, Recipe};
//! use tc_retrigger::proof::{Proof, Verdict};
//! use tc_retrigger::template::{Template, Text};
//!
//! # fn main() -> Result<(), tc_retrigger::error::Error> {
//! let file = include_str!("../examples/gecko.taskcluster.yml");
//! let template = Template::parse(Text::new(file))?;
//! let recipe = Recipe::built_in();
//! let contexts: Vec<_> = families::contexts().collect();
//!
//! let patch = Patch::plan(&template, &recipe, contexts.iter().copied())?;
//! assert_eq!(patch.sites.len(), 2);
//!
//! let proof = Proof::new(&patch.before, &patch.after, &recipe, &contexts);
//! assert_eq!(proof.verdict, Verdict::Proved);
//! # Ok(())
//! # }
//! ```

pub mod cli;
pub mod coverage;
pub mod error;
pub mod jsone;
pub mod patch;
pub mod proof;
pub mod report;
pub mod template;
