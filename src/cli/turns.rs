//! Runs of this program that write into one folder take turns.

use std::fs::File;
use std::path::Path;

/// The right to write into a folder, until it is dropped or the process ends, however it does.
///
/// It is a lock on the folder that only runs of this program ask for (flock(2)), and no more than a courtesy:
/// where a file system has none, or another program holds it for over a second (`flock . tc-retrigger …`
/// does), the work goes on without.
pub struct Turn(Option<File>);

impl Turn {
    /// Waits for a turn, a second at most.
    #[cfg(unix)]
    pub fn take(folder: &Path) -> Turn {
        use rustix::fs::{FlockOperation, flock};
        use rustix::io::Errno;
        use std::time::{Duration, Instant};
        let Ok(file) = File::open(folder) else { return Turn(None) };
        let end = Instant::now() + Duration::from_secs(1);
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Turn(Some(file)),
                Err(Errno::WOULDBLOCK | Errno::INTR) if Instant::now() < end => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(_) => return Turn(None),
            }
        }
    }

    /// There is no lock on folders here.
    #[cfg(not(unix))]
    pub fn take(_: &Path) -> Turn {
        Turn(None)
    }

    /// Whether no other run is at it.
    pub fn is_ours(&self) -> bool {
        self.0.is_some()
    }
}
