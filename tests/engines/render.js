// Renders with the npm package json-e what the tests ask for. The requests and answers are those
// of render.py beside this file; the loader is js-yaml's, as the GitHub service uses it.
"use strict";

const { createHash } = require("crypto");
const { createInterface } = require("readline");
const { isDeepStrictEqual } = require("util");
const jsone = require("json-e");
const yaml = require("js-yaml");

const NOW = "2026-01-01T00:00:00.000Z";
const ACTION_FIELDS = ["name", "title", "description", "taskGroupId", "symbol", "cb_name"];
const USER_FIELDS = ["input", "taskId", "taskGroupId"];
const BOUND = [
  ...USER_FIELDS, "tasks_for", "action", "push", "repository", "parameters", "ownTaskId",
];

const asSlugid = (label) => {
  const uuid = createHash("sha256").update(label).digest().subarray(0, 16);
  uuid[0] &= 0x7f;
  uuid[6] = (uuid[6] & 0x0f) | 0x40;
  uuid[8] = (uuid[8] & 0x3f) | 0x80;
  return uuid.toString("base64url").slice(0, 22);
};

// The hook's `$let`, without its `in`, and the context that the hooks service gives.
const hook = (bound) => {
  const { action } = bound;
  const letAction = {};
  for (const field of ACTION_FIELDS) {
    letAction[field] = "${payload.decision.action." + field + "}";
  }
  for (const field of ["repo_scope", "action_perm"]) {
    if (field in action) {
      const value = action[field];
      letAction[field] = typeof value === "string" ? value.replaceAll("${", "$$${") : value;
    }
  }
  const bindings = {
    tasks_for: bound.tasks_for,
    action: letAction,
    push: { $eval: "payload.decision.push" },
    repository: { $eval: "payload.decision.repository" },
    parameters: { $eval: 'payload.decision["parameters"]' },
    ownTaskId: { $eval: "taskId" },
  };
  const decision = {
    action: Object.fromEntries(ACTION_FIELDS.map((field) => [field, action[field] ?? null])),
    push: bound.push ?? null,
    repository: bound.repository ?? null,
  };
  if ("parameters" in bound) {
    decision.parameters = bound.parameters;
  }
  const user = {};
  for (const field of USER_FIELDS) {
    bindings[field] = { $eval: `payload.user.${field}` };
    user[field] = bound[field] ?? null;
  }
  const outer = { clientId: "tests", firedBy: "triggerHook" };
  for (const [key, value] of Object.entries(bound)) {
    if (!BOUND.includes(key)) {
      outer[key] = value;
    }
  }
  outer.payload = { decision, user };
  outer.taskId = bound.ownTaskId ?? asSlugid("own task");
  return { bindings, outer };
};

const render = (template, { text, shape }) => {
  // Parsed anew: the engine changes lists in place (`$reverse`, `$mergeDeep`).
  const value = { now: NOW, ...JSON.parse(text) };
  if (shape === "hook") {
    const tasks = template.tasks;
    if (!Array.isArray(tasks) || tasks.length === 0) {
      return null;
    }
    const { bindings, outer } = hook(value);
    return jsone({ $let: bindings, in: tasks[0] }, outer);
  }
  if (shape === "document-slugid") {
    value.as_slugid = asSlugid;
  }
  return jsone(template, value);
};

const outcome = (template, context) => {
  try {
    return JSON.stringify({ ok: render(template, context) });
  } catch (err) {
    return JSON.stringify({ error: `${err.name}: ${err.message}` });
  }
};

// Equal, types and the order of keys included.
const alike = (a, b) => isDeepStrictEqual(a, b) && JSON.stringify(a) === JSON.stringify(b);

const templates = new Map();
const contexts = new Map();

const answer = (request) => {
  if ("template" in request) {
    try {
      templates.set(request.template, yaml.load(request.text));
      return '{"ok": true}';
    } catch (err) {
      return JSON.stringify({ error: err.message });
    }
  }
  if ("context" in request) {
    const { shape, value } = request;
    contexts.set(request.context, { shape, text: JSON.stringify(value) });
    return '{"ok": true}';
  }
  if ("same" in request) {
    const [a, b] = request.same.map((slot) => templates.get(slot));
    return JSON.stringify({ ok: alike(a, b) });
  }
  const template = templates.get(request.render);
  const results = request.contexts.map((slot) => outcome(template, contexts.get(slot)));
  return `{"results": [${results.join(", ")}]}`;
};

createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(answer(JSON.parse(line)) + "\n");
});
