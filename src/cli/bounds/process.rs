//! This program as a process of its own.

use crate::error::Error;
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus};

/// A command that runs this very program. Where the system tells, that is the one that runs even where
/// its file has been replaced since.
pub fn program() -> io::Result<Command> {
    let own = Path::new("/proc/self/exe");
    let mut command = match own.exists() {
        true => Command::new(own),
        false => Command::new(std::env::current_exe()?),
    };
    #[cfg(unix)]
    if let Some(name) = std::env::args_os().next() {
        std::os::unix::process::CommandExt::arg0(&mut command, name);
    }
    Ok(command)
}

/// What to say of a process that ended in the midst of its work.
pub fn died(status: Option<ExitStatus>) -> Error {
    let how = status.map_or("in a way that cannot be told".to_owned(), |status| status.to_string());
    Error::new(format!("the process that works on it died: {how}"))
        .help("it may be nested too deeply for this program; please report it with the file")
}
