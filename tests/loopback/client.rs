//! A client that speaks no more HTTP than it needs, and the requests that the tests make with it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::{World, check, definition, id};

pub const HOUR: i64 = 3_600_000;

pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// What the script shows of an error.
    pub fn words(&self) -> String {
        let message = self.json()["message"].as_str().unwrap_or_default().to_owned();
        message.split("\n\n---").next().unwrap_or_default().to_owned()
    }
}

pub struct Client(BufReader<TcpStream>);

impl Client {
    pub fn new(world: &World) -> Client {
        let url = world.queue.url();
        let stream = TcpStream::connect(url.trim_start_matches("http://")).expect("the queue");
        Client(BufReader::new(stream))
    }

    /// The answer to one request, compressed where `headers` allow it; none where the connection closes
    /// before it is whole.
    pub fn ask(&mut self, request: &str, headers: &str, body: &Value) -> Option<Answer> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let head = format!("{request} HTTP/1.1\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
        self.0.get_mut().write_all(format!("{head}{body}").as_bytes()).ok()?;
        let mut line = || {
            let mut line = String::new();
            self.0.read_line(&mut line).ok().filter(|length| *length > 0)?;
            Some(line.trim_end().to_owned())
        };
        let status = line()?.split(' ').nth(1)?.parse().ok()?;
        let mut headers = BTreeMap::new();
        while let Some((name, value)) = line()?.split_once(": ") {
            headers.insert(name.to_lowercase(), value.to_owned());
        }
        let mut body = vec![0; headers["content-length"].parse().expect("a length")];
        self.0.read_exact(&mut body).ok()?;
        Some(Answer { status, headers, body })
    }
}

pub fn ask(world: &World, request: &str, body: &Value) -> Answer {
    Client::new(world).ask(request, "", body).expect("an answer")
}

pub fn put(word: &str) -> String {
    format!("PUT /api/queue/v1/task/{}", id(word))
}

pub fn get(word: &str) -> String {
    format!("GET /api/queue/v1/task/{}", id(word))
}

pub fn rerun(word: &str) -> String {
    format!("POST /api/queue/v1/task/{}/rerun", id(word))
}

/// A new task of the group, as somebody asks for it now, that depends on these.
pub fn new_task(dependencies: &[&str]) -> Value {
    let mut task = definition("new");
    let now = check::now();
    task["created"] = json!(check::date(now));
    task["deadline"] = json!(check::date(now + 24 * HOUR));
    task["expires"] = json!(check::date(now + 28 * 24 * HOUR));
    task["payload"]["artifacts"] = json!({});
    task["dependencies"] = dependencies.iter().map(|word| id(word)).collect();
    task
}

/// The same with one value changed.
pub fn with(mut task: Value, key: &str, value: Value) -> Value {
    task[key] = value;
    task
}

pub fn ends(world: &World, word: &str, key: &str, millis: i64) {
    let date = json!(check::date(check::now() + millis));
    world.queue.state().tasks.get_mut(&id(word)).expect("a task")[key] = date;
}
