//! The queue, the index and as much of the auth service as today's code asks for, in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};

use super::http::{Answer, Fault, Seen, Server, Service, gzip};
use super::{check, scopes};

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
    /// Tasks past their deadline: the queue reruns them no more.
    pub overdue: BTreeSet<String>,
    /// What `auth.currentScopes` answers.
    pub scopes: Vec<String>,
    /// The caller's scopes, where a test wants them checked.
    pub allowed: Option<Vec<String>>,
    /// Task groups that take no new tasks.
    pub sealed: BTreeSet<String>,
    /// The runs of each task, as its status has them.
    pub runs: BTreeMap<String, Vec<Value>>,
    pub log: Vec<Seen>,
    /// Ids in the order in which they were created.
    pub created: Vec<String>,
    pub reruns: Vec<String>,
    /// Items a page.
    pub page: usize,
    pub delay: Duration,
    /// What each new connection costs on top, as a handshake of TLS does.
    pub connect_delay: Duration,
    /// How many connections there were.
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

pub fn error(status: u16, message: &str) -> Answer {
    // The real service repeats the request below a line of dashes.
    let message = format!("{message}\n\n---\n\n* method: somethingElse\n* statusCode: {status}");
    let body = json!({"code": "SomeError", "message": message, "requestInfo": {}});
    Answer { status, headers: vec![], body: body.to_string().into_bytes() }
}

fn reply(body: &Value) -> Answer {
    let headers = vec![("Content-Type", "application/json".to_owned())];
    Answer { status: 200, headers, body: body.to_string().into_bytes() }
}

/// A run of a task, as its status has it.
pub fn run(id: usize, state: &str, reason: &str, scheduled: Value) -> Value {
    json!({"runId": id, "state": state, "reasonCreated": reason, "scheduled": scheduled})
}

fn absent(id: &str) -> Answer {
    error(404, &format!("`{id}` does not correspond to a task that exists."))
}

impl State {
    fn answer(&mut self, seen: &Seen) -> Answer {
        // taskcluster's own client escapes the slashes of an artifact's name.
        let whole = seen.path.replace("%2F", "/");
        let (path, query) = whole.split_once('?').unwrap_or((&whole, ""));
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (seen.method.as_str(), parts.as_slice()) {
            ("GET", ["api", "queue", "v1", "task", id]) => match self.tasks.get(*id) {
                Some(task) => reply(task),
                None => absent(id),
            },
            ("GET", ["api", "queue", "v1", "task", id, "status"]) => match self.tasks.get(*id) {
                Some(_) => reply(&json!({"status": self.status(id)})),
                None => absent(id),
            },
            ("PUT", ["api", "queue", "v1", "task", id]) => self.create(id, &seen.body),
            ("POST", ["api", "queue", "v1", "task", id, "rerun"]) => self.rerun(id),
            ("GET", ["api", "queue", "v1", "task", id, "artifacts", name @ ..]) => {
                self.redirect(id, &name.join("/"))
            }
            ("GET", ["storage", id, "public", name]) => {
                let body = gzip(
                    self.artifacts[&(id.to_string(), name.to_string())].to_string().as_bytes(),
                );
                Answer { status: 200, headers: vec![("Content-Encoding", "gzip".to_owned())], body }
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
                match self.index.get(*namespace) {
                    Some(found) => {
                        reply(&json!({"namespace": namespace, "taskId": found[0].0, "rank": 0,
                                             "data": {}, "expires": found[0].1}))
                    }
                    None => error(404, "Indexed task not found"),
                }
            }
            ("GET", ["api", "auth", "v1", "scopes", "current"]) => {
                reply(&json!({"scopes": self.scopes}))
            }
            _ => match self.files.get(&seen.path) {
                Some(content) => {
                    Answer { status: 200, headers: vec![], body: content.clone().into_bytes() }
                }
                None => error(404, &format!("no such end-point here: {}", seen.line())),
            },
        }
    }

    fn status(&self, id: &str) -> Value {
        let task = &self.tasks[id];
        let deadline = match self.overdue.contains(id) {
            true => json!(check::date(check::now() - 60_000)),
            false => task["deadline"].clone(),
        };
        json!({
            "taskId": id, "state": self.states[id], "runs": self.runs[id], "retriesLeft": 5,
            "provisionerId": task["provisionerId"], "workerType": task["workerType"],
            "taskQueueId": task["taskQueueId"], "schedulerId": task["schedulerId"],
            "projectId": task["projectId"], "taskGroupId": task["taskGroupId"],
            "deadline": deadline, "expires": task["expires"],
        })
    }

    fn paged(&self, items: Vec<Value>, query: &str) -> Answer {
        let token = query.split('&').find_map(|pair| pair.strip_prefix("continuationToken="));
        let start = token.map_or(0, |token| {
            token.trim_start_matches("from-").parse().expect("a token of this service")
        });
        let end = items.len().min(start + self.page);
        let mut body = json!({"tasks": items[start..end]});
        if end < items.len() {
            body["continuationToken"] = json!(format!("from-{end}"));
        }
        reply(&body)
    }

    fn redirect(&self, id: &str, name: &str) -> Answer {
        let key = (id.to_owned(), name.trim_start_matches("public/").to_owned());
        if !self.artifacts.contains_key(&key) {
            return error(404, "Artifact not found");
        }
        let url = format!("{}/storage/{id}/{name}", self.addr);
        let body = json!({"storageType": "s3", "url": url}).to_string().into_bytes();
        Answer { status: 303, headers: vec![("Location", url)], body }
    }

    fn create(&mut self, id: &str, body: &Value) -> Answer {
        if !check::is_slugid(id) {
            return error(400, &format!("`{id}` is no slugid"));
        }
        if let Some(message) = check::refusal(body) {
            return error(400, &message);
        }
        let task = with_defaults(id, body);
        if let Some(message) = self.allowed.as_ref().and_then(|own| scopes::lacking(own, &task)) {
            return error(403, &message);
        }
        let group = task["taskGroupId"].as_str().unwrap_or_default();
        let scheduler = self.tasks.get(group).map(|decision| &decision["schedulerId"]);
        if scheduler.is_some_and(|scheduler| *scheduler != task["schedulerId"]) {
            return error(409, "the schedulerId is not that of the task group");
        }
        if self.sealed.contains(group) {
            let message = format!("Task group `{group}` is sealed and does not accept new tasks.");
            return error(409, &message);
        }
        if self.tasks.get(id).is_some_and(|known| *known != task) {
            return error(409, &format!("taskId `{id}` already used by another task."));
        }
        let wrong = self.dependencies(&task);
        if !self.tasks.contains_key(id) {
            // The row is there before the dependencies are looked at, and stays: what the service calls
            // refused then never starts, and its id is taken (createTask in the queue's api.js).
            self.tasks.insert(id.to_owned(), task);
            self.states.insert(id.to_owned(), "unscheduled".to_owned());
            self.runs.insert(id.to_owned(), vec![]);
            if wrong.is_none() {
                self.created.push(id.to_owned());
            }
        }
        match wrong {
            Some(message) => error(400, &message),
            None => reply(&json!({"status": self.status(id)})),
        }
    }

    /// What is wrong with a task's dependencies (the queue's dependencytracker.js).
    fn dependencies(&self, task: &Value) -> Option<String> {
        let ids = task["dependencies"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let (known, missing): (Vec<&str>, Vec<&str>) =
            ids.partition(|id| self.tasks.contains_key(*id));
        if !missing.is_empty() {
            let missing = missing.join("\n * ");
            return Some(format!(
                "`task.dependencies` references non-existing tasks: \n * {missing}\nAll taskIds in \
                 `task.dependencies` **must** exist\nbefore the task is created.\n"
            ));
        }
        let millis = |task: &Value, key: &str| task[key].as_str().and_then(check::millis);
        let is_early = |id: &&&str| millis(&self.tasks[**id], "expires") < millis(task, "deadline");
        let early: Vec<&str> = known.iter().filter(is_early).copied().collect();
        (!early.is_empty()).then(|| {
            let early = early.join(",\n * ");
            format!(
                "`task.dependencies` references tasks that expires\nbefore `task.deadline` this is not \
                 allowed, see tasks: \n * {early},\nAll taskIds in `task.dependencies` **must** \
                 have\n`task.expires` greater than the `deadline` for this task.\n"
            )
        })
    }

    /// As the real one: completed tasks are rerun, too; pending and running ones are left.
    fn rerun(&mut self, id: &str) -> Answer {
        let Some(state) = self.states.get(id).cloned() else {
            return absent(id);
        };
        let message = self
            .allowed
            .as_ref()
            .and_then(|own| scopes::lacking_for_rerun(own, id, &self.tasks[id]));
        if let Some(message) = message {
            return error(403, &message);
        }
        if self.overdue.contains(id) {
            return error(409, &format!("Task `{id}` can't be rescheduled past its deadline"));
        }
        if state != "pending" && state != "running" {
            let runs = self.runs.get_mut(id).expect("each task has a list of runs");
            if runs.len() >= 50 {
                return error(409, "Maximum number of runs reached (50).");
            }
            let now = json!(check::date(check::now()));
            runs.push(run(runs.len(), "pending", "rerun", now));
            self.states.insert(id.to_owned(), "pending".to_owned());
            self.reruns.push(id.to_owned());
        }
        reply(&json!({"status": self.status(id)}))
    }
}

fn with_defaults(id: &str, body: &Value) -> Value {
    let mut task = json!({
        "schedulerId": "-", "projectId": "none", "taskGroupId": id, "dependencies": [],
        "requires": "all-completed", "routes": [], "priority": "lowest", "retries": 5,
        "scopes": [], "tags": {}, "extra": {},
    });
    for (key, value) in body.as_object().into_iter().flatten() {
        task[key] = value.clone();
    }
    if let Some((provisioner, worker)) =
        task["taskQueueId"].as_str().and_then(|queue| queue.split_once('/'))
    {
        let (provisioner, worker) = (provisioner.to_owned(), worker.to_owned());
        task["provisionerId"] = json!(provisioner);
        task["workerType"] = json!(worker);
    }
    if task["taskQueueId"].is_null() {
        let text = |key: &str| task[key].as_str().unwrap_or_default().to_owned();
        task["taskQueueId"] = json!(format!("{}/{}", text("provisionerId"), text("workerType")));
    }
    task
}
