//! Rewrites a project's `.taskcluster.yml` so that a retrigger becomes a task that clones nothing,
//! and proves that nothing else changed.
//!
//! [`work::on`] is all of it for one template: a text goes in, and what there is to say about it and
//! the new text come out.
//!
//! ```
//! use tc_retrigger::proof::Verdict;
//! use tc_retrigger::work::{self, Job, Options, Status};
//!
//! # fn main() -> Result<(), tc_retrigger::error::Error> {
//! let file = include_str!("../examples/gecko.taskcluster.yml");
//! let done = work::on(file, Job::Patch, &Options::default())?;
//!
//! assert_eq!(done.finding.status, Status::Patched);
//! assert_eq!(done.finding.sites.len(), 2);
//! assert_eq!(done.finding.proof.map(|proof| proof.verdict), Some(Verdict::Proved));
//! assert!(done.text.is_some_and(|text| text.contains("# tc-retrigger recipe 3:")));
//! # Ok(())
//! # }
//! ```
//!
//! Data flows one way, and a module knows only those before it; [`patch`](mod@patch) and
//! [`coverage`](mod@coverage) do not know each other:
//!
//! | module | gives |
//! | --- | --- |
//! | [`error`](mod@error) | what is wrong, where, and what to do |
//! | [`template`] | a file's text, its value, and the place of each value in the text |
//! | [`jsone`] | contexts, and what a template renders to in them |
//! | [`patch`](mod@patch) | where the fast path goes, and the text with it or without it |
//! | [`coverage`](mod@coverage) | what contexts reach of a template's conditions, and contexts for more |
//! | [`proof`] | what can be said about the difference of two templates |
//! | [`work`] | the work on one template: read, plan, prove |
//! | [`report`] | what a run found, and each way of printing it |
//! | `cli` | the commands, by the feature `cli`, which is on by default |

#[cfg(feature = "cli")]
pub mod cli;
pub mod coverage;
pub mod error;
pub mod jsone;
pub mod patch;
pub mod proof;
pub mod report;
pub mod template;
pub mod work;
