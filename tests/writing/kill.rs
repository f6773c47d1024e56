//! SIGKILL at any moment.

use super::place::{OLD, Place, new};
use crate::released;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The temporary files in folders.
fn temporary(folders: &[PathBuf]) -> BTreeSet<OsString> {
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let names = entries.map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.as_encoded_bytes().starts_with(b".tc-retrigger-")).collect()
}

/// Kills a run at the moment of that number: of three, one at a time of its own in the `whole` that it takes, one as
/// soon as it has begun to write into one of these folders, and one some milliseconds later.
pub fn kill(child: &mut Child, round: u32, whole: Duration, folders: &[PathBuf]) {
    let before = temporary(folders);
    let later = round / 3 % 10;
    if round.is_multiple_of(3) {
        sleep(whole * later / 10);
    } else {
        while child.try_wait().unwrap().is_none() && temporary(folders).is_subset(&before) {
            sleep(Duration::from_micros(50));
        }
        if round % 3 == 2 {
            sleep(Duration::from_micros(500) * later);
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

pub fn start(place: &Place, arguments: &[&str]) -> Child {
    let mut command = Command::new(released::program());
    command.current_dir(place.0.path()).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// A hundred writes in full, there and back: the file is byte for byte the old or the new one, and nothing stands in
/// the way of the next.
#[test]
fn a_killed_run_leaves_the_old_or_the_new() {
    let begin = Instant::now();
    let new = new();
    let whole = begin.elapsed();
    let place = Place::new();
    let folders = [place.path(".")];
    let rounds = if released::is_in_full() { 100 } else { 33 };
    let (mut round, mut left, mut olds, mut news, mut most) = (0, 0, 0, 0, 0);
    // Which moments are met is luck: it goes on until all of interest were.
    while round < rounds || round < 10 * rounds && [olds, news, left].contains(&0) {
        let was_old = place.text() == OLD;
        let command = if was_old { "patch" } else { "revert" };
        let mut child = start(&place, &[command, "--quiet", "--write", "t.yml"]);
        kill(&mut child, round, whole, &folders);
        let text = place.text();
        assert!(text == OLD || text == new, "{round}: {} bytes", text.len());
        match (text == OLD) == was_old {
            true => olds += 1,
            false => news += 1,
        }
        left += u32::from(!temporary(&folders).is_empty());
        most = most.max(place.names().len());
        round += 1;
    }
    println!(
        "{round} killed: {olds} before and {news} after the change, {left} with a temporary file left"
    );
    assert!(olds > 0 && news > 0 && left > 0, "no moment of interest was met");
    // They do not pile up, and the next run that writes takes them away.
    assert!(most <= 2, "{most} files");
    let (exit, printed) = place.sh("$T patch --write t.yml && $T revert --write t.yml");
    assert_eq!((exit, place.text().as_str()), (Some(0), OLD), "{printed}");
    assert_eq!(place.names(), ["t.yml"]);
}
