//! Random templates around a payload, patched: where the premises hold, the oracle must agree. The
//! samples are left out, since they would find what a premise lets pass.
//!
//! The mutants are small edits of real files; these have what no real file has: each operator of
//! JSON-e around the payload and in it, names bound again, outcomes that vanish.

use serde_json::{Value, json};
use tc_retrigger::jsone::{Context, families};
use tc_retrigger::patch::sites::{self, Found};
use tc_retrigger::patch::{Recipe, edit};
use tc_retrigger::proof::structural;
use tc_retrigger::template::{Template, Text, value};

use super::driver::Engine;
use super::judge::{PROVED, Tally};
use super::oracle::may_become;
use super::rng::Rng;

const CONDITIONS: [&str; 14] = [
    "true",
    "false",
    "tasks_for == 'action'",
    "tasks_for != 'cron'",
    "defined('input')",
    "defined('input') && input",
    "defined('action') && action.cb_name == 'retrigger'",
    "defined('action') && action.action_perm == 'generic'",
    "ownTaskId[3:4] == 'Q'",
    "defined('x')",
    "x",
    "x == null",
    "typeof(x) == 'string'",
    "y",
];

/// Judges as many random templates: how many could be patched, for how many the premises hold, and
/// which of these the oracle tells apart.
pub fn judge(number: usize, seed: u64, python: &mut Option<Engine>) -> Tally {
    let (recipe, mut rng, mut tally) = (Recipe::built_in(), Rng::new(seed), Tally::default());
    let contexts = contexts();
    let few: Vec<&Context> = families::contexts().step_by(9).collect();
    let slots: Vec<usize> = (0..contexts.len()).collect();
    if let Some(python) = python {
        python.contexts(&contexts);
    }
    for _ in 0..number {
        tally.mutants += 1;
        let document = json!({"version": 1, "tasks": [task(&mut rng, 3)]});
        let old = Template::parse(Text::new(value::write(&document))).expect("YAML");
        // Also where some retriggers raise, for which no patch would be planned.
        let Found::Sites(sites) = sites::find(old.value(), few.iter().copied(), |_| None).found
        else {
            tally.count("nothing to patch");
            continue;
        };
        let Ok(new) = edit::wrap(&old, &sites, &recipe) else {
            tally.count("not patchable");
            continue;
        };
        let new = Template::parse(Text::new(new)).expect("what is written can be read");
        if !structural::check(&old, &new, &recipe, &sites).holds {
            tally.count("a premise fails");
            continue;
        }
        tally.count("the premises hold");
        let Some(python) = python else { continue };
        for (slot, template) in [("old", &old), ("new", &new)] {
            let request = json!({"template": slot, "text": template.text().as_str()});
            python.get(&request).expect("PyYAML reads it");
        }
        ["old", "new"].iter().for_each(|slot| python.render(slot, &slots));
        let (before, after) = (python.rendered(), python.rendered());
        let apart = contexts
            .iter()
            .zip(before.iter().zip(&after))
            .find(|(context, (before, after))| !may_become(context, before, after, &recipe));
        if let Some((context, (before, after))) = apart {
            tally.count(PROVED);
            let (name, text) = (&context.name, old.text().as_str());
            tally.faults.push(format!("in {name}: {before:?}, then {after:?}\n{text}"));
        }
    }
    tally
}

/// Those built in, some of each family, and some that have what these templates ask for.
fn contexts() -> Vec<Context> {
    let mut contexts: Vec<Context> = families::contexts().step_by(11).cloned().collect();
    let action = |cb: &str, perm: &str| json!({"cb_name": cb, "action_perm": perm, "taskGroupId": "g", "name": cb});
    let actions = [
        action("retrigger", "generic"),
        action("retrigger-multiple", "generic"),
        action("retrigger-decision", "retrigger-decision"),
        action("retrigger", "other"),
        action("backfill", "generic"),
    ];
    for (at, action) in actions.iter().enumerate() {
        let inputs = [Value::Null, json!({}), json!({"downstream": true}), json!({"times": 2})];
        for (number, input) in inputs.into_iter().enumerate() {
            let own = ["abcQefgh", "abcdefgh"][number % 2];
            let value =
                json!({"tasks_for": "action", "action": action, "input": input, "ownTaskId": own});
            contexts.push(Context::new(format!("action {at} {number}"), value).expect("a mapping"));
        }
    }
    for (name, x) in [("null", Value::Null), ("string", json!("s")), ("list", json!([1]))] {
        let value =
            json!({"tasks_for": "cron", "ownTaskId": "abcQefgh", "x": x, "y": name != "null"});
        contexts.push(Context::new(format!("cron {name}"), value).expect("a mapping"));
    }
    contexts
}

fn condition(rng: &mut Rng) -> &'static str {
    CONDITIONS[rng.below(CONDITIONS.len())]
}

/// A task's template of at most `depth` levels around the mapping with the payload.
fn task(rng: &mut Rng, depth: usize) -> Value {
    if depth == 0 || rng.below(5) == 0 {
        return json!({"payload": payload(rng, 2), "extra": extra(rng)});
    }
    around(rng, depth, task, json!({"routes": []}))
}

/// A payload's template of at most `depth` levels around the mapping that is one.
fn payload(rng: &mut Rng, depth: usize) -> Value {
    if depth == 0 || rng.below(3) == 0 {
        return json!({
            "image": "image",
            "features": {"taskclusterProxy": true},
            "env": {
                "ACTION_TASK_GROUP_ID": "${action.taskGroupId}",
                "ACTION_TASK_ID": {"$json": {"$eval": "taskId"}},
                "ACTION_INPUT": {"$json": {"$eval": "input"}},
                "ACTION_CALLBACK": "${action.cb_name}",
                "EXTRA": extra(rng),
            },
            "artifacts": {"public": {"type": "directory", "path": "/public"}},
        });
    }
    around(rng, depth, payload, json!({"maxRunTime": 5}))
}

/// A string that may raise.
fn extra(rng: &mut Rng) -> Value {
    json!(rng.pick(&["a", "a", "a", "${tasks_for}", "${x}", "$${x}", "${defined('clonePayload')}"]))
}

/// An operator with an `inner` template of one level less in it; `other` may be merged into that.
fn around(rng: &mut Rng, depth: usize, inner: fn(&mut Rng, usize) -> Value, other: Value) -> Value {
    let inside = |rng: &mut Rng| inner(rng, depth - 1);
    let held = |list: Value| json!({"$let": {"held": list}, "in": {"$eval": "held[0]"}});
    let first = inside(rng);
    match rng.below(18) {
        0 | 1 => json!({"$let": bound(rng), "in": first}),
        2 | 3 => json!({"$if": condition(rng), "then": first, "else": inside(rng)}),
        4 => json!({"$if": condition(rng), "then": first}),
        5 => json!({"$switch": {condition(rng): first}}),
        6 => json!({"$switch": {condition(rng): first, "$default": inside(rng)}}),
        7 => json!({"$merge": [first, other]}),
        8 => json!({"$mergeDeep": [other, first]}),
        9 => json!({"$let": {"held": first}, "in": {"$eval": "held"}}),
        10 => held(json!({"$match": {condition(rng): first}})),
        11 => held(json!({"$map": [1], "each(x)": first})),
        12 => held(json!({"$flatten": [[first], [1]]})),
        13 => held(json!({"$reverse": [1, first]})),
        14 => json!({"$find": [first], "each(x)": condition(rng)}),
        15 => json!({"$reduce": [1], "initial": other, "each(a, x)": first}),
        16 => held(json!({"$let": {"y": [first]}, "in": {"$eval": "y"}})),
        _ => {
            let mapped = json!({"$map": {"a": 1}, "each(v, k)": {"${k}": first}});
            json!({"$let": {"held": mapped}, "in": {"$eval": "held.a"}})
        }
    }
}

/// What a `$let` binds.
fn bound(rng: &mut Rng) -> Value {
    let names =
        ["x", "y", "x", "y", "tasks_for", "input", "action", "clonePayload", "typeof", "taskId"];
    let one = |rng: &mut Rng| {
        let value = match rng.below(6) {
            0 => Value::Null,
            1 => json!({"$eval": "input"}),
            2 => json!({"cb_name": "retrigger", "action_perm": "generic", "taskGroupId": "h"}),
            3 => json!({"$if": condition(rng), "then": "action"}),
            4 => json!("${tasks_for}"),
            _ => json!({"downstream": false}),
        };
        json!({rng.pick(&names): value})
    };
    match rng.below(4) {
        0 => json!({"$merge": [one(rng), one(rng)]}),
        1 => json!({"$if": condition(rng), "then": one(rng), "else": one(rng)}),
        _ => one(rng),
    }
}
