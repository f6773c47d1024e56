//! What belongs to a file beside its content.

use super::place::{OLD, Place, is_root, set, skipped};
use crate::needs::sampled;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

const ACCESS: &str = "system.posix_acl_access";
const DEFAULT: &str = "system.posix_acl_default";

/// A POSIX ACL as Linux keeps it (linux/posix_acl_xattr.h): the user `who` may do `may`, beside what
/// a mode of 640 says.
fn acl(who: u32, may: u16) -> Vec<u8> {
    const NOBODY: u32 = u32::MAX;
    let entries: [(u16, u16, u32); 5] =
        [(1, 6, NOBODY), (2, may, who), (4, 4, NOBODY), (16, 4 | may, NOBODY), (32, 0, NOBODY)];
    let bytes = entries.iter().flat_map(|(tag, may, who)| {
        [&tag.to_le_bytes()[..], &may.to_le_bytes(), &who.to_le_bytes()].concat()
    });
    [2u32.to_le_bytes().to_vec(), bytes.collect()].concat()
}

fn attributes(path: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let names = xattr::list(path).unwrap();
    names.map(|name| (name.clone(), xattr::get(path, name).unwrap().unwrap())).collect()
}

/// Attributes of the file and of its folder, which new files there may inherit.
#[test]
fn attributes_and_modes_are_kept() {
    type Case<'a> = (&'a str, u32, &'a [(&'a str, &'a [u8])], &'a [(&'a str, &'a [u8])]);
    let (one, other) = (acl(1234, 6), acl(2345, 4));
    let big = vec![b'x'; 2000];
    let cases: [Case; 13] = [
        ("a mode", 0o600, &[], &[]),
        ("another", 0o664, &[], &[]),
        ("everybody's", 0o666, &[], &[]),
        ("to run", 0o755, &[], &[]),
        ("sticky", 0o1644, &[], &[]),
        ("set-user-ID", 0o4755, &[], &[]),
        ("set-group-ID", 0o2755, &[], &[]),
        ("all of these", 0o7777, &[], &[]),
        ("attributes", 0o644, &[("user.empty", b""), ("user.x", b"\0\xff")], &[]),
        ("a long one", 0o644, &[("user.x", &big)], &[]),
        ("an ACL", 0o660, &[(ACCESS, &one)], &[]),
        // The file was there before the folder got it.
        ("an ACL of the folder's", 0o640, &[], &[(DEFAULT, &one)]),
        ("one of each", 0o660, &[(ACCESS, &one), ("user.x", b"y")], &[(DEFAULT, &other)]),
    ];
    for (name, mode, own, folders) in sampled("attributes and modes", cases) {
        let place = Place::new();
        let me = fs::metadata(place.file()).unwrap();
        set(&place.file(), (me.uid(), me.gid()), mode);
        let give = |path: &Path, some: &[(&str, &[u8])]| {
            some.iter().try_for_each(|(name, value)| xattr::set(path, name, value))
        };
        let given = give(&place.file(), own).and_then(|()| give(place.0.path(), folders));
        if let Err(err) = given {
            assert_eq!(err.kind(), std::io::ErrorKind::Unsupported, "{name}: {err}");
            skipped("this file system has no such attributes");
            continue;
        }
        let before = (attributes(&place.file()), fs::metadata(place.file()).unwrap().mode());
        for name_of_own in own.iter().map(|(name, _)| OsString::from(name)) {
            assert!(before.0.contains_key(&name_of_own), "{name}");
        }
        for command in ["patch", "revert"] {
            let (exit, printed) =
                place.sh(&format!("umask 077; $T {command} --quiet --write t.yml"));
            assert_eq!(exit, Some(0), "{name}: {printed}");
            let metadata = fs::metadata(place.file()).unwrap();
            assert_eq!((attributes(&place.file()), metadata.mode()), before, "{name}, {command}");
            assert_eq!((metadata.uid(), metadata.gid()), (me.uid(), me.gid()), "{name}, {command}");
            assert_eq!(place.names(), ["t.yml"], "{name}, {command}");
        }
        assert_eq!(place.text(), OLD, "{name}");
    }
}

/// Another user's file stays theirs, whoever writes it; where it cannot, nothing is written, and what is
/// advised helps.
#[test]
fn a_written_file_keeps_its_owner() {
    if !is_root() {
        skipped("only root can give files to others");
        return;
    }
    /// What it is about, who runs it, the file's owner and group, its mode, the folder's, an attribute that
    /// only root sets, whether it is the same file afterwards and not one in its place, and what is
    /// told and helps where it is not written.
    struct Case(
        &'static str,
        u32,
        (u32, u32),
        u32,
        u32,
        bool,
        bool,
        Option<(&'static str, &'static str)>,
    );
    const DENIED: &str =
        "cannot be written: Permission denied (os error 13); make it writable: `chmod u+w`";
    const NO_NEW: &str = "cannot be written: its folder takes no new file: Permission denied (os error 13); make the folder writable: `chmod u+w`";
    let cases = [
        Case("root, another's", 0, (1234, 2345), 0o640, 0o755, false, false, None),
        Case("and its bits", 0, (1234, 2345), 0o6750, 0o755, false, false, None),
        Case("and its attribute", 0, (1234, 2345), 0o640, 0o755, true, false, None),
        Case("one's own", 1234, (1234, 1234), 0o600, 0o755, false, false, None),
        Case("a group one is not in", 1234, (1234, 2345), 0o644, 0o755, false, true, None),
        Case("another's, for everybody", 1234, (2345, 2345), 0o666, 0o755, false, true, None),
        Case("the same, where none may be removed", 1234, (0, 0), 0o666, 0o1777, false, true, None),
        Case("an attribute of root's", 1234, (1234, 1234), 0o644, 0o755, true, true, None),
        Case("another's", 1234, (2345, 2345), 0o644, 0o755, false, true, Some((DENIED, ""))),
        Case(
            "read-only",
            1234,
            (1234, 1234),
            0o444,
            0o755,
            false,
            true,
            Some((DENIED, "chmod u+w t.yml")),
        ),
        Case(
            "a read-only folder",
            1234,
            (1234, 1234),
            0o644,
            0o555,
            false,
            true,
            Some((NO_NEW, "chmod u+w .")),
        ),
    ];
    let place = Place::new();
    place.open(1234);
    let (file, folder) = (place.file(), place.0.path());
    for case in sampled("owners", cases) {
        let Case(name, user, owner, mode, folders_mode, has_attribute, is_same, fault) = case;
        fs::write(&file, OLD).unwrap();
        set(&file, owner, mode);
        let of_folder = if folders_mode == 0o1777 { 0 } else { 1234 };
        set(folder, (of_folder, of_folder), folders_mode);
        if has_attribute && xattr::set(&file, "security.tc-retrigger", b"x").is_err() {
            skipped("this file system has no such attributes");
            continue;
        }
        let (before, had) = (fs::metadata(&file).unwrap(), attributes(&file));
        let write = || place.run_as(user, &["patch", "--quiet", "--write", "t.yml"]);
        let (exit, printed) = write();
        let after = fs::metadata(&file).unwrap();
        assert_eq!(exit, Some(if fault.is_some() { 2 } else { 0 }), "{name}: {printed}");
        assert_eq!((after.uid(), after.gid()), owner, "{name}");
        assert_eq!(after.mode(), before.mode(), "{name}");
        assert_eq!(attributes(&file), had, "{name}");
        assert_eq!(after.ino() == before.ino(), is_same, "{name}");
        assert_eq!(place.text() == OLD, fault.is_some(), "{name}");
        if let Some((wanted, advice)) = fault {
            assert_eq!(printed, format!("error: t.yml: {wanted}\n"), "{name}");
            if !advice.is_empty() {
                let (_, printed) = place.sh(advice);
                assert_eq!(write().0, Some(0), "{name}: {printed}");
                assert_ne!(place.text(), OLD, "{name}");
            }
        }
        assert_eq!(place.names(), ["program", "t.yml"], "{name}: a file is left");
        fs::remove_file(&file).unwrap();
    }
}
