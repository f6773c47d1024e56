//! What needs the library and nothing else.

mod contract;
mod coverage;
mod deep;
mod derive;
mod edits;
mod harness;
mod house;
mod needs;
mod parts;
mod premises;
mod reach;
mod work;
