//! The text edits: before and after, as files where they read well and as strings where their
//! bytes matter.

use std::fs;
use std::path::{Path, PathBuf};
use tc_retrigger::jsone::families;
use tc_retrigger::patch::{self, Patch, Recipe, State};
use tc_retrigger::template::{Template, Text};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/edits")
}

/// A recipe with a script of three lines, so that what is around it can be seen.
fn small_recipe() -> Recipe {
    Recipe::from_dir(&folder().join("recipe")).unwrap()
}

fn template(content: &str) -> Template {
    Template::parse(Text::new(content)).unwrap()
}

fn patched(content: &str) -> Patch {
    Patch::plan(&template(content), &small_recipe(), families::contexts()).unwrap()
}

/// Patches, and checks what holds for every file: taking the fast path out gives the same bytes
/// back, and patching again changes nothing.
fn patch_and_back(content: &str, name: &str) -> String {
    let plan = patched(content);
    let after = plan.after.text().as_str().to_owned();
    assert_ne!(after, content, "{name}");
    assert_eq!(
        patch::revert(&plan.after).unwrap().text().as_str(),
        content,
        "{name}: not reverted"
    );
    let again = patched(&after);
    assert_eq!(again.state, State::Current, "{name}");
    assert_eq!(again.after.text().as_str(), after, "{name}: not the same when patched again");
    after
}

#[test]
fn before_and_after() {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        names.extend(name.strip_suffix(".before.yml").map(str::to_owned));
    }
    assert!(names.len() >= 3, "{names:?}");
    for name in names {
        let read = |kind: &str| {
            fs::read_to_string(folder().join(format!("{name}.{kind}.yml"))).unwrap_or_default()
        };
        let after = patch_and_back(&read("before"), &name);
        if std::env::var_os("UPDATE_EDITS").is_some() {
            fs::write(folder().join(format!("{name}.after.yml")), &after).unwrap();
        }
        assert_eq!(after, read("after"), "{name}");
    }
}

const TASK: &str = "version: 1\ntasks:\n  - payload:\n      env:\n        ACTION_TASK_GROUP_ID: x\n        \
                    ACTION_TASK_ID: x\n        ACTION_INPUT: x\n        ACTION_CALLBACK: x\n";

#[test]
fn odd_bytes_stay() {
    let cases = [
        ("CRLF", TASK.replace('\n', "\r\n")),
        ("mixed line breaks", TASK.replacen("payload:\n", "payload:\r\n", 1)),
        ("a byte order mark", format!("\u{feff}{TASK}")),
        ("no last line break", TASK.trim_end().to_owned()),
        ("a document's end", format!("---\n{TASK}...\n")),
        ("spaces behind the key", TASK.replace("payload:\n", "payload:   \n")),
        ("a comment behind the key", TASK.replace("payload:\n", "payload: # why\n")),
        ("a comment at the margin", TASK.replace("payload:\n", "payload:\n# margin\n")),
        ("comments below", format!("{TASK}      # inside\n\n      # too\n    # outside\n")),
        ("blank lines below", format!("{TASK}\n\n    extra: {{}}\n")),
        (
            "spaces on blank lines",
            format!("{TASK}   \n      text: |\n        a\n          \n        b\n"),
        ),
        ("a block scalar last", format!("{TASK}      text: |\n        a\n")),
        ("a block scalar that keeps", format!("{TASK}      text: |+\n        a\n\n\n    b: c\n")),
        ("a block scalar that keeps, last", format!("{TASK}      text: |+\n        a\n\n\n")),
        ("an open block scalar", format!("{TASK}      text: |\n        a")),
        ("an open block scalar that keeps", format!("{TASK}      text: >+\n        a")),
        ("an indentation indicator", format!("{TASK}      text: |2\n          a\n        b\n")),
        ("a list in the key's column", format!("{TASK}      command:\n      - a\n      - b\n")),
        (
            "a list in a list",
            format!("{TASK}      command:\n      - - a\n        - |\n         b\n"),
        ),
        (
            "brackets over lines",
            format!("{TASK}      command: [a,\n        b,\n      ]\n    c: d\n"),
        ),
        (
            "a quoted scalar over lines",
            format!("{TASK}      text: \"a\n\n        b\\\n        c\"\n    c: d\n"),
        ),
        (
            "a plain scalar over lines",
            format!("{TASK}      text: a\n        b\n\n        c # d\n    c: d\n"),
        ),
        ("a tag", TASK.replace("payload:\n", "payload: !!map\n")),
        ("a quoted key", TASK.replace("payload:", "\"payload\" :")),
        (
            "a flow payload over lines",
            "tasks:\n- payload: {env: {\n    ACTION_TASK_GROUP_ID: x, ACTION_TASK_ID: x, ACTION_INPUT: x, ACTION_CALLBACK: x},\n    a: [b,\n   c]\n  } # d\n"
                .to_owned(),
        ),
        ("a flow payload, open", "tasks:\n- payload: {env: {ACTION_TASK_GROUP_ID: x, ACTION_TASK_ID: x, ACTION_INPUT: x, ACTION_CALLBACK: x}}".to_owned()),
        ("letters of two bytes", TASK.replace("version: 1", "version: 1 # ä ö €")),
        (
            "letters of two bytes in a block scalar",
            TASK.replace("tasks:", "a: |\n  a line that is not short: ä ö €\ntasks:"),
        ),
        (
            "lines of a tab in a block scalar",
            format!("{TASK}      text: |\n        a\n        \t\n        b\n        \t\n"),
        ),
        ("spaces at the end", format!("{TASK}      text: |\n        a\n      ")),
        (
            "brackets that close in their key's column or left of it",
            format!(
                "a: [\n  x\n]\n{TASK}      command: [\n        a,\n      ]\n      b: {{\n c: d,\n}}\n    e: [\n]\n"
            ),
        ),
        (
            "scalars in quotes that go on there",
            format!(
                "a: 'x\ny'\n{TASK}      text: 'b\n      c\n\n  d'\n      e: \"f\\\ng\"\n    h: 'i\n    j'\n"
            ),
        ),
        (
            "both, one in the other",
            format!(
                "{TASK}      command: ['b\nc', {{\nd: \"e\n f\",\n  }}\n]\n    g: [[\n],\n'h\ni']\n"
            ),
        ),
        (
            "both, with CRLF and a byte order mark",
            format!("\u{feff}{TASK}      command: [\n'b\nc'\n]\n").replace('\n', "\r\n"),
        ),
        ("brackets that close at the end", format!("{TASK}      command: [\n        a\n]")),
        (
            "a flow payload that closes there",
            "tasks:\n- payload: {env: {\n    ACTION_TASK_GROUP_ID: x, ACTION_TASK_ID: x, ACTION_INPUT: x, ACTION_CALLBACK: 'x\ny',\n},\n # }\n  }\n  a: b\n"
                .to_owned(),
        ),
        (
            "deeper spaces below a block scalar",
            format!("{TASK}      text: |\n        a\n          \n    b: c\n"),
        ),
        ("deeper spaces at the end", format!("{TASK}      text: |\n        a\n            ")),
        ("an empty literal at the end", format!("{TASK}      text: |\n        ")),
        ("an empty literal that keeps, at the end", format!("{TASK}      text: |+\n        ")),
        ("an empty value last", format!("{TASK}      a:\n        b:\n   # c\n    d: e\n")),
        ("an empty item last", format!("{TASK}      a:\n      -\n    d: e\n")),
        ("an empty value at the end", format!("{TASK}      a:\n    d:")),
        ("a header at the end", format!("{TASK}      text: >-")),
        ("deeper spaces behind the payload", format!("{TASK}    text: |\n      a\n        ")),
        (
            "an alias",
            format!("x: &p {{env: {{ACTION_TASK_GROUP_ID: x, ACTION_TASK_ID: x, ACTION_INPUT: x, ACTION_CALLBACK: x}}}}\n{}", "tasks:\n- payload: *p\n"),
        ),
    ];
    for (name, before) in cases {
        let after = patch_and_back(&before, name);
        let (old, new) = (template(&before), template(&after));
        let payload = |value: &serde_json::Value| value["tasks"][0]["payload"].clone();
        assert_eq!(
            payload(new.value())["$let"]["clonePayload"],
            payload(old.value()),
            "{name}: another payload"
        );
        let without_task = |template: &Template| {
            let mut value = template.value().clone();
            value["tasks"][0]["payload"] = serde_json::Value::Null;
            value
        };
        assert_eq!(without_task(&new), without_task(&old), "{name}: more than the payload changed");
    }
}

#[test]
fn a_file_that_cannot_be_edited_says_why_and_where() {
    let cases = [
        (
            "tasks: [{payload: {env: {ACTION_TASK_GROUP_ID: x, ACTION_TASK_ID: x, ACTION_INPUT: x, ACTION_CALLBACK: x}}}]\n",
            "1:19: tasks[0].payload is written inside",
        ),
        (
            "tasks:\n- {payload: {env: {ACTION_TASK_GROUP_ID: x, ACTION_TASK_ID: x, ACTION_INPUT: x, ACTION_CALLBACK: x}}}\n",
            "2:13: tasks[0].payload is written inside",
        ),
        (
            "x: &t\n  payload: {env: {ACTION_TASK_GROUP_ID: x, ACTION_TASK_ID: x, ACTION_INPUT: x, ACTION_CALLBACK: x}}\ntasks:\n- *t\n",
            "4:3: tasks[0].payload comes out of an alias",
        ),
        (
            "x: &t\n  payload: {env: {ACTION_TASK_GROUP_ID: x, ACTION_TASK_ID: x, ACTION_INPUT: x, ACTION_CALLBACK: x}}\ntasks:\n- <<: *t\n  a: b\n",
            "4:3: tasks[0].payload comes out of an alias or a merge key",
        ),
        (
            "tasks:\n- ? payload\n  : {env: {ACTION_TASK_GROUP_ID: x, ACTION_TASK_ID: x, ACTION_INPUT: x, ACTION_CALLBACK: x}}\n",
            "3:5: tasks[0].payload has its key behind a `?`",
        ),
    ];
    for (content, wanted) in cases {
        let err = Patch::plan(&template(content), &small_recipe(), families::contexts());
        let err = err.unwrap_err().to_string();
        assert!(err.starts_with(wanted), "{content:?}: {err}");
    }
}

#[test]
fn an_edited_fast_path_is_told_and_replaced() {
    let after = patched(TASK).after.text().as_str().to_owned();
    let cases = [
        (
            "the guard",
            after.replace("\"pr-action\"", "\"cron\""),
            "\\\"cron\\\"] && defined(\\\"action",
        ),
        (
            "the script",
            after.replace("print(", "print (").clone(),
            "\"print (\\\"retrigger\\\")\", the recipe has \"print(\\\"retrigger\\\")\"",
        ),
        (
            "the comment",
            after.replace("on two lines", "on lines"),
            "5:12: \"# on lines.\", the recipe has \"# on two lines.\"",
        ),
        (
            "no comment",
            after.replace("      # on two lines.\n", ""),
            "5:9: \"# yamllint disable rule:line-length\", the recipe has \"# on two lines.\"",
        ),
        (
            "an older recipe",
            after.replace("recipe 1:", "recipe 0:"),
            "it has recipe 0; this is recipe 1",
        ),
        (
            "what recipes were called at first",
            after.replace("recipe 1:", "patch 1:"),
            "it has patch 1; this is recipe 1",
        ),
        (
            "that, with a greater number",
            after.replace("recipe 1:", "patch 2:"),
            "it has patch 2; this is recipe 1",
        ),
        (
            "another step",
            {
                let (head, rest) = after.split_once("        clonePayload:").unwrap();
                let (bound, choice) = rest.split_once("      in:").unwrap();
                let bound =
                    format!("        clonePayload:{bound}").replace("        ", "         ");
                format!("{head}{bound}      in:{choice}")
            },
            "it is indented by 9 spaces, the recipe's by 8",
        ),
    ];
    for (name, edited, wanted) in cases {
        assert_ne!(edited, after, "{name}");
        let plan = patched(&edited);
        match &plan.state {
            State::Edited(told) | State::Old(told) => {
                let told = format!("{}: {}", told.place, told.reason);
                assert!(told.contains(wanted), "{name}: {told}");
            }
            other => panic!("{name}: {other:?}"),
        }
        assert_eq!(plan.after.text().as_str(), after, "{name}: not replaced");
        assert_eq!(plan.before.text().as_str(), TASK, "{name}: not reverted");
    }
    let gone =
        after.replace("  - payload:", "  - $if: 'tasks_for == \"cron\"'\n    then:\n     payload:");
    let gone = gone.replace("\n      ", "\n       ");
    let plan = patched(&gone);
    let State::Moved(told) = plan.state else { panic!("{:?}", plan.state) };
    assert_eq!(told.place.line, 5);
    let reason = "no retrigger reaches this fast path: no retrigger renders a task";
    assert_eq!(told.reason, reason);
    let beyond = after.replace("        clonePayload:", "        other: 1\n        clonePayload:");
    let newer = after.replace("recipe 1:", "recipe 2:");
    for (edited, wanted) in [
        (
            after.replace("ACTION_CALLBACK", "NO_CALLBACK"),
            "3:5: this payload has a fast path, and its environment has no ACTION_CALLBACK as a string",
        ),
        (beyond, "4:7: the fast path is not whole any more: the fast path is lines 4 to 9 and"),
        (newer, "the fast path is of recipe 2, a newer one; update tc-retrigger"),
    ] {
        let err =
            Patch::plan(&template(&edited), &small_recipe(), families::contexts()).unwrap_err();
        assert!(err.to_string().contains(wanted), "{err}");
    }
}

/// `scan/old` and `scan/recipe-2` are `edits/four-spaces.before.yml` with what patch 1 and recipe 2
/// wrote; patch 2 wrote what recipe 2 did, under its old name.
#[test]
fn an_older_recipes_file_is_stale_and_upgraded() {
    let original = include_str!("edits/four-spaces.before.yml");
    let second = include_str!("scan/recipe-2/.taskcluster.yml");
    let recipe = Recipe::built_in();
    let plan = |text: &str| Patch::plan(&template(text), &recipe, families::contexts()).unwrap();
    let current = plan(original).after.text().as_str().to_owned();
    let patch = second.replace("# tc-retrigger recipe 2:", "# tc-retrigger patch 2:");
    let cases = [
        ("patch 1", include_str!("scan/old/.taskcluster.yml")),
        ("patch 2", &patch),
        ("recipe 2", second),
    ];
    for (name, old) in cases {
        assert_ne!(old, current);
        let upgrade = plan(old);
        let State::Old(told) = upgrade.state else { panic!("{name}: {:?}", upgrade.state) };
        assert_eq!(told.reason, format!("it has {name}; this is {}", recipe.origin()));
        assert_eq!(upgrade.before.text().as_str(), original);
        assert_eq!(upgrade.after.text().as_str(), current);
        assert_eq!(plan(upgrade.after.text().as_str()).state, State::Current);
    }
}
