//! How far a run over many files has come, on a terminal.

use super::output::Output;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;

/// A bar on standard error: none where that is no terminal, where there is one file only, and under
/// --quiet.
pub struct Progress(ProgressBar);

impl Progress {
    pub fn of(files: usize, output: &Output) -> Progress {
        if files < 2 || output.quiet || !std::io::stderr().is_terminal() {
            return Progress(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(Some(files as u64), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len} files, {eta} left");
        Progress(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    /// Prints with the bar out of the way, and counts a file.
    pub fn past<R>(&self, print: impl FnOnce() -> R) -> R {
        let printed = self.0.suspend(print);
        self.0.inc(1);
        printed
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
