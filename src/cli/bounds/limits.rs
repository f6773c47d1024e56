//! How much the work on a file may cost, and what is said where that is exceeded.

use crate::error::Error;
use clap::Args;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What the work on one file may cost.
#[derive(Debug, Clone, Copy, PartialEq, Args, Serialize, Deserialize)]
pub struct Limits {
    /// Stop the work on a file after that many seconds, on a busy machine when it has had half of that of a
    /// processor; 0: never.
    #[arg(long, value_name = "SECONDS", default_value_t = 4.5, value_parser = seconds)]
    time_limit: f64,
    /// Stop the work on a file that needs more memory; 0: never.
    #[arg(long, value_name = "MIB", default_value_t = 512)]
    memory_limit: u32,
}

/// What was too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// The time.
    Time,
    /// The memory.
    Memory,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "this is no number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(_) => Ok(seconds),
        Err(err) => Err(err.to_string()),
    }
}

impl Limits {
    /// How long it may take; none: as long as it likes.
    pub fn time(&self) -> Option<Duration> {
        Some(Duration::from_secs_f64(self.time_limit)).filter(|time| !time.is_zero())
    }

    /// How many bytes it may hold. The allocator and the program itself need the quarter that is left out
    /// here: so the process as a whole stays below the limit.
    pub fn bytes(&self) -> isize {
        match usize::try_from(self.memory_limit).unwrap_or(usize::MAX).saturating_mul(1 << 20) {
            0 => isize::MAX,
            limit => isize::try_from(limit / 4 * 3).unwrap_or(isize::MAX),
        }
    }

    /// What to say of work that was stopped, while it was at `what`.
    pub fn error(&self, excess: Excess, what: &str) -> Error {
        let (seconds, memory) = (self.time_limit, self.memory_limit);
        match excess {
            Excess::Time => {
                Error::new(format!("stopped at the time limit of {seconds} seconds while {what}"))
                    .help("if the file is to be trusted, allow it more: --time-limit SECONDS")
            }
            Excess::Memory => {
                Error::new(format!("stopped at the memory limit of {memory} MiB while {what}"))
                    .help("if the file is to be trusted, allow it more: --memory-limit MIB")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_what_was_said() {
        let limits = |time_limit, memory_limit| Limits { time_limit, memory_limit };
        assert_eq!(limits(0.25, 8).time(), Some(Duration::from_millis(250)));
        assert_eq!(limits(0.0, 8).time(), None);
        assert_eq!(limits(1.0, 8).bytes(), 6 << 20);
        assert_eq!(limits(1.0, 0).bytes(), isize::MAX);
        for text in ["", "x", "-1", "nan", "inf", "1e300"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
