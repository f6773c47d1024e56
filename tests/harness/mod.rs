//! What makes templates and edits, and what judges what became of them: production's engines in `driver`,
//! which of two outcomes is a fault in `oracle`, and the runs over many in `judge`, `shapes`, `travels` and
//! `spread`. The long runs in `examples/` share it with the tests.
#![allow(dead_code, reason = "each program uses its own part")]

pub mod aimed;
pub mod driver;
pub mod edits;
pub mod files;
pub mod flows;
pub mod journeys;
pub mod judge;
pub mod maker;
pub mod oracle;
pub mod quiet;
pub mod random;
pub mod rare;
pub mod rng;
pub mod shapes;
pub mod spread;
pub mod subject;
pub mod travels;
pub mod tree;
