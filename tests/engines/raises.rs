//! Tasks that raise: where, and the error as Python's json-e words it.

/// A task in YAML, the place of what raises in it (line and column), and the error.
pub const RAISES: &[(&str, &str, &str)] = &[
    (
        "metadata: {owner: '${push.onwer}'}",
        "1:19",
        "InterpreterError at template.metadata.owner: object has no property \"onwer\"",
    ),
    (
        "a: 1\nurl: '${taskcluster_root_url}/x'",
        "2:6",
        "InterpreterError at template.url: unknown context value taskcluster_root_url",
    ),
    (
        "a: '${as_slugid(\"decision\")}'",
        "1:4",
        "InterpreterError at template.a: unknown context value as_slugid",
    ),
    (
        "$let: {x: {$eval: 'push.a'}}\nin: {b: 1}",
        "1:19",
        "InterpreterError at template.x: object has no property \"a\"",
    ),
    (
        "$let: {x: 1}\nin: {b: [0, '${y}']}",
        "2:13",
        "InterpreterError at template.b[1]: unknown context value y",
    ),
    ("$if: 'push.a == 1'\nthen: {}", "1:6", "InterpreterError: object has no property \"a\""),
    (
        "$switch:\n  'tasks_for == \"x\"': 1\n  'push[1] == 2': 3",
        "3:3",
        "InterpreterError: object keys must be strings",
    ),
    (
        "a:\n  $switch:\n    'true': {b: '${taskId.x}'}\n",
        "3:17",
        "InterpreterError at template.a.b: infix: . expects objects",
    ),
    (
        "$switch:\n  'true': 1\n  'tasks_for == \"action\"': 2",
        "2:3",
        "TemplateError: $switch can only have one truthy condition",
    ),
    (
        "env:\n  $merge:\n    - a: 1\n    - $if: 'true'\n      then: {b: '${z}'}",
        "5:17",
        "InterpreterError at template.env[1].b: unknown context value z",
    ),
    (
        "a:\n  $if: 'true'\n  then: 1\n  $merge: []",
        "2:3",
        "TemplateError at template.a: only one operator allowed",
    ),
    (
        "a: {$if: 'true', then: 1, metadata: 2}",
        "1:10",
        "TemplateError at template.a: $if has undefined properties: metadata",
    ),
    (
        "env:\n  $merge: [{a: 1}, 5]",
        "2:11",
        "TemplateError at template.env: $merge value must evaluate to an array of objects",
    ),
    (
        "$mergeDeep: [{a: 1}, {$if: 'true', then: 5}]",
        "1:13",
        "TemplateError: $mergeDeep value must evaluate to an array of objects",
    ),
    (
        "l: {$map: [1, 2], 'each(x)': {a: '${x.b}'}}",
        "1:34",
        "InterpreterError at template.l.a: infix: . expects objects",
    ),
    (
        "created: {$fromNow: '1 dya'}",
        "1:21",
        "TemplateError at template.created: offset string: '1 dya' does not parse",
    ),
    ("a: {$fromNow: 5}", "1:15", "TemplateError at template.a: $fromNow expects a string"),
    (
        "a: 'x ${push} y'",
        "1:4",
        "TemplateError at template.a: interpolation of 'push' produced an array or object",
    ),
    (
        "a: {$eval: '1 - \"x\"'}",
        "1:12",
        "InterpreterError at template.a: infix: - expects number - number",
    ),
    (
        "a: {$eval: '[] < 1'}",
        "1:12",
        "InterpreterError at template.a: infix: < expects numbers/strings < numbers/strings",
    ),
    ("a: {$eval: '1 / 0'}", "1:12", "InterpreterError at template.a: division by zero"),
    ("a: {$eval: '[1][1]'}", "1:12", "InterpreterError at template.a: index out of bounds"),
    (
        "a: {$eval: 'taskId[\"x\"]'}",
        "1:12",
        "InterpreterError at template.a: should only use integers to access arrays or strings",
    ),
    (
        "a: {$eval: '5[1:2]'}",
        "1:12",
        "InterpreterError at template.a: infix: \"[..]\" expects object, array, or string",
    ),
    (
        "a: {$eval: 'len(5)'}",
        "1:12",
        "BuiltinError at template.a: invalid arguments to builtin: len",
    ),
    ("'${z}': 1", "1:1", "InterpreterError: unknown context value z"),
    (
        "a: {'b c': ['${z}']}",
        "1:13",
        "InterpreterError at template.a[\"b c\"][0]: unknown context value z",
    ),
    (
        "a: {$nope: 1}",
        "1:4",
        "TemplateError at template.a: $<identifier> is reserved; use $$<identifier>",
    ),
    (
        "a: {$eval: 5}",
        "1:12",
        "TemplateError at template.a: $eval must be given a string expression",
    ),
    (
        "a: {$let: {b: 1}}",
        "1:11",
        "TemplateError at template.a: $let operator requires an `in` clause",
    ),
    (
        "a:\n  $let: {x: 1, y: 2}\n  in:\n    $if: 'x == 1'\n    then: {b: {$json: {$eval: 'z'}}}",
        "5:31",
        "InterpreterError at template.a.b: unknown context value z",
    ),
];
