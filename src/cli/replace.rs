//! Writing a file, all of it or nothing.

use super::belongings;
use super::turns::Turn;
use crate::error::{Error, Result};
use crate::patch::recipe::sha256;
use crate::template::source;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Seek, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// Replaces a file's content, all of it or nothing, whenever this process ends: a temporary file in the
/// same folder takes its place, with the same owner, group, permissions and extended attributes. A
/// symbolic link stays, its target is replaced. Other names of the file (hard links) keep the old content,
/// as with git, Mercurial and patch(1): one of its names was given, and who links copies of a checkout to
/// each other counts on that. Where this process is killed, the temporary file may stay, called
/// `.tc-retrigger-…`; the next run that writes the file removes it.
///
/// Only root may give a file to another owner, and others to a group of their own only (chown(2)); some
/// attributes are only root's to set, and a file that is a mount of its own gives its place to no other
/// (rename(2)). There, the file itself is written over, which keeps all of it: of the two promises, what
/// it belongs to comes before all or nothing. What it held is put back where that fails halfway; where this
/// process is killed meanwhile, the whole new content is in the temporary file.
///
/// Runs of this program take turns; one that has the same to write as another is done. Errs, and leaves the
/// file as it was, where it does not hold `before` any more, where it is not to be written by this user,
/// though its folder is, or cannot be.
pub fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<()> {
    let fail = |err: io::Error| not_written(&err).in_file(path);
    // What a shell hands over as a path is a pipe, of which the path leads nowhere.
    source::is_file(path).map_err(|err| err.help("name a file, or use --stdout"))?;
    let target = fs::canonicalize(path).map_err(fail)?;
    // Replacing would ask for its folder's permission only.
    let mut own = File::options().write(true).open(&target).map_err(|err| match err.kind() {
        ErrorKind::PermissionDenied => fail(err).help("make it writable: `chmod u+w`"),
        _ => fail(err),
    })?;
    let (folder, name) = place(&target);
    let turn = Turn::take(folder);
    let mut file = temporary(folder, name, &turn, 0o600).map_err(|err| match err.kind() {
        ErrorKind::PermissionDenied => {
            let message = format!("cannot be written: its folder takes no new file: {err}");
            Error::new(message).in_file(path).help("make the folder writable: `chmod u+w`")
        }
        _ => fail(err),
    })?;
    file.as_file_mut().write_all(after).map_err(fail)?;
    let given = belongings::give(&own, file.as_file());
    file.as_file().sync_all().map_err(fail)?;
    let now = source::read(&target)?;
    if now == after {
        return Ok(());
    }
    if now != before {
        return Err(Error::new("the file changed while it was worked on; nothing was written")
            .in_file(path)
            .help("run the command again"));
    }
    if given.is_err() {
        return write_over(&mut own, before, after).map_err(fail);
    }
    match file.persist(&target) {
        Ok(_) => Ok(()),
        Err(err) if err.error.kind() == ErrorKind::ResourceBusy => {
            write_over(&mut own, before, after).map_err(fail)
        }
        Err(err) => Err(fail(err.error)),
    }
}

/// Makes a file that is not there, all of it or nothing, and the folders that it is in. Tells whether it did:
/// another run may just have made the same.
///
/// Errs where it cannot be made, or is there with another content.
pub fn create(path: &Path, content: &[u8]) -> Result<bool> {
    let (folder, name) = place(path);
    let make = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let turn = Turn::take(folder);
        let mut file = temporary(folder, name, &turn, 0o666)?;
        file.as_file_mut().write_all(content)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map(drop).map_err(|err| err.error)
    };
    match make() {
        Ok(()) => Ok(true),
        Err(err) if err.kind() == ErrorKind::AlreadyExists && path.is_file() => {
            match source::read(path)? == content {
                true => Ok(false),
                false => Err(Error::new("another file came into its place; nothing was written")
                    .in_file(path)
                    .help("run the command again")),
            }
        }
        Err(err) => Err(not_written(&err).in_file(path)),
    }
}

fn place(path: &Path) -> (&Path, &[u8]) {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    (folder, path.file_name().unwrap_or_default().as_encoded_bytes())
}

/// An empty file beside the one called `name`. Those that a killed run left go: whoever has the turn is
/// the only one to have any.
fn temporary(folder: &Path, name: &[u8], turn: &Turn, mode: u32) -> io::Result<NamedTempFile> {
    // Not the name itself, which may be as long as names can be.
    let prefix = format!(".tc-retrigger-{}-", &sha256(name)[..8]);
    if turn.is_ours() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes()) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
    tempfile::Builder::new().prefix(&prefix).make_in(folder, |path| {
        let mut options = File::options();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        options.open(path)
    })
}

fn not_written(err: &io::Error) -> Error {
    let error = Error::new(format!("cannot be written: {err}"));
    match err.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            error.help("it is as it was: make room, and run the command again")
        }
        ErrorKind::ReadOnlyFilesystem => error.help("work on a copy"),
        _ => error,
    }
}

fn write_over(file: &mut File, before: &[u8], after: &[u8]) -> io::Result<()> {
    let permissions = file.metadata()?.permissions();
    fill(file, after).map_err(|err| match fill(file, before) {
        Ok(()) => err,
        Err(_) => io::Error::new(err.kind(), format!("{err}, and what it held is lost")),
    })?;
    // Writing takes the bits that run it as its owner from it (chmod(2)), which are not everybody's to give.
    let _ = file.set_permissions(permissions);
    Ok(())
}

/// Not cut before it is written: so the room that the old content takes is there to put it back.
fn fill(file: &mut File, content: &[u8]) -> io::Result<()> {
    file.rewind()?;
    file.write_all(content)?;
    file.set_len(content.len() as u64)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::thread;

    /// What each of some threads comes to that write into a file at once, and what it holds then.
    fn at_once(
        path: &Path,
        contents: &[&str],
        write: impl Fn(&[u8]) -> Result<bool> + Sync,
    ) -> (Vec<Result<bool>>, String) {
        let start = Barrier::new(contents.len());
        let write = |content: &str| {
            start.wait();
            write(content.as_bytes())
        };
        let results = thread::scope(|scope| {
            let threads: Vec<_> =
                contents.iter().map(|content| scope.spawn(|| write(content))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        (results, fs::read_to_string(path).unwrap())
    }

    #[test]
    fn of_those_that_write_at_once_one_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        let (others, same) = (["a", "bb", "ccc", "dddd"], ["a"; 4]);
        for round in 0..25 {
            for (contents, wanted) in [(others, 1), (same, 4)] {
                fs::write(&path, "before").unwrap();
                let change = |after: &[u8]| replace(&path, b"before", after).map(|()| true);
                let replaced = at_once(&path, &contents, change);
                fs::remove_file(&path).unwrap();
                let created = at_once(&path, &contents, |content| create(&path, content));
                for (results, text) in [replaced, created] {
                    let is_done = |result: &&Result<bool>| result.is_ok();
                    let done = results.iter().filter(is_done).count();
                    assert_eq!(done, wanted, "{round}: {results:?}");
                    let first = results.iter().position(|result| *result == Ok(true)).unwrap();
                    assert_eq!(text, contents[first], "{round}");
                    let told = results.iter().filter_map(|result| result.as_ref().err());
                    for error in told {
                        assert_eq!(error.advice(), Some("run the command again"), "{error}");
                    }
                    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{round}");
                }
            }
        }
    }

    #[test]
    fn only_what_is_known_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        // What it holds, and what it holds then; none: that is told, and it stays.
        let cases = [("old", Some("new")), ("new", Some("new")), ("mine", None), ("", None)];
        for (has, wanted) in cases {
            fs::write(&path, has).unwrap();
            let is_done = replace(&path, b"old", b"new").is_ok();
            assert_eq!(is_done, wanted.is_some(), "{has}");
            assert_eq!(fs::read_to_string(&path).unwrap(), wanted.unwrap_or(has));
        }
    }
}
