//! Bytes of any kind to `check`, to `revert --force`, and to each way of printing what came of it.
#![no_main]

#[allow(dead_code, reason = "each target uses its own part")]
#[path = "../../tests/properties/holds.rs"]
mod holds;
mod memory;

use libfuzzer_sys::fuzz_target;
use tc_retrigger::error::Error;
use tc_retrigger::report::{FileReport, Format, Report, RunReport, Texts};
use tc_retrigger::work::Job;

fuzz_target!(|bytes: &[u8]| {
    memory::begin();
    for (command, job) in [("check", Job::Check), ("revert", Job::Revert)] {
        let done = holds::work(bytes, job, true).unwrap_or_else(|wrong| panic!("{wrong}"));
        let file = match done {
            None => FileReport::error("a.yml", &Error::new("it cannot be read")),
            Some(done) => {
                let old = String::from_utf8_lossy(bytes).into_owned();
                let new = done.text.unwrap_or_else(|| old.clone());
                let texts = Some(Texts { old, new });
                FileReport { texts, ..FileReport::new("a.yml", done.finding) }
            }
        };
        Report::OnTerminal(&file).write(Format::Human, true);
        let report = RunReport { command, files: vec![file] };
        for format in [Format::Json, Format::Github, Format::Sarif, Format::Markdown] {
            Report::Files(&report).write(format, true);
        }
    }
});
