//! The queue, the index and as much of the auth service as today's code asks for, in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};

use super::check;
use super::http::{Answer, Fault, Seen, Server, Service, gzip};
use super::tasks::absent;
pub use super::tasks::run;

type Trouble = Box<dyn Fn(usize, &str) -> Option<Fault> + Send + Sync>;

/// Everything that a test may look at or set.
#[derive(Default)]
pub struct State {
    pub tasks: BTreeMap<String, Value>,
    pub states: BTreeMap<String, String>,
    /// By task id and name, the latter without `public/`.
    pub artifacts: BTreeMap<(String, String), Value>,
    /// Files of a repository, by the path at which its host serves them.
    pub files: BTreeMap<String, String>,
    /// Task ids by namespace, each with its `expires`.
    pub index: BTreeMap<String, Vec<(String, String)>>,
    /// Tasks past their deadline, whatever their definition here says: the queue reruns them no more.
    pub overdue: BTreeSet<String>,
    /// What `auth.currentScopes` answers.
    pub scopes: Vec<String>,
    /// The caller's scopes, where a test wants createTask and rerunTask to ask for theirs.
    pub allowed: Option<Vec<String>>,
    /// Task groups that take no new tasks, nor the same again.
    pub sealed: BTreeSet<String>,
    /// The runs of each task, as its status has them; the last one's state is that in `states`.
    pub runs: BTreeMap<String, Vec<Value>>,
    pub log: Vec<Seen>,
    /// Ids in the order in which they were created: of what was refused, none.
    pub created: Vec<String>,
    pub reruns: Vec<String>,
    /// Items a page.
    pub page: usize,
    pub delay: Duration,
    /// What each new connection costs on top, as a handshake of TLS does.
    pub connect_delay: Duration,
    /// How many connections there were that a request came on.
    pub connections: usize,
    /// How many requests were under way at once, at most.
    pub most_open: usize,
    trouble: Option<Trouble>,
    addr: String,
}

struct Shared {
    state: Mutex<State>,
    arrivals: AtomicUsize,
    open: AtomicUsize,
}

/// A running service; it stops when dropped.
pub struct Queue {
    shared: Arc<Shared>,
    server: Server,
}

impl Queue {
    pub fn start() -> Queue {
        let state = Mutex::new(State { page: 1000, ..State::default() });
        let shared =
            Arc::new(Shared { state, arrivals: AtomicUsize::new(0), open: AtomicUsize::new(0) });
        let server = Server::start(shared.clone());
        let queue = Queue { shared, server };
        queue.state().addr = queue.url();
        queue
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.server.addr)
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().expect("no test thread panicked while it held the state")
    }

    pub fn add(&self, id: &str, task: Value, state: &str) {
        let mut all = self.state();
        let runs = match state {
            "unscheduled" => vec![],
            _ => vec![run(0, state, "scheduled", task["created"].clone())],
        };
        all.runs.insert(id.to_owned(), runs);
        all.tasks.insert(id.to_owned(), task);
        all.states.insert(id.to_owned(), state.to_owned());
    }

    pub fn artifact(&self, id: &str, name: &str, content: Value) {
        self.state().artifacts.insert((id.to_owned(), name.to_owned()), content);
    }

    /// Decides for each request, by its number and "METHOD /path", what goes wrong with it.
    pub fn trouble(&self, trouble: impl Fn(usize, &str) -> Option<Fault> + Send + Sync + 'static) {
        self.state().trouble = Some(Box::new(trouble));
    }

    /// Forgets the requests so far, and counts from 1 again.
    pub fn forget(&self) {
        self.state().log.clear();
        self.state().trouble = None;
        self.shared.arrivals.store(0, Ordering::SeqCst);
    }

    /// The requests so far, in the order of their arrival, without the common `/api/`.
    pub fn requests(&self) -> Vec<String> {
        let mut log = self.state().log.clone();
        log.sort_by_key(|seen| seen.number);
        log.iter().map(|seen| seen.line().replacen("/api/", "", 1)).collect()
    }

    pub fn created(&self) -> Vec<(String, Value)> {
        let state = self.state();
        state.created.iter().map(|id| (id.clone(), state.tasks[id].clone())).collect()
    }

    pub fn reruns(&self) -> Vec<String> {
        self.state().reruns.clone()
    }
}

impl Service for Shared {
    fn connected(&self) {
        let delay = {
            let mut state = self.state.lock().expect("an intact state");
            state.connections += 1;
            state.connect_delay
        };
        std::thread::sleep(delay);
    }

    fn arrive(&self, method: &str, path: &str) -> (usize, Option<Fault>) {
        let number = self.arrivals.fetch_add(1, Ordering::SeqCst) + 1;
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        let mut state = self.state.lock().expect("an intact state");
        state.most_open = state.most_open.max(open);
        let line = format!("{method} {path}");
        let fault = state.trouble.as_ref().and_then(|trouble| trouble(number, &line));
        (number, fault)
    }

    fn answer(&self, seen: &Seen) -> Answer {
        let delay = self.state.lock().expect("an intact state").delay;
        std::thread::sleep(delay);
        self.state.lock().expect("an intact state").answer(seen)
    }

    fn done(&self, seen: Seen) {
        self.open.fetch_sub(1, Ordering::SeqCst);
        self.state.lock().expect("an intact state").log.push(seen);
    }
}

/// A status and a message, for what the services refuse.
pub type Refusal = (u16, String);

/// An error as the services word it (express-error.js of libraries/api): the request is repeated below a
/// line of dashes, and its whole body beside the message. That of a createTask is over a kilobyte so.
pub fn error(seen: &Seen, status: u16, message: &str) -> Answer {
    let code = match status {
        400 => "InputError",
        403 => "InsufficientScopes",
        404 => "ResourceNotFound",
        409 => "RequestConflict",
        _ => "InternalServerError",
    };
    let method = match seen.method.as_str() {
        "PUT" => "createTask",
        "POST" => "rerunTask",
        _ => "task",
    };
    let time = check::date(check::now());
    let message = format!(
        "{message}\n\n---\n\n* method:     {method}\n* errorCode:  {code}\n* statusCode: {status}\n\
         * time:       {time}"
    );
    let info = json!({"method": method, "params": {}, "payload": seen.body, "time": time});
    let body = json!({"code": code, "message": message, "requestInfo": info});
    Answer { status, ..reply(&body) }
}

fn reply(body: &Value) -> Answer {
    let headers = vec![("Content-Type", "application/json".to_owned())];
    Answer { status: 200, headers, body: body.to_string().into_bytes() }
}

impl State {
    fn answer(&mut self, seen: &Seen) -> Answer {
        self.found(seen).unwrap_or_else(|(status, message)| error(seen, status, &message))
    }

    fn found(&mut self, seen: &Seen) -> Result<Answer, Refusal> {
        // taskcluster's own client escapes the slashes of an artifact's name.
        let whole = seen.path.replace("%2F", "/");
        let (path, query) = whole.split_once('?').unwrap_or((&whole, ""));
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let body = match (seen.method.as_str(), parts.as_slice()) {
            ("GET", ["api", "queue", "v1", "task", id]) => {
                let task = self.definition(id);
                task.ok_or_else(|| {
                    absent(id, "Are you sure this task has already been submitted?")
                })?
            }
            ("GET", ["api", "queue", "v1", "task", id, "status"]) => {
                self.status(id).ok_or_else(|| absent(id, "Are you sure this task exists?"))?
            }
            ("PUT", ["api", "queue", "v1", "task", id]) => self.create(id, &seen.body)?,
            ("POST", ["api", "queue", "v1", "task", id, "rerun"]) => self.rerun(id)?,
            ("GET", ["api", "queue", "v1", "task", id, "artifacts", name @ ..]) => {
                return self.redirect(id, &name.join("/"));
            }
            ("GET", ["storage", id, "public", name]) => {
                let body = gzip(
                    self.artifacts[&(id.to_string(), name.to_string())].to_string().as_bytes(),
                );
                let headers = vec![("Content-Encoding", "gzip".to_owned())];
                return Ok(Answer { status: 200, headers, body });
            }
            ("GET", ["api", "index", "v1", "tasks", namespace]) => {
                let listed = self.index.get(*namespace).cloned().unwrap_or_default();
                let entry = |(id, expires): &(String, String)| {
                    json!({"namespace": format!("{namespace}.{id}"), "taskId": id, "rank": 0,
                           "data": {}, "expires": expires})
                };
                self.paged(listed.iter().map(entry).collect(), query)
            }
            ("GET", ["api", "index", "v1", "task", namespace]) => {
                let found = self.index.get(*namespace);
                let (id, expires) =
                    &found.ok_or_else(|| (404, "Indexed task not found".to_owned()))?[0];
                json!({"namespace": namespace, "taskId": id, "rank": 0, "data": {},
                       "expires": expires})
            }
            ("GET", ["api", "auth", "v1", "scopes", "current"]) => json!({"scopes": self.scopes}),
            _ => {
                let content = self.files.get(&seen.path);
                let absent = || (404, format!("no such end-point here: {}", seen.line()));
                let body = content.ok_or_else(absent)?.clone().into_bytes();
                return Ok(Answer { status: 200, headers: vec![], body });
            }
        };
        Ok(reply(&body))
    }

    fn paged(&self, items: Vec<Value>, query: &str) -> Value {
        let token = query.split('&').find_map(|pair| pair.strip_prefix("continuationToken="));
        let start = token.map_or(0, |token| {
            token.trim_start_matches("from-").parse().expect("a token of this service")
        });
        let end = items.len().min(start + self.page);
        let mut body = json!({"tasks": items[start..end]});
        if end < items.len() {
            body["continuationToken"] = json!(format!("from-{end}"));
        }
        body
    }

    fn redirect(&self, id: &str, name: &str) -> Result<Answer, Refusal> {
        let key = (id.to_owned(), name.trim_start_matches("public/").to_owned());
        if !self.artifacts.contains_key(&key) {
            return Err((404, "Artifact not found".to_owned()));
        }
        let url = format!("{}/storage/{id}/{name}", self.addr);
        let body = json!({"storageType": "s3", "url": url}).to_string().into_bytes();
        Ok(Answer { status: 303, headers: vec![("Location", url)], body })
    }
}
