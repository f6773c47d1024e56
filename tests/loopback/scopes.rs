//! Scopes: which suffice, and what a caller is told that has too few.

use serde_json::{Value, json};

use super::client::{ask, new_task, put, rerun};
use crate::support::{GROUP, World, id};

fn allow(world: &World, scopes: &[String]) {
    world.queue.state().allowed = Some(scopes.to_vec());
}

/// What it takes to create `new_task`, each as narrow as it can be.
const NEEDED: [&str; 5] = [
    "assume:project:gecko",
    "queue:route:tc-treeherder.v2.try.0",
    "queue:create-task:project:none",
    "queue:scheduler-id:gecko-level-1",
    "queue:create-task:low:gecko-t/t-linux",
];

#[test]
fn who_may_create_a_task() {
    // What stands in place of which of them, and whether that does.
    let cases = [
        (0, NEEDED[0], true),
        (0, "assume:project:*", true),
        (0, "assume:project:geck", false),
        (0, "assume:project:gecko2", false),
        (1, "queue:route:tc-treeherder.*", true),
        (1, "queue:route:tc-treeherder.", false),
        (1, "queue:route:index.*", false),
        (2, "queue:create-task:project:*", true),
        (2, "queue:create-task:project:gecko", false),
        (3, "*", true),
        (3, "queue:scheduler-id:gecko-level-3", false),
        // The task's priority is low.
        (4, "queue:create-task:very-low:gecko-t/t-linux", false),
        (4, "queue:create-task:medium:gecko-t/t-linux", true),
        (4, "queue:create-task:highest:gecko-t/*", true),
        (4, "queue:create-task:low:gecko-t/t-win", false),
    ];
    for (at, scope, suffices) in cases {
        let world = World::new();
        let mut own = NEEDED.map(str::to_owned);
        own[at] = scope.to_owned();
        allow(&world, &own);
        let answer = ask(&world, &put("new"), &new_task(&[]));
        assert_eq!(answer.status, if suffices { 200 } else { 403 }, "{scope}");
        assert_eq!(world.queue.created().len(), usize::from(suffices), "{scope}");
        // The first paragraph is what is missing, the second all that is needed.
        let words = answer.words();
        let missing = words.split("\n\nThis request").next().unwrap_or_default();
        for (other, needed) in NEEDED.iter().enumerate() {
            assert_eq!(missing.contains(needed), !suffices && other == at, "{scope}: {words}");
            assert_eq!(words.contains(needed), !suffices, "{scope}: {words}");
        }
    }
}

#[test]
fn who_may_rerun_a_task() {
    let group = format!("gecko-level-1/{}", *GROUP);
    let text = |scopes: &[&str]| scopes.iter().map(|scope| (*scope).to_owned()).collect::<Vec<_>>();
    let legacy = format!("assume:scheduler-id:{group}");
    let cases = [
        (text(&[&format!("queue:rerun-task:{group}/{}", id("t"))]), true),
        (text(&[&format!("queue:rerun-task:{group}/{}", id("other"))]), false),
        (text(&["queue:rerun-task:gecko-level-1/*"]), true),
        (text(&["queue:rerun-task-in-project:none"]), true),
        (text(&["queue:rerun-task-in-project:gecko"]), false),
        (text(&["queue:rerun-task", &legacy]), true),
        (text(&["queue:rerun-task"]), false),
        (text(&[&legacy]), false),
        (text(&["queue:rerun-task*"]), true),
        (vec![], false),
    ];
    for (own, suffices) in cases {
        let world = World::new().task("t", "failed", |_| ());
        allow(&world, &own);
        let answer = ask(&world, &rerun("t"), &Value::Null);
        assert_eq!(answer.status, if suffices { 200 } else { 403 }, "{own:?}");
        assert_eq!(world.queue.reruns().len(), usize::from(suffices), "{own:?}");
    }
}

#[test]
fn what_is_missing_is_told_as_the_services_tell_it() {
    let world = World::new().task("t", "failed", |_| ());
    let mut task = new_task(&[]);
    task["priority"] = json!("very-high");
    allow(&world, &NEEDED[1..4].iter().map(|scope| (*scope).to_owned()).collect::<Vec<_>>());
    let told = |missing: &str, needed: &str| {
        format!(
            "Client ID task-client/x does not have sufficient scopes and is missing the following \
             scopes:\n\n```\n{missing}\n```\n\nThis request requires the client to satisfy the following \
             scope expression:\n\n```\n{needed}\n```"
        )
    };
    let missing = r#"{
  "AllOf": [
    "assume:project:gecko",
    {
      "AnyOf": [
        "queue:create-task:highest:gecko-t/t-linux",
        "queue:create-task:very-high:gecko-t/t-linux"
      ]
    }
  ]
}"#;
    let needed = r#"{
  "AllOf": [
    "assume:project:gecko",
    "queue:route:tc-treeherder.v2.try.0",
    "queue:create-task:project:none",
    "queue:scheduler-id:gecko-level-1",
    {
      "AnyOf": [
        "queue:create-task:highest:gecko-t/t-linux",
        "queue:create-task:very-high:gecko-t/t-linux"
      ]
    }
  ]
}"#;
    assert_eq!(ask(&world, &put("new"), &task).words(), told(missing, needed));
    // A single scope stands by itself.
    let all_but = |left_out: &str| -> Vec<String> {
        NEEDED.iter().filter(|scope| **scope != left_out).map(|scope| (*scope).to_owned()).collect()
    };
    allow(&world, &all_but("queue:scheduler-id:gecko-level-1"));
    let words = ask(&world, &put("new"), &new_task(&[])).words();
    let one = "```\nqueue:scheduler-id:gecko-level-1\n```";
    assert!(words.contains(one), "{words}");
    // Of scopes to choose from, all are named, but those that the caller has.
    allow(&world, &["queue:rerun-task".to_owned()]);
    let group = format!("gecko-level-1/{}", *GROUP);
    let any = |last: &str| {
        format!(
            "{{\n  \"AnyOf\": [\n    \"queue:rerun-task:{group}/{}\",\n    \
             \"queue:rerun-task-in-project:none\",\n    {last}\n  ]\n}}",
            id("t")
        )
    };
    let legacy = format!("\"assume:scheduler-id:{group}\"");
    let both = format!(
        "{{\n      \"AllOf\": [\n        \"queue:rerun-task\",\n        {legacy}\n      ]\n    }}"
    );
    assert_eq!(ask(&world, &rerun("t"), &Value::Null).words(), told(&any(&legacy), &any(&both)));
}
