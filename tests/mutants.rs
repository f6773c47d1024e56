//! Mutation test of the proof, the short run: small edits to patched files are proved where they
//! change nothing and nowhere else, and production's engines confirm it.
//!
//! The long run is `cargo run --release --example mutants -- --mutants 20000 --seed 1`.

use crate::harness::{aimed, driver, files, flows, judge, oracle, shapes, travels};
use crate::needs::sampled;
use serde_json::json;
use tc_retrigger::jsone::{Context, families};
use tc_retrigger::patch::{Recipe, edit, sites};
use tc_retrigger::proof::{Proof, Verdict};
use tc_retrigger::template::{Template, Text};

#[test]
fn mutants_are_proved_where_they_change_nothing() {
    let mut files = files::files();
    // The examples, and a few small ones of the corpus: each costs a patch and a proof.
    let mut left = 2;
    files.retain(|file| {
        let keep = !file.name.contains('/') || (left > 0 && file.text.lines().count() < 250);
        left -= usize::from(keep && file.name.contains('/'));
        keep
    });
    let plan = judge::Plan { mutants: 80, whole: 8, shown: 16, twins: 20, derive: false, seed: 1 };
    let mut engines = driver::Engine::both(true);
    let tally = judge::judge(&files, &plan, &mut engines);
    println!("{:#?}", tally.classes);
    assert!(tally.mutants >= 60, "only {} mutants", tally.mutants);
    for class in ["same value: proved", "other value: not proved", "refused: cannot be read"] {
        assert!(tally.of(class) > 9, "only {} of {class}", tally.of(class));
    }
    if engines.is_some() {
        let seen = tally.of("  of these shown to the oracle: told apart");
        assert!(seen > 0, "the oracle sees nothing");
    }
    assert!(tally.faults.is_empty(), "{}", tally.faults.join("\n"));
}

/// The short run of 2,000 in the long one.
#[test]
fn random_templates_around_a_payload_are_proved_rightly() {
    let mut python = driver::Engine::both(true).map(|[python, _]| python);
    let tally = shapes::judge(80, 1, &mut python);
    println!("{:#?}", tally.classes);
    let [hold, fail] = ["the premises hold", "a premise fails"].map(|class| tally.of(class));
    assert!(hold > 10 && fail > 10, "{:?}", tally.classes);
    assert!(tally.faults.is_empty(), "{}", tally.faults.join("\n"));
}

/// The short run of 2,000 in the long one.
#[test]
fn templates_in_which_the_payload_travels_are_proved_rightly() {
    let mut engines = driver::Engine::both(true);
    let travels = travels::judge(60, 1, &mut engines);
    println!("{}{:#?}", travels.table(), travels.tally.classes);
    let [hold, fail] = ["the premises hold", "a premise fails"].map(|c| travels.tally.of(c));
    assert!(hold > 8 && fail > 10, "{:?}", travels.tally.classes);
    assert!(travels.tally.faults.is_empty(), "{}", travels.tally.faults.join("\n"));
}

/// No pair that one of production's engines tells apart is proved.
#[test]
fn pairs_aimed_at_the_premises_are_not_proved() {
    let recipe = Recipe::built_in();
    let mut engines = driver::Engine::both(false);
    let mut wrong = Vec::new();
    for case in sampled("aimed pairs", aimed::AIMED.iter().chain(flows::FLOWS)) {
        let replaced = |text: &str, (from, to): (&str, &str)| {
            assert!(text.contains(from), "{}: nothing to replace", case.name);
            text.replacen(from, to, 1)
        };
        let old = Template::parse(Text::new(replaced(case.old, case.before))).expect("a template");
        let reach = sites::find(old.value(), families::contexts().step_by(4), |_| None);
        let sites::Found::Sites(sites) = reach.found else { panic!("{}: no sites", case.name) };
        let new = edit::wrap(&old, &sites, &recipe).expect("it can be patched");
        let new = replaced(&new, case.after);
        // Few, and not the one that tells the two apart: the premises must do.
        let contexts: Vec<&Context> = families::contexts().step_by(4).collect();
        let verdict = Template::parse(Text::new(&*new))
            .map(|new| Proof::new(&old, &new, &recipe, &contexts).verdict);
        if matches!(verdict, Ok(Verdict::Proved)) {
            wrong.push(case.name);
        }
        let Some(engines) = &mut engines else { continue };
        let value = serde_json::from_str(case.context).expect("JSON");
        let context = Context::new("aimed", value).expect("a mapping");
        let apart = engines.iter_mut().any(|engine| {
            engine.contexts([&context]);
            let mut render = |text: &str| {
                engine.get(&json!({"template": "file", "text": text}))?;
                engine.render("file", &[0]);
                engine.rendered().remove(0)
            };
            let (old, new) = (render(old.text().as_str()), render(&new));
            !oracle::may_become(&context, &old, &new, &recipe)
        });
        assert!(apart, "{}: not told apart", case.name);
    }
    assert!(wrong.is_empty(), "proved: {wrong:#?}");
}
