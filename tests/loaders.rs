//! What production's loaders make of a file, PyYAML and js-yaml as they are installed, beside what this
//! program makes of it: what both take is read with their values or refused as this program's own limit,
//! and what one refuses is refused.

#[allow(dead_code, reason = "it can render, too")]
mod files;

use crate::harness::driver;
use crate::harness::driver::Engine;
use crate::harness::rng::Rng;
use crate::needs;
use serde_json::json;
use tc_retrigger::template::{Reading, Template, Text};

/// A loader's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Takes,
    Refuses,
}
use Says::{Refuses, Takes};

fn verdict(engine: &mut Engine, text: &str) -> Says {
    match engine.get(&json!({"template": "file", "text": text})) {
        Ok(_) => Takes,
        Err(_) => Refuses,
    }
}

/// What PyYAML and js-yaml say, and the start of what this program says; empty where it takes the file.
const VERDICTS: &[(&str, Says, Says, &str)] = &[
    // Lines in brackets and quotes that are not deeper than their key.
    ("a: [\n  \"x\"\n]\n", Takes, Takes, ""),
    ("a:\n  b: {\nc: d\n}\n", Takes, Takes, ""),
    ("a:\n  - 'b\nc'\n", Takes, Takes, ""),
    ("a: \"b\n\tc\"\n", Takes, Takes, ""),
    (
        "a: [b\nc]\n",
        Takes,
        Refuses,
        "2:1: a plain scalar in brackets goes on in a line that is not deeper",
    ),
    (
        "a: [x, &a\n\"y z\"]\n",
        Takes,
        Refuses,
        "2:1: the tag or the anchor of this value in brackets stands on another line",
    ),
    (
        "a:\n  b: {c: !!str # why\n   5}\n",
        Takes,
        Refuses,
        "3:4: the tag or the anchor of this value in brackets stands on another line",
    ),
    ("a: [x, &a 'y\nz']\n", Takes, Takes, ""),
    ("a:\n- b:\n  - { c: d }\n  - e: 1\n  f:\n", Takes, Takes, ""),
    ("a:\n- b:\n  - [c, d]\n  - e: 1\n  f: g\n   h\n", Takes, Takes, ""),
    ("a: [\n---\n]\n", Refuses, Refuses, "2:1: the YAML cannot be read"),
    ("a: 'b\n...\n'\n", Refuses, Refuses, "1:4: the YAML cannot be read"),
    ("a: [\n\t]\n", Refuses, Takes, "2:1: a tab stands outside of quotes; PyYAML"),
    ("a: [\n]]\n", Refuses, Refuses, "2:2: the YAML cannot be read"),
    (
        "a: [b -]\n",
        Takes,
        Takes,
        "1:7: YAML 1.2 does not allow this: plain scalar cannot start with '-'",
    ),
    // Ends of files.
    ("a: |\n  ", Takes, Takes, ""),
    ("a: |", Takes, Takes, ""),
    ("a: |+\n  ", Takes, Takes, ""),
    ("a: |\n  x\n    ", Takes, Takes, ""),
    ("a: >-\n  x\n    ", Takes, Takes, ""),
    ("a: |2+\n    x\n   ", Takes, Takes, ""),
    ("a:\n- |\r\n  x\r\n      ", Takes, Takes, ""),
    ("\u{feff}a: |\n  x\n   \n", Takes, Takes, ""),
    ("a: |\n   \n  x\n", Refuses, Refuses, "3:3: the YAML cannot be read"),
    // Documents.
    ("a: b\n...\n", Takes, Takes, ""),
    ("a: b\n... # c\n# d\n", Takes, Takes, ""),
    (
        "a: b\n...\n...\n",
        Takes,
        Refuses,
        "3:1: `...` ends a document that has not started; js-yaml",
    ),
    ("...\na: b\n", Refuses, Refuses, "1:1: the YAML cannot be read"),
    ("a: b\n... c\n", Refuses, Refuses, "2:5: the YAML cannot be read"),
    ("a: b\n---\n", Refuses, Refuses, "2:1: the file holds more than one YAML document"),
    ("---\n---\na: b\n", Refuses, Refuses, "2:1: the file holds more than one YAML document"),
    ("|\na: b\n", Refuses, Refuses, "2:1: the file holds more than one YAML document"),
    ("--- # c\na: b\n", Takes, Takes, ""),
    ("--- a: b\n", Refuses, Takes, "1:6: the YAML cannot be read"),
    ("--- {a: b}\n", Takes, Takes, ""),
    ("---a: b\n", Takes, Takes, "1:1: the first key starts with `---`; js-yaml"),
    ("%YAML 1.2\n---\na: b\n", Takes, Takes, ""),
    ("%YAML 1.2\na: b\n", Refuses, Refuses, "2:1: the YAML cannot be read"),
    (
        "%FOO\n---\na: b\n",
        Takes,
        Takes,
        "1:5: the YAML cannot be read: found unknown directive name; production's loaders may",
    ),
    // Keys, anchors and tags.
    (
        "a: &x b\n*x : c\n",
        Takes,
        Takes,
        "2:1: an alias stands as a key; this program does not read that",
    ),
    ("[a]: b\n", Refuses, Takes, "1:1: a collection stands as a key; PyYAML"),
    (
        "a: &x 1\nb: &x 2\n",
        Refuses,
        Takes,
        "2:4: the anchor &x is defined again; first on line 1; PyYAML",
    ),
    ("a: {&b: c}\n", Takes, Takes, "1:5: the name of an anchor, \"b:\", has other characters"),
    ("a: &b.c d\n", Refuses, Takes, "1:4: the name of an anchor, \"b.c\", has other characters"),
    (
        "a: &x\nb: *x\n",
        Takes,
        Takes,
        "2:4: an alias stands for an empty value; js-yaml before version 4.2",
    ),
    (
        "a:\n  &x b: c\n",
        Takes,
        Takes,
        "2:6: the first key of a mapping has a tag or an anchor; js-yaml takes",
    ),
    (
        "a: !!set {b, c}\n",
        Takes,
        Takes,
        "1:10: this value has the tag !!set; this program does not read it",
    ),
    (
        "a: !!binary aGk=\n",
        Takes,
        Takes,
        "1:13: this value has the tag !!binary; this program does not read it",
    ),
    (
        "a: !!timestamp 2026-01-01\n",
        Takes,
        Takes,
        "1:16: this value has the tag !!timestamp; this program",
    ),
    (
        "a: !!omap [b: c]\n",
        Takes,
        Takes,
        "1:11: this value has the tag !!omap; this program does not read it",
    ),
    (
        "a: !!pairs [b: c]\n",
        Takes,
        Takes,
        "1:12: this value has the tag !!pairs; this program does not read it",
    ),
    ("a: ! b\n", Takes, Takes, "1:6: this value has the tag !; this program does not read it"),
    (
        "a: !b c\n",
        Refuses,
        Refuses,
        "1:7: this value has the tag !b; production's loaders refuse the file",
    ),
    (
        "a: !!str {b: c}\n",
        Refuses,
        Refuses,
        "1:10: this value has the tag !!str; production's loaders refuse",
    ),
    (
        "a: !!set [b]\n",
        Refuses,
        Refuses,
        "1:10: this value has the tag !!set; production's loaders refuse",
    ),
    ("a: 1\na: 2\n", Takes, Refuses, "2:1: a key stands twice"),
    (
        "a: {<<: b}\n",
        Refuses,
        Refuses,
        "1:9: a merge key (`<<`) has something else than mappings to merge",
    ),
    // Scalars.
    (
        "a: |\n  \tx\n",
        Takes,
        Takes,
        "2:3: the YAML cannot be read: found a tab character where an indentation space is expected; production's loaders may",
    ),
    ("a: .inf\n", Takes, Takes, "1:4: a number stands here that has no form in JSON"),
    ("a: [-.nan, .nan]\n", Takes, Takes, "1:12: a number stands here that has no form in JSON"),
    (
        "a: 18446744073709551616\n",
        Takes,
        Takes,
        "1:4: a number stands here that has no form in JSON, or is too large",
    ),
    (
        "a: b\rc: d\n",
        Takes,
        Takes,
        "1:5: a carriage return stands without a line feed; this program",
    ),
    ("a: =\n", Refuses, Takes, "1:4: a `=` stands alone, without quotes; PyYAML"),
    ("a: <<\n", Refuses, Takes, "1:4: a value `<<` stands without quotes; PyYAML"),
    ("a: [b?]\n", Refuses, Takes, "1:5: a `?` stands in a plain scalar inside brackets; PyYAML"),
    // Both take it, with other values.
    (
        "a: \"b\\\n\n  c\"\n",
        Takes,
        Takes,
        "1:6: a `\\` at the end of a line stands before a blank line; PyYAML and js-yaml",
    ),
    ("a: [b\u{2028}c]\n", Takes, Takes, "1:6: a line break of Unicode's stands here"),
    (
        "a:\n- - b\n  -\n- c\n",
        Takes,
        Takes,
        "4:3: this item follows an empty one, which ends a list inside of its own; js-yaml",
    ),
];

#[test]
fn a_refusal_blames_who_refuses() {
    let mut engines = Engine::both(false);
    let mut wrong = Vec::new();
    for (text, python, javascript, wanted) in VERDICTS.iter().copied() {
        let own = Template::parse(Text::new(text));
        let own = own.map_or_else(|err| err.to_string(), |_| String::new());
        if !own.starts_with(wanted) || own.is_empty() != wanted.is_empty() {
            wrong.push(format!("{text:?}: {own}"));
        }
        let Some(engines) = &mut engines else { continue };
        let found = engines.each_mut().map(|engine| verdict(engine, text));
        if found != [python, javascript] {
            wrong.push(format!("{text:?}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// js-yaml's limit from version 4.2 on, around each form that a value can have.
#[test]
fn what_is_nested_deeper_than_js_yaml_takes_is_refused() {
    let engine = Engine::start(driver::JavaScript, false);
    let mut engine = engine.map_err(|why| needs::missing(&why)).ok();
    let keys =
        |depth: usize| (0..depth).map(|at| format!("{}k:\n", " ".repeat(at))).collect::<String>();
    let in_brackets = |depth: usize, start: &str, inner: &str| {
        format!("{start}{}{inner}{}", "[".repeat(depth), "]".repeat(depth))
    };
    for depth in 94..=102 {
        let end = " ".repeat(depth);
        let texts = [
            keys(depth),
            format!("{}{end}x\n", keys(depth)),
            format!("{}{end}- x\n", keys(depth)),
            format!("{}{end}- |\n{end}  x\n", keys(depth)),
            format!("{}{end}[x]\n", keys(depth)),
            in_brackets(depth, "a: ", ""),
            in_brackets(depth, "a: ", "x"),
            in_brackets(depth, "a:\n  ", "x"),
            in_brackets(depth, "a:\n- ", "'x'"),
            in_brackets(depth, "a:\n- b: ", "c: d"),
            format!("a: {}x{}", "{a: ".repeat(depth), "}".repeat(depth)),
            format!("{}{}", "{a: ".repeat(depth), "}".repeat(depth)),
            format!("a:\n{}x\n", "- ".repeat(depth)),
        ];
        for text in texts {
            let own = Template::parse(Text::new(&*text));
            if let Err(err) = &own {
                assert!(err.place().is_some() && err.to_string().contains("100 levels"), "{err}");
            }
            assert!(own.is_ok() || depth > 95, "{depth}: {text:?}");
            if let Some(engine) = &mut engine {
                let taken = verdict(engine, &text) == Takes;
                assert_eq!(own.is_ok(), taken, "{depth}: {text:?}");
            }
        }
    }
}

/// `TC_RETRIGGER_RANDOM=20000` makes more of them than 1,500.
#[test]
fn random_files_are_read_as_the_loaders_read_them() {
    let Some(mut engines) = Engine::both(false) else { return };
    let number = needs::asked("TC_RETRIGGER_RANDOM").unwrap_or(1500);
    let mut rng = Rng::new(9);
    let (mut wrong, mut read) = (Vec::new(), 0);
    let texts =
        needs::sampled("random files of the loaders", (0..number).map(|_| files::file(&mut rng)));
    for text in &texts {
        let taken = engines.each_mut().map(|engine| verdict(engine, text) == Takes) == [true; 2];
        match Template::parse(Text::new(&**text)) {
            Ok(_) if !taken => wrong.push(format!("one refuses {text:?}")),
            Err(err) if err.place().is_none() => wrong.push(format!("{err}: {text:?}")),
            Err(err) if taken && !files::is_own_limit(&err) => {
                wrong.push(format!("{err}: {text:?}"));
            }
            Err(_) => {}
            Ok(own) => {
                read += 1;
                for (engine, reading) in engines.iter_mut().zip([Reading::Yaml11, Reading::Yaml12])
                {
                    let value = own.read_by(reading).value().to_string();
                    let loaded = engine.get(&json!({"template": "own", "text": value}));
                    let same = engine.get(&json!({"same": ["file", "own"]}));
                    if loaded.is_err() || same != Ok(json!(true)) {
                        wrong.push(format!(
                            "{} reads {text:?} otherwise: {value}",
                            reading.loader()
                        ));
                    }
                }
            }
        }
    }
    let number = texts.len();
    println!("{number} files, {read} read");
    assert!(read > number / 3, "only {read} of {number} read");
    assert!(wrong.is_empty(), "{} of {number}:\n{}", wrong.len(), wrong.join("\n"));
}
