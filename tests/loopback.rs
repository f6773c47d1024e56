//! The Taskcluster on loopback, where it must be like the real one for the other tests to mean anything,
//! asked in plain HTTP: each row of a table is a behaviour whose source `tests/support` names.

mod client;
mod scopes;
mod tasks;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::world::{after, index_task};
use crate::support::{Fault, World, id};
use client::{Client, ask, get, new_task, put, with};

/// What is in an envelope of stored blocks, which is what the server makes.
fn unzipped(bytes: &[u8]) -> Vec<u8> {
    assert_eq!(bytes[..4], [0x1f, 0x8b, 8, 0]);
    let (mut rest, mut content) = (&bytes[10..], vec![]);
    loop {
        let length = usize::from(u16::from_le_bytes([rest[1], rest[2]]));
        content.extend_from_slice(&rest[5..5 + length]);
        if rest[0] == 1 {
            return content;
        }
        rest = &rest[5 + length..];
    }
}

#[test]
fn answers_from_a_kilobyte_on_are_compressed_for_who_takes_it() {
    let world = World::new().task("t", "completed", |task| {
        task["payload"]["env"]["LONG"] = json!("x".repeat(100_000));
    });
    for length in [1023, 1024] {
        world.queue.state().files.insert(format!("/{length}"), "x".repeat(length));
    }
    let early = with(new_task(&[]), "created", json!(after(0)));
    let zip = "Accept-Encoding: gzip\r\n";
    // The request, its body, the header; the status, and whether the answer is compressed.
    let cases = [
        ("GET /1024".to_owned(), &Value::Null, zip, 200, true),
        ("GET /1023".to_owned(), &Value::Null, zip, 200, false),
        ("GET /1024".to_owned(), &Value::Null, "", 200, false),
        ("GET /1024".to_owned(), &Value::Null, "Accept-Encoding: identity\r\n", 200, false),
        (get("t"), &Value::Null, "Accept-Encoding: deflate, gzip\r\n", 200, true),
        (get("t"), &Value::Null, "", 200, false),
        (get("t") + "/status", &Value::Null, zip, 200, false),
        // An error repeats the request, so that one about a definition is long.
        (get("nowhere"), &Value::Null, zip, 404, false),
        (put("new"), &early, zip, 400, true),
        (put("new"), &early, "", 400, false),
    ];
    for (request, body, headers, status, is_zipped) in cases {
        let answer = Client::new(&world).ask(&request, headers, body).expect("an answer");
        assert_eq!(answer.status, status, "{request}, {headers}");
        let encoding = answer.headers.get("content-encoding").map(String::as_str);
        assert_eq!(encoding, is_zipped.then_some("gzip"), "{request}, {headers}");
        let content = if is_zipped { unzipped(&answer.body) } else { answer.body };
        // An error has its time in it.
        if status == 200 {
            assert_eq!(content, ask(&world, &request, body).body, "{request}, {headers}");
        } else {
            serde_json::from_slice::<Value>(&content).expect("JSON");
        }
    }
}

#[test]
fn an_error_repeats_the_request_below_dashes() {
    let world = World::new();
    let task = with(new_task(&[]), "created", json!(after(0)));
    let body = ask(&world, &put("new"), &task).json();
    assert_eq!((&body["code"], &body["requestInfo"]["payload"]), (&json!("InputError"), &task));
    let words = "`created` cannot be in the past (max 15min drift)\n\n---\n\n* method:     createTask\n\
                 * errorCode:  InputError\n* statusCode: 400\n* time:       2";
    assert!(body["message"].as_str().is_some_and(|message| message.starts_with(words)), "{body}");
}

/// A connection is paid for once, before its first answer, and counted if anything is asked on it.
#[test]
fn a_connection_costs_its_handshake_once() {
    let world = World::new().task("t", "completed", |_| ());
    let handshake = Duration::from_millis(500);
    world.queue.state().connect_delay = handshake;
    let mut clients = [Client::new(&world), Client::new(&world), Client::new(&world)];
    // The client; whether that is its first request; how many connections there were then.
    for (client, is_first, connections) in
        [(0, true, 1), (0, false, 1), (1, true, 2), (0, false, 2), (1, false, 2)]
    {
        let start = Instant::now();
        assert_eq!(clients[client].ask(&get("t"), "", &Value::Null).expect("one").status, 200);
        assert_eq!(start.elapsed() >= handshake, is_first, "{client}: {:?}", start.elapsed());
        assert_eq!(world.queue.state().connections, connections);
    }
}

#[test]
fn what_each_fault_does() {
    // The fault; the status and `Retry-After` of the answer, whether it is JSON, none where none comes
    // whole; whether the request had its effect.
    type Got<'a> = Option<(u16, Option<&'a str>, bool)>;
    let hold = Duration::from_millis(500);
    let cases: [(Fault, Got, bool); 8] = [
        (Fault::Status(503, "down"), Some((503, None, true)), false),
        (Fault::Later(429, 7, "too many"), Some((429, Some("7"), true)), false),
        (Fault::Later(503, 100, "maintenance"), Some((503, Some("100"), true)), false),
        (Fault::Hold(hold), None, false),
        (Fault::Reset, None, false),
        (Fault::LostAnswer, None, true),
        (Fault::Truncated, None, true),
        (Fault::HalfJson, Some((200, None, false)), true),
    ];
    for (fault, wanted, has_effect) in cases {
        let world = World::new();
        let this = fault.clone();
        world.queue.trouble(move |number, _| (number == 1).then(|| this.clone()));
        let start = Instant::now();
        let answer = Client::new(&world).ask(&put("new"), "", &new_task(&[]));
        assert_eq!(start.elapsed() >= hold, matches!(fault, Fault::Hold(_)), "{fault:?}");
        if let (Some(answer), Fault::Status(_, words) | Fault::Later(_, _, words)) =
            (&answer, &fault)
        {
            assert_eq!(answer.words(), *words);
        }
        let got = answer.as_ref().map(|answer| {
            let later = answer.headers.get("retry-after").map(String::as_str);
            let is_json = serde_json::from_slice::<Value>(&answer.body).is_ok();
            (answer.status, later, is_json)
        });
        assert_eq!(got, wanted, "{fault:?}");
        assert_eq!(world.queue.created().len(), usize::from(has_effect), "{fault:?}");
        // The next request is an ordinary one.
        assert_eq!(
            ask(&world, &get("new"), &Value::Null).status,
            if has_effect { 200 } else { 404 }
        );
    }
}

#[test]
fn the_index_comes_in_pages() {
    let of = "gecko.v2.try.revision.x.taskgraph.actions";
    let words = ["a", "b", "c", "d"];
    // Items a page; how many come on each.
    let cases: [(usize, &[usize]); 4] = [(1000, &[4]), (4, &[4]), (3, &[3, 1]), (2, &[2, 2])];
    for (page, wanted) in cases {
        let world = World::new();
        world.queue.state().page = page;
        for word in words {
            index_task(&world, of, word, "2027-06-01T00:00:00.000Z", &json!({}));
        }
        let (mut counts, mut found, mut query) = (vec![], vec![], Some(String::new()));
        while let Some(this) = query {
            let request = format!("GET /api/index/v1/tasks/{of}{this}");
            let answer = ask(&world, &request, &Value::Null).json();
            assert!(counts.len() < words.len(), "{page} a page: it has no end");
            let tasks = answer["tasks"].as_array().expect("tasks");
            counts.push(tasks.len());
            found.extend(tasks.iter().map(|task| task["taskId"].clone()));
            let token = answer["continuationToken"].as_str();
            query = token.map(|token| format!("?continuationToken={token}"));
        }
        assert_eq!((counts, found), (wanted.to_vec(), words.map(|word| json!(id(word))).to_vec()));
    }
}
