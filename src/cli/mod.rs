//! The command line: a file for each command, which parses, loops and prints.

mod belongings;
mod bounds;
mod change;
mod check;
mod commit;
mod contexts;
mod files;
mod find;
mod habits;
mod hgignore;
mod input;
mod jobs;
mod nearest;
mod output;
mod page;
mod patch;
mod progress;
mod render;
mod replace;
mod repository;
mod revert;
mod revision;
mod rollout;
mod scan;
mod shell;
mod telling;
mod tree;
mod turns;
mod verify;

use crate::error::{Error, Result};
use crate::report::Format;
pub use bounds::Allocator;
use bounds::Limits;
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use output::{Exit, Output};
use std::io::Write;
use std::process::ExitCode;

/// Makes retriggers in Firefox CI need no clone: patches a project's .taskcluster.yml and proves
/// that nothing else changed.
#[derive(Debug, Parser)]
#[command(name = "tc-retrigger", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// When to use colour; NO_COLOR is heeded.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
    /// Print nothing but what is wrong, and what --stdout or --format json ask for.
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Leave nothing out: every context that differs, what decides it, every condition.
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    verbose: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal.
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    Patch(patch::Patch),
    Revert(revert::Revert),
    Check(check::Check),
    Verify(verify::Verify),
    Render(render::Render),
    Scan(scan::Scan),
    Rollout(rollout::Rollout),
    Contexts(contexts::Contexts),
    Completions(shell::Completions),
    Man(shell::Manual),
    /// Works for a process of this program.
    #[command(name = bounds::COMMAND, hide = true)]
    Worker,
}

impl Command {
    fn run(&self, output: &Output) -> Result<Exit> {
        page::of_command(matches!(self, Command::Patch(_) | Command::Verify(_)), output)?;
        match self {
            Command::Patch(command) => command.run(output),
            Command::Revert(command) => command.run(output),
            Command::Check(command) => command.run(output),
            Command::Verify(command) => command.run(output),
            Command::Render(command) => command.run(output),
            Command::Scan(command) => command.run(output),
            Command::Rollout(command) => command.run(output),
            Command::Contexts(command) => command.run(output),
            Command::Completions(command) => command.run(Cli::command(), output),
            Command::Man(command) => command.run(Cli::command(), output),
            Command::Worker => bounds::serve().map(|()| Exit::Success).map_err(|err| {
                Error::new(format!("the process that wants this work cannot be reached: {err}"))
            }),
        }
    }

    /// The limits of a command whose work is one thing; none for one that works on file after file, each
    /// within limits of its own, or on none.
    fn limits(&self, format: Format) -> Option<Limits> {
        match self {
            Command::Verify(command) => Some(command.limits),
            Command::Render(command) => Some(command.limits),
            // The page is about one file, with more than the work on it tells.
            Command::Patch(command) if format == Format::Html => Some(command.limits()),
            _ => None,
        }
    }
}

/// Runs the program with the process's arguments; gives its exit status.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(err) => {
            let output = Output::new(Format::Human, false, false);
            let printed = err.print();
            if err.use_stderr() {
                return ExitCode::from(Exit::Input as u8);
            }
            output.results(printed.and_then(|()| std::io::stdout().flush()));
            return ExitCode::from(output.end(Exit::Success) as u8);
        }
    };
    match cli.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    // The engine's panics are caught and told as errors; their own message would be noise.
    std::panic::set_hook(Box::new(|info| {
        if !crate::jsone::is_rendering() {
            // Not by `eprintln!`, which panics itself where nobody can be told.
            let _ = writeln!(std::io::stderr(), "tc-retrigger has a bug: {info}");
        }
    }));
    let new_output = move || Output::new(cli.format, cli.quiet, cli.verbose);
    let limits = cli.command.limits(cli.format);
    let run = move || {
        let output = new_output();
        let exit = cli.command.run(&output).unwrap_or_else(|error| {
            output.error(&error);
            Exit::Input
        });
        output.end(exit)
    };
    let exit = match limits {
        Some(limits) => bounds::within(limits, &new_output(), run),
        None => run(),
    };
    ExitCode::from(exit as u8)
}
