//! The program: everything is in the library.

use std::process::ExitCode;
use tc_retrigger::cli::Allocator;

/// The engine allocates much that is small and soon gone: two fifths of the time of a check went there.
#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() -> ExitCode {
    // SAFETY: no other thread is there yet.
    //
    // Each template that raises is an error of the engine's, by `anyhow`, which walks the stack for it
    // where RUST_BACKTRACE is set. A panic of this program's own still does.
    unsafe { std::env::set_var("RUST_LIB_BACKTRACE", "0") };
    tc_retrigger::cli::main()
}
