//! Runs the rendered command as a worker runs it.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::queue::Queue;
use super::rendered;
use super::world::{ACTION, GROUP};

/// One press on a button, as the hook passes it on.
#[derive(Clone)]
pub struct Press {
    pub callback: String,
    pub task_id: Value,
    pub input: Value,
    pub group_id: String,
    pub action_id: String,
    /// The example whose patched form makes the task: "standalone" or "gecko".
    pub example: &'static str,
    /// The recipe: "retrigger" or "retrigger-file".
    pub recipe: &'static str,
    /// Variables beside those of task and worker; an empty value takes one away.
    pub env: Vec<(String, String)>,
}

/// What `python3` is. Asked once: it may be a script that looks for it, and takes longer than a press.
static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| {
    let told = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    let told = String::from_utf8(told.expect("python3").stdout).expect("a path");
    PathBuf::from(told.trim())
});

/// An interpreter with nothing of this machine's own: what that has it load at each start, an image does not have, and
/// it may take as long as the press.
fn python() -> Command {
    let mut command = Command::new(&*PYTHON);
    command.arg("-S");
    command
}

pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub artifacts: TempDir,
}

impl Press {
    pub fn new(callback: &str, target: &str, input: Value) -> Press {
        Press {
            callback: callback.to_owned(),
            task_id: json!(target),
            input,
            group_id: GROUP.clone(),
            action_id: ACTION.clone(),
            example: "standalone",
            recipe: "retrigger",
            env: vec![],
        }
    }

    /// A press on jobs of the push rather than on one task.
    pub fn multiple(requests: &Value) -> Press {
        let input = json!({"requests": requests});
        Press { task_id: Value::Null, ..Press::new("retrigger-multiple", "", input) }
    }

    /// The same on a push of a gecko-like project.
    pub fn gecko(self) -> Press {
        Press { example: "gecko", ..self }
    }

    pub fn env(mut self, name: &str, value: &str) -> Press {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn run(&self, queue: &Queue) -> Outcome {
        self.start(queue).wait()
    }

    /// As [`Press::run`], with a tenth of the time between two tries.
    pub fn run_sooner(&self, queue: &Queue) -> Outcome {
        self.start_changed(queue, &[("time.sleep(wait)", "time.sleep(wait / 10)")]).wait()
    }

    pub fn start(&self, queue: &Queue) -> Running {
        self.start_changed(queue, &[])
    }

    /// As [`Press::start`], with texts of the command changed: what takes minutes is shortened so.
    pub fn start_changed(&self, queue: &Queue, changes: &[(&str, &str)]) -> Running {
        let artifacts = TempDir::new().expect("a folder for artifacts");
        // The folder that the task names exists in the image only.
        let folder = artifacts.path().join("public");
        let (mut command, env) = if let Some(payload) = rendered::payload(self) {
            let words: Vec<&str> = payload["command"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let mut script = words[2].to_owned();
            for (old, new) in changes {
                assert!(script.contains(old), "{old}");
                script = script.replace(old, new);
            }
            assert_eq!(words[0], "python3");
            let mut command = python();
            command.args([words[1], &script]).arg(folder).args(&words[4..]);
            (command, payload["env"].clone())
        } else {
            // What the guard keeps out: the script must refuse it all the same.
            let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
            let script = std::fs::read_to_string(path.join("patches/retrigger/retrigger.py"));
            let mut command = python();
            command.arg("-c").arg(script.expect("the script")).arg(folder);
            (command, self.contract())
        };
        self.environment(&mut command, &env, queue);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running { child: command.spawn().expect("python3"), artifacts }
    }

    /// The variables that every template gives to an action.
    pub fn contract(&self) -> Value {
        json!({
            "ACTION_TASK_GROUP_ID": self.group_id,
            "ACTION_TASK_ID": self.task_id.to_string(),
            "ACTION_INPUT": self.input.to_string(),
            "ACTION_CALLBACK": self.callback,
        })
    }

    /// The task's own variables, the worker's, and those of this test.
    pub fn environment(&self, command: &mut Command, task: &Value, queue: &Queue) {
        command.env_clear().env("PATH", std::env::var("PATH").unwrap_or_default());
        for (name, value) in task.as_object().into_iter().flatten() {
            command.env(name, value.as_str().expect("variables are strings"));
        }
        command.env("TASK_ID", &self.action_id).env("RUN_ID", "0");
        command.env("TASKCLUSTER_ROOT_URL", "http://127.0.0.1:1");
        command.env("TASKCLUSTER_PROXY_URL", queue.url());
        for (name, value) in &self.env {
            if value.is_empty() {
                command.env_remove(name)
            } else {
                command.env(name, value)
            };
        }
    }
}

pub struct Running {
    child: Child,
    artifacts: TempDir,
}

impl Running {
    pub fn kill(&mut self) {
        self.child.kill().expect("SIGKILL");
    }

    /// Waits, and tells the peak of resident memory in KiB, where the system does.
    pub fn watch(self) -> (Outcome, Option<u64>) {
        let status = PathBuf::from(format!("/proc/{}/status", self.child.id()));
        let watcher = thread::spawn(move || {
            let mut peak = None;
            while let Ok(text) = std::fs::read_to_string(&status) {
                let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
                let Some(line) = line else { break };
                peak = line.trim().trim_end_matches(" kB").parse().ok();
                thread::sleep(Duration::from_millis(5));
            }
            peak
        });
        let outcome = self.wait();
        (outcome, watcher.join().expect("a watcher"))
    }

    pub fn wait(mut self) -> Outcome {
        let mut out = self.child.stdout.take().expect("a pipe");
        let mut err = self.child.stderr.take().expect("a pipe");
        let reader = thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).map(|_| text)
        });
        let mut stdout = String::new();
        out.read_to_string(&mut stdout).expect("text");
        let stderr = reader.join().expect("a reader").expect("text");
        let code = self.child.wait().expect("an exit status").code();
        Outcome { code, stdout, stderr, artifacts: self.artifacts }
    }
}

impl Outcome {
    /// What the run uploaded as `public/<name>`.
    pub fn artifact(&self, name: &str) -> Value {
        let path = self.artifacts.path().join("public").join(name);
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        serde_json::from_str(&text).expect("JSON")
    }

    pub fn succeeded(&self) -> &Self {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        self
    }

    /// Refused with one clear line that holds `message`.
    pub fn refused(&self, message: &str) -> &Self {
        assert_eq!(self.code, Some(1), "{}{}", self.stdout, self.stderr);
        assert!(self.stderr.contains(message), "{:?} lacks {message:?}", self.stderr);
        assert!(!self.stderr.contains("Traceback"), "{}", self.stderr);
        self
    }
}

/// Waits for something that happens in another process.
pub fn until(what: &str, mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < Duration::from_secs(20), "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
