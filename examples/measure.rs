//! What the whole proof takes, beside the bare renders that it needs; and the same job for another program:
//! `cargo run --release --example measure -- proof|job FILE…`, which `benches/whole.py` runs.
//!
//! `proof` checks each file, as `tc-retrigger check` does, and renders the old and the new template in each
//! of the proof's contexts by json-e's crate: the whole document, or `tasks[0]` through the hook's `$let`.
//! Both start with nothing remembered, on a thread of their own, and are told in seconds of its processor
//! time: the least of all rounds. `job` prints what `benches/rival.py` needs to do the same.

use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;
use std::{fs, thread};
use tc_retrigger::coverage::derive;
use tc_retrigger::jsone::{Context, Memory, Renderer, Shape, families};
use tc_retrigger::patch::{self, Patch, Recipe, retrigger};
use tc_retrigger::template::{Step, Template};
use tc_retrigger::work::{self, Job, Options, Status};

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The least of so many rounds counts.
const ROUNDS: usize = 5;

fn main() -> ExitCode {
    // SAFETY: no other thread is there yet. As in the program itself.
    unsafe { std::env::set_var("RUST_LIB_BACKTRACE", "0") };
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let files: Vec<String> = arguments.collect();
    let measure: fn(&Path) -> Value = match what.as_str() {
        "proof" if !files.is_empty() => proof,
        "job" if !files.is_empty() => job,
        _ => {
            eprintln!("usage: measure proof|job FILE…");
            return ExitCode::from(2);
        }
    };
    for file in &files {
        println!("{}", measure(Path::new(file)));
    }
    ExitCode::SUCCESS
}

/// A file's patch, and the contexts of its proof.
fn planned(path: &Path) -> (Patch, Vec<Context>) {
    let bytes = fs::read(path).unwrap_or_else(|err| panic!("{}: {err}", path.display()));
    let template = Template::from_bytes(bytes).unwrap_or_else(|err| panic!("{err}"));
    let before = patch::revert(&template).unwrap_or_else(|err| panic!("{err}"));
    let derived = derive::contexts(before.value(), &retrigger::needs_no_clone);
    let contexts: Vec<Context> = families::contexts().cloned().chain(derived).collect();
    let plan = Patch::plan(&template, &Recipe::built_in(), &contexts);
    (plan.unwrap_or_else(|err| panic!("{}: {err}", path.display())), contexts)
}

fn proof(path: &Path) -> Value {
    let (plan, contexts) = planned(path);
    let new = plan.after.text().as_str();
    let check = || {
        let done = work::on(new, Job::Check, &Options::default()).expect("a template");
        assert_eq!(done.finding.status, Status::AlreadyPatched);
    };
    let (old, new) = (Renderer::new(&plan.before), Renderer::new(&plan.after));
    let render = || {
        for context in &contexts {
            let _ = (old.render(context), new.render(context));
        }
    };
    // One after the other, so that what else the machine does slows both.
    let (mut checked, mut rendered) = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        checked = checked.min(alone(&check));
        rendered = rendered.min(alone(&render));
    }
    json!({
        "file": path, "contexts": contexts.len(), "renders": 2 * contexts.len(),
        "check": checked, "render": rendered,
    })
}

/// The processor time of some work on a thread that knows nothing yet.
fn alone(work: &(impl Fn() + Sync)) -> f64 {
    let measured = || {
        Memory::forget();
        let (start, since) = (processor_time(), Instant::now());
        work();
        processor_time()
            .zip(start)
            .map_or(since.elapsed().as_secs_f64(), |(end, start)| end - start)
    };
    thread::scope(|scope| scope.spawn(measured).join().expect("no panic"))
}

/// This thread's processor time so far, where the system is Linux.
fn processor_time() -> Option<f64> {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = told.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

fn job(path: &Path) -> Value {
    let (plan, contexts) = planned(path);
    let recipe = Recipe::built_in();
    let step = |step: &Step| match step {
        Step::Key(key) => json!(key),
        Step::Index(index) => json!(index),
    };
    let sites: Vec<Vec<Value>> =
        plan.sites.iter().map(|site| site.steps().iter().map(step).collect()).collect();
    let contexts: Vec<Value> = contexts
        .iter()
        .map(|context| {
            let (is_hook, as_slugid) = match context.shape() {
                Shape::Hook => (true, false),
                Shape::Document { as_slugid } => (false, as_slugid),
            };
            let bound = is_hook.then(|| context.hook_template(&Value::Null)["$let"].take());
            json!({
                "name": context.name, "context": context.engine_value(), "let": bound,
                "as_slugid": as_slugid, "is_retrigger": retrigger::needs_no_clone(context),
            })
        })
        .collect();
    json!({
        "text": plan.before.text().as_str(), "sites": sites, "contexts": contexts,
        "script": recipe.bound_script(), "choice": recipe.value(),
    })
}
