"""Renders with Python's json-e what the tests ask for: a request a line in, an answer a line out.

Requests, each a JSON object:
  {"template": <slot>, "text": <YAML>}                    -> {"ok": true} or {"error": ...}
  {"context": <slot>, "value": ..., "shape": ...}         -> {"ok": true}
  {"render": <template slot>, "contexts": [<slot>, ...]}  -> {"results": [{"ok": ...} or {"error": ...}]}
  {"same": [<template slot>, <template slot>]}            -> {"ok": <whether both read alike>}

The loader and the hook's own part of an action are production's: `yaml.safe_load`, and the `$let`
that fxci-config puts around the first task. "quick" as argument reads with libyaml instead, but
for templates with "pure": true.
"""

import base64
import copy
import hashlib
import json
import sys

import jsone
import yaml

NOW = "2026-01-01T00:00:00.000Z"
ACTION_FIELDS = ["name", "title", "description", "taskGroupId", "symbol", "cb_name"]
USER_FIELDS = ["input", "taskId", "taskGroupId"]
BOUND = USER_FIELDS + ["tasks_for", "action", "push", "repository", "parameters", "ownTaskId"]

sys.setrecursionlimit(20000)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader) if "quick" in sys.argv else yaml.SafeLoader


def as_slugid(label):
    uuid = bytearray(hashlib.sha256(label.encode()).digest()[:16])
    uuid[0] &= 0x7F
    uuid[6] = uuid[6] & 0x0F | 0x40
    uuid[8] = uuid[8] & 0x3F | 0x80
    return base64.urlsafe_b64encode(bytes(uuid)).decode()[:22]


def hook(bound):
    """The hook's `$let`, without its `in`, and the context that the hooks service gives."""
    action = bound["action"]
    let_action = {field: "${payload.decision.action.%s}" % field for field in ACTION_FIELDS}
    for field in ("repo_scope", "action_perm"):
        if field in action:
            value = action[field]
            let_action[field] = value.replace("${", "$${") if isinstance(value, str) else value
    let = {"tasks_for": bound["tasks_for"], "action": let_action, "ownTaskId": {"$eval": "taskId"}}
    for field in ("push", "repository"):
        let[field] = {"$eval": "payload.decision." + field}
    let["parameters"] = {"$eval": 'payload.decision["parameters"]'}
    for field in USER_FIELDS:
        let[field] = {"$eval": "payload.user." + field}
    decision = {
        "action": {field: action.get(field) for field in ACTION_FIELDS},
        "push": bound.get("push"),
        "repository": bound.get("repository"),
    }
    if "parameters" in bound:
        decision["parameters"] = bound["parameters"]
    user = {field: bound.get(field) for field in USER_FIELDS}
    outer = {key: value for key, value in bound.items() if key not in BOUND}
    outer.setdefault("clientId", "tests")
    outer.setdefault("firedBy", "triggerHook")
    outer["payload"] = {"decision": decision, "user": user}
    outer["taskId"] = bound.get("ownTaskId", as_slugid("own task"))
    return let, outer


def render(template, context):
    value = copy.deepcopy(context["value"])
    value.setdefault("now", NOW)
    if context["shape"] == "hook":
        tasks = template.get("tasks")
        if not isinstance(tasks, list) or not tasks:
            return None
        let, outer = hook(value)
        return jsone.render({"$let": let, "in": tasks[0]}, outer)
    if context["shape"] == "document-slugid":
        value["as_slugid"] = as_slugid
    return jsone.render(template, value)


def outcome(template, context):
    try:
        return json.dumps({"ok": render(template, context)}, allow_nan=False)
    # Whatever it raises, production does not get a task either.
    except Exception as err:
        return json.dumps({"error": "%s: %s" % (type(err).__name__, err)})


def alike(a, b):
    """Equal, types and the order of keys included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(alike(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(alike, a, b))
    return a == b


def main():
    templates, contexts = {}, {}
    for line in sys.stdin:
        request = json.loads(line)
        if "template" in request:
            try:
                loader = yaml.SafeLoader if request.get("pure") else LOADER
                templates[request["template"]] = yaml.load(request["text"], Loader=loader)
                answer = '{"ok": true}'
            except Exception as err:
                answer = json.dumps({"error": str(err)})
        elif "context" in request:
            contexts[request["context"]] = request
            answer = '{"ok": true}'
        elif "same" in request:
            a, b = (templates[slot] for slot in request["same"])
            answer = json.dumps({"ok": alike(a, b)})
        else:
            template = templates[request["render"]]
            results = (outcome(template, contexts[slot]) for slot in request["contexts"])
            answer = '{"results": [%s]}' % ", ".join(results)
        print(answer, flush=True)


main()
