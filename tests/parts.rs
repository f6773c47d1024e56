//! Rendering by parts, with a memory that all share, against the engine alone: result for result, and
//! error for error.

use crate::harness::rng::Rng;
use crate::harness::{files, random};
use crate::needs::sampled;
use serde_json::{Value, json};
use tc_retrigger::jsone::{Context, Memory, Renderer, families};
use tc_retrigger::template::{Template, Text};

/// Compares the renders of a document in each context; gives how many do not raise.
fn compare<'c>(
    name: &str,
    document: &Value,
    contexts: impl IntoIterator<Item = &'c Context>,
    memory: &mut Memory,
) -> usize {
    let renderer = Renderer::of_value(document);
    let mut rendered = 0;
    for context in contexts {
        let wanted = renderer.render(context);
        rendered += usize::from(wanted.is_ok());
        let got = renderer.render_with(memory, context);
        assert_eq!(got, wanted, "{name} in {}", context.name);
    }
    rendered
}

/// The table's context, as a document's and as an action's, and with other values under the same names.
fn contexts() -> Vec<Context> {
    let names = [
        json!({"t": true, "f": false, "n": 5, "z": null, "l": [1, "a"], "o": {"k": "v"}, "half": 0.5}),
        json!({"t": 1, "f": 0, "n": -5, "z": 0, "l": [], "o": {}, "half": "x", "inn": {"k": [1]}}),
        json!({"t": {"k": 1}, "f": null, "n": "5", "l": "text", "o": {"k": {"m": null}}, "len": 3}),
    ];
    let mut contexts = Vec::new();
    for (at, names) in names.into_iter().enumerate() {
        let mut action = json!({"tasks_for": "action", "action": {"cb_name": "x"}, "input": names});
        action["parameters"] = names.clone();
        contexts.push(Context::new(format!("action-{at}"), action).expect("an action"));
        contexts.push(Context::new(format!("document-{at}"), names).expect("a document"));
    }
    contexts
}

#[test]
fn what_parts_may_tell_otherwise_is_left_to_the_engine() {
    let bound = |value: Value, inner: &str| json!({"$let": {"x": value}, "in": inner});
    let cases = [
        bound(json!({"$eval": "-(n - n)"}), "${x}"),
        bound(json!(-0.0), "${x} ${1 / x}"),
        bound(json!({"$eval": "number('-0')"}), "${x}"),
        bound(json!({"$eval": "len"}), "${x(l)} ${len(l)}"),
        bound(json!({"$if": "f", "then": 1}), "${x}"),
        json!({"$let": {"n": {"$if": "f", "then": 1}}, "in": "${n}"}),
        json!({"$let": {"m": {"$match": {"t": {"$if": "f", "then": 1}}}}, "in": {"a": {"$eval": "m[0]"}}}),
        json!({"$find": ["${n}", "$${n}"], "each(x)": "x == '${n}'"}),
        json!({"$let": {"s": "$${n}"}, "in": {"$find": [{"$eval": "s"}], "each(x)": "true"}}),
        json!({"$let": {"now": "2020-01-01T00:00:00.000Z"}, "in": {"$fromNow": "1 day"}}),
        json!({"$fromNow": "1 day"}),
        json!({"$fromNow": "1 day", "from": "${now}"}),
        json!("${fromNow('1 day')} ${now}"),
        json!({"$let": {"name": "n"}, "in": {"$eval": "defined(name)"}}),
        json!({"$let": {"d": 1}, "in": "${defined('d')} ${defined('z')} ${defined('none')}"}),
        json!({"$let": {"a b": 1}, "in": 1}),
        json!({"$let": {"${t}": 1}, "in": 1}),
        json!({"$let": [], "in": 1}),
        json!({"$let": {"x": 1}}),
        json!({"$let": {"x": 1}, "in": 1, "also": 2}),
        json!({"$if": "t", "then": 1, "also": 2}),
        json!({"$if": true, "then": 1}),
        json!({"$if": "t"}),
        json!({"$switch": {"t": 1, "!f": 2}}),
        json!({"$switch": {"none": 1, "$default": 2}}),
        json!({"$switch": {"f": 1}, "also": 2}),
        json!({"$switch": {"f": 1}}),
        json!([{"$switch": {"f": 1}}, {"$if": "f", "then": 1}, {"a": {"$if": "f", "then": 1}}]),
        json!({"a": 5.0, "b": 4294967295u64, "c": 12345678901234567890u64, "d": 1e300, "e": -7}),
        json!({"a": {"$eval": "12345678901234567"}, "b": {"$eval": "n * 1.5"}, "c": {"$eval": "z"}}),
        json!({"$eval": "none"}),
        json!({"$eval": " len "}),
        json!({"a": "$$ $x $${y} ${'}'}", "$$b": 1, "c": {"$d": 1}}),
        json!({"k${n}": 1, "k${none}": {"$eval": "none.x"}}),
        json!({"a": {"$eval": "o.k.m"}, "b": {"$eval": "none"}}),
        json!({"b": "${l}", "c": "${none}"}),
        json!({"$fromNow": "999999999999999 years"}),
    ];
    let mut memory = Memory::default();
    for case in cases {
        let document = json!({"tasks": [case], "other": case});
        compare(&case.to_string(), &document, &contexts(), &mut memory);
    }
    let odd = [
        json!({"a b": 1, "n": 1}),
        json!({"n": -0.0}),
        json!({"n": 5.0}),
        json!({"n": 12345678901234567890u64}),
        json!({"now": "2020-02-02T00:00:00.000Z", "n": 1}),
        json!({"now": "${n}", "n": 1}),
        json!({"now": 5, "n": 1}),
    ];
    for names in odd {
        let template = json!({"a": {"$eval": "n"}, "b": "${n} ${now}", "c": {"$fromNow": "1 day"}});
        for tasks_for in ["github-push", "cron", "action"] {
            let mut names = names.clone();
            names["tasks_for"] = tasks_for.into();
            names["action"] = json!({});
            let context = Context::new("odd", names.clone()).expect("a context");
            let document = json!({"tasks": [template], "a": template});
            compare(&names.to_string(), &document, [&context], &mut memory);
        }
    }
}

#[test]
fn random_templates_render_the_same_by_parts() {
    let (mut rng, mut memory) = (Rng::new(11), Memory::default());
    let contexts = contexts();
    let mut rendered = 0;
    // By a number that no sample goes by, so that each has some of all.
    let texts = (0..3000).map(|at| match at % 11 {
        0 => json!({"$eval": random::deep(&mut rng)}).to_string(),
        1 => json!({"$if": random::long(&mut rng), "then": "${t}"}).to_string(),
        _ => random::template(&mut rng, 1 + at % 4),
    });
    let texts = sampled("random templates by parts", texts);
    for text in &texts {
        let part: Value = serde_json::from_str(text).expect("JSON");
        let document = json!({"tasks": [part], "whole": part});
        rendered += compare(text, &document, &contexts, &mut memory);
    }
    assert!(rendered > texts.len() / 3, "only {rendered} renders do not raise");
}

/// The examples and one file of the corpus in eight, in all built-in contexts.
#[test]
fn real_templates_render_the_same_by_parts() {
    let mut memory = Memory::default();
    let mut rendered = 0;
    for file in sampled("real templates by parts", files::files().iter().step_by(8)) {
        let Ok(template) = Template::parse(Text::new(&*file.text)) else { continue };
        rendered += compare(&file.name, template.value(), families::contexts(), &mut memory);
    }
    assert!(rendered > 100, "only {rendered} renders do not raise");
}
