//! What belongs to a file beside its content.

use std::fs::File;
use std::io;

/// Gives a new file what belongs to another: owner, group, extended attributes (POSIX ACLs and labels of
/// security modules are such, xattr(7)), and permissions.
///
/// Errs where this user may not give one of them.
#[cfg(unix)]
pub fn give(of: &File, to: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let (wanted, own) = (of.metadata()?, to.metadata()?);
    if (own.uid(), own.gid()) != (wanted.uid(), wanted.gid()) {
        fchown(to, Some(wanted.uid()), Some(wanted.gid()))?;
    }
    // After the owner: giving a file away takes the bits that run it as its owner, and capabilities, from it.
    give_attributes(of, to)?;
    to.set_permissions(wanted.permissions())?;
    match to.metadata()?.mode() == wanted.mode() {
        true => Ok(()),
        // The bit that runs it as a group is taken silently where the user is not in it (chmod(2)).
        false => Err(io::ErrorKind::PermissionDenied.into()),
    }
}

#[cfg(unix)]
fn give_attributes(of: &File, to: &File) -> io::Result<()> {
    use xattr::FileExt;
    let names = |file: &File| match file.list_xattr() {
        Ok(names) => Ok(names.collect::<Vec<_>>()),
        // A file system without attributes.
        Err(err) if err.kind() == io::ErrorKind::Unsupported => Ok(Vec::new()),
        Err(err) => Err(err),
    };
    let wanted = names(of)?;
    for name in &wanted {
        let value = of.get_xattr(name)?;
        // What it has from its folder already need not be this user's to set.
        if let Some(value) =
            value.filter(|value| to.get_xattr(name).ok().flatten().as_ref() != Some(value))
        {
            to.set_xattr(name, &value)?;
        }
    }
    // A folder may give its new files an ACL that the old one does not have (acl(5), default ACLs).
    names(to)?
        .iter()
        .filter(|name| !wanted.contains(name))
        .try_for_each(|name| to.remove_xattr(name))
}

/// A file's owner is not told by its metadata here.
#[cfg(not(unix))]
pub fn give(of: &File, to: &File) -> io::Result<()> {
    to.set_permissions(of.metadata()?.permissions())
}
