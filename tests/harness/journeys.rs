//! Ways for a payload to travel from where it is written to the task that it ends in, each a line
//! of YAML with words that [`Maker`] replaces by other templates:
//!
//! | word | what takes its place |
//! | --- | --- |
//! | `TASK`, `PAYLOAD` | the template of a task, or of a payload: one more journey, or the mapping |
//! | `READ` | something made of the variable `task`, one of [`READS`], mostly where a condition is rare |
//! | `ITEM` | what a task is merged with, one of [`ITEMS`], often where a condition is rare |
//! | `PART` (a key) | a part of a task that is not its payload |
//! | `NAME`, `BOUND` | a name that the guard uses, and what it is bound to |
//! | `RARE`, `SOME` (in an expression) | a condition of [`super::rare`], or a common one |

/// A way, and what it is called where the outcomes are counted.
pub type Way = (&'static str, &'static str);

/// Ways that real templates use and that can harm nothing: each must be proved, by itself.
pub const HARMLESS: &[Way] = &[
    ("plain", "TASK"),
    ("$if", "{$if: SOME, then: TASK, else: TASK}"),
    ("$let around", "{$let: {x: 1, y: '${tasks_for}'}, in: TASK}"),
    ("$let of the task", "{$let: {task: TASK}, in: {$eval: task}}"),
    ("$let of the payload alone", "{$let: {p: PAYLOAD}, in: {extra: {a: 1}, payload: {$eval: p}}}"),
    ("$mergeDeep, last", "{$mergeDeep: [{metadata: {a: b}, extra: {a: 1}}, TASK]}"),
    (
        "$mergeDeep, first, no other has a payload",
        "{$mergeDeep: [TASK, {extra: {b: 1}}, {$if: SOME, then: {extra: {c: 1}}}]}",
    ),
    (
        "$mergeDeep, middle, $if with both branches",
        "{$mergeDeep: [{extra: {b: 1}}, TASK, {$if: SOME, then: {extra: {c: 1}}, else: {extra: {d: 1}}}]}",
    ),
    (
        "$mergeDeep, last, after one that may vanish",
        "{$mergeDeep: [{$if: SOME, then: {taskId: '${ownTaskId}'}}, TASK]}",
    ),
    (
        "$mergeDeep, others for other events",
        "{$mergeDeep: [{$if: \"tasks_for == 'cron'\", then: {payload: {image: cron}}}, {$if: \"tasks_for != 'cron'\", then: TASK}]}",
    ),
    ("$mergeDeep, alone", "{$mergeDeep: [TASK]}"),
    ("$merge, no other has a payload", "{$merge: [{extra: {b: 1}}, TASK, {routes: [a]}]}"),
];

/// Something else is made of the task, and stands beside it. Counted by what is read.
pub const READING: &[&str] = &[
    "{$let: {task: TASK}, in: {$merge: [{$eval: task}, {PART: READ}]}}",
    "{$let: {task: TASK}, in: {$mergeDeep: [{PART: READ}, {$eval: task}]}}",
    "{$let: {task: TASK}, in: {$merge: [{$eval: task}, {$let: {x: 1}, in: {PART: READ}}]}}",
    "{$let: {task: {$merge: [TASK, {a: 1}]}}, in: {$merge: [{PART: READ}, {$eval: task}]}}",
    "{$let: {task: TASK}, in: {$let: {r: READ}, in: {$merge: [{$eval: task}, {PART: {$eval: r}}]}}}",
    "{$let: {a: {b: TASK}}, in: {$let: {task: {$eval: a.b}}, in: {$merge: [{$eval: task}, {PART: READ}]}}}",
    "{$let: {l: {$map: [TASK], each(task): {$merge: [{$eval: task}, {PART: READ}]}}}, in: {$eval: 'l[0]'}}",
    "{$reduce: [TASK], initial: {}, 'each(a,task)': {$merge: [{$eval: task}, {PART: READ}]}}",
    "{$let: {task: TASK}, in: {$reduce: [1], initial: {}, 'each(a,x)': {$merge: [{$eval: task}, {PART: READ}]}}}",
];

/// The task is merged with others. Counted by what it is merged with.
pub const MERGING: &[&str] = &[
    "{$mergeDeep: [TASK, ITEM]}",
    "{$mergeDeep: [ITEM, TASK]}",
    "{$mergeDeep: [{extra: {b: 1}}, TASK, ITEM]}",
    "{$mergeDeep: [{$mergeDeep: [{a: 1}, TASK]}, ITEM]}",
    "{$merge: [TASK, ITEM]}",
    "{$merge: [ITEM, TASK]}",
    "{$let: {task: TASK}, in: {$mergeDeep: [{$eval: task}, ITEM]}}",
    "{$let: {task: TASK}, in: {$let: {other: ITEM}, in: {$merge: [{$eval: task}, {$eval: other}]}}}",
];

/// All other ways.
pub const WAYS: &[Way] = &[
    // It is merged with others, in ways of their own.
    (
        "$mergeDeep of $flatten",
        "{$mergeDeep: {$flatten: [[TASK], {$if: RARE, then: [{payload: {cache: {}}}], else: []}]}}",
    ),
    (
        "$mergeDeep of $reverse",
        "{$mergeDeep: {$reverse: [{$if: RARE, then: {payload: {cache: {}}}, else: {}}, TASK]}}",
    ),
    (
        "$mergeDeep of $match",
        "{$mergeDeep: {$match: {'true': TASK, 'true && RARE': {payload: {cache: {}}}}}}",
    ),
    (
        "$mergeDeep of $map",
        "{$let: {l: [TASK]}, in: {$mergeDeep: {$map: [0, 0], each(i): {$eval: 'l[i]'}}}}",
    ),
    (
        "$mergeDeep with itself",
        "{$let: {task: TASK}, in: {$mergeDeep: [{$eval: task}, {$if: RARE, then: {$eval: task}, else: {}}]}}",
    ),
    // It is read as a whole, and ends as something else than the task.
    (
        "a task as payload",
        "{$let: {task: TASK}, in: {$if: RARE, then: {payload: {$eval: task}}, else: {$eval: task}}}",
    ),
    (
        "a task in a payload",
        "{$let: {task: TASK}, in: {$if: RARE, then: {payload: {$merge: [{$eval: task.payload}, {in: {$eval: task}}]}}, else: {$eval: task}}}",
    ),
    (
        "a payload with more",
        "{$let: {task: TASK}, in: {$if: RARE, then: {payload: {$merge: [{$eval: task.payload}, {cache: {}}]}}, else: {$eval: task}}}",
    ),
    (
        "a payload as task",
        "{$let: {task: TASK}, in: {$if: RARE, then: {$eval: task.payload}, else: {$eval: task}}}",
    ),
    (
        "a payload of the payload",
        "{$let: {task: TASK}, in: {$merge: [{$eval: task}, {payload: {$eval: task.payload}}]}}",
    ),
    // Variables, in other ways.
    ("$let of a list", "{$let: {l: [TASK]}, in: {$eval: 'l[0]'}}"),
    (
        "$let of two, one chosen",
        "{$let: {l: [TASK, TASK]}, in: {$if: RARE, then: {$eval: 'l[0]'}, else: {$eval: 'l[1]'}}}",
    ),
    ("$let nested", "{$let: {all: {a: {task: TASK}}}, in: {$eval: all.a.task}}"),
    ("$let twice", "{$let: {a: TASK}, in: {$let: {task: {$eval: a}}, in: {$eval: task}}}"),
    (
        "$let of the same name",
        "{$let: {task: TASK}, in: {$let: {task: {$merge: [{$eval: task}, {PART: READ}]}}, in: {$eval: task}}}",
    ),
    (
        "$let of another of that name",
        "{$let: {task: TASK}, in: {$merge: [{$eval: task}, {$let: {task: {payload: {command: [z], image: z, maxRunTime: 1}}}, in: {PART: READ}}]}}",
    ),
    (
        "$let of the payload in a mapping",
        "{$let: {task: {payload: PAYLOAD}}, in: {payload: {$eval: task.payload}, PART: READ}}",
    ),
    ("$let by $merge", "{$let: {$merge: [{x: 1}, {task: TASK}]}, in: {$eval: task}}"),
    (
        "$let by $merge, another task",
        "{$let: {$merge: [{task: TASK}, {$if: RARE, then: {task: {a: 1}}}]}, in: {$eval: task}}",
    ),
    (
        "$let by $if",
        "{$let: {$if: RARE, then: {task: TASK}, else: {task: TASK}}, in: {$eval: task}}",
    ),
    ("$let, a computed name", "{$let: {'${\"ta\" + \"sk\"}': TASK}, in: {$eval: task}}"),
    (
        "$let, what is around it",
        "{$let: {a: {task: TASK}}, in: {$merge: [{$eval: a.task}, {PART: {$if: RARE, then: {$eval: a}}}]}}",
    ),
    (
        "$let, the list around it",
        "{$let: {a: [1, TASK]}, in: {$merge: [{$eval: 'a[1]'}, {PART: {$if: RARE, then: {$eval: 'a[-1:]'}}}]}}",
    ),
    (
        "$let, each of what is around it",
        "{$let: {a: {task: TASK}}, in: {$merge: [{$eval: a.task}, {PART: {$map: {$if: RARE, then: {$eval: a}, else: {}}, 'each(v,k)': {'${k}': {$eval: v.payload}}}}]}}",
    ),
    (
        "$let, read in the bindings",
        "{$let: {task: TASK}, in: {$let: {$if: 'RARE && task.payload.maxRunTime < 700', then: {x: 1}, else: {x: 2}}, in: {$merge: [{$eval: task}, {PART: {$eval: x}}]}}}",
    ),
    ("$let, in brackets", "{$let: {task: TASK}, in: {$eval: ' ((task)) '}}"),
    ("$let, as a task or none", "{$let: {task: TASK}, in: {$if: '!(RARE)', then: {$eval: task}}}"),
    ("$let, a name beside", "{$let: {task: TASK, x: {$if: RARE, then: 1}}, in: {$eval: task}}"),
    // The other operators.
    ("$if without else", "{$if: SOME, then: TASK}"),
    ("$switch", "{$switch: {RARE: TASK, $default: TASK}}"),
    ("$switch without $default", "{$switch: {SOME: TASK}}"),
    ("$match", "{$let: {l: {$match: {SOME: TASK}}}, in: {$eval: 'l[0]'}}"),
    ("$map", "{$let: {l: {$map: [1], each(x): TASK}}, in: {$eval: 'l[0]'}}"),
    (
        "$map of a mapping",
        "{$let: {m: {$map: {a: 1}, 'each(v,k)': {'${k}': TASK}}}, in: {$eval: m.a}}",
    ),
    (
        "$map, the last one wins",
        "{$let: {m: {$map: {b: TASK, a: TASK}, 'each(v,k)': {same: {$eval: v}}}}, in: {$eval: m.same}}",
    ),
    ("$reduce, item", "{$reduce: [TASK], initial: {}, 'each(a,x)': {$eval: x}}"),
    (
        "$reduce, items merged",
        "{$reduce: [TASK, ITEM], initial: {}, 'each(a,x)': {$mergeDeep: [{$eval: a}, {$eval: x}]}}",
    ),
    ("$reduce, initial", "{$reduce: [1], initial: TASK, 'each(a,x)': {$eval: a}}"),
    (
        "$reduce, initial of no item",
        "{$reduce: {$if: RARE, then: [], else: [1]}, initial: TASK, 'each(a,x)': TASK}",
    ),
    (
        "$reduce, initial to be found",
        "{$let: {task: {$reduce: [], initial: TASK, 'each(a,x)': 1}}, in: {$find: [{$eval: task}], each(x): 'true'}}",
    ),
    ("$reduce, each", "{$reduce: [1], initial: {}, 'each(a,x)': TASK}"),
    (
        "$reduce, each once more",
        "{$reduce: {$if: RARE, then: [1, 2], else: [1]}, initial: {payload: {command: [z], image: z, maxRunTime: 1}}, 'each(task,x)': {$merge: [TASK, {PART: {$if: RARE, then: {$eval: task.payload.command}}}]}}",
    ),
    ("$find", "{$find: [TASK], each(x): 'true'}"),
    ("$find of a variable", "{$let: {l: [TASK]}, in: {$find: {$eval: l}, each(x): 'true'}}"),
    (
        "$find of two",
        "{$let: {l: [TASK, TASK]}, in: {$find: {$eval: l}, 'each(x,i)': 'i == 1 || RARE'}}",
    ),
    (
        "$find by the payload",
        "{$let: {l: [TASK, {extra: z, payload: {maxRunTime: 5000}}]}, in: {$find: {$eval: l}, each(x): '!(RARE) || x.payload.maxRunTime > 700'}}",
    ),
    (
        "$sort by the payload",
        "{$let: {l: {$sort: [TASK, {extra: z, payload: {maxRunTime: 700}}], by(x): 'str(RARE && x.payload.maxRunTime < 650)'}}, in: {$eval: 'l[0]'}}",
    ),
    (
        "$find, rendered twice",
        "{$let: {l: {$if: SOME, then: [{$find: [{$$match: {'true': {$$if: RARE, then: {image: x}}}}], each(x): 'true'}], else: [[{image: x}]]}}, in: {payload: {$if: \"tasks_for in ['action', 'pr-action']\", then: PAYLOAD, else: {$eval: 'l[0][0]'}}}}",
    ),
    (
        "$sort by another",
        "{$let: {l: {$sort: [TASK, {z: 1}], by(x): \"str('z' in x)\"}}, in: {$eval: 'l[0]'}}",
    ),
    ("$flatten", "{$let: {l: {$flatten: [[TASK], [1]]}}, in: {$eval: 'l[0]'}}"),
    ("$flattenDeep", "{$let: {l: {$flattenDeep: [[[TASK]], 1]}}, in: {$eval: 'l[0]'}}"),
    ("$reverse", "{$let: {l: {$reverse: [1, TASK]}}, in: {$eval: 'l[0]'}}"),
    ("$eval of an object", "{$let: {task: TASK}, in: {$eval: '{a: task}.a'}}"),
    ("$eval of a list", "{$let: {task: TASK}, in: {$eval: '[1, task][1]'}}"),
    ("$eval by a name", "{$let: {all: {task: TASK}}, in: {$eval: 'all[\"task\"]'}}"),
    // Keys that are no plain names.
    (
        "key payload twice, later",
        "{payload: PAYLOAD, '${\"payload\"}': {$if: RARE, then: {image: z}}}",
    ),
    ("key payload twice, always", "{payload: PAYLOAD, '${\"payload\"}': PAYLOAD}"),
    ("key payload twice, before", "{'${\"pay\" + \"load\"}': {image: z}, payload: PAYLOAD}"),
    (
        "key payload twice, computed",
        "{$let: {n: {$if: RARE, then: payload, else: more}}, in: {payload: PAYLOAD, '${n}': {cache: {}}}}",
    ),
    (
        "key payload, merged, computed",
        "{$let: {n: {$if: RARE, then: payload, else: more}}, in: {$mergeDeep: [TASK, {'${n}': {cache: {}}}]}}",
    ),
    ("key $$payload", "{payload: PAYLOAD, $$payload: {a: 1}, $$if: 'false'}"),
    (
        "key $else",
        "{payload: {$if: \"tasks_for in ['action', 'pr-action']\", then: PAYLOAD, else: {$if: SOME, then: {image: x}, $else: 1}}}",
    ),
    (
        "key $0then",
        "{payload: {$if: \"tasks_for in ['action', 'pr-action']\", then: PAYLOAD, else: {$if: RARE, $0then: 1, then: {image: x}}}}",
    ),
    (
        "key $then",
        "{payload: {$if: \"tasks_for in ['action', 'pr-action']\", then: PAYLOAD, else: {$if: RARE, $then: 1, else: {image: x}}}}",
    ),
    (
        "key $0$switch",
        "{payload: {$if: \"tasks_for in ['action', 'pr-action']\", then: PAYLOAD, else: {$switch: {RARE: {image: x}}, $0$switch: 1}}}",
    ),
    (
        "key xelse",
        "{payload: {$if: \"tasks_for in ['action', 'pr-action']\", then: PAYLOAD, else: {$if: RARE, then: {image: x}, xelse: {image: y}}}}",
    ),
    // Names that the guard uses.
    ("name bound by $let", "{$let: {NAME: {$if: RARE, then: BOUND}}, in: TASK}"),
    (
        "name bound by $merge",
        "{$let: {$merge: [{x: 1}, {$if: RARE, then: {NAME: BOUND}, else: {}}]}, in: TASK}",
    ),
    (
        "name bound beside $$merge",
        "{$let: {$if: RARE, then: {$$merge: [{x: 1}], $merge: [{x: 1}, {NAME: BOUND}]}, else: {x: 1}}, in: TASK}",
    ),
    (
        "name bound beside a key that ends so",
        "{$let: {$if: RARE, then: {' $merge': [{x: 1}], $merge: [{x: 1}, {NAME: BOUND}]}, else: {x: 1}}, in: TASK}",
    ),
    ("name bound by $map", "{$let: {l: {$map: [BOUND], each(NAME): TASK}}, in: {$eval: 'l[0]'}}"),
    ("name bound by $reduce", "{$reduce: [BOUND], initial: {}, 'each(a,NAME)': TASK}"),
    (
        "name bound where it is read",
        "{$let: {task: TASK}, in: {$let: {NAME: BOUND}, in: {$eval: task}}}",
    ),
    ("name bound beside it", "{$let: {task: TASK, NAME: {$eval: input}}, in: {$eval: task}}"),
];

/// What can be made of the variable `task`.
pub const READS: &[Way] = &[
    ("the task", "{$eval: task}"),
    ("the payload", "{$eval: task.payload}"),
    ("a field that stays", "'${task.payload.image}'"),
    ("a field that changes", "{$eval: task.payload.command}"),
    ("in a list", "{$eval: '[task][0].payload.command'}"),
    ("in a mapping", "{$eval: '{a: task}.a.payload.command'}"),
    ("by a name", "{$eval: 'task[\"payload\"].command'}"),
    ("by a name that is computed", "{$eval: 'task[\"pay\" + \"load\"][\"command\"]'}"),
    ("a slice", "{$eval: 'task.payload.command[0:1]'}"),
    ("len", "{$eval: 'len(task.payload.command)'}"),
    ("in", "{$eval: '\"cache\" in task.payload'}"),
    ("typeof", "{$eval: 'typeof(task.payload)'}"),
    ("==", "{$eval: 'task.payload.maxRunTime == 3600'}"),
    ("<", "{$if: 'task.payload.maxRunTime < 700', then: [a], else: [b]}"),
    ("behind ||", "{$if: '!(RARE) || task.payload.maxRunTime > 700', then: [a], else: [b]}"),
    ("behind &&", "{$if: 'RARE && task.payload.maxRunTime < 700', then: [a], else: [b]}"),
    ("join", "{$eval: 'join(task.payload.command, \"-\")'}"),
    ("min", "{$eval: 'min(task.payload.maxRunTime, 5000)'}"),
    ("defined", "{$eval: 'defined(\"task\")'}"),
    ("$json", "{$json: {$eval: task}}"),
    ("$json of the payload", "{$json: [{$eval: task.payload}]}"),
    ("$map", "{$map: {$eval: task.payload.command}, each(c): 'x:${c}'}"),
    ("$map, each", "{$map: [1], each(c): {$eval: task.payload.command}}"),
    ("$map of the task", "{$map: {$eval: task}, 'each(v,k)': {'${k}': {$eval: v}}}"),
    ("$switch", "{$switch: {'task.payload.maxRunTime > 700': [a], $default: [b]}}"),
    ("$match", "{$match: {'task.payload.maxRunTime > 700': a, 'true': b}}"),
    ("$find", "[{$find: {$eval: task.payload.command}, each(c): 'c != \"a\"'}]"),
    ("$find, each", "[{$find: [1, 2], each(c): 'c > 1 || task.payload.maxRunTime > 700'}]"),
    ("$sort", "{$sort: {$eval: task.payload.command}}"),
    ("$sort, by", "{$sort: [1, 2], by(c): 'c * (700 - task.payload.maxRunTime)'}"),
    ("$flatten", "{$flatten: [{$eval: task.payload.command}]}"),
    ("$flattenDeep", "{$flattenDeep: [[{$eval: task.payload.command}]]}"),
    ("$reverse", "{$reverse: [1, {$eval: task.payload.command}]}"),
    (
        "$reduce",
        "{$reduce: {$eval: task.payload.command}, initial: '', 'each(a,c)': '${a}${len(c)}|'}",
    ),
    ("$reduce, each", "{$reduce: [1], initial: '', 'each(a,c)': '${task.payload.command[0]}'}"),
    ("$reduce, initial", "{$reduce: [1], initial: {$eval: task.payload.command}, 'each(a,c)': 1}"),
    ("$fromNow", "{$fromNow: '${task.payload.maxRunTime} seconds'}"),
    (
        "$fromNow, from",
        "{$fromNow: '1 day', from: '20${len(task.payload.command) + 10}-01-01T00:00:00.000Z'}",
    ),
    ("a key", "{'k${task.payload.command[0]}': 1}"),
    ("$let", "{$let: {c: {$eval: task.payload.command}}, in: {$eval: c}}"),
    ("$let of the task", "{$let: {t: {$eval: task}}, in: {$eval: t.payload.command}}"),
    (
        "$let, a name that is computed",
        "{$let: {'k${len(task.payload.command)}': 1}, in: {$eval: 'defined(\"k2\")'}}",
    ),
    ("$merge", "{$merge: [{$eval: task.payload}, {a: 1}]}"),
    ("$mergeDeep", "{$mergeDeep: [{a: 1}, {$eval: task}]}"),
    ("deep in a list", "[[{a: {$eval: task.payload.command}}]]"),
    ("escaped", "'$${task.payload.command}'"),
    ("no expression", "task.payload.command"),
];

/// What a task is merged with.
pub const ITEMS: &[Way] = &[
    ("no payload", "{extra: {a: 1}, routes: [r]}"),
    ("no payload, computed keys", "{'x-${tasks_for}': 1}"),
    ("no payload, an escaped one", "{$$payload: {cache: {}}}"),
    ("no payload, another's payload", "{extra: {payload: {cache: {}}}}"),
    ("no payload, a variable", "{$let: {m: {extra: 1}}, in: {$eval: m}}"),
    ("payload", "{payload: {cache: {}}}"),
    ("payload with a command", "{payload: {command: [z]}}"),
    ("payload with features", "{payload: {features: {z: true}, env: {Z: z}}}"),
    ("payload with artifacts", "{payload: {artifacts: {public: {path: /z}}}}"),
    ("payload that is empty", "{payload: {}}"),
    ("payload, computed key", "{'${\"pay\" + \"load\"}': {cache: {}}}"),
    ("payload, key from a variable", "{$let: {n: payload}, in: {'${n}': {cache: {}}}}"),
    ("payload, $if without else", "{$if: RARE, then: {payload: {cache: {}}}}"),
    (
        "payload, $if in else",
        "{$if: SOME, then: {a: 1}, else: {$if: RARE, then: {payload: {cache: {}}}, else: {}}}",
    ),
    ("payload, $switch", "{$switch: {RARE: {payload: {cache: {}}}, $default: {}}}"),
    ("payload, $let", "{$let: {x: 1}, in: {payload: {cache: {}}}}"),
    ("payload, a variable", "{$let: {m: {payload: {cache: {}}}}, in: {$eval: m}}"),
    ("payload, $eval", "{$eval: '{payload: {cache: {}}}'}"),
    ("payload, $map", "{$map: {payload: 1}, 'each(v,k)': {'${k}': {cache: {}}}}"),
    ("payload, $reduce", "{$reduce: [1], initial: {}, 'each(a,x)': {payload: {cache: {}}}}"),
    (
        "payload, $reduce's initial",
        "{$reduce: [], initial: {payload: {cache: {}}}, 'each(a,x)': 1}",
    ),
    ("payload, $find", "{$find: [{payload: {cache: {}}}], each(x): 'true'}"),
    ("payload, $merge", "{$merge: [{a: 1}, {payload: {cache: {}}}]}"),
    ("payload, $mergeDeep", "{$mergeDeep: [{payload: {cache: {}}}, {a: 1}]}"),
    ("payload that vanishes", "{payload: {$if: RARE, then: {cache: {}}}}"),
    ("the input", "INPUT"),
];
