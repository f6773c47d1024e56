//! What must hold for any bytes at all: `tests/properties.rs` and the fuzz targets ask for it.

use serde_json::Value;
use tc_retrigger::error::Error;
use tc_retrigger::patch::edit;
use tc_retrigger::proof::Verdict;
use tc_retrigger::template::{Reading, Template};
use tc_retrigger::work::{self, Done, Job, Options, Status};

/// What the program says where it finds itself at fault; a template may have the word, too.
pub const BLAME: &str = "this is a bug of tc-retrigger";

/// What came of a text for which all held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Met {
    /// It is no template, or one that is not worked on.
    Refused,
    /// No patch of it was proved, or none was needed.
    Left,
    /// It was patched, and the patch proved.
    Patched,
}

/// Checks that bytes are read, or refused in order; gives whether they are read.
pub fn read(bytes: &[u8]) -> Result<bool, String> {
    match Template::from_bytes(bytes.to_vec()) {
        Ok(_) => Ok(true),
        Err(error) => refused(&error).map(|()| false),
    }
}

/// Checks that a refusal says where it is, and does not take the blame.
fn refused(error: &Error) -> Result<(), String> {
    // An empty file has no place.
    let has_place = error.place().is_some() || error.message().contains("empty");
    match has_place && !error.reason().contains(BLAME) {
        true => Ok(()),
        false => Err(error.to_string()),
    }
}

/// Checks one job on bytes: it ends, and what it says is in order.
pub fn work(bytes: &[u8], job: Job, force: bool) -> Result<Option<Done>, String> {
    let options = Options { force, ..Options::default() };
    match work::on(bytes, job, &options) {
        Err(error) => refused(&error).map(|()| None),
        Ok(done) => {
            let told = done.finding.told().unwrap_or_default();
            match told.contains(BLAME) {
                true => Err(format!("{job:?}: {told}")),
                false => Ok(Some(done)),
            }
        }
    }
}

/// Checks all that must hold of patching these bytes, and of taking the patch out again.
pub fn round_trip(bytes: &[u8]) -> Result<Met, String> {
    let Some(done) = work(bytes, Job::Patch, false)? else { return Ok(Met::Refused) };
    let was_current = done.finding.status == Status::AlreadyPatched;
    let Some(new) = done.text else { return Ok(Met::Left) };
    let verdict = done.finding.proof.map(|proof| proof.verdict);
    match done.finding.status {
        Status::Patched | Status::Updated | Status::AlreadyPatched => {}
        status if verdict == Some(Verdict::Proved) => {
            return Err(format!("{status:?}, though it is proved"));
        }
        _ => return Ok(Met::Left),
    }
    same(verdict, Some(Verdict::Proved), "the verdict of the patch")?;
    let parse = |bytes: &[u8]| Template::from_bytes(bytes.to_vec()).map_err(|err| err.to_string());
    if was_current {
        same(new.as_bytes(), bytes, "a current file's patch")?;
    } else {
        let again = expect(new.as_bytes(), Job::Patch, Status::AlreadyPatched)?;
        same(again.text.as_deref(), Some(new.as_str()), "a second patch")?;
    }
    let reverted = expect(new.as_bytes(), Job::Revert, Status::Reverted)?;
    let before = reverted.text.unwrap_or_default();
    match done.finding.status {
        Status::Patched => same(before.as_bytes(), bytes, "what revert gives")?,
        // Of one that has a fast path already, the new one leaves the same behind.
        _ => {
            let direct = work(bytes, Job::Revert, false)?.and_then(|done| done.text);
            same(Some(before.as_str()), direct.as_deref(), "what revert gives of the two")?;
        }
    }
    let twice = expect(before.as_bytes(), Job::Revert, Status::Unpatched)?;
    same(twice.text.as_deref(), Some(before.as_str()), "a second revert")?;
    // Of a file that had an old fast path, the new one is judged by what it is without.
    let (before, patched) = (parse(before.as_bytes())?, parse(new.as_bytes())?);
    let verdict = work::verify(&before, &patched, &Options::default()).verdict;
    same(verdict, Verdict::Proved, "verify's verdict")?;
    values_are_kept(&before, &patched)?;
    Ok(Met::Patched)
}

/// The values outside of the fast path, and the payloads in it, as each loader reads them.
fn values_are_kept(before: &Template, patched: &Template) -> Result<(), String> {
    if !edit::wrappers(before.value()).is_empty() {
        return Ok(()); // it has a variable of the fast path's name itself
    }
    same(&without(patched.value()), before.value(), "the value but for the fast path")?;
    for reading in [Reading::Yaml11, Reading::Yaml12] {
        let [before, patched] = [before, patched].map(|template| template.read_by(reading));
        same(&without(patched.value()), before.value(), reading.loader())?;
    }
    Ok(())
}

/// A value with what a fast path holds in its place; written here once more, so that the proof's own is
/// not what it is judged by.
fn without(value: &Value) -> Value {
    match value {
        Value::Object(map) => match map.get("$let").and_then(|bound| bound.get("clonePayload")) {
            Some(payload) => payload.clone(),
            None => map.iter().map(|(key, value)| (key.clone(), without(value))).collect(),
        },
        Value::Array(items) => items.iter().map(without).collect(),
        other => other.clone(),
    }
}

fn expect(bytes: &[u8], job: Job, wanted: Status) -> Result<Done, String> {
    let done =
        work(bytes, job, false)?.ok_or_else(|| format!("{job:?} refuses what was written"))?;
    match done.finding.status == wanted {
        true => Ok(done),
        false => Err(format!("{job:?}: {:?}: {:?}", done.finding.status, done.finding.told())),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(is: T, wanted: T, what: &str) -> Result<(), String> {
    match is == wanted {
        true => Ok(()),
        false => Err(format!("{what}: {is:?}, not {wanted:?}")),
    }
}
