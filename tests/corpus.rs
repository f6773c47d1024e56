//! The whole tool on real templates: those of `../shared/corpus`, or of `$TC_RETRIGGER_CORPUS`.

#[allow(dead_code, reason = "it can compare, too")]
use crate::harness::driver;
use crate::needs;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;
use tc_retrigger::jsone::{Context, families};
use tc_retrigger::patch::{self, Patch, Recipe, State};
use tc_retrigger::proof::{Proof, Verdict};
use tc_retrigger::template::{Template, Text};

/// What the manifest does not say: it counts such a file as "no", or as "yes" where it was rendered in
/// contexts with names that the hooks service does not give.
const RAISES: &str = "raises";

/// The outcome of one file, in the words of the manifest's column, or [`RAISES`].
fn run(bytes: Vec<u8>, recipe: &Recipe, contexts: &[&Context]) -> Result<&'static str, String> {
    let original = String::from_utf8(bytes.clone()).map_err(|err| err.to_string())?;
    let template = match Template::from_bytes(bytes) {
        Ok(template) => template,
        Err(err) if err.place().is_some() => return Ok("pyyaml-refuses"),
        Err(err) => return Err(format!("an error without a place: {err}")),
    };
    let plan =
        Patch::plan(&template, recipe, contexts.iter().copied()).map_err(|e| e.to_string())?;
    if let State::NotApplicable(reason) = &plan.state {
        let says_why = !reason.is_empty() && plan.after.text().as_str() == original;
        return if says_why { Ok("no") } else { Err("changed, or without a reason".to_owned()) };
    }
    if let State::Raises(faults) = &plan.state {
        let is_untouched = plan.after.text().as_str() == original && !faults.is_empty();
        return if is_untouched {
            Ok(RAISES)
        } else {
            Err("changed, or without a fault".to_owned())
        };
    }
    let check = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
    check(plan.state == State::Unpatched, "is not told to be unpatched")?;

    let new = plan.after.text().as_str();
    only_indents(&original, new, &plan)?;
    let reverted = patch::revert(&plan.after).map_err(|err| err.to_string())?;
    check(reverted.text().as_str() == original, "revert does not give the bytes back")?;
    let again = Patch::plan(&plan.after, recipe, contexts.iter().copied());
    let again = again.map_err(|err| err.to_string())?;
    check(again.state == State::Current, "is not told to be patched")?;
    check(again.after.text().as_str() == new, "is changed by a second patch")?;

    // Structure is for all contexts; of the samples, a share is enough here: `.ci/run` takes all.
    let share: Vec<&Context> = contexts.iter().copied().step_by(8).collect();
    let proof = Proof::of_patch(&plan, recipe, &share);
    if proof.verdict != Verdict::Proved {
        return Err(format!("{:?} {:?}", proof.structural, proof.counterexamples.first()));
    }
    check(proof.contexts.retrigger > 0, "no retrigger takes the fast path")?;
    Ok("yes")
}

/// Outside of the payloads no byte differs; inside, lines are only indented deeper.
fn only_indents(old: &str, new: &str, plan: &Patch) -> Result<(), String> {
    let old_lines: Vec<&str> = old.split_inclusive('\n').collect();
    let mut new_lines = new.split_inclusive('\n');
    let spans: Vec<(usize, usize)> = plan
        .sites
        .iter()
        .map(|site| {
            let node = plan.before.root().find(site).expect("a site is written out");
            (plan.before.line(site), plan.before.text().line_of(node.end))
        })
        .collect();
    for (at, line) in old_lines.iter().enumerate().map(|(at, line)| (at + 1, *line)) {
        let is_inside = spans.iter().any(|(first, last)| (*first..=*last).contains(&at));
        let found = new_lines.by_ref().find(|new| match is_inside {
            true => new.trim_start_matches(' ') == line.trim_start_matches(' '),
            false => *new == line,
        });
        if found.is_none() {
            return Err(format!("line {at} is not in the new file as it was: {line:?}"));
        }
    }
    let added = new.lines().count() - old.lines().count();
    let lines = Recipe::built_in().script().lines().count() + 40 * spans.len();
    if added > lines { Err(format!("{added} lines are new")) } else { Ok(()) }
}

#[test]
fn every_template_is_patched_and_proved_or_says_why_not() {
    let Some(folder) = needs::corpus() else { return };
    let manifest = fs::read_to_string(folder.join("manifest.tsv")).unwrap();
    let rows = manifest.lines().skip(1).filter_map(|row| {
        let cells: Vec<&str> = row.split('\t').collect();
        Some((*cells.first()?, *cells.get(4)?))
    });
    let rows = needs::sampled("real templates", rows);
    let (recipe, contexts) = (Recipe::built_in(), families::contexts().collect::<Vec<_>>());
    let (queue, wrong) = (Mutex::new(rows.iter()), Mutex::new(Vec::new()));
    let counts: Mutex<BTreeMap<&str, usize>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some((file, wanted)) = queue.lock().unwrap().next() else { break };
                    let got = run(fs::read(folder.join(file)).unwrap(), &recipe, &contexts);
                    let wanted = match got {
                        Ok(RAISES) if *wanted != "pyyaml-refuses" => &RAISES,
                        _ => wanted,
                    };
                    if got.as_deref() != Ok(*wanted) {
                        wrong.lock().unwrap().push(format!("{file}: {got:?}, not {wanted}"));
                    }
                    *counts.lock().unwrap().entry(wanted).or_default() += 1;
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let counts = counts.into_inner().unwrap();
    println!("{counts:?}");
    // A hundred of all 157; a sample may have somewhat less than its share.
    let least = if rows.len() < 157 { rows.len() / 2 } else { 100 };
    assert!(counts.get("yes").is_some_and(|yes| *yes >= least), "{counts:?}");
}

/// What is told to raise does so in production's engine, with the same words.
#[test]
fn what_raises_in_real_templates_raises_in_python() {
    let Some(folder) = needs::corpus() else { return };
    let Some([mut python, _]) = driver::Engine::both(true) else { return };
    let (recipe, contexts) = (Recipe::built_in(), families::contexts().collect::<Vec<_>>());
    python.contexts(contexts.iter().copied());
    let manifest = fs::read_to_string(folder.join("manifest.tsv")).unwrap();
    let mut raising = 0;
    for row in needs::sampled("real templates that may raise", manifest.lines().skip(1)) {
        let text = fs::read_to_string(folder.join(row.split('\t').next().unwrap())).unwrap();
        let Ok(template) = Template::parse(Text::new(&*text)) else { continue };
        let plan = Patch::plan(&template, &recipe, contexts.iter().copied());
        let Ok(State::Raises(faults)) = plan.map(|plan| plan.state) else { continue };
        raising += 1;
        python.get(&json!({"template": "file", "text": text})).unwrap();
        for fault in faults {
            let at = contexts.iter().position(|context| context.name == fault.contexts[0]).unwrap();
            python.render("file", &[at]);
            let told = python.rendered().remove(0).unwrap_err();
            let told: Value = serde_json::from_str(&told).unwrap();
            assert!(
                told.as_str().unwrap().ends_with(&fault.error),
                "{row}: {told}, {}",
                fault.error
            );
        }
    }
    println!("{raising} raise");
}

#[test]
fn a_change_outside_of_the_fast_path_is_never_proved() {
    let examples = [
        include_str!("../examples/gecko.taskcluster.yml"),
        include_str!("../examples/standalone.taskcluster.yml"),
    ];
    let (recipe, contexts) = (Recipe::built_in(), families::contexts().collect::<Vec<_>>());
    let parse = |text: &str| Template::parse(Text::new(text)).unwrap();
    for example in examples {
        let old = parse(example);
        let patched = Patch::plan(&old, &recipe, contexts.iter().copied()).unwrap().after;
        let text = patched.text().as_str();
        let changes = [
            ("a value", "maxRunTime: 1800", "maxRunTime: 1801"),
            ("a value", "maxRunTime: 3600", "maxRunTime: 3601"),
            ("a condition", "tasks_for == \"cron\"", "tasks_for == \"crow\""),
            ("a key", "deadline:", "deadlines:"),
            ("the guard", "action[\"action_perm\"] == \"generic\"", "true"),
            ("the guard", "typeof(input) == \"object\" && !(input[\"downstream\"])", "true"),
            ("the fast path", "maxRunTime: 600", "maxRunTime: 601"),
            ("the fast path", "else: {$eval: 'clonePayload'}", "else: {$eval: 'clonePayload.env'}"),
        ];
        let mut made = 0;
        for (what, from, to) in changes {
            if !text.contains(from) {
                continue;
            }
            made += 1;
            let new = parse(&text.replacen(from, to, 1));
            let proof = Proof::new(&old, &new, &recipe, &contexts);
            assert_ne!(proof.verdict, Verdict::Proved, "{what}: {to}");
            assert!(!proof.structural.holds, "{what}: {to}");
            let says_where = proof.structural.reason.contains("line ");
            assert!(says_where, "{what}: {}", proof.structural.reason);
            if what == "the guard" {
                assert_eq!(proof.verdict, Verdict::Different, "{to}");
                let context = &proof.counterexamples[0].context;
                assert!(context.starts_with("action/") || context.starts_with("pr-action/"));
            }
        }
        assert!(made >= 6, "only {made} changes fit");
    }
}
