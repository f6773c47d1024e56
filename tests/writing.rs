//! A file is written in place all or nothing, whatever goes wrong, and keeps what belongs to it.
#![cfg(target_os = "linux")]

mod belongings;
mod kill;
mod place;
mod tree;

use crate::needs::sampled;
use place::{OLD, Place, new, skipped};
use std::fs;

/// What stands in the way, the exit status (none: a signal), what is told, and what the message advises,
/// after which it works.
type Case<'a> = (&'a str, Option<i32>, &'a str, &'a str);

/// Each in a file system of its own, mounted at `m` with the file in it.
#[test]
fn what_cannot_be_written_is_as_it_was() {
    let mount =
        |options: &str| format!("mount -t tmpfs -o {options} none m && cp t.yml m && cd m && ");
    let cases: [(String, Case); 5] = [
        (
            mount("size=128k"),
            (
                "head -c 300k /dev/zero > big 2>/dev/null",
                Some(2),
                "error: t.yml: cannot be written: No space left on device (os error 28); it is as it was: make room, and run the command again\n",
                "rm big",
            ),
        ),
        (
            mount("size=1m,nr_inodes=4"),
            (
                "touch a b 2>/dev/null",
                Some(2),
                "error: t.yml: cannot be written: No space left on device (os error 28); it is as it was: make room",
                "rm a b",
            ),
        ),
        (
            mount("size=1m"),
            (
                "mount -o remount,ro .",
                Some(2),
                "error: t.yml: cannot be written: Read-only file system (os error 30); work on a copy\n",
                "mount -t tmpfs none ../n && cp t.yml ../n && cd ../n",
            ),
        ),
        // A file that is a mount of its own, as containers have them: nothing can take its place.
        (mount("size=1m"), ("mount --bind t.yml t.yml", Some(0), "\nt.yml: patched", "true")),
        (
            mount("size=1m"),
            (
                "mount --bind t.yml t.yml && mount -o remount,bind,ro t.yml",
                Some(2),
                "error: t.yml: cannot be written: Read-only file system (os error 30); work on a copy\n",
                "cp t.yml u.yml && umount t.yml && mv u.yml t.yml",
            ),
        ),
    ];
    let new = new();
    for (mount, (fault, status, wanted, advice)) in sampled("faults of a file system", cases) {
        let place = Place::new();
        ["m", "n"].iter().for_each(|name| fs::create_dir(place.path(name)).unwrap());
        let names = |to: &str| format!("ls -A > $R/{to}; cat t.yml > $R/{to}.yml");
        let line = format!(
            "R=$PWD; {mount} {{ {fault}; ls -A > $R/before; $T patch --write t.yml > $R/told 2>&1; \
             echo -n $? > $R/status; {}; {advice} && $T patch --quiet --write t.yml && {}; }}",
            names("after"),
            names("end")
        );
        let Some((exit, printed)) = place.with_mounts(&line) else { return };
        assert_eq!(exit, Some(0), "{fault}: {printed}");
        let read = |name: &str| fs::read_to_string(place.path(name)).unwrap();
        assert_eq!(
            read("status"),
            status.unwrap_or_default().to_string(),
            "{fault}: {}",
            read("told")
        );
        assert!(read("told").contains(wanted), "{fault}: {}", read("told"));
        let is_old = read("after.yml") == OLD;
        assert_eq!(is_old, status == Some(2), "{fault}");
        assert!(is_old || read("after.yml") == new, "{fault}");
        assert_eq!(read("before"), read("after"), "{fault}: a file is left");
        // What is advised helps.
        assert!(read("end.yml") == new, "{fault}: {}", read("told"));
    }
}

/// Faults that need no mount.
#[test]
fn what_is_in_the_way_is_told() {
    let new = new();
    let cases: [Case; 5] = [
        // The file may grow to 8 blocks of 512 bytes.
        (
            "trap '' XFSZ; ulimit -f 8; exec $T patch --quiet --write t.yml",
            Some(2),
            "error: t.yml: cannot be written: File too large (os error 27); it is as it was: make room",
            "$T patch --quiet --write t.yml",
        ),
        (
            "ulimit -f 8; exec $T patch --quiet --write t.yml",
            None,
            "",
            "$T patch --quiet --write t.yml",
        ),
        (
            "ln -s gone.yml l.yml; $T patch --write l.yml",
            Some(2),
            "error: l.yml: cannot be read: No such file or directory",
            "rm l.yml; $T patch --quiet --write t.yml",
        ),
        (
            "ln -s l.yml l.yml; $T patch --write l.yml",
            Some(2),
            "error: l.yml: cannot be read: Too many levels of symbolic links",
            "rm l.yml; $T patch --quiet --write t.yml",
        ),
        // The longest name that a file can have.
        (
            "n=$(printf %0255d 0); mv t.yml $n; $T patch --quiet --write $n; s=$?; mv $n t.yml; exit $s",
            Some(0),
            "",
            "true",
        ),
    ];
    for (line, status, wanted, advice) in cases {
        let place = Place::new();
        let (exit, printed) = place.sh(line);
        assert_eq!(exit, status, "{line}: {printed}");
        assert!(printed.contains(wanted), "{line}: {printed}");
        assert_eq!(place.text() == OLD, status != Some(0), "{line}");
        let (exit, printed) = place.sh(advice);
        assert_eq!((exit, place.text() == new), (Some(0), true), "{line}: {printed}");
        // A killed one left a temporary file, which went with the next.
        assert_eq!(place.names(), ["t.yml"], "{line}");
    }
}

/// A link stays and its target is replaced; another name of the file keeps what it had.
#[test]
fn links_are_as_they_were() {
    use std::os::unix::fs::{MetadataExt, symlink};
    let new = new();
    let place = Place::new();
    fs::create_dir(place.path("below")).unwrap();
    fs::rename(place.file(), place.path("below/real.yml")).unwrap();
    symlink("below/real.yml", place.path("between.yml")).unwrap();
    symlink("between.yml", place.file()).unwrap();
    fs::hard_link(place.path("below/real.yml"), place.path("other.yml")).unwrap();
    let (exit, printed) = place.sh("$T patch --quiet --write t.yml");
    assert_eq!(exit, Some(0), "{printed}");
    for (link, target) in [("t.yml", "between.yml"), ("between.yml", "below/real.yml")] {
        assert_eq!(fs::read_link(place.path(link)).unwrap().to_str(), Some(target));
    }
    assert_eq!(place.text(), new);
    assert_eq!(fs::read_to_string(place.path("other.yml")).unwrap(), OLD);
    assert_eq!(fs::metadata(place.path("other.yml")).unwrap().nlink(), 1);
    assert_eq!(place.names(), ["below", "between.yml", "other.yml", "t.yml"]);
    assert_eq!(fs::read_dir(place.path("below")).unwrap().count(), 1);
}

/// Somebody saves the file while the program is at work on it: what was saved is there afterwards, alone or
/// patched, unless it came after the writing.
#[test]
fn what_changed_meanwhile_stays() {
    use std::thread::sleep;
    use std::time::{Duration, Instant};
    let start = Instant::now();
    new();
    let whole = start.elapsed();
    let saved = format!("{OLD}# saved\n");
    let mut refused = 0;
    const ROUNDS: u32 = 12;
    for round in 0..ROUNDS {
        let place = Place::new();
        fs::write(place.path("saved"), &saved).unwrap();
        let mut command = std::process::Command::new(crate::released::program());
        command.args(["patch", "--quiet", "--write", "t.yml"]).current_dir(place.0.path());
        let child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
        sleep(Duration::from_millis(10) + whole * round / ROUNDS);
        fs::rename(place.path("saved"), place.file()).unwrap();
        let (exit, printed) = place::told(&child.wait_with_output().unwrap());
        let text = place.text();
        assert!(text.ends_with("# saved\n"), "{round}");
        match exit {
            Some(0) => {}
            exit => {
                let wanted = "error: t.yml: the file changed while it was worked on; nothing was written; run the command again\n";
                assert_eq!(
                    (exit, printed.as_str(), text),
                    (Some(2), wanted, saved.clone()),
                    "{round}"
                );
                refused += 1;
                let (exit, printed) = place.sh("$T patch --quiet --write t.yml && $T check t.yml");
                assert_eq!(exit, Some(0), "{printed}");
                assert!(place.text().ends_with("# saved\n"));
            }
        }
        assert_eq!(place.names(), ["t.yml"]);
    }
    assert!(refused > 0, "in none of {ROUNDS} rounds was it saved at the right moment");
}

/// Two at once: one after the other, or one of them is told. What each says it changed is what it changed.
#[test]
fn two_writers_take_turns() {
    use serde_json::Value;
    let new = new();
    let stale = new.replacen("recipe 3: ", "recipe 2: ", 1);
    assert_ne!(stale, new);
    let mut told = 0;
    for round in 0..10 {
        let place = Place::new();
        fs::write(place.file(), &stale).unwrap();
        // Both read it before either writes, or nearly so: the longer one begins.
        let both = ["patch", "revert"].map(|command| {
            let mut command_line = std::process::Command::new(crate::released::program());
            command_line.args([command, "--format", "json", "--write", "t.yml"]);
            let (out, err) = (std::process::Stdio::piped(), std::process::Stdio::piped());
            command_line.current_dir(place.0.path()).stdout(out).stderr(err).spawn().unwrap()
        });
        let outputs = both.map(|child| child.wait_with_output().unwrap());
        let reports = outputs.each_ref().map(|output| -> Value {
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
        });
        let hash = |which: usize, name: &str| reports[which]["files"][0][name].clone();
        match outputs.each_ref().map(|output| output.status.code()) {
            [Some(0), Some(0)] => {
                let follows = |a, b| hash(a, "new_hash") == hash(b, "old_hash");
                assert!(
                    follows(0, 1) || follows(1, 0),
                    "{round}: one's change is lost: {reports:#?}"
                );
            }
            [Some(0), Some(2)] | [Some(2), Some(0)] => told += 1,
            other => panic!("{round}: {other:?}: {outputs:?}"),
        }
        let text = place.text();
        assert!(text == new || text == OLD, "{round}");
        assert_eq!(place.names(), ["t.yml"], "{round}");
    }
    if told == 0 {
        skipped("in no round did the two come into each other's way");
    }
}
