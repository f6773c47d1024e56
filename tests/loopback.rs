//! The queue on loopback, where it must be like the real one for the other tests to mean anything: what
//! `services/queue/src/api.js` and `dependencytracker.js` of Taskcluster do, and the compression of its
//! answers.

mod support;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use support::world::after;
use support::{GROUP, World, check, definition, id, queue};

/// One request, answered in plain unless `zipped`: the status, the headers in lower case, the body.
fn ask(
    world: &World,
    request: &str,
    body: &Value,
    zipped: bool,
) -> (u16, BTreeMap<String, String>, Vec<u8>) {
    let url = world.queue.url();
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("the queue");
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let accept = if zipped { "Accept-Encoding: gzip\r\n" } else { "" };
    let length = body.len();
    let head =
        format!("{request} HTTP/1.1\r\n{accept}Connection: close\r\nContent-Length: {length}");
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8(answer[..end].to_vec()).expect("text");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    (status.parse().expect("a number"), headers, answer[end + 4..].to_vec())
}

/// The status and the message of one request.
fn told(world: &World, request: &str, body: &Value) -> (u16, String) {
    let (status, _, body) = ask(world, request, body, false);
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    (status, body["message"].as_str().unwrap_or_default().to_owned())
}

/// A new task of the group, as somebody asks for it now, that depends on these.
fn new_task(dependencies: &[&str]) -> Value {
    let mut task = definition("new");
    let now = check::now();
    task["created"] = json!(check::date(now));
    task["deadline"] = json!(check::date(now + 24 * 3_600_000));
    task["expires"] = json!(check::date(now + 28 * 24 * 3_600_000));
    task["payload"]["artifacts"] = json!({});
    task["dependencies"] = dependencies.iter().map(|word| id(word)).collect();
    task
}

fn put(word: &str) -> String {
    format!("PUT /api/queue/v1/task/{}", id(word))
}

#[test]
fn answers_over_a_kilobyte_are_compressed_for_who_takes_it() {
    let world = World::new().task("t", "completed", |task| {
        task["payload"]["env"]["LONG"] = json!("x".repeat(1024));
    });
    let definition = format!("GET /api/queue/v1/task/{}", id("t"));
    for (request, zipped, wanted) in [
        (definition.clone(), true, true),
        (definition.clone(), false, false),
        (format!("{definition}/status"), true, false),
    ] {
        let (status, headers, body) = ask(&world, &request, &Value::Null, zipped);
        assert_eq!(status, 200);
        let encoding = headers.get("content-encoding").map(String::as_str);
        assert_eq!(encoding, wanted.then_some("gzip"), "{request}, {zipped}");
        assert_eq!(body.starts_with(&[0x1f, 0x8b]), wanted);
    }
    // Errors, too.
    world.queue.state().allowed =
        Some((0..40).map(|number| format!("scope:{number:040}")).collect());
    let (status, headers, _) = ask(&world, &put("new"), &new_task(&[]), true);
    assert_eq!((status, headers["content-encoding"].as_str()), (403, "gzip"));
}

#[test]
fn what_create_task_refuses() {
    type Prepare = fn(&World);
    let cases: [(&str, Value, Prepare, u16, &str); 7] = [
        ("a task", new_task(&["old"]), |_| (), 200, ""),
        (
            "an unknown dependency",
            new_task(&["nowhere"]),
            |_| (),
            400,
            "references non-existing tasks",
        ),
        (
            "one that expires before the deadline",
            new_task(&["old"]),
            |world| {
                let soon = json!(check::date(check::now() + 3_600_000));
                world.queue.state().tasks.get_mut(&id("old")).expect("a task")["expires"] = soon;
            },
            400,
            "references tasks that expires\nbefore `task.deadline`",
        ),
        (
            "a sealed group",
            new_task(&[]),
            |world| assert!(world.queue.state().sealed.insert(GROUP.clone())),
            409,
            "is sealed and does not accept new tasks",
        ),
        (
            "another scheduler",
            {
                let mut task = new_task(&[]);
                task["schedulerId"] = json!("another");
                task
            },
            |_| (),
            409,
            "schedulerId",
        ),
        (
            "too few scopes",
            new_task(&[]),
            |world| world.queue.state().allowed = Some(vec!["queue:route:*".to_owned()]),
            403,
            "queue:scheduler-id:gecko-level-1",
        ),
        (
            "made long ago",
            {
                let mut task = new_task(&[]);
                task["created"] = json!(after(0));
                task
            },
            |_| (),
            400,
            "created is ",
        ),
    ];
    for (name, task, prepare, wanted, message) in cases {
        let world = World::new().task("old", "completed", |_| ());
        prepare(&world);
        let (status, text) = told(&world, &put("new"), &task);
        assert_eq!(status, wanted, "{name}: {text}");
        assert!(text.contains(message), "{name}: {text}");
        assert_eq!(world.queue.created().len(), usize::from(wanted == 200), "{name}");
        // The same again is the same; another under the same id is a conflict wherever the first left its
        // row, be it that of a task that never starts.
        let (again, _) = told(&world, &put("new"), &task);
        assert_eq!(again, wanted, "{name}");
        let mut other = task.clone();
        other["retries"] = json!(3);
        let has_row = wanted == 200 || message.contains("references");
        let (conflict, _) = told(&world, &put("new"), &other);
        assert_eq!(conflict == 409, has_row || wanted == 409, "{name}: {conflict}");
        assert_eq!(world.queue.state().tasks.contains_key(&id("new")), has_row, "{name}");
    }
}

#[test]
fn what_rerun_task_does() {
    let runs = |count: usize| -> Vec<Value> {
        (0..count).map(|number| queue::run(number, "failed", "retry", json!(after(0)))).collect()
    };
    // The state, how many runs there were; the status, the runs afterwards, the words.
    let cases = [
        ("failed", 1, 200, 2, ""),
        ("completed", 1, 200, 2, ""),
        ("unscheduled", 0, 200, 1, ""),
        ("pending", 1, 200, 1, ""),
        ("running", 1, 200, 1, ""),
        ("failed", 49, 200, 50, ""),
        ("failed", 50, 409, 50, "Maximum number of runs reached (50)."),
        ("running", 50, 200, 50, ""),
    ];
    for (state, before, wanted, after, message) in cases {
        let world = World::new().task("t", state, |_| ());
        world.queue.state().runs.insert(id("t"), runs(before));
        let request = format!("POST /api/queue/v1/task/{}/rerun", id("t"));
        let (status, text) = told(&world, &request, &Value::Null);
        assert_eq!(
            (status, text.starts_with(message)),
            (wanted, true),
            "{state}, {before}: {text}"
        );
        let runs = world.queue.state().runs[&id("t")].clone();
        assert_eq!(runs.len(), after, "{state}, {before}");
        let is_new = runs.last().is_some_and(|run| run["reasonCreated"] == "rerun");
        assert_eq!(is_new, after > before, "{state}, {before}");
    }
    let world = World::new().task("t", "failed", |_| ());
    let request = format!("POST /api/queue/v1/task/{}/rerun", id("t"));
    world.queue.state().allowed = Some(vec!["queue:rerun-task".to_owned()]);
    assert_eq!(
        told(&world, &request, &Value::Null).0,
        403,
        "the old scope needs another beside it"
    );
    let group = format!("assume:scheduler-id:gecko-level-1/{}", *GROUP);
    world.queue.state().allowed = Some(vec!["queue:rerun-task".to_owned(), group]);
    world.queue.state().overdue.insert(id("t"));
    let (status, text) = told(&world, &request, &Value::Null);
    assert!(status == 409 && text.contains("past its deadline"), "{text}");
    assert!(world.queue.reruns().is_empty());
}
