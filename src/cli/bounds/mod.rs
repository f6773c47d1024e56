//! Bounds: what the work on one file may cost, whatever the file holds.
//!
//! Templates come from pull requests, and JSON-e is a language: a line of it can ask for more time and
//! memory than there is. Its engine knows no budget. So the work is done in a process of its own, a
//! `worker`, which watches itself (`guard`, with `memory` as its allocator) and says what it was at when it
//! stops. What even that process dies of, its parent tells.

mod guard;
mod limits;
mod memory;
mod process;
mod serve;
mod whole;
mod wire;
mod worker;

pub use guard::note;
pub use limits::Limits;
pub use memory::Allocator;
pub use serve::serve;
pub use whole::within;
pub use worker::{COMMAND, Worker};
