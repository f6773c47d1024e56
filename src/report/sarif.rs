//! Reports for code scanning: SARIF 2.1.0, the OASIS standard of that name.

use super::annotations::{Annotation, Level, annotations};
use super::data::Report;
use super::rules::{CODES, Rule, rule};
use crate::work::Code;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::path::Path;

/// Section 3.13.3 of the standard, note 2.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// A log. Its version should stand first (3.13.2).
#[derive(Serialize)]
struct Log {
    version: &'static str,
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Value; 1],
}

/// The report as a log of one run. That a file has nothing to patch is no result, unless it is a failure:
/// what shows results shows them as alerts.
pub fn write(report: &Report) -> String {
    let annotations = annotations(report);
    let is_result = |each: &&Annotation| each.code != Code::NoActions || each.level != Level::Note;
    let kept: Vec<&Annotation> = annotations.iter().filter(is_result).collect();
    let results: Vec<Value> = kept
        .iter()
        .enumerate()
        .map(|(at, annotation)| {
            let is_alike = |other: &&&Annotation| {
                (other.code, &other.path) == (annotation.code, &annotation.path)
            };
            result(annotation, kept[..at].iter().filter(is_alike).count())
        })
        .collect();
    let run = json!({
        "tool": {"driver": {
            "name": "tc-retrigger",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": CODES.map(descriptor),
        }},
        "columnKind": "unicodeCodePoints",
        "results": results,
    });
    let log = Log { version: "2.1.0", schema: SCHEMA, runs: [run] };
    serde_json::to_string_pretty(&log).unwrap_or_else(|err| unreachable!("it is JSON: {err}"))
        + "\n"
}

fn descriptor(code: Code) -> Value {
    let Rule { name, about, help } = rule(code);
    let level = match code {
        Code::NoActions | Code::Ambiguous | Code::OtherTask | Code::Dropped => Level::Note,
        _ => Level::Error,
    };
    json!({
        "id": name,
        "shortDescription": {"text": about},
        "fullDescription": {"text": format!("{about} {help}")},
        "help": {"text": help},
        "defaultConfiguration": {"level": word(level)},
    })
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// A result; `before` is how many of its kind stand before it for the same file.
fn result(annotation: &Annotation, before: usize) -> Value {
    let Annotation { level, code, path, line, column, end_line, message } = annotation;
    let mut result = json!({
        "ruleId": annotation.name(),
        "ruleIndex": CODES.iter().position(|each| each == code),
        "level": word(*level),
        "message": {"text": text(message)},
    });
    let Some(path) = path else { return result };
    let mut place = json!({"artifactLocation": {"uri": uri(path)}});
    let region = [("startLine", line), ("startColumn", column), ("endLine", end_line)];
    let region = region.into_iter().filter_map(|(key, value)| Some((key, (*value)?)));
    // Without an end's column a region goes to the end of the line (3.30.2).
    let region: serde_json::Map<String, Value> =
        region.map(|(key, value)| (key.to_owned(), Value::from(value))).collect();
    if !region.is_empty() {
        place["region"] = Value::Object(region);
    }
    result["locations"] = json!([{"physicalLocation": place}]);
    // It is the same after lines were added above it.
    let print = Sha256::digest(format!("{}\0{path}\0{before}", annotation.name()));
    let mut hex = String::new();
    for byte in &print[..16] {
        let _ = write!(hex, "{byte:02x}");
    }
    result["partialFingerprints"] = json!({"kindInFile/v1": hex});
    result
}

/// A text as a message that a viewer shows as it is: braces stand twice (3.11.5), and nothing is a link
/// (3.11.6).
fn text(message: &str) -> String {
    message.replace('{', "{{").replace('}', "}}").replace("](", "] (")
}

/// A path as a URI reference (RFC 3986), relative where the path is.
fn uri(path: &str) -> String {
    let mut out = String::new();
    if Path::new(path).is_absolute() {
        out += if path.starts_with('/') { "file://" } else { "file:///" };
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uris() {
        let cases = [
            (".taskcluster.yml", ".taskcluster.yml"),
            ("a b/ä:#?%.yml", "a%20b/%C3%A4%3A%23%3F%25.yml"),
            ("../x.yml", "../x.yml"),
            ("a\n[b](c).yml", "a%0A%5Bb%5D%28c%29.yml"),
        ];
        for (path, wanted) in cases {
            assert_eq!(uri(path), wanted, "{path}");
        }
        #[cfg(unix)]
        assert_eq!(uri("/a b.yml"), "file:///a%20b.yml");
    }
}
