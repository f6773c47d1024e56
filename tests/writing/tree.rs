//! The recipe whose script is a file of the tree: two files are written, one after the other. Between
//! them, nothing runs what is not there, and what is advised or the next `patch --write` makes it whole.

use super::kill;
use super::place::Place;
use crate::needs::sampled;
use crate::released;
use sha2::{Digest, Sha256};
use std::fs;
use std::time::Instant;

const SCRIPT: &str = "taskcluster/scripts/retrigger.py";
const OLD: &str = include_str!("../../examples/gecko.taskcluster.yml");
const CONTENT: &str = include_str!("../../patches/retrigger/retrigger.py");
/// What a file from before held.
const BEFORE: &str = "print('before')\n";
const PATCH: &str =
    "$T patch --write t.yml --recipe retrigger-file --script taskcluster/scripts/retrigger.py";

fn repository() -> Place {
    let place = Place::with(OLD);
    fs::create_dir(place.path(".git")).unwrap();
    place
}

fn patched() -> Place {
    let place = repository();
    let (exit, printed) = place.sh(PATCH);
    assert_eq!(exit, Some(0), "{printed}");
    place
}

/// One whose fast path is of an earlier number, and runs [`BEFORE`].
fn stale() -> Place {
    let place = patched();
    let hash = |text: &str| -> String {
        Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let text = place.text().replace("recipe retrigger-file 3: ", "recipe retrigger-file 2: ");
    let text = text.replace(&hash(CONTENT), &hash(BEFORE));
    assert_ne!(text, place.text());
    fs::write(place.file(), text).unwrap();
    fs::write(place.path(SCRIPT), BEFORE).unwrap();
    place
}

fn script(place: &Place) -> Option<String> {
    fs::read_to_string(place.path(SCRIPT)).ok()
}

/// Each state that a run can leave which ends between two files, made by hand.
#[test]
fn what_is_half_done_is_made_whole() {
    let whole = patched().text();
    // name, the template, the script, what is run, and the same afterwards.
    type State<'a> = (&'a str, &'a str, Option<&'a str>);
    let stale = stale().text();
    let inline = {
        let place = repository();
        place.sh("$T patch --write t.yml");
        place.text()
    };
    let old = OLD;
    let cases: [(State, &str, State); 8] = [
        (("the script alone", old, Some(CONTENT)), PATCH, ("", &whole, Some(CONTENT))),
        (
            ("the same, and no recipe", old, Some(CONTENT)),
            "$T patch --write t.yml",
            ("", &inline, Some(CONTENT)),
        ),
        (
            ("an upgrade not begun", &stale, Some(BEFORE)),
            "$T patch --write t.yml",
            ("", &whole, Some(CONTENT)),
        ),
        (
            ("its script alone", &stale, Some(CONTENT)),
            "$T patch --write t.yml",
            ("", &whole, Some(CONTENT)),
        ),
        (("no script at all", &stale, None), "$T patch --write t.yml", ("", &whole, Some(CONTENT))),
        (("a template alone", &whole, None), "$T patch --write t.yml", ("", &whole, Some(CONTENT))),
        (
            ("reverted, and the script is there", old, Some(CONTENT)),
            "$T revert --write t.yml",
            ("", old, Some(CONTENT)),
        ),
        (
            ("an upgrade to be reverted", &stale, Some(CONTENT)),
            "$T revert --write t.yml",
            ("edited, and stays", old, Some(CONTENT)),
        ),
    ];
    for ((name, template, has), line, (told, wanted, then)) in sampled("what is half done", cases) {
        let place = repository();
        fs::write(place.file(), template).unwrap();
        fs::create_dir_all(place.path(SCRIPT).parent().unwrap()).unwrap();
        if let Some(content) = has {
            fs::write(place.path(SCRIPT), content).unwrap();
        }
        let (exit, printed) = place.sh(line);
        assert_eq!(exit, Some(0), "{name}: {printed}");
        assert!(printed.contains(told), "{name}: {printed}");
        assert!(place.text() == wanted, "{name}: {printed}");
        assert_eq!(script(&place).as_deref(), then, "{name}: {printed}");
        let status = if wanted == OLD { 1 } else { 0 };
        assert_eq!(place.sh("$T check t.yml").0, Some(status), "{name}");
    }
}

/// One of the two files cannot be written: the other is as it was, or the message says what is left to do.
#[test]
fn what_cannot_be_written_leaves_both() {
    const READ_ONLY: &str = "cannot be written: Read-only file system (os error 30)";
    let only =
        |path: &str| format!("mount --bind {path} {path} && mount -o remount,bind,ro {path}");
    // name, the state before, the fault, what is run, what is told, and whether the template and the script
    // are as they were.
    type Case = (&'static str, fn() -> Place, String, &'static str, String, [bool; 2]);
    let cases: [Case; 5] = [
        (
            "a new script",
            repository,
            only("t.yml"),
            PATCH,
            format!("error: t.yml: {READ_ONLY}"),
            [true; 2],
        ),
        (
            "an upgraded script",
            stale,
            only("t.yml"),
            "$T patch --write t.yml",
            format!("error: t.yml: {READ_ONLY}"),
            [true; 2],
        ),
        (
            "no room for the script",
            repository,
            "mkdir taskcluster && mount -t tmpfs -o size=4k none taskcluster".to_owned(),
            PATCH,
            format!(
                "/{SCRIPT}: cannot be written: No space left on device (os error 28); it is as it was"
            ),
            [true; 2],
        ),
        (
            "a script that stays",
            stale,
            only("taskcluster"),
            "$T patch --write t.yml",
            format!("{SCRIPT}: {READ_ONLY}"),
            [true; 2],
        ),
        (
            "a script that cannot be removed",
            patched,
            only("taskcluster"),
            "$T revert --write t.yml",
            format!(
                "/{SCRIPT}: cannot be removed: Read-only file system (os error 30); the template is written, and runs it no more: remove it by hand\n"
            ),
            [false, true],
        ),
    ];
    for (name, state, fault, line, wanted, is_same) in sampled("what cannot be written", cases) {
        let place = state();
        let (before, had) = (place.text(), script(&place));
        let tree = "find . -path ./.git -prune -o -print | sort";
        let whole = format!(
            "R=$(mktemp -d); {fault} && {tree} > $R/before; {line} > $R/told 2>&1; s=$?; {tree} > $R/after; \
             cat $R/told; diff $R/before $R/after; rm -r $R; exit $s"
        );
        let Some((exit, printed)) = place.with_mounts(&whole) else { return };
        assert_eq!(exit, Some(2), "{name}: {printed}");
        assert!(printed.contains(&wanted), "{name}: {printed}");
        assert!(!printed.contains("\n> ") && !printed.contains("\n< "), "{name}: {printed}");
        assert_eq!([place.text() == before, script(&place) == had], is_same, "{name}");
        // Without the fault, the same does what it is to do; or what was advised is all that is left.
        match is_same[0] {
            true => assert_eq!(place.sh(line).0, Some(0), "{name}"),
            false => fs::remove_file(place.path(SCRIPT)).unwrap(),
        }
        let is_patched = place.text() != OLD;
        assert_eq!(place.sh("$T check t.yml").0, Some(if is_patched { 0 } else { 1 }), "{name}");
        assert_eq!(script(&place).is_some(), is_patched, "{name}");
    }
}

/// Killed at any moment, there and back.
#[test]
fn a_killed_run_leaves_what_the_next_one_mends() {
    let begin = Instant::now();
    let new = patched().text();
    let whole = begin.elapsed();
    let place = repository();
    fs::create_dir_all(place.path("taskcluster/scripts")).unwrap();
    let rounds = if released::is_in_full() { 40 } else { 16 };
    let (mut between, mut done) = (0, 0);
    for round in 0..rounds {
        let patch = PATCH.split(' ').skip(1).chain(["--quiet"]).collect::<Vec<_>>();
        let is_old = place.text() == OLD;
        let revert = vec!["revert", "--quiet", "--write", "t.yml"];
        let mut child = kill::start(&place, if is_old { &patch } else { &revert });
        let folders = [place.path("."), place.path("taskcluster/scripts")];
        kill::kill(&mut child, round, whole, &folders);
        let (text, script) = (place.text(), script(&place));
        assert!(script.as_deref().is_none_or(|script| script == CONTENT), "{round}");
        match (text == OLD, script.is_some()) {
            (true, true) => between += 1,
            (true, false) => {}
            // What the template runs is there.
            (false, true) => assert!(text == new, "{round}"),
            (false, false) => panic!("{round}: the template runs a script that is not there"),
        }
        done += u32::from((text == OLD) != is_old);
        if round % 4 == 3 {
            let (exit, printed) = place.sh(&format!("{PATCH} && $T check t.yml"));
            assert_eq!((exit, place.text() == new), (Some(0), true), "{round}: {printed}");
        }
    }
    println!(
        "{rounds} killed: {between} with the script alone, {done} after the template was changed"
    );
    assert!(done > 0 && done < rounds, "no moment of interest was met");
}
