//! What must hold for any template, by chance: made templates, real ones, and edits of both.
//!
//! `TC_RETRIGGER_RANDOM=2000` makes more of them, `TC_RETRIGGER_SEED=2` others.

mod cases;
mod holds;

use crate::harness::files;
use crate::needs::asked;
use holds::Met;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::process::{Command, Stdio};

/// A runner of as many cases, or of as many as are asked for, that tells its seed and writes no file.
fn runner(cases: u32) -> TestRunner {
    let seed = asked("TC_RETRIGGER_SEED").unwrap_or(1) as u64;
    let asked = asked("TC_RETRIGGER_RANDOM").and_then(|cases| cases.try_into().ok());
    let cases = asked.unwrap_or(cases);
    println!("seed {seed}, {cases} cases");
    TestRunner::new(Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    })
}

/// How many cases were tried, and what `holds` says of how many of them; what it finds wrong ends the test.
fn tried<T: Ord + Debug>(
    cases: u32,
    strategy: impl Strategy<Value = (cases::Source, Vec<cases::Edit>)>,
    holds: impl Fn(&[u8]) -> Result<T, String>,
) -> (u32, BTreeMap<T, u32>) {
    let (files, met) = (files::files(), RefCell::new(BTreeMap::new()));
    let mut runner = runner(cases);
    let result = runner.run(&strategy, |case| {
        let bytes = cases::bytes(&files, &case);
        let told = |wrong| format!("{wrong}\nof: {:?}", String::from_utf8_lossy(&bytes));
        let what = holds(&bytes).map_err(|wrong| TestCaseError::fail(told(wrong)))?;
        *met.borrow_mut().entry(what).or_insert(0) += 1;
        Ok(())
    });
    println!("{:?}", met.borrow());
    result.unwrap_or_else(|err| panic!("{err}"));
    (runner.config().cases, met.into_inner())
}

/// What is patched is proved, again the same, verified, and taken out to the byte; nothing else of its value changes.
#[test]
fn patch_verify_and_revert_hold_together() {
    let (cases, met) = tried(60, cases::case(20, 3), holds::round_trip);
    let patched = met.get(&Met::Patched).copied().unwrap_or(0);
    assert!(patched > cases / 8, "only {patched} of {cases} are patched");
}

/// A key that the engine cannot take has the word that faults of the program are told by: found by fuzzing.
#[test]
fn a_template_may_have_a_bug_of_its_own() {
    assert_eq!(holds::round_trip(b"$a${-01bug}: 1\n"), Ok(Met::Left));
}

/// Edits of real files, many to one: those that are templates still are read, the others are refused, with a place.
#[test]
fn every_edit_of_a_real_file_is_read_or_refused_with_its_place() {
    let (cases, met) = tried(600, cases::case(1, 2), holds::read);
    let read = met.get(&true).copied().unwrap_or(0);
    assert!(read > cases / 5 && read < cases, "{read} of {cases} are read");
}

/// The program ends by itself, whatever it gets.
#[test]
fn every_exit_status_is_0_1_or_2() {
    let folder = tempfile::tempdir().unwrap();
    let (files, seen) = (files::files(), RefCell::new(BTreeMap::new()));
    let commands: &[&[&str]] = &[
        &["check"],
        &["patch"],
        &["patch", "--write"],
        &["revert", "--force"],
        &["scan", "."],
        &["render", "a.yml", "--context", "action/retrigger"],
        &["verify", "a.yml", "a.yml"],
    ];
    let file = folder.path().join("a.yml");
    let case = (cases::case(20, 3), prop::sample::select(commands));
    let result = runner(25).run(&case, |(case, arguments)| {
        fs::write(&file, cases::bytes(&files, &case)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tc-retrigger"));
        command.current_dir(&folder).args(arguments).stdout(Stdio::null());
        if arguments[0] != "scan" && !arguments.contains(&"a.yml") {
            command.arg("a.yml");
        }
        let output = command.output().unwrap();
        let status = output.status.code();
        *seen.borrow_mut().entry(status).or_insert(0) += 1;
        let told = String::from_utf8_lossy(&output.stderr);
        prop_assert!(matches!(status, Some(0..=2)), "{arguments:?}: {status:?}: {told}");
        prop_assert!(!told.contains(holds::BLAME), "{arguments:?}: {told}");
        Ok(())
    });
    println!("{:?}", seen.borrow());
    result.unwrap_or_else(|err| panic!("{err}"));
    assert!(seen.borrow().len() > 1, "all ended alike: {:?}", seen.borrow());
}
