//! Production's engines as processes that render what they are asked to.
//!
//! The protocol is described in `render.py`. Each engine reads the YAML with its own loader and
//! builds the hook's part of an action by itself, so that these are tested too.

use std::cell::Cell;
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tc_retrigger::jsone::{Context, Shape};

/// The engines that production uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// build-decision and scriptworker.
    Python,
    /// The GitHub service and the hooks service.
    JavaScript,
}

pub use Language::{JavaScript, Python};

impl Language {
    fn command(self) -> Result<Command, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let place = |variable: &str, default: &str| match env::var_os(variable) {
            Some(path) => PathBuf::from(path),
            None => root.join(default),
        };
        let script = root.join("tests/engines");
        let (needed, command) = match self {
            Python => {
                let python = place("TC_RETRIGGER_PYTHON", ".ci/venv/bin/python");
                let mut command = Command::new(&python);
                command.arg("-B").arg(script.join("render.py"));
                (python, command)
            }
            JavaScript => {
                let modules = place("TC_RETRIGGER_NODE_MODULES", ".ci/node_modules");
                let mut command = Command::new("node");
                command.arg(script.join("render.js")).env("NODE_PATH", &modules);
                (modules.join("json-e"), command)
            }
        };
        match needed.exists() {
            true => Ok(command),
            false => Err(format!("{self:?}'s json-e is not installed at {}", needed.display())),
        }
    }
}

/// An engine that runs.
pub struct Engine {
    /// Which one.
    pub language: Language,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    pending: Cell<usize>,
}

/// What an engine made of a template and a context.
pub type Outcome = Result<Value, String>;

impl Engine {
    /// Starts an engine; `quick` has Python read YAML with libyaml. Errs, with what is missing,
    /// where it is not installed.
    pub fn start(language: Language, quick: bool) -> Result<Engine, String> {
        let mut command = language.command()?;
        if quick {
            command.arg("quick");
        }
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|err| format!("{language:?} does not start: {err}"))?;
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Ok(Engine { language, child, input, output, pending: Cell::new(0) })
    }

    /// Both engines, or none where one is not installed.
    pub fn both(quick: bool) -> Option<[Engine; 2]> {
        let engines = Engine::start(Python, quick)
            .and_then(|python| Ok([python, Engine::start(JavaScript, quick)?]));
        engines
            .map_err(|why| {
                let settings = "TC_RETRIGGER_PYTHON, TC_RETRIGGER_NODE_MODULES";
                crate::needs::missing(&format!("{why} ({settings})"));
            })
            .ok()
    }

    /// Sends a request; its answer comes with [`Engine::answer`], in the order of the requests.
    /// Two engines that are asked before either is heard work side by side.
    pub fn ask(&mut self, request: &Value) {
        let line = format!("{request}\n");
        let written = self.input.write_all(line.as_bytes());
        written.unwrap_or_else(|err| panic!("{:?}: {err}", self.language));
        self.pending.set(self.pending.get() + 1);
    }

    /// The next answer.
    pub fn answer(&mut self) -> Value {
        assert!(self.pending.replace(self.pending.get() - 1) > 0, "nothing was asked");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("an answer");
        serde_json::from_str(&line)
            .unwrap_or_else(|err| panic!("{:?} answers {line:?}: {err}", self.language))
    }

    /// Asks and waits for the answer, which may be an error.
    pub fn get(&mut self, request: &Value) -> Outcome {
        self.ask(request);
        let mut answer = self.answer();
        match answer.get("error") {
            Some(error) => Err(error.to_string()),
            None => Ok(answer["ok"].take()),
        }
    }

    /// Gives it the contexts, named by their position.
    pub fn contexts<'c>(&mut self, contexts: impl IntoIterator<Item = &'c Context>) {
        for (slot, context) in contexts.into_iter().enumerate() {
            let shape = match context.shape() {
                Shape::Hook => "hook",
                Shape::Document { as_slugid: true } => "document-slugid",
                Shape::Document { as_slugid: false } => "document",
            };
            let request = json!({"context": slot, "value": context.value(), "shape": shape});
            self.get(&request).expect("contexts are taken");
        }
    }

    /// Asks for renders of the template in `slot`; they come with [`Engine::rendered`].
    pub fn render(&mut self, slot: &str, contexts: &[usize]) {
        self.ask(&json!({"render": slot, "contexts": contexts}));
    }

    /// The renders that were asked for.
    pub fn rendered(&mut self) -> Vec<Outcome> {
        let mut answer = self.answer();
        let Value::Array(results) = answer["results"].take() else {
            panic!("{:?}: no results: {answer}", self.language)
        };
        let outcome = |mut result: Value| match result.get("error") {
            Some(error) => Err(error.to_string()),
            None => Ok(result["ok"].take()),
        };
        results.into_iter().map(outcome).collect()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // Without input it would end by itself, but not while it waits to be heard.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Whether two outcomes are one: equal results, numbers by value, or both an error.
pub fn agree(a: &Outcome, b: &Outcome) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => equal(a, b),
        (Err(_), Err(_)) => true,
        _ => false,
    }
}

fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => a == b,
    }
}
