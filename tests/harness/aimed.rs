//! Pairs of files aimed at the premises of the structural proof: in each, one context at least
//! tells the new file from the old one, so the proof must not hold.

/// A pair of files, and how it is told apart.
pub struct Aimed {
    /// What it is about.
    pub name: &'static str,
    /// The file before it is patched.
    pub old: &'static str,
    /// What is replaced in the old file before it is patched.
    pub before: (&'static str, &'static str),
    /// What is replaced in the patched file.
    pub after: (&'static str, &'static str),
    /// A context that tells the two apart, beside those built in.
    pub context: &'static str,
}

const PLAIN: &str = r#"version: 1
tasks:
    - $let:
          names:
              $map: {b: 1, a: 2}
              each(v,k): {same: '${v}'}
      in:
          extra: {$eval: 'names'}
          payload:
              image: image
              features: {taskclusterProxy: true}
              env:
                  $if: 'tasks_for[-6:] == "action"'
                  then:
                      ACTION_CALLBACK: '${action.cb_name}'
                      ACTION_TASK_GROUP_ID: '${action.taskGroupId}'
                      ACTION_TASK_ID: {$json: {$eval: 'taskId'}}
                      ACTION_INPUT: {$json: {$eval: 'input'}}
              artifacts: {public: {type: directory, path: /public}}
"#;

const VANISHING: &str = r#"version: 1
tasks:
    - $let:
          all:
              $match:
                  'true':
                      $if: 'ownTaskId[3:4] != "Q"'
                      then:
                          image: image
                          features: {taskclusterProxy: true}
                          env:
                              $if: 'tasks_for[-6:] == "action"'
                              then:
                                  ACTION_CALLBACK: '${action.cb_name}'
                                  ACTION_TASK_GROUP_ID: '${action.taskGroupId}'
                                  ACTION_TASK_ID: {$json: {$eval: 'taskId'}}
                                  ACTION_INPUT: {$json: {$eval: 'input'}}
                          artifacts: {public: {type: directory, path: /public}}
      in:
          payload: {$eval: 'all[0]'}
"#;

const CRON: &str = r#"{"tasks_for": "cron", "ownTaskId": "abcQ"}"#;
const DOWNSTREAM: &str = r#"{
    "tasks_for": "action", "action": {"cb_name": "retrigger", "action_perm": "generic"},
    "input": {"downstream": true}
}"#;
const BACKFILL: &str = r#"{
    "tasks_for": "action", "action": {"cb_name": "backfill", "action_perm": "generic"},
    "input": {}
}"#;

const PERMISSION: &str = r#"{
    "tasks_for": "action", "action": {"cb_name": "retrigger", "action_perm": "other"}, "input": {}
}"#;

/// Nothing is replaced.
pub const NONE: (&str, &str) = ("", "");
const NAMES: &str = r"          names:
              $map: {b: 1, a: 2}
              each(v,k): {same: '${v}'}
";
const EXTRA: &str = "extra: {$eval: 'names'}";
const QUOTED: &str = "extra: ['2001-01-01', '=', '<<', '1_0']";
const LET: &str = "    - $let:\n";
const ELSE: &str = "else: {$eval: 'clonePayload'}\n";

/// The pairs.
pub const AIMED: [Aimed; 25] = [
    pair("the guard lets more in", NONE, ("\"retrigger-disabled\"", "\"backfill\""), BACKFILL),
    pair("the guard asks for less", NONE, ("!(input[\"downstream\"])", "true"), DOWNSTREAM),
    pair("a permission does not matter", NONE, ("== \"generic\"", "!= \"x\""), PERMISSION),
    pair("another else", NONE, ("else: {$eval: 'clonePayload'}", "else: {$eval: 'names'}"), CRON),
    pair("a value outside", NONE, ("extra: {", "extra: {$$a: 1}\n          more: {"), CRON),
    pair("input is bound again", (LET, "    - $let:\n          input: null\n"), NONE, DOWNSTREAM),
    pair(
        "action is bound again",
        (
            LET,
            "    - $let:\n          action: {cb_name: retrigger, action_perm: generic, taskGroupId: x}\n",
        ),
        NONE,
        BACKFILL,
    ),
    pair(
        "input is bound again, by a merge",
        (NAMES, "          $merge: [{input: null}, {names: {}}]\n"),
        NONE,
        DOWNSTREAM,
    ),
    pair("keys in another order, mapped", NONE, ("{b: 1, a: 2}", "{a: 2, b: 1}"), CRON),
    pair(
        "keys in another order, one of them interpolated",
        (NAMES, "          names: {x: 1, '${\"x\"}': 2}\n"),
        ("{x: 1, '${\"x\"}': 2}", "{'${\"x\"}': 2, x: 1}"),
        CRON,
    ),
    pair(
        "keys in another order, by a merge key",
        (NAMES, "          names: {$map: {<<: {b: 1}, a: 2}, 'each(v,k)': {same: '${v}'}}\n"),
        ("{<<: {b: 1}, a: 2}", "{a: 2, b: 1}"),
        CRON,
    ),
    pair("a tag for another kind of node", NONE, ("extra: {", "extra: !!str {"), CRON),
    pair("the fast path tagged", NONE, ("else: {", "else: !!seq {"), CRON),
    pair("a tab behind a plain scalar", NONE, ("image: image\n", "image: image\t\n"), CRON),
    pair("the quotes of a date", (EXTRA, QUOTED), ("'2001-01-01'", "2001-01-01"), CRON),
    pair("the quotes of an equals sign", (EXTRA, QUOTED), ("'='", "="), CRON),
    pair("the quotes of a merge sign", (EXTRA, QUOTED), ("'<<'", "<<"), CRON),
    pair(
        "the quotes of a key that is a number",
        (EXTRA, "extra: {'1': a}"),
        ("{'1': a}", "{1: a}"),
        CRON,
    ),
    pair(
        "the quotes of a condition",
        (EXTRA, "extra: {$switch: {'true': a}}"),
        ("'true': a", "true: a"),
        CRON,
    ),
    pair("the quotes of a number", (EXTRA, QUOTED), ("'1_0'", "1_0"), CRON),
    pair("a question mark in brackets", NONE, ("path: /public}", "path: /public?}"), CRON),
    Aimed { old: VANISHING, ..pair("a payload that may vanish, through $match", NONE, NONE, CRON) },
    // What a loader reads otherwise.
    pair(
        "a second end of the document",
        NONE,
        (ELSE, "else: {$eval: 'clonePayload'}\n...\n...\n"),
        CRON,
    ),
    pair(
        "the sign of a zero, where no sample is",
        (EXTRA, r#"extra: {$if: ownTaskId == "rare", then: {$let: {z: 0.0}, in: '${z}'}}"#),
        ("0.0", "-0.0"),
        r#"{"tasks_for": "cron", "ownTaskId": "rare"}"#,
    ),
    pair(
        "an anchor at the end of a line",
        (EXTRA, "extra: [x, 'y']"),
        ("x, 'y'", "x, &y\n          'y'"),
        CRON,
    ),
];

/// A pair of the file that most of them share.
pub const fn pair(
    name: &'static str,
    before: (&'static str, &'static str),
    after: (&'static str, &'static str),
    context: &'static str,
) -> Aimed {
    Aimed { name, old: PLAIN, before, after, context }
}
