//! Files that somebody broke: what is told, what stays as it is, and what helps.

use crate::folder::{Folder, GECKO, TASK, task};
use crate::needs::sampled;
use std::fs;

#[test]
fn what_raises_is_told_and_left_alone() {
    let owner = task("${push.owner}", "${push.onwer}");
    let error = "raises: InterpreterError at template.metadata.owner: object has no property \"onwer\", in context action/";
    let folder = Folder::with(&owner);
    for command in ["check", "patch"] {
        let (exit, printed) = folder.run(&[command, "f.yml"]);
        assert_eq!(exit, 1, "{printed}");
        assert!(printed.contains(&format!("f.yml:9:64: {error}")), "{printed}");
    }
    let report = folder.checked();
    let raised = &report["raised"][0];
    assert_eq!((&report["status"], &raised["line"]), (&"raises".into(), &9.into()), "{report}");
    assert!(raised["contexts"].as_array().unwrap().len() > 60, "{report}");

    // One of two payloads of a patched file: nothing is taken out, and correcting it helps.
    let folder = Folder::with(GECKO);
    assert_eq!(folder.run(&["patch", "--write", "f.yml"]).0, 0);
    let patched = folder.text();
    let id = "ACTION_TASK_GROUP_ID: '${action.taskGroupId}'";
    let broken = patched.replacen(id, &id.replace("Id}", "Idd}"), 1);
    assert_ne!(broken, patched);
    fs::write(folder.file(), &broken).unwrap();
    for arguments in [&["check", "f.yml"][..], &["patch", "--write", "f.yml"]] {
        let (exit, printed) = folder.run(arguments);
        assert_eq!(exit, 1, "{printed}");
        assert!(printed.contains("f.yml:132:67: raises: InterpreterError at"), "{printed}");
        assert!(printed.contains("ACTION_TASK_GROUP_ID: object has no property \"taskGroupIdd\""));
        assert_eq!(folder.text(), broken);
    }
    fs::write(folder.file(), &patched).unwrap();
    assert_eq!(folder.run(&["check", "f.yml"]).0, 0);

    // It can still be taken out on purpose, and every event is as it was.
    fs::write(folder.file(), &broken).unwrap();
    assert_eq!(folder.run(&["revert", "--write", "f.yml"]).0, 0);
    assert_eq!(folder.text(), GECKO.replacen(id, &id.replace("Id}", "Idd}"), 1));
}

/// A mistake that does not raise takes no fast path away either.
#[test]
fn a_fast_path_that_no_retrigger_reaches_stays_until_revert() {
    let folder = Folder::with(TASK);
    folder.run(&["patch", "--write", "f.yml"]);
    let patched = folder.text();
    let cases = [
        (
            patched.replacen("ACTION_CALLBACK: '", "ACTION_CALBACK: '", 1),
            "error",
            "f.yml:10:7: cannot be patched: this payload has a fast path, and its environment has no ACTION_CALLBACK as a string",
        ),
        (
            patched.replacen(
                "[\"hg-push\", \"action\", \"pr-action\", \"cron\"]",
                "[\"hg-push\", \"cron\"]",
                1,
            ),
            "stale",
            "f.yml:10:7: stale: no retrigger reaches this fast path: no retrigger renders a task; correct the template, or run `tc-retrigger revert --write`",
        ),
    ];
    for (text, status, wanted) in cases {
        assert_ne!(text, patched);
        fs::write(folder.file(), &text).unwrap();
        for arguments in [&["check", "f.yml"][..], &["patch", "--write", "f.yml"]] {
            let (exit, printed) = folder.run(arguments);
            assert_eq!(exit, 1, "{printed}");
            assert!(printed.contains(wanted), "{printed}");
            assert_eq!(folder.text(), text);
        }
        assert_eq!(folder.checked()["status"], status);
        let (exit, printed) = folder.run(&["revert", "--write", "f.yml"]);
        assert_eq!(exit, 0, "{printed}");
        assert_eq!(folder.run(&["check", "f.yml"]).0, 0);
        fs::write(folder.file(), &patched).unwrap();
        assert_eq!(folder.run(&["check", "f.yml"]).0, 0);
    }
}

#[test]
fn only_what_has_actions_can_raise() {
    let root_url = "${taskcluster_root_url}";
    // The file; status and a part of the reason.
    let cases = [
        // The hooks service gives no such name.
        (
            task("https://example.com", root_url),
            "raises",
            "unknown context value taskcluster_root_url",
        ),
        (
            task("https://example.com", "${as_slugid(\"x\")}"),
            "raises",
            "unknown context value as_slugid",
        ),
        // Without the variable that makes it an action's.
        (
            TASK.replace("ACTION_CALLBACK", "CALLBACK").replace("${push.owner}", "${push.onwer}"),
            "not-applicable",
            "onwer",
        ),
        // In a branch that only some retriggers reach.
        (
            task(
                "'${push.owner}'",
                "{$if: 'push.owner == \"zed\"', then: '${push.onwer}', else: x}",
            ),
            "raises",
            "object has no property \"onwer\", in context derived/",
        ),
        // A field that an old decision task may leave out is there for the project's own.
        (task("${push.owner}", "${push.branch}"), "unpatched", ""),
        (task("${push.owner}", "${push.base_revision}${repository.base_url}"), "unpatched", ""),
        (task("'${push.owner}'", "{$eval: 'parameters[\"x\"] || \"y\"'}"), "unpatched", ""),
        // A field of parameters, of which a project sends its own.
        (task("${push.owner}", "${parameters.head_rev}${parameters.ours}"), "unpatched", ""),
        (task("${push.owner}", "${parameters.ours}${push.onwer}"), "raises", "no property \"onwer\""),
        // A name that it has for its own repositories only.
        (
            TASK.replacen("  - $if: ", "  - $let: {level: {$switch: {'repository.project == \"rocket\"': '3'}}}\n    in:\n     $if: ", 1)
                .replace("\n    then:\n      taskGroupId", "\n     then:\n      taskGroupId")
                .replace("${push.owner}", "${level}"),
            "unpatched",
            "",
        ),
        // For pull requests, which the file does not name and never serves.
        (
            TASK.replace("tasks_for in [\"action\", \"pr-action\"]", "tasks_for == \"action\"")
                .replace(", \"pr-action\"", "")
                .replace(
                    "$if: 'tasks_for in [\"hg",
                    "$if: '(tasks_for[:2] != \"pr\" || y) && tasks_for in [\"hg",
                ),
            "unpatched",
            "",
        ),
        // What the Rust engine alone refused.
        (task("'${push.owner}'", "{$eval: 'str(3 - - 1)'}"), "unpatched", ""),
    ];
    for (text, status, wanted) in sampled("templates that could raise", cases) {
        let report = Folder::with(&text).checked();
        assert_eq!(report["status"], status, "{report:#}");
        assert!(report["reason"].as_str().unwrap_or_default().contains(wanted), "{report:#}");
    }
}

#[test]
fn an_edit_is_told_in_one_screen() {
    let folder = Folder::with(GECKO);
    folder.run(&["patch", "--write", "f.yml"]);
    let edited = folder.text().replace("PARALLEL = 50", "PARALLEL = 5");
    fs::write(folder.file(), &edited).unwrap();
    let line = 1 + edited.lines().position(|line| line.contains("PARALLEL = 5")).unwrap();
    let (exit, printed) = folder.run(&["check", "f.yml"]);
    assert_eq!(exit, 1);
    let first = printed.lines().next().unwrap();
    assert!(first.starts_with(&format!("f.yml:{line}:")), "{first}");
    assert!(first.contains("edited"), "{first}");
    assert!(first.contains("\"PARALLEL = 5\", the recipe has \"PARALLEL = 50\""), "{first}");
    assert_eq!(printed.matches("differs in context").count(), 1, "{printed}");
    assert!(printed.contains("\n    the same in 67 more contexts\n"), "{printed}");
    assert!(printed.lines().count() < 12 && !printed.contains("smallest"), "{printed}");
    let (_, all) = folder.run(&["check", "--verbose", "f.yml"]);
    assert_eq!(all.matches("differs in context").count(), 68);
    assert!(all.contains("the smallest context found"), "{all}");
    // What is advised helps.
    assert!(first.contains("run `tc-retrigger patch --write`"));
    assert_eq!(folder.run(&["patch", "--write", "f.yml"]).0, 0);
    assert_eq!(folder.run(&["check", "f.yml"]).0, 0);
}

/// What a merge or a person can leave of a fast path.
#[test]
fn a_fast_path_that_is_not_whole_is_cut_out_by_force() {
    let folder = Folder::with(TASK);
    folder.run(&["patch", "--write", "f.yml"]);
    let patched = folder.text();
    // What was done to it, what is told beside, and what the file is to be afterwards.
    let key = |line: &str, key: &str| {
        assert!(patched.contains(line), "{line}");
        patched.replacen(line, &key.replace('@', line), 1)
    };
    let last = "          else: {$eval: 'clonePayload'}\n";
    let is_comment = |line: &&str| line.contains("# tc-retrigger") || line.contains("README of");
    let cases = [
        ("a key below", key(last, "@        more: 1\n"), "`more: 1` stood beside", TASK.to_owned()),
        (
            "a key in front",
            key("        $let:\n", "        more: 1\n@"),
            "`more: 1` stood beside",
            TASK.to_owned(),
        ),
        (
            "a key among what is bound",
            key("          clonePayload:\n", "          other: 1\n@"),
            "",
            TASK.to_owned(),
        ),
        (
            "a line of the payload that a merge left where it was",
            patched.replacen("            maxRunTime: 1800\n", "        maxRunTime: 3600\n", 1),
            "",
            TASK.replace("1800", "3600"),
        ),
        (
            "lines of it, some below others",
            patched.replacen(
                "            features: {taskclusterProxy: true, chainOfTrust: true}\n",
                "        features:\n          taskclusterProxy: true\n          chainOfTrust: true\n",
                1,
            ),
            "",
            TASK.replace(
                "        features: {taskclusterProxy: true, chainOfTrust: true}\n",
                "        features:\n          taskclusterProxy: true\n          chainOfTrust: true\n",
            ),
        ),
        (
            "a key below, and another's `$let` around it all",
            key(last, "@        more: 1\n")
                .replacen("  - $if: ", "  - $let:\n      x: 1\n    in:\n     $if: ", 1)
                .replacen("\n    then:", "\n     then:", 1),
            "`more: 1` stood beside",
            TASK.replacen("  - $if: ", "  - $let:\n      x: 1\n    in:\n     $if: ", 1)
                .replacen("\n    then:", "\n     then:", 1),
        ),
        (
            "another name for what is bound",
            key("          clonePayload:\n", "          clonePayloda:\n"),
            "",
            TASK.to_owned(),
        ),
        (
            "the comment gone, and a key below",
            key(last, "@        more: 1\n")
                .split_inclusive('\n')
                .filter(|line| !is_comment(line))
                .collect(),
            "",
            TASK.to_owned(),
        ),
    ];
    for (name, broken, told, wanted) in sampled("fast paths that are not whole", cases) {
        assert_ne!(broken, patched, "{name}");
        fs::write(folder.file(), &broken).unwrap();
        for command in ["check", "patch", "revert"] {
            let (exit, printed) = folder.run(&[command, "f.yml"]);
            assert!(exit == 1 || exit == 2, "{name}, {command}: {printed}");
            if exit == 1 {
                assert!(printed.contains("the fast path is lines "), "{name}: {printed}");
                assert!(printed.contains("the payload lines "), "{name}: {printed}");
                assert!(printed.contains("revert --force --write"), "{name}: {printed}");
            }
            assert_eq!(folder.text(), broken, "{name}");
        }
        let (exit, printed) = folder.run(&["revert", "--force", "--write", "f.yml"]);
        assert_eq!(exit, 0, "{name}: {printed}");
        assert!(printed.contains("cut out line by line, and so not proved"), "{name}: {printed}");
        assert!(printed.contains(told), "{name}: {printed}");
        assert_eq!(folder.text(), wanted, "{name}");
        assert_eq!(folder.run(&["patch", "--write", "f.yml"]).0, 0, "{name}");
    }
}

/// The second fast path of a file is aliases of the first one's parts.
#[test]
fn both_forms_of_a_fast_path_are_cut_out() {
    let recipes = [("retrigger", &[][..]), ("retrigger-file", &["--script", "r.py"])];
    let cases = recipes.into_iter().flat_map(|recipe| [(recipe, 0), (recipe, 1)]);
    for ((recipe, script), at) in sampled("forms of a fast path", cases) {
        let folder = Folder::with(GECKO);
        let patch = [&["patch", "--write", "f.yml", "--recipe", recipe], script].concat();
        assert_eq!(folder.run(&patch).0, 0);
        let patched = folder.text();
        let (place, line) = patched.match_indices("clonePayload:\n").nth(at).unwrap();
        let indent = patched[..place].rsplit('\n').next().unwrap();
        let broken = format!("{}also: 1\n{indent}{}", &patched[..place], &patched[place..]);
        assert!(line.starts_with("clonePayload"));
        fs::write(folder.file(), &broken).unwrap();
        let (exit, printed) = folder.run(&["check", "f.yml"]);
        assert!(exit == 1 && printed.contains("revert --force --write"), "{printed}");
        let (exit, printed) = folder.run(&["revert", "--force", "--write", "f.yml"]);
        assert_eq!((exit, folder.text().as_str()), (0, GECKO), "{recipe} {at}: {printed}");
        assert!(!folder.0.path().join("r.py").exists(), "{recipe} {at}: {printed}");
    }
}

#[test]
fn conflict_markers_are_named() {
    let text = TASK.replacen("        maxRunTime: 1800\n", "<<<<<<< HEAD\n        maxRunTime: 1800\n=======\n        maxRunTime: 3600\n>>>>>>> other\n", 1);
    let folder = Folder::with(&text);
    for command in ["check", "patch", "revert"] {
        let (exit, printed) = folder.run(&[command, "f.yml"]);
        assert_eq!(exit, 2, "{printed}");
        assert!(
            printed
                .contains("f.yml:12:1: the conflict marker <<<<<<< stands here; resolve the merge"),
            "{printed}"
        );
    }
}
