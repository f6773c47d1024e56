//! The script in the no-clone task, for the actions on one task: what it asks of the queue, what
//! it creates, reruns and refuses.

use crate::needs::sampled;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::world::{after, copy_of, extra_retrigger, offsets, retrigger};
use crate::support::{ACTION, GROUP, Press, World, check, id};

/// The graph artifact of a decision task, as far as retriggers look into it.
fn graph(label: &str, retrigger: &Value) -> Value {
    json!({label: {"label": label, "attributes": {"retrigger": retrigger}, "task": {}}})
}

#[test]
fn creates_or_reruns() {
    type Change = Box<dyn FnOnce(&mut Value)>;
    type Case<'a> = (&'a str, &'a str, Value, Change, Option<&'a Value>, &'a str, &'a str);
    let none = || -> Change { Box::new(|_| ()) };
    let tag = |value| -> Change { Box::new(retrigger(value)) };
    let extra = |value| -> Change { Box::new(extra_retrigger(value)) };
    let both = |extra: bool, tag: &'static str| -> Change {
        Box::new(move |task| {
            extra_retrigger(extra)(task);
            retrigger(tag)(task);
        })
    };
    let word = || -> Change { Box::new(|task| task["extra"]["retrigger"] = json!("true")) };
    let (yes, no) = (graph("t", &json!(true)), graph("t", &json!(false)));
    let other = graph("another", &json!(true));
    let (dis, ret) = ("retrigger-disabled", "retrigger");
    let force = json!({"force": true});
    // name, callback, input, change, graph artifact, state, done ("create", "rerun", or refusal)
    #[rustfmt::skip]
    let cases: Vec<Case> = vec![
        ("extra true", ret, json!({}), extra(true), None, "completed", "create"),
        ("input null", ret, Value::Null, extra(true), None, "completed", "create"),
        ("extra true, running", ret, json!({}), extra(true), None, "running", "create"),
        ("extra before tag", ret, json!({}), both(true, "false"), None, "failed", "create"),
        ("extra false before tag", ret, json!({}), both(false, "true"), None, "failed", "rerun"),
        ("tag true", ret, json!({}), tag("true"), None, "failed", "create"),
        ("tag false, failed", dis, json!({}), tag("false"), None, "failed", "rerun"),
        ("tag false, exception", dis, json!({}), tag("false"), None, "exception", "rerun"),
        ("tag false, completed", dis, json!({}), tag("false"), None, "completed", "is completed"),
        ("tag false, running", dis, json!({}), tag("false"), None, "running", "is running"),
        ("tag false, pending", ret, json!({}), tag("false"), None, "pending", "is pending"),
        ("tag false, waiting", ret, json!({}), tag("false"), None, "unscheduled", "is unscheduled"),
        ("force", dis, force.clone(), tag("false"), None, "completed", "create"),
        ("force needs no graph", dis, force, none(), None, "completed", "create"),
        ("no force", dis, json!({"force": false}), tag("false"), None, "failed", "rerun"),
        ("graph true", ret, json!({}), none(), Some(&yes), "completed", "create"),
        ("graph false", ret, json!({}), none(), Some(&no), "failed", "rerun"),
        ("not in graph", ret, json!({}), none(), Some(&other), "failed", "rerun"),
        ("extra of another type", ret, json!({}), word(), Some(&yes), "failed", "create"),
        ("tag of another word", ret, json!({}), tag("yes"), Some(&no), "failed", "rerun"),
        ("no graph", ret, json!({}), none(), None, "failed", "Artifact not found"),
    ];
    for (name, callback, input, change, graph, state, done) in sampled("presses on one task", cases)
    {
        let world = World::new().task("t", state, change);
        if let Some(graph) = graph {
            world.queue.artifact(&GROUP, "full-task-graph.json", graph.clone());
        }
        let outcome = Press::new(callback, &id("t"), input).run(&world.queue);
        let (created, rerun) = (world.queue.created().len(), world.queue.reruns());
        match done {
            "create" => {
                outcome.succeeded();
                assert_eq!((created, rerun.len()), (1, 0), "{name}");
            }
            "rerun" => {
                outcome.succeeded();
                assert_eq!((created, rerun), (0, vec![id("t")]), "{name}");
                assert!(outcome.stdout.contains("t: rerun"), "{name}: {}", outcome.stdout);
            }
            message => {
                outcome.refused(message);
                assert_eq!((created, rerun.len()), (0, 0), "{name}");
            }
        }
        let asked = world.queue.requests().iter().any(|line| line.contains("full-task-graph"));
        let undecided = graph.is_some() || done == "Artifact not found";
        assert_eq!(asked, undecided, "{name}: the graph is fetched only where it decides");
    }
}

#[test]
fn a_copy_differs_in_nothing_else() {
    let world = World::new().task("t", "completed", retrigger("true"));
    let outcome = Press::new("retrigger", &id("t"), json!({"times": 3})).run(&world.queue);
    outcome.succeeded();
    let created = world.queue.created();
    assert_eq!(created.len(), 3);
    let original = world.queue.state().tasks[&id("t")].clone();
    for (new, task) in &created {
        assert_eq!(offsets(task), copy_of(&original, &[&GROUP, &ACTION]));
        let moment = check::millis(task["created"].as_str().expect("a date")).expect("a date");
        assert!((check::now() - moment).abs() < 60_000, "made now: {}", task["created"]);
        assert!(check::is_slugid(new), "{new}");
        assert!(outcome.stdout.contains(new.as_str()), "{} lacks {new}", outcome.stdout);
    }
    let requests = world.queue.requests();
    let lookups =
        [format!("GET queue/v1/task/{}", *ACTION), format!("GET queue/v1/task/{}", id("t"))];
    assert_eq!(requests[..2], lookups);
    assert_eq!(requests.len(), 5, "{requests:?}");
}

#[test]
fn details_of_a_copy() {
    type Change = fn(&mut Value);
    // name, what the original has, what its copy has at which place
    let own = id("t");
    #[rustfmt::skip]
    let cases: Vec<(&str, Change, &str, Value)> = vec![
        ("dependency on the build", |t| t["dependencies"] = json!([id("build")]),
            "/dependencies", json!([id("build"), *ACTION])),
        ("no dependencies", |t| t["dependencies"] = json!([]), "/dependencies", json!([*ACTION])),
        ("no key dependencies", |t| drop(t.as_object_mut().map(|t| t.remove("dependencies"))),
            "/dependencies", json!([*ACTION])),
        ("no key extra", |t| { t.as_object_mut().map(|t| t.remove("extra"));
                               t["tags"]["retrigger"] = json!("true"); },
            "/extra", json!({"parent": *ACTION})),
        ("a copy of a copy", |t| { t["extra"]["parent"] = json!(id("old-action"));
                                   t["dependencies"] = json!([id("build"), id("old-action"), *GROUP]); },
            "/dependencies", json!([id("build"), *GROUP, *ACTION])),
        ("made by the decision task", |t| t["dependencies"] = json!([*GROUP, id("build")]),
            "/dependencies", json!([*GROUP, id("build"), *ACTION])),
        ("scheduler of the action", |t| t["schedulerId"] = json!("another"), "/schedulerId", json!("gecko-level-1")),
        ("a date that is the task's own", |t| t["payload"]["env"]["WHEN"] = json!(after(2)),
            "/payload/env/WHEN", json!(after(2))),
        ("never", |t| t["payload"]["env"]["WHEN"] = json!("9999-12-31T23:59:59Z"),
            "/payload/env/WHEN", json!("9999-12-31T23:59:59Z")),
        ("a date of an artifact deep inside", |t| t["extra"]["a"] = json!([{"expires": after(3)}]),
            "/extra/a/0/expires", json!("created + 259200000 ms")),
        ("no fraction of a second", |t| t["extra"]["expires"] = json!(after(3).replace(".123", "")),
            "/extra/expires", json!("created + 259200000 ms")),
        ("no date at all", |t| t["extra"]["expires"] = json!("after a while"),
            "/extra/expires", json!("after a while")),
        ("no text either", |t| t["extra"]["deadline"] = json!(["friday"]),
            "/extra/deadline", json!(["friday"])),
        ("untouched text", |_| (), "/payload/env/TEXT", json!("caf\u{e9} \u{2603}")),
    ];
    for (name, change, place, value) in sampled("details of a copy", cases) {
        let world = World::new().task("build", "completed", |_| ());
        let world = world.task("old-action", "completed", |_| ());
        let world = world.task("t", "completed", |task| {
            task["extra"]["retrigger"] = json!(true);
            change(task);
        });
        Press::new("retrigger", &own, json!({})).run(&world.queue).succeeded();
        let (_, created) = &world.queue.created()[0];
        assert_eq!(offsets(created).pointer(place), Some(&value), "{name}");
    }
}

/// There is no date behind it that it could be moved to.
#[test]
fn what_never_expires_stays_so() {
    let never = json!("9999-12-31T23:59:59.000Z");
    let world = World::new().task("t", "completed", |task| {
        retrigger("true")(task);
        task["extra"]["expires"] = never.clone();
    });
    Press::new("retrigger", &id("t"), json!({})).run(&world.queue).succeeded();
    assert_eq!(world.queue.created()[0].1["extra"]["expires"], never);
}

/// A task names itself, say in the URL of one of its artifacts: the copy names itself, too.
#[test]
fn a_copy_names_itself() {
    let world = World::new().task("t", "completed", |task| {
        retrigger("true")(task);
        task["payload"]["env"]["UPLOAD"] = json!(format!("https://tc/task/{}/x", id("t")));
    });
    Press::new("retrigger", &id("t"), json!({})).run(&world.queue).succeeded();
    let (new, task) = &world.queue.created()[0];
    assert_eq!(task["payload"]["env"]["UPLOAD"], format!("https://tc/task/{new}/x"));
}

/// gecko tells by a tag which action made a task; taskgraph alone writes no such tag.
#[test]
fn gecko_tags_the_action() {
    let target = id("t");
    #[rustfmt::skip]
    let cases = [
        ("retrigger", "gecko", &target, None, json!("retrigger-task")),
        ("retrigger-disabled", "gecko", &target, None, json!("retrigger-task")),
        ("retrigger-decision", "gecko", &*GROUP, None, json!("retrigger-decision-task")),
        ("retrigger", "gecko", &target, Some("backfill-task"), json!("backfill-task")),
        ("retrigger", "standalone", &target, None, Value::Null),
        ("retrigger", "comm", &target, None, json!("retrigger-task")),
        ("retrigger-decision", "standalone", &*GROUP, None, Value::Null),
    ];
    for (callback, example, target, tag, expected) in cases {
        let world = World::new().task("t", "completed", |task| {
            retrigger("true")(task);
            if let Some(tag) = tag {
                task["tags"]["action"] = json!(tag);
            }
        });
        // Thunderbird's revision stands in a variable of its own.
        let (example, comm) = if example == "comm" { ("standalone", "x") } else { (example, "") };
        let press = Press { example, ..Press::new(callback, target, json!({})) };
        press.env("COMM_HEAD_REV", comm).run(&world.queue).succeeded();
        let (_, task) = &world.queue.created()[0];
        assert_eq!(task["tags"]["action"], expected, "{callback}, {example}, {tag:?}");
    }
}

#[test]
fn decision_action_and_cron_tasks() {
    let kind = |kind: &'static str| move |task: &mut Value| task["tags"] = json!({"kind": kind});
    let world = World::new()
        .task("cron", "completed", kind("cron-task"))
        .task("earlier-action", "failed", kind("action-callback"))
        .task("backfilled", "failed", |task| task["tags"]["action"] = json!("backfill-task"));
    let targets = [GROUP.clone(), id("cron"), id("earlier-action"), id("backfilled")];
    for (number, target) in targets.iter().enumerate() {
        let press = Press::new("retrigger-decision", target, Value::Null);
        let outcome = press.run(&world.queue);
        outcome.succeeded();
        let (_, task) = &world.queue.created()[number];
        let original = &world.queue.state().tasks[target];
        // Neither a parent nor a dependency: the very same definition, at another time.
        assert_eq!(offsets(task), offsets(original));
        assert_eq!(outcome.artifact("label-to-taskid.json"), json!({}));
    }
}

#[test]
fn refuses_before_it_acts() {
    let t = id("t");
    let target = json!(t);
    let ret = "retrigger";
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, Value, &str)> = vec![
        (ret, Value::Null, json!({}), "404: `None` does not correspond to a task"),
        (ret, json!("../../secrets"), json!({}), "404: no such end-point here: GET /api/queue/v1/task/..%2F..%2Fsecrets"),
        (ret, target.clone(), json!({"times": 0}), "times is a whole number from 1 to 100, not [0]"),
        (ret, target.clone(), json!({"times": 101}), "times is a whole number"),
        (ret, target.clone(), json!({"times": -1}), "times is a whole number"),
        (ret, target.clone(), json!({"times": "3"}), "times is a whole number"),
        (ret, target.clone(), json!({"times": 1.5}), "times is a whole number"),
        (ret, target.clone(), json!({"times": null}), "times is a whole number"),
        (ret, json!(id("nowhere")), json!({}), "404: `"),
        (ret, json!(id("foreign")), json!({}), "is of task group"),
        (ret, json!(*GROUP), json!({"force": true}), "is a decision, action or cron task"),
        (ret, json!(id("cron")), json!({"force": true}), "is a decision, action or cron task"),
        (ret, json!(*ACTION), json!({}), "is a decision, action or cron task"),
    ];
    let foreign = |task: &mut Value| {
        retrigger("true")(task);
        task["taskGroupId"] = json!(id("another decision"));
    };
    let world = World::new().task("t", "failed", retrigger("true")).labels(&["t"]);
    let world = world.task("foreign", "failed", foreign);
    let world = world.task("cron", "failed", |task| task["tags"] = json!({"kind": "cron-task"}));
    for (callback, target, input, message) in sampled("presses that are refused", cases) {
        let press = Press { task_id: target, ..Press::new(callback, "", input) };
        let outcome = press.run(&world.queue);
        outcome.refused(message);
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    }
    // What no hook leaves out: Python names it.
    for name in ["TASK_ID", "TASKCLUSTER_PROXY_URL", "ACTION_TASK_GROUP_ID", "ACTION_INPUT"] {
        let press = Press::new("retrigger", &t, json!({})).env(name, "");
        let outcome = press.run(&world.queue);
        assert_eq!(outcome.code, Some(1));
        assert!(outcome.stderr.ends_with(&format!("KeyError: '{name}'\n")), "{}", outcome.stderr);
    }
    assert_eq!((world.queue.created().len(), world.queue.reruns().len()), (0, 0));
}

#[test]
fn artifacts_name_the_copies() {
    let world = World::new().task("t", "completed", retrigger("true"));
    let outcome = Press::new("retrigger", &id("t"), json!({"times": 2})).run(&world.queue);
    let created = world.queue.created();
    assert_eq!(outcome.artifact("to-run.json"), json!(["t"]));
    let label_map = outcome.artifact("label-to-taskid.json");
    assert!(created.iter().any(|(new, _)| label_map == json!({"t": new})), "{label_map}");
    let graph = outcome.artifact("task-graph.json");
    assert_eq!(graph.as_object().map(serde_json::Map::len), Some(2));
    for (new, task) in &created {
        let entry = &graph[new];
        assert_eq!(entry["label"], "t");
        assert_eq!(entry["kind"], "test");
        assert_eq!(entry["description"], "t on Linux");
        assert_eq!(entry["task"]["deadline"], json!({"relative-datestamp": "86400 seconds"}));
        assert_eq!(entry["task"]["dependencies"], task["dependencies"]);
    }
}

/// What the cases above run is what the hook renders, wherever the guard takes the press.
#[test]
fn the_guard_takes_these() {
    let one = id("t");
    #[rustfmt::skip]
    let cases = [
        ("retrigger", &one, json!({"times": 2}), true),
        ("retrigger", &one, Value::Null, true),
        ("retrigger-disabled", &one, json!({"force": true, "downstream": false}), true),
        ("retrigger-decision", &*GROUP, Value::Null, true),
        ("retrigger-multiple", &one, json!({"requests": [{"tasks": ["t"], "times": 1}]}), true),
        ("retrigger", &one, json!({"downstream": true}), false),
        ("rerun", &one, json!({}), false),
    ];
    for (callback, target, input, taken) in cases {
        for example in ["standalone", "gecko"] {
            let press = Press { example, ..Press::new(callback, target, input.clone()) };
            let payload = crate::support::rendered::payload(&press);
            assert_eq!(payload.is_some(), taken, "{callback} {input} in {example}");
            if let Some(payload) = payload {
                let contract = press.contract();
                for (name, value) in contract.as_object().into_iter().flatten() {
                    assert_eq!(payload["env"][name], *value, "{name} in {example}");
                }
            }
        }
    }
}

/// The id that the script must give: digits of a hash, between the letters that make it a version 4 UUID
/// in the alphabet of URLs.
fn derived(action: &str, target: &str, copy: usize) -> String {
    let digest = Sha256::digest(format!("{action}/{target}/{copy}"));
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("R{}S{}C{}A", &digits[..7], &digits[7..8], &digits[8..18])
}

/// Every action task has ids of its own, and every run of it has the same.
#[test]
fn ids_are_derived() {
    let actions = [ACTION.clone(), id("another action")];
    let world = World::new().with_action(&actions[1]).task("t", "completed", retrigger("true"));
    for action in &actions {
        let press = Press::new("retrigger", &id("t"), json!({"times": 2}));
        Press { action_id: action.clone(), ..press }.run(&world.queue).succeeded();
    }
    let mut created: Vec<String> = world.queue.created().into_iter().map(|(new, _)| new).collect();
    let pairs = actions.iter().flat_map(|action| [(action, 0), (action, 1)]);
    let mut expected: Vec<String> =
        pairs.map(|(action, copy)| derived(action, &id("t"), copy)).collect();
    created.sort();
    expected.sort();
    assert_eq!(created, expected);
}
