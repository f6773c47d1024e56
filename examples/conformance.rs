//! Renders every example and corpus file, patched and not, with production's engines and compares:
//! `cargo run --release --example conformance [-- NUMBER]`, NUMBER of renders an engine (default:
//! every file in every context). `docs/proof.md` rests on its result: no disagreement.

#[path = "../tests/harness/mod.rs"]
mod harness;
#[path = "../tests/needs/mod.rs"]
mod needs;

use harness::{driver, files, spread};
use std::process::ExitCode;

fn main() -> ExitCode {
    let number = match std::env::args().nth(1).map(|number| number.parse()) {
        None => None,
        Some(Ok(number)) => Some(number),
        Some(Err(_)) => {
            eprintln!("usage: conformance [NUMBER OF RENDERS]");
            return ExitCode::from(2);
        }
    };
    let Some(mut engines) = driver::Engine::both(false) else {
        return ExitCode::from(2);
    };
    for engine in &mut engines {
        engine.contexts(tc_retrigger::jsone::families::contexts());
    }
    let mut files = files::files();
    let plain = files.len();
    files.extend(files.iter().filter_map(spread::patched).collect::<Vec<_>>());
    println!("{plain} files, {} of them patched too", files.len() - plain);
    let mut exit = ExitCode::SUCCESS;
    for tally in spread::run(&mut engines, &files, number) {
        println!(
            "{:?}: {} renders, {} disagreements ({} raise)",
            tally.language,
            tally.renders,
            tally.disagreements.len(),
            tally.raised
        );
        for disagreement in tally.disagreements.iter().take(20) {
            println!("{disagreement}");
            exit = ExitCode::FAILURE;
        }
    }
    exit
}
