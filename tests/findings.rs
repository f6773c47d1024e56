//! What the program says about files of each kind, from its command line: the words, the place, the exit
//! status, and that what it advises helps. Its JSON is held against `docs/report.schema.json`.

use crate::folder::{Folder, GECKO, TASK, fits, task};
use crate::needs::sampled;
use serde_json::Value;
use std::fs;

#[test]
fn a_refusal_names_its_key_its_place_its_cause_and_what_to_do() {
    let public =
        "public: {type: directory, path: /builds/worker/artifacts, expires: {$fromNow: '1 year'}}";
    // The file; where and what is told; what is advised, as an edit that makes the file one to patch.
    type Case<'c> = (String, &'c str, Option<(&'c str, &'c str)>);
    let cases: &[Case] = &[
        (
            task("NUMBER: '1'", "NUMBER: 1"),
            "f.yml:16:54: cannot be patched: `payload.env.NUMBER` is a number; docker-worker takes strings: quote it",
            Some(("NUMBER: 1", "NUMBER: '1'")),
        ),
        (
            task("NUMBER: '1'", "FLAG: true"),
            "f.yml:16:52: cannot be patched: `payload.env.FLAG` is a boolean; docker-worker takes strings: quote it",
            Some(("FLAG: true", "FLAG: 'true'")),
        ),
        (
            task("NUMBER: '1'", "LIST: [a]"),
            "f.yml:16:52: cannot be patched: `payload.env.LIST` is a list; docker-worker takes strings",
            None,
        ),
        (
            task("public: {type", "public/build: {type"),
            "f.yml:29:11: cannot be patched: `payload.artifacts` has no `public`, but public/build; the fast path writes",
            Some(("public/build: {", "public: {")),
        ),
        (
            task("type: directory", "type: file"),
            "f.yml:29:26: cannot be patched: `payload.artifacts.public` is of type \"file\"; the fast path writes",
            Some(("type: file", "type: directory")),
        ),
        (
            task("path: /builds", "path: builds"),
            "f.yml:29:43: cannot be patched: `payload.artifacts.public.path` is \"builds/worker/artifacts\", a relative path; docker-worker takes an absolute one",
            Some(("path: builds", "path: /builds")),
        ),
        (
            task(&format!("\n          {public}"), " {}"),
            "f.yml:28:20: cannot be patched: `payload.artifacts` is empty; the fast path writes",
            None,
        ),
        (
            task(&format!("        artifacts:\n          {public}\n"), ""),
            "cannot be patched: `payload.artifacts` is missing; the fast path writes",
            None,
        ),
        (
            task(public, "- {name: public, type: directory, path: artifacts}"),
            "f.yml:29:13: cannot be patched: `payload.artifacts` is a list, as generic-worker takes it; the fast path is docker-worker's",
            None,
        ),
        (
            task("taskclusterProxy: true, ", ""),
            "cannot be patched: `payload.features.taskclusterProxy` is missing; the fast path asks the queue through it",
            Some(("features: {", "features: {taskclusterProxy: true, ")),
        ),
        (
            task("taskclusterProxy: true", "taskclusterProxy: false"),
            "f.yml:13:38: cannot be patched: `payload.features.taskclusterProxy` is false; the fast path asks",
            Some(("Proxy: false", "Proxy: true")),
        ),
        (
            task("chainOfTrust: true", "chainOfTrust: 'yes'"),
            "f.yml:13:58: cannot be patched: `payload.features.chainOfTrust` is a string; docker-worker takes true or false",
            Some(("chainOfTrust: 'yes'", "chainOfTrust: true")),
        ),
        (
            task("        image: example/decision:1\n", ""),
            "cannot be patched: `payload.image` is missing; the fast path runs in the payload's image: name it",
            Some(("        maxRunTime", "        image: example/decision:1\n        maxRunTime")),
        ),
        (
            task(
                "ACTION_TASK_GROUP_ID: '${action.taskGroupId}'",
                "ACTION_TASK_GROUP_ID: '${ownTaskId}'",
            ),
            "f.yml:19:39: cannot be patched: `payload.env.ACTION_TASK_GROUP_ID` is",
            Some(("_ID: '${ownTaskId}'", "_ID: '${action.taskGroupId}'")),
        ),
        (
            task("{$json: {$eval: 'input'}}", "'${taskId}'"),
            "f.yml:21:31: cannot be patched: `payload.env.ACTION_INPUT` is",
            Some(("ACTION_INPUT: '${taskId}'", "ACTION_INPUT: {$json: {$eval: 'input'}}")),
        ),
        (
            task("else: '${ownTaskId}'}", "else: '${ownTaskId}', $else: 1}"),
            "cannot be patched: the key $else stands beside an operator; one of production's engines ignores it",
            Some((", $else: 1", "")),
        ),
        (
            task("else: taskgraph decision}", "else: taskgraph decision, $0then: 1}"),
            "f.yml:27:118: cannot be patched: the key $0then stands beside an operator; one of production's engines ignores it",
            Some((", $0then: 1", "")),
        ),
        (
            task("{$json: {$eval: 'input'}}", "{$json: {$eval: \"\\uFEFFinput\"}}"),
            "f.yml:21:47: the expression has white space that this program's engine does not know",
            None,
        ),
        (
            task("name: a task", "'$a-b': a task"),
            "f.yml:9:18: this program's engine cannot take the key $a-b; production's engines may",
            None,
        ),
        (
            task("'${push.owner}'", "{$eval: 'split(repository.url, \"/\")[3]'}"),
            "f.yml:9:72: cannot be patched: this program's engine raises here, and takes `split` otherwise than production's",
            Some(("{$eval: 'split(repository.url, \"/\")[3]'}", "{$eval: 'repository.url[8:]'}")),
        ),
        (
            task("name: a task", "'$${x}': a task"),
            "f.yml:9:18: this program's engine cannot take the key $${x}; production's engines may",
            Some(("'$${x}': a task", "name: a task")),
        ),
    ];
    let deep =
        |levels: usize| format!("DEEP: {{$json: {}{}}}", "[".repeat(levels), "]".repeat(levels));
    let cases = cases.iter().cloned().chain([
        // The wrapper takes two levels more.
        (
            task("NUMBER: '1'", &deep(90)),
            "f.yml:10:7: cannot be patched: with the fast path, this is nested deeper than 100 levels; js-yaml",
            None,
        ),
    ]);
    for (text, wanted, mended) in sampled("refusals of a file", cases) {
        let folder = Folder::with(&text);
        for command in ["patch", "check", "scan"] {
            let arguments: &[&str] =
                if command == "scan" { &["scan", "."] } else { &[command, "f.yml"] };
            if command == "scan" {
                fs::write(folder.0.path().join(".taskcluster.yml"), &text).unwrap();
            }
            let (exit, printed) = folder.run(arguments);
            let is_limit = !wanted.contains("cannot be patched");
            let status = if is_limit { 2 } else { 1 };
            assert_eq!(exit, if command == "scan" { 0 } else { status }, "{wanted}: {printed}");
            let wanted = match (command, is_limit) {
                ("scan", false) => "cannot be patched: ",
                ("scan", true) => "production's engines may",
                _ => wanted,
            };
            assert!(printed.contains(wanted), "{command}: {printed}\nnot {wanted}");
            assert!(!printed.contains("patch --write"), "{command}: {printed}");
            assert!(printed.lines().count() < 20, "{command}: {printed}");
        }
        let report = folder.checked();
        assert_ne!(report["code"], "no-fast-path", "{report}");
        let (_, printed) = folder.run(&["patch", "--write", "f.yml"]);
        assert_eq!(folder.text(), text, "{printed}");
        if let Some((from, to)) = mended {
            fs::write(folder.file(), text.replacen(from, to, 1)).unwrap();
            let (exit, printed) = folder.run(&["patch", "--write", "f.yml"]);
            assert_eq!(exit, 0, "mended: {printed}");
            assert!(printed.contains(": patched, "), "{printed}");
        }
    }
}

/// Of what is not proved, the cause stands in the first line, and nothing is printed that could be applied.
#[test]
fn what_is_not_proved_is_told_alike_by_all_commands() {
    let payload = "{image: i, features: {taskclusterProxy: true}, env: {ACTION_TASK_GROUP_ID: \
                   '${action.taskGroupId}', ACTION_TASK_ID: {$json: {$eval: taskId}}, ACTION_INPUT: {$json: \
                   {$eval: input}}, ACTION_CALLBACK: '${action.cb_name}'}, command: [a], artifacts: {public: \
                   {type: directory, path: /a}}}";
    let before = "version: 1\ntasks:\n  - $let:\n      task:\n        a: 1\n        payload:";
    // What else is made of the task, and what is told of it.
    let cases = [
        (
            "{scopes: {$if: 'ownTaskId[3:4] == \"Q\"', then: {$eval: 'task.payload.command'}}}",
            "line 10 reads it",
        ),
        (
            "{$if: 'ownTaskId[3:4] == \"Q\"', then: {payload: {cache: {}}}}",
            "line 10 may bring a `payload`",
        ),
        ("{$eval: 'parameters'}", "line 10 may bring a `payload`"),
    ];
    for (item, why) in cases {
        let text = format!(
            "{before} {payload}\n    in:\n      $mergeDeep:\n        - {{$eval: 'task'}}\n        - {item}\n"
        );
        let folder = Folder::with(&text);
        for arguments in
            [&["patch", "f.yml"][..], &["patch", "--write", "f.yml"], &["check", "f.yml"]]
        {
            let (exit, printed) = folder.run(arguments);
            assert_eq!(exit, 1, "{printed}");
            let wanted = "f.yml:6:9: unpatched, at line 6: cannot be patched: the payload on line 6 goes elsewhere, too: ";
            assert!(printed.starts_with(&format!("{wanted}{why}")), "{printed}");
            assert!(!printed.contains("patch --write") && !printed.contains("\n+"), "{printed}");
        }
        let (exit, printed) = folder.run(&["patch", "--stdout", "--quiet", "f.yml"]);
        assert_eq!((exit, printed.as_str()), (1, ""), "{printed}");
        assert_eq!(folder.text(), text);
        assert_eq!(folder.checked()["code"], "not-proved");
    }
}

#[test]
fn a_task_that_is_no_actions_stays_as_it_is() {
    let text = TASK.replace("tasks_for in [\"action\", \"pr-action\"]", "tasks_for == \"action\"");
    let folder = Folder::with(&text);
    let contexts =
        ["pr-action/fork/retrigger", "pr-action/fork/retrigger-multiple", "cron/hg/plain"];
    let render = |context: &str| folder.run(&["render", "f.yml", "--context", context]).1;
    let before = contexts.map(render);
    assert!(before[0].contains("taskgraph decision"), "{}", before[0]);
    let (exit, printed) = folder.run(&["patch", "--write", "f.yml"]);
    assert_eq!(exit, 0, "{printed}");
    assert_eq!(contexts.map(render), before);
    let action = render("action/central/retrigger");
    assert!(action.contains("python3") && !action.contains("run-task"), "{action}");
}

#[test]
fn a_file_without_actions_passes_unless_they_are_required() {
    let folder = Folder::with("version: 1\ntasks: []\n");
    let (exit, printed) = folder.run(&["check", "f.yml"]);
    assert_eq!((exit, printed.as_str()), (0, "f.yml: not-applicable: `tasks` is empty\n"));
    let (exit, printed) = folder.run(&["check", "--require", "f.yml"]);
    assert_eq!(exit, 1, "{printed}");
    assert!(printed.contains("--require asks for actions"), "{printed}");

    let second =
        TASK.replacen("tasks:\n", "tasks:\n  - {$if: 'tasks_for == \"x\"', then: {}}\n", 1);
    let (exit, printed) = Folder::with(&second).run(&["check", "f.yml"]);
    assert_eq!(exit, 0, "{printed}");
    assert!(
        printed.contains(
            "note: f.yml:4:5: this task names ACTION_CALLBACK, but only `tasks[0]` counts"
        ),
        "{printed}"
    );
}

#[test]
fn every_report_fits_the_schema() {
    let folder = Folder::with(GECKO);
    fs::write(folder.0.path().join("task.yml"), TASK).unwrap();
    fs::write(folder.0.path().join("bad.yml"), "a: 'b").unwrap();
    fs::write(folder.0.path().join("two.yml"), format!("{TASK}      extra: {{on: 1}}\n")).unwrap();
    let json = ["--format", "json", "--quiet"];
    let commands: [&[&str]; 9] = [
        &["patch", "f.yml"],
        &["patch", "task.yml", "two.yml"],
        &["patch", "--write", "task.yml"],
        &["check", "task.yml", "f.yml"],
        &["revert", "task.yml"],
        &["verify", "f.yml", "task.yml"],
        &["verify", "two.yml", "two.yml"],
        &["scan", "."],
        &["contexts"],
    ];
    for arguments in commands {
        let (_, printed) = folder.run(&[arguments, &json].concat());
        let at = printed.find("{\n").unwrap_or_else(|| panic!("{arguments:?}: {printed}"));
        let value: Value = serde_json::from_str(&printed[at..]).unwrap();
        fits(&value);
        if arguments[0] == "patch" && arguments[1] != "--write" {
            let diff = value["files"][0]["diff"].as_str().unwrap_or_default();
            assert!(diff.starts_with("--- a/"), "{diff}");
        }
    }
    let (exit, printed) = folder.run(&["check", "bad.yml", "--format", "json", "--quiet"]);
    assert_eq!(exit, 2);
    let value: Value = serde_json::from_str(&printed[printed.find("{\n").unwrap()..]).unwrap();
    fits(&value);
    let report = &value["files"][0];
    assert_eq!((&report["code"], &report["line"]), (&"unreadable".into(), &1.into()), "{report}");
}
