//! What a shell and `man` want to know of the command line: `completions` and `man`.

use super::output::{Exit, Output};
use crate::error::{Error, Result};
use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

/// Print the completions of a shell: bash, elvish, fish, powershell or zsh.
///
/// `tc-retrigger completions bash > ~/.local/share/bash-completion/completions/tc-retrigger` installs them.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub fn run(&self, mut program: Command, output: &Output) -> Result<Exit> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut program, "tc-retrigger", &mut text);
        output.result(&String::from_utf8_lossy(&text));
        Ok(Exit::Success)
    }
}

/// Print the manual page of the program, or of one of its commands.
///
/// `tc-retrigger man patch | man -l -` shows one.
#[derive(Debug, Args)]
pub struct Manual {
    /// The command.
    command: Option<String>,
}

impl Manual {
    pub fn run(&self, mut program: Command, output: &Output) -> Result<Exit> {
        // What the program takes everywhere stands in the page of each command, too.
        program.build();
        let page = match &self.command {
            None => program,
            Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| {
                Error::new(format!("there is no command {name}"))
                    .help("`tc-retrigger help` lists the commands")
            })?,
        };
        let mut text = Vec::new();
        Man::new(page)
            .render(&mut text)
            .map_err(|err| Error::new(format!("the manual page cannot be made: {err}")))?;
        output.result(&String::from_utf8_lossy(&text));
        Ok(Exit::Success)
    }
}
