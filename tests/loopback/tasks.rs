//! createTask and rerunTask: what they refuse, in which words, and what is there afterwards.

use serde_json::{Value, json};

use super::client::{HOUR, ask, ends, get, new_task, put, rerun, with};
use crate::support::world::after;
use crate::support::{GROUP, World, check, id, queue};

#[test]
fn what_create_task_refuses() {
    type Prepare = fn(&World);
    let nothing: Prepare = |_| ();
    let cases: [(&str, Value, Prepare, u16, String); 9] = [
        ("a task", new_task(&["old"]), nothing, 200, String::new()),
        (
            "an unknown dependency",
            new_task(&["nowhere", "old"]),
            nothing,
            400,
            format!(
                "`task.dependencies` references non-existing tasks: \n * {}\nAll taskIds in \
                 `task.dependencies` **must** exist\nbefore the task is created.\n",
                id("nowhere")
            ),
        ),
        (
            "one that expires before the deadline",
            new_task(&["old"]),
            |world| ends(world, "old", "expires", 23 * HOUR),
            400,
            format!(
                "`task.dependencies` references tasks that expires\nbefore `task.deadline` this is not \
                 allowed, see tasks: \n * {},\nAll taskIds in `task.dependencies` **must** \
                 have\n`task.expires` greater than the `deadline` for this task.\n",
                id("old")
            ),
        ),
        (
            "one that expires after it",
            new_task(&["old"]),
            |world| ends(world, "old", "expires", 25 * HOUR),
            200,
            String::new(),
        ),
        (
            "a sealed group",
            new_task(&[]),
            |world| assert!(world.queue.state().sealed.insert(GROUP.clone())),
            409,
            format!("Task group `{}` is sealed and does not accept new tasks.", *GROUP),
        ),
        (
            "another sealed group",
            new_task(&[]),
            |world| assert!(world.queue.state().sealed.insert(id("other"))),
            200,
            String::new(),
        ),
        (
            "another scheduler",
            with(new_task(&[]), "schedulerId", json!("another")),
            nothing,
            409,
            format!(
                "Task group `{}` contains tasks with a schedulerId other\nthan `another`. All tasks in \
                 the same task-group must have\nthe same schedulerId.",
                *GROUP
            ),
        ),
        (
            "made long ago",
            with(new_task(&[]), "created", json!(after(0))),
            nothing,
            400,
            "`created` cannot be in the past (max 15min drift)".to_owned(),
        ),
        (
            "for six days",
            with(new_task(&[]), "deadline", json!(check::date(check::now() + 6 * 24 * HOUR))),
            nothing,
            400,
            "`deadline` cannot be more than 5 days into the future".to_owned(),
        ),
    ];
    for (name, task, prepare, wanted, words) in cases {
        let world = World::new().task("old", "completed", |_| ());
        prepare(&world);
        // The same again is the same.
        for _ in 0..2 {
            let answer = ask(&world, &put("new"), &task);
            assert_eq!((answer.status, answer.words()), (wanted, words.clone()), "{name}");
            assert_eq!(world.queue.created().len(), usize::from(wanted == 200), "{name}");
        }
        // The id is taken where the task was made, and nowhere else: also of a task whose dependencies were
        // refused there is nothing left, and another may have its id.
        let status = if wanted == 200 { 200 } else { 404 };
        for request in [get("new"), get("new") + "/status", rerun("new")] {
            assert_eq!(ask(&world, &request, &Value::Null).status, status, "{name}: {request}");
        }
        world.queue.state().sealed.clear();
        let answer = ask(&world, &put("new"), &with(new_task(&[]), "retries", json!(3)));
        let taken = format!(
            "taskId `{}` already used by another task.\nThis could be the result of faulty idempotency!",
            id("new")
        );
        let wanted = if wanted == 200 { (409, taken) } else { (200, String::new()) };
        assert_eq!((answer.status, answer.words()), wanted, "{name}");
    }
}

/// A sealed group takes not even again what it took before it was sealed.
#[test]
fn a_group_that_was_sealed_meanwhile() {
    let (world, task) = (World::new(), new_task(&[]));
    assert_eq!(ask(&world, &put("new"), &task).status, 200);
    world.queue.state().sealed.insert(GROUP.clone());
    assert_eq!(ask(&world, &put("new"), &task).status, 409);
    assert_eq!(ask(&world, &get("new"), &Value::Null).json(), task);
}

#[test]
fn a_new_task_starts_when_nothing_holds_it_back() {
    // Dependencies, what is required of them; the state.
    let cases: [(&[&str], &str, &str); 6] = [
        (&[], "all-completed", "pending"),
        (&["completed"], "all-completed", "pending"),
        (&["completed", "running"], "all-completed", "unscheduled"),
        (&["failed"], "all-completed", "unscheduled"),
        (&["failed", "completed"], "all-resolved", "pending"),
        (&["pending"], "all-resolved", "unscheduled"),
    ];
    for (dependencies, requires, wanted) in cases {
        let mut world = World::new();
        for state in ["completed", "running", "failed", "pending"] {
            world = world.task(state, state, |_| ());
        }
        let task = with(new_task(dependencies), "requires", json!(requires));
        let status = ask(&world, &put("new"), &task).json()["status"].clone();
        assert_eq!(status["state"], wanted, "{dependencies:?}, {requires}");
        // The same again starts nothing: an answer may be lost.
        for (request, body) in [(put("new"), &task), (get("new") + "/status", &Value::Null)] {
            assert_eq!(status, ask(&world, &request, body).json()["status"], "{dependencies:?}");
        }
        let runs = status["runs"].as_array().expect("runs").iter();
        let runs: Vec<_> = runs.map(|run| (&run["state"], &run["reasonCreated"])).collect();
        let run = (&json!("pending"), &json!("scheduled"));
        assert_eq!(runs, vec![run; usize::from(wanted == "pending")], "{dependencies:?}");
    }
}

#[test]
fn what_rerun_task_does() {
    let runs = |count: usize| -> Vec<Value> {
        (0..count).map(|number| queue::run(number, "failed", "retry", json!(after(0)))).collect()
    };
    // The state, runs before it, hours to its deadline; the status, and the runs afterwards.
    let cases = [
        ("failed", 1, 1, 200, 2),
        ("exception", 1, 1, 200, 2),
        ("completed", 1, 1, 200, 2),
        ("unscheduled", 0, 1, 200, 1),
        ("pending", 1, 1, 200, 1),
        ("running", 1, 1, 200, 1),
        ("failed", 49, 1, 200, 50),
        ("failed", 50, 1, 409, 50),
        ("running", 50, 1, 200, 50),
        ("failed", 1, -1, 409, 1),
        ("running", 1, -1, 409, 1),
    ];
    for (state, before, hours, wanted, after) in cases {
        let name = format!("{state}, {before} runs, {hours} hours");
        let world = World::new().task("t", state, |_| ());
        world.queue.state().runs.insert(id("t"), runs(before));
        ends(&world, "t", "deadline", hours * HOUR);
        let answer = ask(&world, &rerun("t"), &Value::Null);
        assert_eq!(answer.status, wanted, "{name}");
        if wanted == 409 {
            let deadline = world.queue.state().tasks[&id("t")]["deadline"].clone();
            let past = format!(
                "Task `{}` can't be rescheduled past its deadline of {}.",
                id("t"),
                deadline.as_str().expect("a date")
            );
            let full = "Maximum number of runs reached (50).".to_owned();
            assert_eq!(answer.words(), if hours < 0 { past } else { full }, "{name}");
        }
        let status = ask(&world, &(get("t") + "/status"), &Value::Null).json()["status"].clone();
        let runs = status["runs"].as_array().expect("runs");
        assert_eq!(runs.len(), after, "{name}");
        let last = runs.last().expect("a run");
        assert_eq!((&last["state"], &last["runId"]), (&status["state"], &json!(after - 1)));
        let is_new = after > before;
        assert_eq!(status["state"], if is_new { "pending" } else { state }, "{name}");
        assert_eq!(last["reasonCreated"], if is_new { "rerun" } else { "retry" }, "{name}");
        let age = check::now() - last["scheduled"].as_str().and_then(check::millis).expect("date");
        assert_eq!(age < HOUR, is_new, "{name}: {age} ms");
        assert_eq!(world.queue.reruns().len(), usize::from(is_new), "{name}");
    }
}

/// What a test calls overdue is so wherever one asks.
#[test]
fn an_overdue_task_says_so() {
    let world = World::new().task("t", "failed", |_| ());
    for is_overdue in [false, true] {
        if is_overdue {
            world.queue.state().overdue.insert(id("t"));
        }
        let task = ask(&world, &get("t"), &Value::Null).json();
        let status = ask(&world, &(get("t") + "/status"), &Value::Null).json()["status"].clone();
        for key in ["deadline", "expires", "priority", "schedulerId", "taskGroupId"] {
            assert!(task[key] == status[key] && !task[key].is_null(), "{key}: {task} {status}");
        }
        let deadline = task["deadline"].as_str().and_then(check::millis).expect("a date");
        assert_eq!(deadline < check::now(), is_overdue);
        let wanted = if is_overdue { 409 } else { 200 };
        assert_eq!(ask(&world, &rerun("t"), &Value::Null).status, wanted);
    }
}
