//! Reading a file that somebody else may have put there: whatever it is, the reading ends.

use crate::error::{Error, Result};
use std::fs::{self, File, FileType};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// How many bytes a file may have. Of 157 real templates the largest has 61,497; GitHub takes no file of
/// over 100 MiB into a repository, and warns of one over 50 MiB (docs.github.com, "About large files on
/// GitHub").
pub const MOST: u64 = 64 << 20;

/// Where a process finds its own open files by name: what a shell hands over as `<(command)` has such a
/// name (fd(4), proc_pid_fd(5)).
const HANDED_OVER: [&str; 2] = ["/dev/fd/", "/proc/self/fd/"];
const STANDARD_INPUT: &str = "/dev/stdin";

/// The bytes of a file.
///
/// Errs where it cannot be read, has more than [`MOST`] bytes, or is not a file: a pipe or a device may
/// have no end. One that this process was handed over is read, by its own name: whoever wrote the command
/// line chose it, which a link to it in a repository did not.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    bytes(path).map_err(|err| err.in_file(path))?.map_err(|err| unread(path, &err))
}

/// The bytes of a file, where there is one; errs as [`read`].
pub fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>> {
    match bytes(path).map_err(|err| err.in_file(path))? {
        Ok(bytes) => Ok(Some(bytes)),
        Err(err) if err.kind() == ErrorKind::NotFound => Ok(None),
        Err(err) => Err(unread(path, &err)),
    }
}

/// All that a reader gives.
///
/// Errs where it cannot be read, or gives more than [`MOST`] bytes, of which no more than that are read.
pub fn read_all(reader: impl Read) -> Result<Vec<u8>> {
    up_to_most(reader)?.map_err(|err| Error::new(format!("cannot be read: {err}")))
}

/// Errs where a path leads to something that is there and is not a file.
pub fn is_file(path: &Path) -> Result<()> {
    match fs::metadata(path) {
        Ok(metadata) => is_plain(path, metadata.file_type()).map_err(|err| err.in_file(path)),
        Err(_) => Ok(()),
    }
}

fn unread(path: &Path, err: &io::Error) -> Error {
    Error::new(format!("cannot be read: {err}")).in_file(path)
}

/// The outer error is this program's refusal, the inner one the system's.
fn bytes(path: &Path) -> Result<io::Result<Vec<u8>>> {
    if is_handed_over(path) {
        return File::open(path).map_or_else(|err| Ok(Err(err)), up_to_most);
    }
    // Before it is opened, which for some devices is to use them, and of what was opened then, too:
    // another may have taken its place.
    let known = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(err) => return Ok(Err(err)),
    };
    is_plain(path, known.file_type())?;
    let opened = open(path).and_then(|file| Ok((file.metadata()?, file)));
    let (metadata, file) = match opened {
        Ok(opened) => opened,
        Err(err) => return Ok(Err(err)),
    };
    is_plain(path, metadata.file_type())?;
    if metadata.len() > MOST {
        return Err(too_long());
    }
    up_to_most(file)
}

fn up_to_most(reader: impl Read) -> Result<io::Result<Vec<u8>>> {
    let mut bytes = Vec::new();
    match reader.take(MOST + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 > MOST => Err(too_long()),
        read => Ok(read.map(|_| bytes)),
    }
}

fn too_long() -> Error {
    Error::new(format!("has more than {} MiB, the most that is read", MOST >> 20))
        .help("name another file: no template and no context is so long")
}

fn is_handed_over(path: &Path) -> bool {
    // As it was written: through links, any name may lead there.
    let name = path.to_str().unwrap_or_default();
    let is_number = |rest: &str| !rest.is_empty() && rest.bytes().all(|c| c.is_ascii_digit());
    let has = |folder: &&str| name.strip_prefix(*folder).is_some_and(is_number);
    name == STANDARD_INPUT || HANDED_OVER.iter().any(has)
}

/// Without waiting: a pipe that took the file's place has nobody at its other end, and some files of
/// /proc have nothing to say yet.
fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        // The flags of open(2) are an int.
        options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
    }
    options.open(path)
}

/// Errs where something is not a file, with what it is.
fn is_plain(path: &Path, kind: FileType) -> Result<()> {
    if kind.is_file() {
        return Ok(());
    }
    let (what, help) = what(kind);
    let verb = match path.is_symlink() {
        true => "leads to",
        false => "is",
    };
    Err(Error::new(format!("{verb} {what}, and not a file")).help(help))
}

/// What it is, and what to do about it.
fn what(kind: FileType) -> (&'static str, &'static str) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return ("a named pipe (FIFO)", "let the shell read it: <(cat PIPE)");
        }
        if kind.is_socket() {
            return ("a socket", "name a file");
        }
    }
    match kind.is_dir() {
        true => ("a folder", "name a file in it"),
        false => ("a device", "name a file"),
    }
}
