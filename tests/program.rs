//! What runs the program, and needs nothing else.

mod broken;
mod cli;
mod findings;
mod folder;
mod output;
mod reading;
mod shell;
mod walk;
mod writing;
