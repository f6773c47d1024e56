//! createTask and rerunTask, and what they leave behind: the queue's api.js, its dependencytracker.js and
//! the database functions that these call (`schedule_task`, `rerun_task`, `remove_task`).

use serde_json::{Value, json};

use super::queue::{Refusal, State};
use super::{check, scopes};

const MOST_RUNS: usize = 50;

/// A run of a task: as much of it as the service's schema of a status requires.
pub fn run(id: usize, state: &str, reason: &str, scheduled: Value) -> Value {
    json!({"runId": id, "state": state, "reasonCreated": reason, "scheduled": scheduled})
}

impl State {
    /// The definition of a task. One that a test calls overdue ended a minute after it was made: what
    /// getTask and its status say of the deadline is the same in the service, and is so here.
    pub fn definition(&self, id: &str) -> Option<Value> {
        let mut task = self.tasks.get(id)?.clone();
        let created = task["created"].as_str().and_then(check::millis);
        if let Some(created) = created.filter(|_| self.overdue.contains(id)) {
            task["deadline"] = json!(check::date(created + 60_000));
        }
        Some(task)
    }

    pub fn status(&self, id: &str) -> Option<Value> {
        let task = self.definition(id)?;
        let mut runs = self.runs[id].clone();
        // The service has no state beside that of the last run; a test sets it without its run.
        if let Some(last) = runs.last_mut() {
            last["state"] = json!(self.states[id]);
        }
        let mut status = json!({
            "taskId": id, "state": self.states[id], "runs": runs, "retriesLeft": task["retries"],
        });
        for key in [
            "provisionerId",
            "workerType",
            "taskQueueId",
            "schedulerId",
            "projectId",
            "taskGroupId",
            "priority",
            "deadline",
            "expires",
        ] {
            status[key] = task[key].clone();
        }
        Some(json!({"status": status}))
    }

    fn authorize(&self, required: &Value) -> Result<(), Refusal> {
        let message = self.allowed.as_ref().and_then(|own| scopes::lacking(own, required));
        message.map_or(Ok(()), |message| Err((403, message)))
    }

    /// In the order of the service: of several things that are wrong, it names the first.
    pub fn create(&mut self, id: &str, body: &Value) -> Result<Value, Refusal> {
        if !check::is_slugid(id) {
            let message = format!("URL parameter 'taskId' given as '{id}' must match");
            return Err((400, format!("Invalid URL patterns:\n{message}")));
        }
        check::malformed(body).map_or(Ok(()), |message| Err((400, message)))?;
        let task = with_defaults(id, body);
        self.authorize(&scopes::to_create(&task))?;
        check::untimely(&task).map_or(Ok(()), |message| Err((400, message)))?;
        let group = task["taskGroupId"].as_str().unwrap_or_default();
        let scheduler = self.tasks.get(group).map(|decision| &decision["schedulerId"]);
        if scheduler.is_some_and(|scheduler| *scheduler != task["schedulerId"]) {
            let message = format!(
                "Task group `{group}` contains tasks with a schedulerId other\nthan `{}`. All tasks in \
                 the same task-group must have\nthe same schedulerId.",
                task["schedulerId"].as_str().unwrap_or_default()
            );
            return Err((409, message));
        }
        // Before it looks whether the task is there: in a sealed group, not even the same again is taken.
        if self.sealed.contains(group) {
            let message = format!("Task group `{group}` is sealed and does not accept new tasks.");
            return Err((409, message));
        }
        if self.tasks.get(id).is_some_and(|known| *known != task) {
            let message = format!(
                "taskId `{id}` already used by another task.\nThis could be the result of faulty \
                 idempotency!"
            );
            return Err((409, message));
        }
        let is_new = self.tasks.insert(id.to_owned(), task.clone()).is_none();
        if let Some(message) = self.dependencies(&task) {
            // The service removes the row again, so that the id is free: a comment in its api.js says that
            // the task stays unscheduled, dependencytracker.js and dependency_test.js know better.
            self.tasks.remove(id);
            self.created.retain(|known| known != id);
            return Err((400, message));
        }
        if is_new {
            self.created.push(id.to_owned());
            self.states.insert(id.to_owned(), "unscheduled".to_owned());
            self.runs.insert(id.to_owned(), vec![]);
        }
        if self.runs[id].is_empty() && self.is_ready(&task) {
            self.add_run(id, "scheduled");
        }
        Ok(self.status(id).expect("the new task"))
    }

    /// What is wrong with a task's dependencies.
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

    /// Whether nothing holds a task back: one without dependencies is pending at once.
    fn is_ready(&self, task: &Value) -> bool {
        let also: &[&str] =
            if task["requires"] == "all-resolved" { &["failed", "exception"] } else { &[] };
        let mut ids = task["dependencies"].as_array().into_iter().flatten();
        ids.all(|id| {
            let state = id.as_str().and_then(|id| self.states.get(id)).map(String::as_str);
            state.is_some_and(|state| state == "completed" || also.contains(&state))
        })
    }

    fn add_run(&mut self, id: &str, reason: &str) {
        let now = json!(check::date(check::now()));
        let runs = self.runs.get_mut(id).expect("each task has a list of runs");
        runs.push(run(runs.len(), "pending", reason, now));
        self.states.insert(id.to_owned(), "pending".to_owned());
    }

    /// As the real one: completed tasks are rerun, too, and unscheduled ones; pending and running ones
    /// are left, unless their deadline is past.
    pub fn rerun(&mut self, id: &str) -> Result<Value, Refusal> {
        let Some(task) = self.definition(id) else {
            return Err(absent(id, "Are you sure this task has been submitted before?"));
        };
        self.authorize(&scopes::to_rerun(id, &task))?;
        let deadline = task["deadline"].as_str().unwrap_or_default();
        if check::millis(deadline).is_some_and(|deadline| deadline < check::now()) {
            let message =
                format!("Task `{id}` can't be rescheduled past its deadline of {deadline}.");
            return Err((409, message));
        }
        if self.states[id] != "pending" && self.states[id] != "running" {
            if self.runs[id].len() >= MOST_RUNS {
                return Err((409, format!("Maximum number of runs reached ({MOST_RUNS}).")));
            }
            self.add_run(id, "rerun");
            self.reruns.push(id.to_owned());
        }
        Ok(self.status(id).expect("the task"))
    }
}

/// The 404 for a task; each end-point asks its own question.
pub fn absent(id: &str, question: &str) -> Refusal {
    (404, format!("`{id}` does not correspond to a task that exists.\n{question}"))
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
