//! Conformance with production's engines: Python's json-e with PyYAML (build-decision,
//! scriptworker) and the npm package json-e with js-yaml (the GitHub and the hooks service) render
//! what this library renders, result for result and error for error.
//!
//! The long run over every file and context is `cargo run --release --example conformance`.

mod deep;
mod expressions;
mod raises;
mod templates;

use crate::harness::driver::{Engine, Outcome, agree};
use crate::harness::rng::Rng;
use crate::harness::{files, random, spread};
use crate::needs::{asked, sampled};
use expressions::With::{self, Both, JavaScriptOnly, Neither, PythonOnly};
use serde_json::{Value, json};
use tc_retrigger::error::Place;
use tc_retrigger::jsone::{Context, Renderer, families};
use tc_retrigger::patch::{Recipe, retrigger};
use tc_retrigger::template::{Template, Text};

/// Real templates: the examples and one corpus file in eight, patched and not.
#[test]
fn real_templates_render_as_in_production() {
    let Some(mut engines) = Engine::both(true) else { return };
    for engine in &mut engines {
        engine.contexts(families::contexts());
    }
    let mut files = files::files();
    let mut at = 0;
    files.retain(|file| {
        at += 1;
        at % 8 == 1 || !file.name.contains('/')
    });
    files.extend(files.iter().filter_map(spread::patched).collect::<Vec<_>>());
    let renders = sampled("renders of real templates", 0..1200).len();
    for tally in spread::run(&mut engines, &files, Some(renders)) {
        println!("{:?}: {} renders", tally.language, tally.renders);
        assert!(
            tally.renders >= renders * 4 / 5 || files.len() < 10,
            "only {} renders",
            tally.renders
        );
        assert!(tally.raised < tally.renders / 2, "{} raise", tally.raised);
        assert!(tally.disagreements.is_empty(), "{}", tally.disagreements.join("\n"));
    }
}

/// The engines with the table's context.
fn engines() -> Option<[Engine; 2]> {
    let mut engines = Engine::both(true)?;
    engines.iter_mut().for_each(|engine| engine.contexts([&context()]));
    Some(engines)
}

fn context() -> Context {
    let context: Value = serde_json::from_str(expressions::CONTEXT).expect("JSON");
    Context::new("table", context).expect("a mapping")
}

/// Renders a document in the table's context: which engines agree with this library, and what
/// each of the three made of it.
fn compare(engines: &mut [Engine; 2], text: &str) -> (With, String) {
    let own: Outcome = Template::parse(Text::new(text))
        .map_err(|err| err.to_string())
        .and_then(|template| Renderer::new(&template).render(&context()));
    let load = json!({"template": "case", "text": text});
    let [python, javascript] = engines.each_mut().map(|engine| {
        engine.get(&load)?;
        engine.render("case", &[0]);
        engine.rendered().remove(0)
    });
    let with = match (agree(&own, &python), agree(&own, &javascript)) {
        (true, true) => Both,
        (true, false) => PythonOnly,
        (false, true) => JavaScriptOnly,
        (false, false) => Neither,
    };
    let show = |outcome: &Outcome| match outcome {
        Ok(value) => value["v"].to_string(),
        Err(err) => format!("raises {err}"),
    };
    let (own, python, javascript) = (show(&own), show(&python), show(&javascript));
    (with, format!("  own        {own}\n  Python     {python}\n  JavaScript {javascript}"))
}

#[test]
fn small_templates_render_as_the_table_says() {
    let Some(mut engines) = engines() else { return };
    let expressions = expressions::EXPRESSIONS.iter().flat_map(|(with, cases)| {
        cases.iter().map(|case| (*with, json!({"v": {"$eval": case}}).to_string()))
    });
    let templates = templates::TEMPLATES
        .iter()
        .flat_map(|(with, cases)| cases.iter().map(|case| (*with, format!("v: {case}\n"))));
    let mut wrong = Vec::new();
    for (with, text) in expressions.chain(templates) {
        let (found, shown) = compare(&mut engines, &text);
        if found != with {
            wrong.push(format!("{text}: {found:?}, not {with:?}\n{shown}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Expressions that json-e's crate takes too long for, of which each layer and each operand decides what
/// comes out.
#[test]
fn deep_and_long_expressions_render_as_the_table_says() {
    let Some(mut engines) = engines() else { return };
    let mut wrong = Vec::new();
    for (with, cases) in deep::DEEP {
        for (before, inner, after) in *cases {
            let text = format!("{}{inner}{}", before.repeat(30), after.repeat(30));
            wrong.extend(differs(&mut engines, &text, *with));
        }
    }
    for (with, cases) in deep::LONG {
        for (first, other, last) in *cases {
            let text = format!("{first}{}{last}", other.repeat(999));
            wrong.extend(differs(&mut engines, &text, *with));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with what the engines make of an expression, as a value and as a condition.
fn differs(engines: &mut [Engine; 2], text: &str, with: With) -> Option<String> {
    let value = json!({"v": {"$eval": text}});
    let condition = json!({"v": {"$if": text, "then": format!("a ${{{text}}}"), "else": 2}});
    let found = [value, condition].map(|case| compare(engines, &case.to_string()));
    let other = found.into_iter().find(|(found, _)| *found != with)?;
    Some(format!("{}: {:?}, not {with:?}\n{}", &text[..text.len().min(90)], other.0, other.1))
}

/// What raises is found, and told as Python's engine tells it.
#[test]
fn what_raises_is_told_with_its_place_in_pythons_words() {
    let mut python = Engine::both(false).map(|[python, _]| python);
    let context = families::find("action/central/retrigger").expect("a built-in context");
    python.iter_mut().for_each(|python| python.contexts([context]));
    let mut wrong = Vec::new();
    for (task, place, error) in raises::RAISES {
        let lines: Vec<String> = task.lines().map(|line| format!("  {line}\n")).collect();
        let text = format!("tasks:\n- {}", lines.concat().trim_start());
        let template = Template::parse(Text::new(&*text)).expect("a template");
        let renderer = Renderer::new(&template);
        let raised = renderer.render(context).expect_err(task);
        let found = renderer.raise(context, &raised);
        // Lines and columns of the task alone.
        let Place { line, column } = template.place_of(&found.path, found.is_key);
        let at = format!("{}:{}", line - 1, column - 2);
        if (at.as_str(), found.error.as_str()) != (*place, *error) {
            wrong.push(format!("{task}\n  {at} {}\n  not {place} {error}", found.error));
        }
        if let Some(python) = &mut python {
            python.get(&json!({"template": "case", "text": text})).expect("PyYAML reads it");
            python.render("case", &[0]);
            let told = python.rendered().remove(0).expect_err(task);
            // In front of it stands the name of the exception's class once more.
            let told: Value = serde_json::from_str(&told).expect("a string");
            if !told.as_str().is_some_and(|told| told.ends_with(error)) {
                wrong.push(format!("{task}\n  Python says {told}\n  not {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The guard never raises, and all three engines take the same payloads and contexts for a retrigger's.
#[test]
fn the_guard_is_total_and_alike_in_all_engines() {
    let Some(mut engines) = Engine::both(true) else { return };
    let action = json!({"cb_name": "retrigger", "action_perm": "generic"});
    let whole = json!({
        "ACTION_TASK_GROUP_ID": "g", "ACTION_TASK_ID": "null", "ACTION_INPUT": "{}", "ACTION_CALLBACK": "c",
    });
    let mut payloads = vec![json!({"env": whole})];
    let odd = [json!(null), json!(true), json!(5), json!("x"), json!([]), json!(["x"]), json!({})];
    payloads.extend(odd.iter().cloned());
    for value in &odd {
        payloads.push(json!({"env": value}));
        for name in retrigger::VARIABLES {
            let mut env = whole.clone();
            env[name] = value.clone();
            payloads.push(json!({"env": env}));
        }
    }
    let usual = json!({"tasks_for": "action", "action": action, "input": null});
    let mut contexts = vec![];
    for value in &odd {
        contexts.push(json!({"tasks_for": value, "action": action, "input": null}));
        contexts.push(json!({"tasks_for": "action", "action": value, "input": {}}));
        contexts.push(json!({"tasks_for": "pr-action", "action": action, "input": value}));
        contexts.push(json!({
            "tasks_for": "action", "action": {"cb_name": value, "action_perm": value}, "input": {},
        }));
    }
    contexts.extend([json!({}), json!({"tasks_for": "action"}), json!({"action": action})]);
    contexts = sampled("odd contexts of the guard", contexts);
    contexts.push(usual);
    let guard = Recipe::built_in().guard().to_owned();
    let (mut taken, mut wrong) = (0, Vec::new());
    for context in &contexts {
        // As the guard sees them: no hook around it.
        let cases: Vec<Value> = payloads
            .iter()
            .map(|payload| {
                let mut names = context.clone();
                names["clonePayload"] = payload.clone();
                json!({"$let": names, "in": {"$eval": guard}})
            })
            .collect();
        let document = json!({"v": cases}).to_string();
        let own = Renderer::new(&Template::parse(Text::new(&*document)).expect("JSON is YAML"))
            .render(&Context::new("none", json!({})).expect("a mapping"));
        let own = own.unwrap_or_else(|err| panic!("{context}: {err}"));
        taken += own["v"].as_array().expect("a list").iter().filter(|v| **v == json!(true)).count();
        for engine in &mut engines {
            engine.contexts([&Context::new("none", json!({})).expect("a mapping")]);
            engine.get(&json!({"template": "case", "text": document})).expect("JSON is YAML");
            engine.render("case", &[0]);
            let rendered = engine.rendered().remove(0);
            if rendered.as_ref() != Ok(&own) {
                wrong.push(format!("{:?}, {context}: {rendered:?}", engine.language));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(taken >= 2 && taken < payloads.len() * 4, "{taken} taken");
}

/// Where production's engines part, agreement with one of them is asked for.
/// `TC_RETRIGGER_RANDOM=60000` makes more of them than 2,000.
#[test]
fn random_templates_render_as_in_production() {
    let Some(mut engines) = engines() else { return };
    let mut rng = Rng::new(1);
    let (mut wrong, mut both) = (Vec::new(), 0);
    let number = asked("TC_RETRIGGER_RANDOM").unwrap_or(2000);
    let texts = (0..number).map(|at| match at % 16 {
        1 => json!({"v": {"$eval": random::deep(&mut rng)}}).to_string(),
        3 => json!({"v": {"$eval": random::long(&mut rng)}}).to_string(),
        5 => json!({"v": {"$switch": {random::deep(&mut rng): "${t}", "$default": 1}}}).to_string(),
        at if at % 2 == 0 => json!({"v": {"$eval": random::expression(&mut rng, 3)}}).to_string(),
        _ => format!("{{\"v\": {}}}", random::template(&mut rng, 2)),
    });
    let texts = sampled("random templates in the engines", texts);
    for text in &texts {
        match compare(&mut engines, text) {
            (Neither, shown) => wrong.push(format!("{text}\n{shown}")),
            (with, _) => both += usize::from(with == Both),
        }
    }
    let number = texts.len();
    println!("{number} templates, {both} alike in all three");
    assert!(both > number / 2, "only {both} alike");
    assert!(wrong.is_empty(), "{} of {number}:\n{}", wrong.len(), wrong.join("\n"));
}
