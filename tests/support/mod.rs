//! A Taskcluster on loopback, small enough to read, strict enough to fail like the real one.
//!
//! `http` speaks the protocol and breaks it on demand, `queue` answers as the queue, the index and
//! the auth service, `tasks` creates and reruns as the queue does, `check` refuses the definitions that
//! createTask refuses, `scopes` tells what a caller lacks, `world` makes the tasks of a push,
//! `rendered` makes the action task of a patched example, `run` runs its command as a worker would,
//! `taskgraph` runs the code that the script stands in for.
#![allow(dead_code, reason = "each program uses its own part")]
#![allow(unused_imports, reason = "each program uses its own part")]

pub mod check;
pub mod http;
pub mod queue;
pub mod rendered;
pub mod run;
pub mod scopes;
pub mod taskgraph;
pub mod tasks;
pub mod world;

pub use http::{Fault, Seen};
pub use queue::Queue;
pub use run::{Outcome, Press};
pub use world::{ACTION, GROUP, World, definition, id};
