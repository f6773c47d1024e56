//! What runs the program, and needs nothing else.

mod broken;
mod cli;
mod findings;
mod folder;
mod harness;
mod limits;
mod needs;
mod output;
mod properties;
mod reading;
mod released;
mod shell;
mod walk;
mod writing;
