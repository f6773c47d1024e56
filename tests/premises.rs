//! The premises of the structural proof (docs/proof.md): each one that fails is named, with its
//! line.

use tc_retrigger::jsone::{Context, families};
use tc_retrigger::patch::{Patch, Recipe};
use tc_retrigger::proof::{Proof, Verdict};
use tc_retrigger::template::{Template, Text};

const PAYLOAD: &str = r#"
      image: i
      features: {taskclusterProxy: true}
      artifacts: {public: {type: directory, path: /a}}
      env:
        ACTION_TASK_GROUP_ID: '${action.taskGroupId}'
        ACTION_TASK_ID: {$json: {$eval: taskId}}
        ACTION_INPUT: {$json: {$eval: input}}
        ACTION_CALLBACK: '${action.cb_name}'
"#;

/// A template with this around its payload; `@` stands for the payload.
fn around(text: &str) -> String {
    text.replace("@\n", PAYLOAD.trim_start_matches('\n'))
}

fn parse(text: &str) -> Template {
    Template::parse(Text::new(text)).unwrap_or_else(|err| panic!("{err}\n{text}"))
}

fn patched(text: &str) -> String {
    let plan = Patch::plan(&parse(text), &Recipe::built_in(), families::contexts());
    plan.unwrap_or_else(|err| panic!("{err}\n{text}")).after.text().as_str().to_owned()
}

fn prove(old: &str, new: &str) -> Proof {
    let contexts: Vec<&Context> = families::contexts().map(|context| context as &Context).collect();
    Proof::new(&parse(old), &parse(new), &Recipe::built_in(), &contexts)
}

const TASK: &str = "tasks:\n  - payload:\n@\n";
const LET: &str = "tasks:\n- $let: {x: 1}\n  in:\n    payload:\n@\n";

#[test]
fn what_is_around_the_fast_path_must_not_change_its_names() {
    let cases = [
        (LET.to_owned(), ""),
        (
            LET.replace("{x: 1}", "{action: {$eval: action}}"),
            "action is bound again around the fast path (line 3",
        ),
        (
            LET.replace("{x: 1}", "{$merge: [{x: 1}, {$if: 'true', then: {input: null}}]}"),
            "input is bound again",
        ),
        (
            LET.replace("{x: 1}", "{$switch: {'true': {y: 1}, $default: {tasks_for: cron}}}"),
            "tasks_for is bound again",
        ),
        (LET.replace("{x: 1}", "{typeof: 5}"), "typeof is bound again"),
        (
            LET.replace("{x: 1}", "{$eval: '{y: 1}'}"),
            "what the `$let` on line 3 binds cannot be told",
        ),
        (
            LET.replace("{x: 1}", "{'${\"y\"}': 1}"),
            "what the `$let` on line 3 binds cannot be told",
        ),
        (LET.replace("{x: 1}", "{clonePayloadX: 1}"), ""),
        (
            LET.replace(
                "x: 1",
                "x: '${defined(\"clonePayload\")}', y: {$eval: 'defined(\"z\") && clonePayload'}",
            ),
            "already uses the variable clonePayload (line 2)",
        ),
    ];
    for (text, wanted) in cases {
        let old = around(&text);
        let proof = prove(&old, &patched(&old));
        assert_eq!(proof.structural.holds, wanted.is_empty(), "{text}: {:?}", proof.structural);
        assert!(proof.structural.reason.contains(wanted), "{text}: {}", proof.structural.reason);
    }
}

#[test]
fn what_an_expression_passes_on_must_not_be_nothing() {
    let deep = PAYLOAD.replace("\n      ", "\n          ");
    let old = format!(
        "tasks:\n- $let:\n    all:\n      $match:\n        'true':{deep}  in:\n    payload: {{$eval: 'all[0]'}}\n"
    );
    assert_eq!(prove(&old, &patched(&old)).verdict, Verdict::Proved);

    let vanishing = "'true': {$if: 'ownTaskId != \"x\"', then: a}\n        'true == true':";
    for (wanted, old) in [
        (true, around(TASK) + "    extra:\n      $match: {'true': {$if: 'true', then: a}}\n"),
        (false, old.replace("'true':", vanishing).replace("all[0]", "all[1]")),
    ] {
        let structural = prove(&old, &patched(&old)).structural;
        assert_eq!(structural.holds, wanted, "{old}: {}", structural.reason);
        let what = "comes out of an expression, and an outcome of `$match` may render to nothing \
                    (line 5 of the old file)";
        assert!(wanted || structural.reason.contains(what), "{}", structural.reason);
    }
}

#[test]
fn the_fast_path_must_be_the_recipes_own() {
    let old = around(TASK);
    let new = patched(&old);
    let cases = [
        ("the guard", new.replace("\"pr-action\"]", "\"cron\"]"), "the guard is not the known one"),
        (
            "the else",
            new.replace("else: {$eval: 'clonePayload'}", "else: {$eval: 'clonePayload || 1'}"),
            "`else` is not the bare variable",
        ),
        (
            "the then",
            new.replace("maxRunTime: 600", "maxRunTime: 6000"),
            "`then` is not the recipe's",
        ),
        ("the script", new.replace("PARALLEL = 50", "PARALLEL = 5"), "script is not the recipe's"),
        ("a key beside", new.replace("      in:\n", "      also: 1\n      in:\n"), "$let is new"),
        (
            "the old payload",
            new.replace("image: i\n", "image: j\n"),
            "was \"i\" and is \"j\" (line",
        ),
        (
            "keys in another order",
            new.replacen("image: i\n", "@\n", 1)
                .replacen("features: {taskclusterProxy: true}\n", "image: i\n", 1)
                .replacen("@\n", "features: {taskclusterProxy: true}\n", 1),
            "keys are in another order, or written otherwise, from line 8 of the new file on",
        ),
        ("outside", format!("{new}    routes: []\n"), "tasks[0].routes is new (line"),
        (
            "a lost key",
            new.replace("            ACTION_TASK_ID: {$json: {$eval: taskId}}\n", ""),
            "has lost its key \"ACTION_TASK_ID\"",
        ),
        (
            "no fast path",
            old.clone(),
            "a retrigger reaches the payload on line 2 of the new file, which has no fast path",
        ),
    ];
    for (name, edited, wanted) in cases {
        assert_ne!(edited, new, "{name}");
        let proof = prove(&old, &edited);
        assert_ne!(proof.verdict, Verdict::Proved, "{name}");
        assert!(proof.structural.reason.contains(wanted), "{name}: {}", proof.structural.reason);
    }
    assert_eq!(prove(&old, &new).verdict, Verdict::Proved);
}

#[test]
fn a_fast_path_where_none_belongs_is_not_proved() {
    let wrap = |payload: &str| {
        serde_json::to_value(payload).map(|value| Recipe::built_in().wrapper(value)).unwrap()
    };
    let old = around(TASK) + "  - payload: second\n";
    let mut new = parse(&patched(&old)).value().clone();
    new["tasks"][1]["payload"] = wrap("second");
    let proof = prove(&old, &serde_json::to_string(&new).unwrap());
    let reason = &proof.structural.reason;
    assert!(reason.contains("no retrigger reaches the fast path on line"), "{reason}");
    assert_eq!(proof.verdict, Verdict::Unproved);

    // Inside of another's payload.
    let old = around(TASK);
    let mut new = parse(&patched(&old)).value().clone();
    let env = &mut new["tasks"][0]["payload"]["$let"]["clonePayload"]["env"];
    *env = Recipe::built_in().wrapper(env.take());
    let proof = prove(&old, &serde_json::to_string(&new).unwrap());
    let reason = &proof.structural.reason;
    assert!(reason.contains("has a fast path inside of another's payload"), "{reason}");

    // Where JSON-e renders twice, or not at all, what stands there.
    let cases = [
        (
            "$find: [{payload: {env: {ACTION_TASK_GROUP_ID: x, ACTION_TASK_ID: x, ACTION_INPUT: x, ACTION_CALLBACK: x}}}], each(x): 'true'",
            "the fast path is in a `$find`, which renders its items twice (line 1",
        ),
        (
            "$reduce: [1], initial: {payload: {env: {ACTION_TASK_GROUP_ID: x, ACTION_TASK_ID: x, ACTION_INPUT: x, ACTION_CALLBACK: x}}}, 'each(a,x)': {$eval: a}",
            "no retrigger reaches the fast path on line 1",
        ),
    ];
    for (task, wanted) in cases {
        let old = format!("tasks: [{{{task}}}]");
        let mut new = parse(&old).value().clone();
        let task = &mut new["tasks"][0];
        let around =
            if wanted.contains("$find") { &mut task["$find"][0] } else { &mut task["initial"] };
        around["payload"] = Recipe::built_in().wrapper(around["payload"].take());
        let proof = prove(&old, &serde_json::to_string(&new).unwrap());
        let reason = &proof.structural.reason;
        assert!(reason.contains(wanted), "{reason}");
    }

    // Around a payload that may render to nothing, as a whole.
    let old = "tasks:\n- payload:\n    $if: 'tasks_for == \"action\"'\n    then: {env: {ACTION_TASK_GROUP_ID: x, ACTION_TASK_ID: x, ACTION_INPUT: x, ACTION_CALLBACK: x}}\n";
    let mut new = parse(old).value().clone();
    new["tasks"][0]["payload"] = Recipe::built_in().wrapper(new["tasks"][0]["payload"].take());
    let proof = prove(old, &serde_json::to_string(&new).unwrap());
    assert_ne!(proof.verdict, Verdict::Proved);
    let reason = &proof.structural.reason;
    assert!(
        reason.contains("no retrigger reaches") || reason.contains("render to nothing"),
        "{reason}"
    );
}

#[test]
fn a_file_that_means_two_things_is_judged_twice_and_told() {
    let old = around(TASK) + "    extra: {on: 1, mode: 0777}\n";
    let template = parse(&old);
    let notes: Vec<String> =
        template.ambiguities().map(|(place, meaning)| format!("{place}: {meaning}")).collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].starts_with("11:13: `on` is true for PyYAML and the string"), "{notes:?}");
    let new = patched(&old);
    let proof = prove(&old, &new);
    assert_eq!(proof.verdict, Verdict::Proved, "{:?}", proof.structural);
    assert_eq!(proof.contexts.total, 2 * families::contexts().count());
    // 511 is what PyYAML reads: only js-yaml's reading tells the two apart.
    let proof = prove(&old, &new.replace("0777", "511"));
    assert_eq!(proof.verdict, Verdict::Different);
    assert!(
        proof.structural.reason.starts_with("for js-yaml (YAML 1.2)"),
        "{:?}",
        proof.structural
    );
}

#[test]
fn a_file_with_lines_that_are_not_deeper_than_their_keys_is_proved() {
    let old = around(TASK)
        .replace("image: i\n", "image: 'i\nj'\n      command: [\na, {\n }\n      ]\n")
        + "    extra: [\n  x\n]\n";
    let new = patched(&old);
    let proof = prove(&old, &new);
    assert_eq!(proof.verdict, Verdict::Proved, "{:?}\n{new}", proof.structural);
    let proof = prove(&old, &new.replace("'i\n", "'i\n\n"));
    assert!(proof.structural.reason.contains("was \"i j\" and is \"i\\nj\""), "{proof:?}");
}

#[test]
fn a_number_with_another_sign_is_another() {
    let old = around(TASK) + "    extra: {on: 0.0}\n";
    let proof = prove(&old, &patched(&old).replace("on: 0.0", "on: -0.0"));
    assert!(!proof.structural.holds);
    assert!(proof.structural.reason.contains("was 0.0 and is -0.0"), "{:?}", proof.structural);
}
