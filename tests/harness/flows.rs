//! Pairs of files as in `aimed.rs`, aimed at where the value of a payload goes: it may be read, merged
//! into, left unrendered, or the names around it bound again, where no sample is like the context.

use super::aimed::{Aimed, NONE, pair};

/// A task in a variable, merged with something that is replaced.
const HELD: &str = r#"version: 1
tasks:
    - $let:
          task:
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
                  command: [a, b]
                  maxRunTime: 3600
      in:
          $merge:
              - {$eval: 'task'}
              - extra: none
"#;

/// A task merged, in depth, with something that is replaced.
const MERGED: &str = r#"version: 1
tasks:
    - $mergeDeep:
          - routes: []
          - payload:
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
          - extra: none
"#;

/// The payload of actions, and another one, which is replaced.
const EVENTS: &str = r#"version: 1
tasks:
    - payload:
          $if: 'tasks_for[-6:] == "action"'
          then:
              image: image
              features: {taskclusterProxy: true}
              env:
                  ACTION_CALLBACK: '${action.cb_name}'
                  ACTION_TASK_GROUP_ID: '${action.taskGroupId}'
                  ACTION_TASK_ID: {$json: {$eval: 'taskId'}}
                  ACTION_INPUT: {$json: {$eval: 'input'}}
              artifacts: {public: {type: directory, path: /public}}
          else: {image: other}
"#;

/// The first value of a `$reduce`, which is not rendered, and is found, which JavaScript does not
/// render either.
const UNRENDERED: &str = r#"version: 1
tasks:
    - $let:
          task:
              $reduce: []
              each(a,x): 1
              initial:
                  payload:
                      image: image
                      features: {taskclusterProxy: true}
                      env:
                          ACTION_CALLBACK: '${action.cb_name}'
                          ACTION_TASK_GROUP_ID: '${action.taskGroupId}'
                          ACTION_TASK_ID: {$json: {$eval: 'taskId'}}
                          ACTION_INPUT: {$json: {$eval: 'input'}}
                      artifacts: {public: {type: directory, path: /public}}
      in:
          $find: [{$eval: task}]
          each(t): 'true'
"#;

/// A payload out of a list, whose item Python renders twice, so that it vanishes the second time.
const FOUND: &str = r#"version: 1
tasks:
    - $let:
          found:
              $if: tasks_for == "cron"
              then:
                  - $find: [{$$match: {'true': {$$if: ownTaskId != "rare", then: {image: x}}}}]
                    each(x): 'true'
              else: []
      in:
          payload:
              $if: 'tasks_for[-6:] == "action"'
              then:
                  image: image
                  features: {taskclusterProxy: true}
                  env:
                      ACTION_CALLBACK: '${action.cb_name}'
                      ACTION_TASK_GROUP_ID: '${action.taskGroupId}'
                      ACTION_TASK_ID: {$json: {$eval: 'taskId'}}
                      ACTION_INPUT: {$json: {$eval: 'input'}}
                  artifacts: {public: {type: directory, path: /public}}
              else: {$if: tasks_for == "cron", then: {$eval: 'found[0][0]'}, else: {image: x}}
"#;

/// A retrigger that no sample is like.
const RARE: &str = r#"{
    "tasks_for": "action", "ownTaskId": "rare",
    "action": {"cb_name": "retrigger", "action_perm": "generic", "taskGroupId": "g"},
    "input": {"deep": {"payload": {"cache": {}}}}
}"#;
const RARE_DOWNSTREAM: &str = r#"{
    "tasks_for": "action", "ownTaskId": "rare",
    "action": {"cb_name": "retrigger", "action_perm": "generic", "taskGroupId": "g"},
    "input": {"downstream": true}
}"#;
const RARE_CRON: &str = r#"{"tasks_for": "cron", "ownTaskId": "rare"}"#;

/// The pairs.
pub const FLOWS: &[Aimed] = &[
    // Where the payload goes from the variable `task`.
    held(
        "read under a rare condition",
        r#"{extra: {$if: ownTaskId == "rare", then: {$eval: task.payload.command}}}"#,
    ),
    held("read as a whole", r#"{extra: {$if: ownTaskId == "rare", then: {$eval: task}}}"#),
    held(
        "read out of a list",
        r#"{extra: {$if: ownTaskId == "rare", then: {$eval: '[task][0].payload.command'}}}"#,
    ),
    held(
        "read out of a mapping",
        r#"{extra: {$if: ownTaskId == "rare", then: {$eval: '{a: task}.a.payload.command'}}}"#,
    ),
    held(
        "read by a name that is computed",
        r#"{extra: {$if: ownTaskId == "rare", then: {$eval: 'task["pay" + "load"]["command"]'}}}"#,
    ),
    held(
        "read in a string",
        r#"{extra: {$if: ownTaskId == "rare", then: '${len(task.payload.command)}'}}"#,
    ),
    held(
        "read in a key",
        r#"{extra: {$if: ownTaskId == "rare", then: {'x${task.payload.command[0]}': 1}}}"#,
    ),
    held("written as JSON", r#"{extra: {$if: ownTaskId == "rare", then: {$json: {$eval: task}}}}"#),
    held(
        "read as a time",
        r#"{extra: {$if: ownTaskId == "rare", then: {$fromNow: '${task.payload.maxRunTime} s'}}}"#,
    ),
    held(
        "asked by $if",
        r#"{extra: {$if: ownTaskId == "rare" && task.payload.maxRunTime < 700, then: 1}}"#,
    ),
    held(
        "asked by $switch",
        r#"{extra: {$switch: {ownTaskId == "rare" && task.payload.maxRunTime < 700: 1}}}"#,
    ),
    held(
        "asked by $match",
        r#"{extra: {$match: {ownTaskId == "rare" && task.payload.maxRunTime < 700: 1}}}"#,
    ),
    held(
        "asked by $find",
        r#"{extra: [{$find: [1, 2], each(x): x > 1 || ownTaskId == "rare" && task.payload.maxRunTime < 700}]}"#,
    ),
    held(
        "asked by $sort",
        r#"{extra: {$sort: [1, 2], by(x): str(x == 1 && ownTaskId == "rare" && task.payload.maxRunTime < 700)}}"#,
    ),
    held(
        "gone through by $map",
        r#"{extra: {$map: {$if: ownTaskId == "rare", then: {$eval: task.payload.command}, else: []}, each(x): 'x${x}'}}"#,
    ),
    held(
        "gone through by $reduce",
        r#"{extra: {$reduce: {$if: ownTaskId == "rare", then: {$eval: task.payload.command}, else: []}, initial: '', 'each(a,x)': '${a}${x}'}}"#,
    ),
    held(
        "in another variable",
        r#"{$let: {t: {$eval: task}}, in: {extra: {$if: ownTaskId == "rare", then: {$eval: t.payload.command}}}}"#,
    ),
    held(
        "in the variable of a $map",
        r#"{extra: {$map: [{$eval: task}], each(t): {$if: ownTaskId == "rare", then: {$eval: t.payload.command}}}}"#,
    ),
    held(
        "ends as a payload",
        r#"{$if: ownTaskId == "rare", then: {payload: {$eval: task}}, else: {}}"#,
    ),
    held(
        "ends in a payload",
        r#"{$if: ownTaskId == "rare", then: {payload: {in: {$eval: task}}}, else: {}}"#,
    ),
    held(
        "ends in a payload with more",
        r#"{$if: ownTaskId == "rare", then: {payload: {$merge: [{$eval: task.payload}, {cache: {}}]}}, else: {}}"#,
    ),
    held(
        "ends as the task",
        r#"{$if: ownTaskId == "rare", then: {$eval: task.payload}, else: {}}"#,
    ),
    // What a condition or an item means where a name is bound again.
    held(
        "tasks_for in a $map",
        r#"{extra: {$map: ['${ownTaskId}'], each(tasks_for): {$if: tasks_for == "rare", then: {$eval: task.payload.command}}}}"#,
    ),
    held(
        "tasks_for by a computed name",
        r#"{$let: {"tasks_${'for'}": '${ownTaskId}'}, in: {extra: {$if: tasks_for == "rare", then: {$eval: task.payload.command}}}}"#,
    ),
    held(
        "a variable with a function's name",
        r#"{$let: {str: '${ownTaskId}'}, in: {extra: {$if: str == "rare", then: {$eval: task.payload.command}}}}"#,
    ),
    merged(
        "a variable bound again by an operator",
        r#"{$let: {m: {}}, in: {$let: {$if: ownTaskId == "rare", then: {m: {payload: {cache: {}}}}, else: {x: 1}}, in: {$eval: m}}}"#,
    ),
    merged(
        "a variable bound again by a computed name",
        r#"{$let: {m: {}}, in: {$let: {"${'m'}": {$if: ownTaskId == "rare", then: {payload: {cache: {}}}, else: {}}}, in: {$eval: m}}}"#,
    ),
    // What the Rust engine takes otherwise, or not at all.
    held(
        "a condition with split",
        r#"{extra: {$if: 'len(split("/" + tasks_for, "/")) == 2', then: {$eval: task.payload.command}}}"#,
    ),
    // A variable that nothing uses.
    held(
        "raises in a variable",
        r#"{$let: {unused: {$if: ownTaskId == "rare", then: {$eval: 1 / (task.payload.maxRunTime - 600)}}}, in: {}}"#,
    ),
    // What a task is merged with.
    merged(
        "an item with a payload",
        r#"{$if: ownTaskId == "rare", then: {payload: {cache: {}}}, else: {}}"#,
    ),
    merged(
        "an item that may vanish",
        r#"{$if: ownTaskId == "rare", then: {payload: {cache: {}}}}"#,
    ),
    merged(
        "an item of $switch",
        r#"{$switch: {ownTaskId == "rare": {payload: {cache: {}}}, $default: {}}}"#,
    ),
    merged(
        "an item of $let",
        r#"{$let: {x: 1}, in: {$if: ownTaskId == "rare", then: {payload: {cache: {}}}, else: {}}}"#,
    ),
    merged(
        "an item of $merge",
        r#"{$merge: [{}, {$if: ownTaskId == "rare", then: {payload: {cache: {}}}, else: {}}]}"#,
    ),
    merged(
        "an item of $mergeDeep",
        r#"{$mergeDeep: [{}, {$if: ownTaskId == "rare", then: {payload: {cache: {}}}, else: {}}]}"#,
    ),
    merged(
        "an item from a variable",
        r#"{$let: {m: {$if: ownTaskId == "rare", then: {payload: {cache: {}}}, else: {}}}, in: {$eval: m}}"#,
    ),
    merged(
        "an item from the input",
        r#"{$if: typeof(input) == "object" && "deep" in input, then: {$eval: input.deep}, else: {}}"#,
    ),
    merged(
        "an item of $map",
        r#"{$map: {$if: ownTaskId == "rare", then: {payload: 1}, else: {}}, 'each(v,k)': {'${k}': {cache: {}}}}"#,
    ),
    merged(
        "an item of $reduce",
        r#"{$reduce: {$if: ownTaskId == "rare", then: [1], else: []}, initial: {}, 'each(a,x)': {payload: {cache: {}}}}"#,
    ),
    merged(
        "an item of $find",
        r#"{$find: [{payload: {cache: {}}}], each(x): ownTaskId == "rare"}"#,
    ),
    merged(
        "an item with a computed key",
        r#"{$if: ownTaskId == "rare", then: {'${"pay" + "load"}': {cache: {}}}, else: {}}"#,
    ),
    merged(
        "an item with a key from a variable",
        r#"{$let: {n: {$if: ownTaskId == "rare", then: payload, else: more}}, in: {'${n}': {cache: {}}}}"#,
    ),
    Aimed {
        old: MERGED,
        ..pair(
            "an item before it with a command",
            ("- routes: []", r#"- {$if: ownTaskId == "rare", then: {payload: {command: [z]}}}"#),
            NONE,
            RARE,
        )
    },
    Aimed {
        old: MERGED,
        ..pair(
            "a list that is computed",
            (
                "$mergeDeep:\n          -",
                "$mergeDeep:\n        $reverse:\n          - {$if: ownTaskId == \"rare\", then: {payload: {cache: {}}}}\n          -",
            ),
            NONE,
            RARE,
        )
    },
    // What is gone through once more than the samples have it.
    Aimed {
        old: MERGED,
        ..pair(
            "the task so far, in a $reduce",
            (
                "$mergeDeep:\n          - routes: []\n          -",
                "$reduce: {$if: ownTaskId == \"rare\", then: [1, 2], else: [1]}\n      initial: {}\n      each(a,x):\n        $mergeDeep:\n          - {metadata: {$eval: a}}\n          -",
            ),
            NONE,
            RARE,
        )
    },
    Aimed {
        old: HELD,
        ..pair(
            "sorted by its payload",
            (
                "$merge:\n              - {$eval: 'task'}\n              - extra: none\n",
                r#"$let:
              l:
                  $sort: [{$eval: task}, {extra: x, payload: {maxRunTime: 700}}]
                  by(x): str(ownTaskId == "rare" && x.payload.maxRunTime < 650)
          in: {$eval: 'l[0]'}
"#,
            ),
            NONE,
            RARE,
        )
    },
    // What is not rendered.
    Aimed {
        old: FOUND,
        ..pair("an item of a $find that is rendered twice", NONE, NONE, RARE_CRON)
    },
    Aimed { old: UNRENDERED, ..pair("the first value of a $reduce", NONE, NONE, RARE_DOWNSTREAM) },
    // A key that JavaScript ignores.
    Aimed {
        old: EVENTS,
        ..pair(
            "input is bound again, beside a key $$merge",
            (
                "    - payload:\n",
                "    - $let:\n          $if: ownTaskId == \"rare\"\n          then: {$$merge: [{x: 1}], $merge: [{x: 1}, {input: null}]}\n          else: {x: 1}\n      in:\n       payload:\n",
            ),
            NONE,
            RARE_DOWNSTREAM,
        )
    },
    Aimed {
        old: EVENTS,
        ..pair(
            "input is bound again, beside a key that ends in $merge",
            (
                "    - payload:\n",
                "    - $let:\n          $if: ownTaskId == \"rare\"\n          then: {' $merge': [{x: 1}], $merge: [{x: 1}, {input: null}]}\n          else: {x: 1}\n      in:\n       payload:\n",
            ),
            NONE,
            RARE_DOWNSTREAM,
        )
    },
];

const fn held(name: &'static str, item: &'static str) -> Aimed {
    Aimed { old: HELD, ..pair(name, ("extra: none", item), NONE, RARE) }
}

const fn merged(name: &'static str, item: &'static str) -> Aimed {
    Aimed { old: MERGED, ..pair(name, ("extra: none", item), NONE, RARE) }
}
