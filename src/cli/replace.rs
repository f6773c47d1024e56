//! Writing a file in place.

use crate::error::{Error, Result};
use std::fs::{self, File, Metadata};
use std::io::{self, Seek, Write};
use std::path::Path;

/// Replaces a file's content, all of it or nothing: a temporary file in the same folder takes its
/// place, with the same owner, group and permissions. A symbolic link stays, its target is replaced.
///
/// Only root may give a file to another owner, and others to a group of their own only (chown(2)).
/// Where the temporary file cannot get both, the file itself is written over, which keeps them: of
/// the two promises, whose file it is comes before all or nothing. What it held is put back where
/// that fails halfway.
///
/// Errs where the file does not hold `before` any more, or cannot be written.
pub fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<()> {
    let fail = |err: io::Error| Error::new(format!("cannot be written: {err}")).in_file(path);
    let target = fs::canonicalize(path).map_err(fail)?;
    let folder = target.parent().unwrap_or(Path::new("/"));
    let mut file =
        tempfile::Builder::new().prefix(".tc-retrigger").tempfile_in(folder).map_err(fail)?;
    file.write_all(after).map_err(fail)?;
    let metadata = fs::metadata(&target).map_err(fail)?;
    let given = give(file.as_file(), &metadata);
    // After the owner: giving a file away takes the bits that run it as its owner from it.
    file.as_file().set_permissions(metadata.permissions()).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    if fs::read(&target).map_err(fail)? != before {
        return Err(Error::new("the file changed while it was worked on; nothing was written")
            .in_file(path)
            .help("run the command again"));
    }
    match given {
        Ok(()) => file.persist(&target).map(drop).map_err(|err| fail(err.error)),
        Err(_) => write_over(&target, before, after).map_err(fail),
    }
}

/// Gives a file the owner and the group that `metadata` has.
#[cfg(unix)]
fn give(file: &File, metadata: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) == (metadata.uid(), metadata.gid()) {
        return Ok(());
    }
    fchown(file, Some(metadata.uid()), Some(metadata.gid()))
}

/// A file's owner is not told by its metadata here.
#[cfg(not(unix))]
fn give(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

fn write_over(target: &Path, before: &[u8], after: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).open(target)?;
    fill(&mut file, after).map_err(|err| match fill(&mut file, before) {
        Ok(()) => err,
        Err(_) => io::Error::new(err.kind(), format!("{err}, and what it held is lost")),
    })
}

/// Not cut before it is written: so the room that the old content takes is there to put it back.
fn fill(file: &mut File, content: &[u8]) -> io::Result<()> {
    file.rewind()?;
    file.write_all(content)?;
    file.set_len(content.len() as u64)?;
    file.sync_all()
}
