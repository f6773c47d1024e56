//! Mutation test of the proof, the long run:
//! `cargo run --release --example mutants -- --mutants 20000 --seed 1 [FOLDER]`.
//!
//! Makes small edits to patched files (the examples and the corpus, or the templates below FOLDER)
//! and asks both `verify` and production's engines about each; then does the same with random
//! templates around a payload, and with some in which the payload travels.

#[path = "../tests/harness/mod.rs"]
mod harness;
#[path = "../tests/needs/mod.rs"]
mod needs;

use harness::{driver, files, judge, shapes, travels};
use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
struct Arguments {
    /// How many mutants to make.
    #[arg(long, default_value_t = 20000)]
    mutants: usize,
    /// How many random templates to make around a payload.
    #[arg(long, default_value_t = 2000)]
    shapes: usize,
    /// How many random templates to make in which the payload travels.
    #[arg(long, default_value_t = 2000)]
    travels: usize,
    /// What makes the choices: the same for the same seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the templates are, instead of the examples and the corpus.
    folder: Option<std::path::PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let files = match &arguments.folder {
        Some(folder) => files::below(folder),
        None => files::files(),
    };
    let plan = judge::Plan {
        mutants: arguments.mutants,
        whole: 10,
        shown: 40,
        twins: 40,
        derive: true,
        seed: arguments.seed,
    };
    let mut engines = driver::Engine::both(true);
    let tally = judge::judge(&files, &plan, &mut engines);
    println!("{} mutants, seed {}", tally.mutants, arguments.seed);
    let mut faults = told(&tally);
    println!("by region: {:?}\nby kind of edit: {:?}", tally.regions, tally.kinds);

    let travels = travels::judge(arguments.travels, arguments.seed, &mut engines);
    println!("{} random templates in which the payload travels", travels.tally.mutants);
    print!("{}", travels.table());
    faults += told(&travels.tally);

    let mut python = engines.map(|[python, _]| python);
    let tally = shapes::judge(arguments.shapes, arguments.seed, &mut python);
    println!("{} random templates around a payload", tally.mutants);
    faults += told(&tally);
    match faults {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// Prints what came out; returns the number of faults.
fn told(tally: &judge::Tally) -> usize {
    for (class, count) in &tally.classes {
        println!("{count:>7} {class}");
    }
    let [proved, refused, mistaken] =
        [judge::PROVED, judge::REFUSED, judge::MISTAKEN].map(|class| tally.of(class));
    println!("{proved} wrongly proved, {refused} wrongly refused, {mistaken} edits mistaken");
    tally.faults.iter().take(100).for_each(|fault| println!("{fault}"));
    tally.faults.len()
}
