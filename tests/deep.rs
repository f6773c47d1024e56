//! Templates with deep or long expressions, rendered by `jsone::deep`, against json-e's crate: what both
//! take, both render alike, result for result and word for word; what only the former takes is what the
//! crate makes of the same without the brackets, and takes a time that grows with its length.

#[path = "engines/expressions.rs"]
mod expressions;
#[path = "engines/templates.rs"]
mod templates;

use crate::harness::rng::Rng;
use crate::harness::{files, random};
use crate::needs::asked;
use serde_json::{Value, json};
use std::panic::catch_unwind;
use std::time::{Duration, Instant};
use tc_retrigger::jsone::{self, Context, Renderer, deep, families, mend};
use tc_retrigger::template::{Template, Text};

/// The time at which both render.
const NOW: &str = "2026-01-01T00:00:00.000Z";

fn at_a_time(template: &Value) -> Value {
    json!({"$let": {"now": NOW}, "in": template})
}

/// Renders by the crate and by `deep`.
fn both(template: &Value, context: &Value) -> [Result<Value, String>; 2] {
    let timed = at_a_time(&mend::mend(template));
    let by_crate = catch_unwind(|| json_e::render(&timed, context).map_err(|err| err.to_string()));
    let panics = "the JSON-e engine failed on a value that it cannot compute";
    [by_crate.unwrap_or_else(|_| Err(panics.to_owned())), deep::render(&timed, context)]
}

fn table_context() -> Value {
    serde_json::from_str(expressions::CONTEXT).expect("JSON")
}

/// Each case of the tables, with which they are held against production's engines, too; and random ones.
/// `TC_RETRIGGER_RANDOM=60000` makes more of them.
#[test]
fn what_the_crate_takes_is_rendered_as_it_does() {
    let context = table_context();
    let mut cases: Vec<Value> = Vec::new();
    for text in expressions::EXPRESSIONS.iter().flat_map(|(_, cases)| cases.iter()) {
        cases.push(json!({"$eval": text}));
        cases.push(json!(format!("a ${{{text}}} b ${{n}}")));
        cases.push(json!({"$switch": {*text: 1, "$default": "${n}"}}));
    }
    for text in templates::TEMPLATES.iter().flat_map(|(_, cases)| cases.iter()) {
        cases.extend(Template::parse(Text::new(*text)).map(|template| template.value().clone()));
    }
    let mut rng = Rng::new(1);
    for at in 0..asked("TC_RETRIGGER_RANDOM").unwrap_or(5_000) {
        cases.push(json!({"$eval": random::expression(&mut rng, 1 + at % 3)}));
        if at % 50 == 0 {
            cases.push(json!({"$eval": random::long(&mut rng)}));
        }
        cases.push(serde_json::from_str(&random::template(&mut rng, 1 + at % 3)).expect("JSON"));
        // Mostly none: without its first or last characters.
        let text = random::expression(&mut rng, 3);
        let (from, to) = (rng.below(3), text.chars().count() - rng.below(3).min(text.len() - 1));
        let text: String = text.chars().take(to).skip(from).collect();
        cases.push(json!({"$eval": text}));
    }
    let mut rendered = 0;
    for case in &cases {
        let [wanted, got] = both(case, &context);
        rendered += usize::from(wanted.is_ok());
        assert_eq!(got, wanted, "{case}");
    }
    println!("{} cases, {rendered} without an error", cases.len());
    assert!(rendered > 2000, "only {rendered} render");
}

/// Real templates, as the crate gets them.
#[test]
fn real_templates_are_rendered_as_the_crate_does() {
    let mut renders = 0;
    for file in files::files().iter().step_by(8) {
        let Ok(template) = Template::parse(Text::new(file.text.as_str())) else { continue };
        for context in families::contexts().step_by(5) {
            let [wanted, got] = both(template.value(), &context.value());
            assert_eq!(got, wanted, "{} in {}", file.name, context.name);
            renders += 1;
        }
    }
    assert!(renders > 0);
}

/// Each engine of production, asked about what came out, is in tests/engines.rs. By parts and as a whole is
/// the same, which tests/parts.rs shows; here, that nothing that is made of hostile input ends the program.
#[test]
fn what_is_at_the_limit_is_taken_on_the_stack_of_a_thread() {
    let deep = |before: &str, after: &str| {
        let text = format!("{}n{}", before.repeat(64), after.repeat(64));
        (text, before.to_owned())
    };
    let worst = "t && (1 in [1] == (1 < (2 + 3 * -";
    let mut cases: Vec<(String, String)> = [
        ("(", ")"),
        ("[", "]"),
        ("{a: ", "}"),
        ("abs(", ")"),
        ("l[", "]"),
        ("(f || t && 1 == 1 + 1 * (", "))"),
        ("(", ""),
        ("{a:", ""),
        ("l[:", "]"),
        ("as_slugid(", ")"),
        ("str(", ")"),
    ]
    .map(|(before, after)| deep(before, after))
    .into();
    let worst = format!("{}n{}", worst.repeat(21), ")))".repeat(21));
    cases.push((worst, "the worst".to_owned()));
    let mut rng = Rng::new(3);
    cases.extend((0..200).map(|_| (random::deep(&mut rng), "a random one".to_owned())));
    cases.push(("!".repeat(64) + "n", "!".to_owned()));
    cases.push(("1**".repeat(7000) + "1", "**".to_owned()));
    cases.push(("l".to_owned() + &"[0]".repeat(5000), "[0]".to_owned()));
    cases.push(("l".to_owned() + &".a".repeat(7000), ".a".to_owned()));
    for (text, name) in cases {
        let document =
            json!({"tasks_for": "cron", "v": {"$eval": text}, "w": format!("${{{text}}}")});
        let context = Context::new("limit", table_context()).expect("a mapping");
        let renderer = Renderer::of_value(&document);
        let since = Instant::now();
        let rendered = renderer.render(&context);
        if let Err(words) = &rendered {
            renderer.raise(&context, words);
        }
        assert!(since.elapsed() < Duration::from_secs(1), "{name}: {:?}", since.elapsed());
    }
}

/// 70 keys in 12 brackets each, in 270 contexts.
#[test]
fn many_deep_expressions_in_many_contexts_take_no_time() {
    let text = |at: usize| format!("{}n + {at}{}", "(".repeat(12), ")".repeat(12));
    let keys = (0..70).map(|at| (format!("k{at}"), json!({"$eval": text(at)})));
    let document = Value::Object(keys.collect());
    let renderer = Renderer::of_value(&document);
    let contexts: Vec<Context> = (0..270)
        .map(|n| {
            Context::new(format!("{n}"), json!({"tasks_for": "cron", "n": n})).expect("a mapping")
        })
        .collect();
    let since = Instant::now();
    for (n, context) in contexts.iter().enumerate() {
        let rendered = renderer.render(context).expect("it renders");
        assert_eq!(rendered["k69"], n + 69);
    }
    let took = since.elapsed();
    println!("{took:?}");
    assert!(took < Duration::from_secs(2), "{took:?}");
}

/// Brackets that change nothing.
#[test]
fn a_deep_expression_is_the_same_without_its_brackets() {
    let mut rng = Rng::new(2);
    let (context, mut rendered) = (table_context(), 0);
    for _ in 0..2000 {
        let plain = random::expression(&mut rng, 2);
        let mut text = plain.clone();
        for _ in 0..30 {
            text = match rng.below(4) {
                0 => format!("[{text}][0]"),
                1 => format!("{{k: {text}}}.k"),
                2 => format!("( {text} )"),
                _ => format!("({text})"),
            };
        }
        let [wanted, _] = both(&json!({"$eval": plain}), &context);
        let got = jsone::render_value(&at_a_time(&json!({"$eval": text})), &context);
        let is_syntax = |words: &str| words.contains("arse error") || words.contains("railing");
        match (&wanted, &got) {
            (Err(wanted), Err(got)) if is_syntax(wanted) => assert!(is_syntax(got), "{text}"),
            _ => assert_eq!(got, wanted, "{text}"),
        }
        rendered += usize::from(wanted.is_ok());
    }
    assert!(rendered > 500, "only {rendered} render");
}

/// Each form of depth and length, with what comes out: the template, and `v` of what is rendered or a part
/// of the words.
#[test]
fn all_forms_are_taken_in_no_time() {
    let layers = |before: &str, inner: &str, after: &str| {
        format!("{}{inner}{}", before.repeat(30), after.repeat(30))
    };
    let row = |operand: &str, sign: &str| vec![operand; 1000].join(sign);
    let eval = |text: String| json!({"$eval": text});
    let nested = |mut value: Value, wrap: &dyn Fn(Value) -> Value| {
        for _ in 0..30 {
            value = wrap(value);
        }
        value
    };
    let (t, f) = (json!(true), json!(false));
    let cases: Vec<(Value, Result<Value, &str>)> = vec![
        (eval(layers("(", "n", ")")), Ok(json!(5))),
        (eval(layers("(", "nope", ")")), Err("unknown context value nope")),
        (eval(layers("(", "f", ") || f")), Ok(f.clone())),
        (eval(layers("(f || ", "t", ")")), Ok(t.clone())),
        (eval(layers("(f && ", "nope", ")")), Ok(f.clone())),
        (eval(layers("!(", "t", ")")), Ok(t.clone())),
        (eval(layers("(1 + ", "n", ")")), Ok(json!(35))),
        (eval(layers("(2 * ", "n", " - 5)")), Ok(json!(5))),
        (eval(layers("abs(", "-n", ")")), Ok(json!(5))),
        (eval(layers("strip(", "'a'", ")")), Ok(json!("a"))),
        (eval(layers("[", "n", "]")), Ok(nested(json!(5), &|value| json!([value])))),
        (eval(layers("{a: ", "n", "}")), Ok(nested(json!(5), &|value| json!({"a": value})))),
        (eval(layers("i[", "1", "]")), Ok(json!(1))),
        (eval(layers("'ab'[0:len(", "'a'", ")]")), Ok(json!("a"))),
        (eval(layers("[", "n", "][0]")), Ok(json!(5))),
        (eval(layers("(1 ** ", "n", ")")), Ok(json!(1))),
        (eval(layers("(", "n", "")), Err("")),
        (eval(layers("(", "1 / 0", ")")), Err("division by zero")),
        (eval("n[".repeat(30)), Err("")),
        (json!(format!("a ${{{}}} b", layers("(", "n", ")"))), Ok(json!("a 5 b"))),
        (json!(format!("${{nope}} ${{{}}}", layers("(", "n", ")"))), Err("context value nope")),
        (json!(format!("${{{}}}", layers("[", "n", "]"))), Err("produced an array or object")),
        (json!({"$if": layers("(", "t", ")"), "then": 1, "else": "${nope}"}), Ok(json!(1))),
        (json!({"$switch": {layers("(", "f", ")"): 1, "t": 2}}), Ok(json!(2))),
        (
            json!({"$switch": {layers("(", "nope", ")"): 1, "t": 2}}),
            Err("parsing error in condition"),
        ),
        (json!({"$match": {layers("(", "t", ")"): 1, "t": 2}}), Ok(json!([1, 2]))),
        (json!({format!("${{{}}}", layers("(", "'k'", ")")): 1}), Ok(json!({"k": 1}))),
        (json!({"$let": {"x": eval(layers("(", "len", ")"))}, "in": "${x([1])}"}), Ok(json!("1"))),
        (json!({"$map": [1, 2], "each(x)": eval(layers("(", "x", ")"))}), Ok(json!([1, 2]))),
        (
            json!({"$map": {"a": 1}, "each(v,k)": {"${k}b": eval(layers("(", "v", ")"))}}),
            Ok(json!({"ab": 1})),
        ),
        (json!({"$find": [1, 2], "each(x)": layers("(", "x == 2", ")")}), Ok(json!(2))),
        (json!({"$sort": [2, 1], "by(x)": layers("(", "x", ")")}), Ok(json!([1, 2]))),
        (
            json!({"$reduce": [1, 2], "initial": 0, "each(a, x)": eval(layers("(", "a + x", ")"))}),
            Ok(json!(3)),
        ),
        (
            json!({"$merge": [{"a": 1}, eval(layers("(", "{b: n}", ")"))]}),
            Ok(json!({"a": 1, "b": 5})),
        ),
        (json!({"$json": eval(layers("(", "{b: n}", ")"))}), Ok(json!("{\"b\":5}"))),
        (
            json!({"$fromNow": eval(layers("(", "'1 day'", ")"))}),
            Ok(json!("2026-01-02T00:00:00.000Z")),
        ),
        (eval(row("o.k == 'x'", " || ")), Ok(f.clone())),
        (eval(row("o.k == 'x'", " || ") + " || t || nope"), Ok(t.clone())),
        (eval(row("o.k == 'x'", " || ") + " || nope"), Err("unknown context value nope")),
        (eval(row("o.k != 'x'", " && ")), Ok(t.clone())),
        (eval(row("f || t", " && ")), Ok(t.clone())),
        (eval(row("1", "+")), Ok(json!(1000))),
        (eval(row("'ab'", " + ") + " == ''"), Ok(f.clone())),
        (eval(row("1", "+") + " + 'a'"), Err("This operator expects numbers or strings")),
        (eval(row("1", " ** ")), Ok(json!(1))),
        (eval(row("n", " - ")), Ok(json!(5 - 999 * 5))),
        (eval(row("n", " == ")), Ok(f.clone())),
        (eval(format!("[{}][999]", row("n", ","))), Ok(json!(5))),
        (eval(format!("max({})", row("n", ","))), Ok(json!(5))),
        (eval(row("(n)", " * ") + " < 1"), Ok(f.clone())),
        (eval(row("1", "+") + " +"), Err("")),
    ];
    let context = Context::new("deep", {
        let mut context = table_context();
        context["i"] = json!([0, 1]);
        context
    });
    let context = context.expect("a mapping");
    for (template, wanted) in cases {
        let since = Instant::now();
        let got = Renderer::of_value(&json!({"v": template})).render(&context);
        let took = since.elapsed();
        match (got, wanted) {
            (Ok(got), Ok(wanted)) => assert_eq!(got["v"], wanted, "{template}"),
            (Err(got), Err(wanted)) => assert!(got.contains(wanted), "{template}: {got}"),
            (got, wanted) => panic!("{template}: {got:?}, not {wanted:?}"),
        }
        assert!(took < Duration::from_millis(200), "{took:?}: {template}");
    }
}
