//! What the program says about files of each kind, from its command line: the words, the place, the exit
//! status, and that what it advises helps. Its JSON is held against `docs/report.schema.json`.

use boon::{Compiler, Schemas};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

const TASK: &str = include_str!("findings/task.yml");
const GECKO: &str = include_str!("../examples/gecko.taskcluster.yml");

/// A folder with a file `f.yml`, in which the program runs.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(text: &str) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        fs::write(folder.file(), text).unwrap();
        folder
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("f.yml")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    /// Runs the program; gives its exit status and all that it prints.
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_tc-retrigger"))
            .current_dir(self.0.path())
            .args(arguments)
            .output()
            .unwrap();
        let printed = [stderr, stdout].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        let json = printed.trim_start().starts_with('{').then(|| serde_json::from_str(&printed));
        if let Some(json) = json {
            fits(&json.unwrap_or_else(|err| panic!("{err}: {printed}")));
        }
        (status.code().expect("no signal"), printed)
    }

    /// The JSON of `check` for the file.
    fn checked(&self) -> Value {
        let (_, printed) = self.run(&["check", "--format", "json", "f.yml", "--quiet"]);
        let json = printed.find("{\n").map_or("", |at| &printed[at..]);
        let value: Value = serde_json::from_str(json).unwrap_or_else(|err| panic!("{err}: {json}"));
        fits(&value);
        value["files"][0].clone()
    }
}

/// Asserts that a report fits the schema.
fn fits(report: &Value) {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    let schema = serde_json::from_str(include_str!("../docs/report.schema.json")).unwrap();
    compiler.add_resource("report.json", schema).unwrap();
    let index = compiler.compile("report.json", &mut schemas).unwrap();
    if let Err(err) = schemas.validate(report, index) {
        panic!("{err:#}\n{report:#}");
    }
}

/// The task with a part of it replaced.
fn task(from: &str, to: &str) -> String {
    assert_eq!(TASK.matches(from).count(), 1, "{from}");
    TASK.replace(from, to)
}

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
            "f.yml:21:47: cannot be patched: the expression has white space that this program's engine does not know",
            None,
        ),
        (
            task("name: a task", "'$a-b': a task"),
            "f.yml:9:18: cannot be patched: this program's engine cannot take the key $a-b; production's engines may",
            None,
        ),
        (
            task("'${push.owner}'", "{$eval: 'split(repository.url, \"/\")[3]'}"),
            "f.yml:9:72: cannot be patched: this program's engine raises here, and takes `split` otherwise than production's",
            Some(("{$eval: 'split(repository.url, \"/\")[3]'}", "{$eval: 'repository.url[8:]'}")),
        ),
        (
            task("name: a task", "'$${x}': a task"),
            "f.yml:9:18: cannot be patched: this program's engine cannot take the key $${x}; production's engines may",
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
    for (text, wanted, mended) in cases {
        let folder = Folder::with(&text);
        for command in ["patch", "check", "scan"] {
            let arguments: &[&str] =
                if command == "scan" { &["scan", "."] } else { &[command, "f.yml"] };
            if command == "scan" {
                fs::write(folder.0.path().join(".taskcluster.yml"), &text).unwrap();
            }
            let (exit, printed) = folder.run(arguments);
            assert_eq!(exit, i32::from(command != "scan"), "{wanted}: {printed}");
            let wanted = if command == "scan" { "cannot be patched: " } else { wanted };
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
    for (text, status, wanted) in cases {
        let report = Folder::with(&text).checked();
        assert_eq!(report["status"], status, "{report:#}");
        assert!(report["reason"].as_str().unwrap_or_default().contains(wanted), "{report:#}");
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
    for (name, broken, told, wanted) in cases {
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
