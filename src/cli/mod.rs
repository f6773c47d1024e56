//! The command line.

mod contexts;
mod files;
mod input;
mod render;
mod verify;

use crate::error::Error;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::io::Write;
use std::path::PathBuf;
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
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text for people.
    #[default]
    Human,
    /// One JSON object.
    Json,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Color {
    /// On a terminal.
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Put the fast path into templates: print the diff and the proof, or write with --write.
    ///
    /// Exit status: 0 done or nothing to do, 1 a file cannot be patched or the proof does not
    /// hold, 2 a file cannot be read.
    Patch(Change),
    /// Take the fast path out again.
    ///
    /// Exit status: 0 done or nothing to do, 1 the fast path was edited beyond recognition, 2 a file
    /// cannot be read.
    Revert(Change),
    /// Tell whether templates have the current fast path, untouched and proved.
    ///
    /// Exit status: 0 all have it or have no actions, 1 one has not, 2 a file cannot be read.
    Check(Look),
    /// Prove that one file does what another does, but for retriggers.
    ///
    /// Exit status: 0 proved, 1 different or not proved, 2 a file cannot be read.
    Verify(Verify),
    /// Render a template with a context: the task of an action, or else the whole document.
    ///
    /// Exit status: 0 rendered, 1 the template raises an error, 2 a file cannot be read.
    Render(Render),
    /// Find every .taskcluster.yml below a folder and tell each one's state.
    Scan(Scan),
    /// List the built-in contexts, or print one.
    Contexts {
        /// The context to print, or the family to list.
        name: Option<String>,
    },
}

#[derive(Debug, Args)]
struct Change {
    /// Templates; of a folder, every .taskcluster.yml below it; - for standard input.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Write the files in place.
    #[arg(long, conflicts_with = "stdout")]
    write: bool,
    /// Print the new file instead of a diff.
    #[arg(long)]
    stdout: bool,
    #[command(flatten)]
    with: With,
}

#[derive(Debug, Args)]
struct Look {
    /// Templates; of a folder, every .taskcluster.yml below it; - for standard input.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    with: With,
}

#[derive(Debug, Args)]
struct Verify {
    /// The file before the change.
    old: PathBuf,
    /// The file after it.
    new: PathBuf,
    /// Be content with samples that agree, where there is no proof.
    #[arg(long)]
    allow_unproved: bool,
    /// Write the smallest context that shows a difference to this file, for `render --context`.
    #[arg(long, value_name = "FILE")]
    save_context: Option<PathBuf>,
    #[command(flatten)]
    with: With,
}

#[derive(Debug, Args)]
struct Render {
    /// The template; - for standard input.
    file: PathBuf,
    /// A built-in context's name, or a file that holds a context (YAML or JSON).
    #[arg(long, value_name = "NAME|FILE")]
    context: String,
    /// Take the fast path out first.
    #[arg(long)]
    before: bool,
}

#[derive(Debug, Args)]
struct Scan {
    /// The folder.
    #[arg(default_value = ".")]
    dir: PathBuf,
    #[command(flatten)]
    with: With,
}

/// What the work on files is done with.
#[derive(Debug, Args)]
struct With {
    /// A folder with another recipe, in the form of patches/retrigger.
    #[arg(long, value_name = "DIR")]
    recipe: Option<PathBuf>,
    /// Also sample with the context in this file (YAML or JSON); may be given again.
    #[arg(long = "context", value_name = "FILE")]
    contexts: Vec<PathBuf>,
}

/// How a run ends: the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    Success = 0,
    Failure = 1,
    Input = 2,
}

/// Where results and messages go, and in which form.
struct Output {
    format: Format,
    quiet: bool,
}

impl Output {
    /// Prints a result, on standard output.
    fn result(&self, text: &str) {
        // A reader that went away, as with `| head`, is no reason to complain.
        let _ = anstream::stdout().write_all(text.as_bytes());
    }

    /// Prints what sums up a result for people; nothing under --quiet.
    fn summary(&self, text: &str) {
        if !self.quiet {
            self.result(text);
        }
    }

    /// Prints a message, on standard error.
    fn message(&self, text: &str) {
        if !self.quiet {
            let _ = anstream::stderr().write_all(text.as_bytes());
        }
    }

    /// Prints what is wrong, on standard error.
    fn error(&self, error: &Error) {
        let _ = anstream::stderr().write_all(format!("error: {error}\n").as_bytes());
    }

    fn json(&self, value: &impl serde::Serialize) {
        let text = serde_json::to_string_pretty(value);
        self.result(&(text.unwrap_or_else(|err| unreachable!("reports are JSON: {err}")) + "\n"));
    }
}

/// Runs the program with the process's arguments; gives its exit status.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(err) => {
            let _ = err.print();
            return ExitCode::from(if err.use_stderr() { 2 } else { 0 });
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
            eprintln!("tc-retrigger has a bug: {info}");
        }
    }));
    let output = Output { format: cli.format, quiet: cli.quiet };
    let exit = run(&cli.command, &output).unwrap_or_else(|error| {
        output.error(&error);
        Exit::Input
    });
    ExitCode::from(exit as u8)
}

fn run(command: &Command, output: &Output) -> crate::error::Result<Exit> {
    match command {
        Command::Patch(change) => files::patch(change, output),
        Command::Revert(change) => files::revert(change, output),
        Command::Check(look) => files::check(look, output),
        Command::Scan(scan) => files::scan(scan, output),
        Command::Verify(args) => verify::run(args, output),
        Command::Render(args) => render::run(args, output),
        Command::Contexts { name } => contexts::run(name.as_deref(), output),
    }
}
