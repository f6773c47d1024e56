//! What createTask refuses: the service's own schema, and the rules that no schema states.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::needs::missing;
use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::Value;

/// Milliseconds since 1970 of a date-time as Taskcluster writes it, `2026-01-31T12:00:00.123Z`.
pub fn millis(date: &str) -> Option<i64> {
    let digits = |from: usize, to: usize| date.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
    let milli = digits(20, 23).unwrap_or(0);
    let possible = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24;
    if !possible || !date.ends_with('Z') {
        return None;
    }
    // Days of the proleptic Gregorian calendar, years starting in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + milli)
}

/// The date-time of some milliseconds since 1970, as Taskcluster writes it.
pub fn date(millis: i64) -> String {
    let (days, rest) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    // The inverse of what `millis` does: days since the first of March of the year 0.
    let day = days + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * month + 2) / 5 + 1, (month + 2) % 12 + 1);
    let year = year + era * 400 + i64::from(month <= 2);
    let (seconds, milli) = (rest / 1000, rest % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

pub fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    i64::try_from(elapsed.as_millis()).expect("a clock before the year 292277026596")
}

/// A slugid by the service's own pattern.
pub fn is_slugid(id: &str) -> bool {
    let base = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let bytes = id.as_bytes();
    bytes.len() == 22
        && bytes.iter().all(|&byte| base(byte))
        && b"QRST".contains(&bytes[8])
        && b"CGKOSWaeimquy26-".contains(&bytes[10])
        && b"AQgw".contains(&bytes[21])
}

/// Why the service would answer 400 to this as it comes, before it looks at the caller's scopes.
pub fn malformed(task: &Value) -> Option<String> {
    if let Some(schema) = schema()
        && let Err(error) = schema.0.validate(task, schema.1)
    {
        let lines: Vec<String> = error.to_string().lines().map(|line| line.trim().into()).collect();
        return Some(format!("Schema Validation Failed: {}", lines.join("; ")));
    }
    let parts = (&task["provisionerId"], &task["workerType"], &task["taskQueueId"]);
    if let (Value::String(provisioner), Value::String(worker), Value::String(queue)) = parts
        && *queue != format!("{provisioner}/{worker}")
    {
        return Some("taskQueueId must match \"provisionerId/workerType\"".to_owned());
    }
    None
}

/// Why the service would answer 400 to the dates of this, in its words.
pub fn untimely(task: &Value) -> Option<String> {
    const DRIFT: i64 = 15 * 60_000;
    let date = |key: &str| task[key].as_str().and_then(millis);
    let (Some(created), Some(deadline)) = (date("created"), date("deadline")) else {
        return Some("created and deadline must be date-times".to_owned());
    };
    // Without one, the service takes the deadline and a year.
    let expires = date("expires").unwrap_or(i64::MAX);
    let rules = [
        (created < now() - DRIFT, "`created` cannot be in the past (max 15min drift)"),
        (created > now() + DRIFT, "`created` cannot be in the future (max 15min drift)"),
        (created > deadline, "`deadline` cannot be later than `created`"),
        (deadline < now(), "`deadline` cannot be in the past"),
        (
            deadline - now() > 5 * 24 * 3_600_000 + DRIFT,
            "`deadline` cannot be more than 5 days into the future",
        ),
        (expires < deadline, "`expires` cannot be before `deadline`"),
    ];
    if let Some((_, words)) = rules.iter().find(|(is_broken, _)| *is_broken) {
        return Some((*words).to_owned());
    }
    // The service leaves this one to the worker, which fails the task.
    let artifacts = task.pointer("/payload/artifacts").and_then(Value::as_object);
    let mut artifacts = artifacts.into_iter().flat_map(|artifacts| artifacts.values());
    artifacts
        .any(|artifact| {
            artifact["expires"].as_str().and_then(millis).is_some_and(|end| end > expires)
        })
        .then(|| "an artifact must not outlive its task".to_owned())
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/schemas")
}

/// The service's schema of a createTask request, if the folder that holds it is there.
fn schema() -> Option<&'static (Schemas, SchemaIndex)> {
    static SCHEMA: OnceLock<Option<(Schemas, SchemaIndex)>> = OnceLock::new();
    SCHEMA
        .get_or_init(|| {
            let Some(constants) = load("constants") else {
                missing(&format!("{} is absent, so no schema is checked", folder().display()));
                return None;
            };
            let schema = inlined(&load("v1__create-task-request")?, &constants);
            let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
            compiler.set_default_draft(Draft::V7);
            compiler.enable_format_assertions();
            compiler.add_resource("task.json", schema).expect("a schema");
            let index = compiler.compile("task.json", &mut schemas).expect("a valid schema");
            Some((schemas, index))
        })
        .as_ref()
}

fn load(name: &str) -> Option<Value> {
    let path = folder().join(format!("services__queue__schemas__{name}.yml"));
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_yaml::from_str(&text).expect("the schemas are YAML"))
}

/// The schema with the service's `$const`, and its references to other files, resolved.
fn inlined(value: &Value, constants: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| inlined(item, constants)).collect(),
        Value::Object(map) => {
            if let Some(name) = map.get("$const").and_then(Value::as_str) {
                return inlined(&constants[name], constants);
            }
            if let Some((file, pointer)) =
                map.get("$ref").and_then(Value::as_str).and_then(|name| name.split_once('#'))
            {
                let name = format!("v1__{}", file.trim_end_matches(".json"));
                let target = load(&name).expect("a known schema");
                return inlined(target.pointer(pointer).expect("a known place"), constants);
            }
            let kept = map.iter().filter(|(key, _)| *key != "$schema" && *key != "$id");
            kept.map(|(key, item)| (key.clone(), inlined(item, constants))).collect()
        }
        other => other.clone(),
    }
}

/// Whether definitions are checked against the service's schema, too.
pub fn has_schema() -> bool {
    schema().is_some()
}
