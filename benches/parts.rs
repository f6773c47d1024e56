//! The parts of a check, each by itself and with nothing remembered: `cargo bench --bench parts`.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::{Duration, Instant};
use std::{fs, thread};
use tc_retrigger::coverage::{self, derive};
use tc_retrigger::jsone::{Context, Memory, Renderer, families};
use tc_retrigger::patch::{self, Patch, Recipe, retrigger};
use tc_retrigger::proof::{sampled, structural};
use tc_retrigger::template::{Template, Text};
use tc_retrigger::work::{self, Job, Options};

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs a part on a thread of its own each time, which forgets first: threads remember what was rendered.
fn bench(criterion: &mut Criterion, name: &str, work: impl Fn() + Sync) {
    criterion.bench_function(name, |bencher| {
        bencher.iter_custom(|times| {
            let once = || {
                Memory::forget();
                let start = Instant::now();
                work();
                start.elapsed()
            };
            let alone = || thread::scope(|scope| scope.spawn(once).join().expect("no panic"));
            (0..times).map(|_| alone()).sum::<Duration>()
        });
    });
}

fn parts(criterion: &mut Criterion) {
    let recipe = Recipe::built_in();
    for example in ["gecko", "standalone"] {
        let text = fs::read_to_string(format!("examples/{example}.taskcluster.yml")).unwrap();
        let old = Template::parse(Text::new(text)).unwrap();
        let derived = derive::contexts(old.value(), &retrigger::needs_no_clone);
        let contexts: Vec<&Context> =
            families::contexts().map(|context| context as &Context).chain(&derived).collect();
        let plan = Patch::plan(&old, &recipe, contexts.iter().copied()).unwrap();
        let new = &plan.after;
        let name = |part: &str| format!("{example}/{part}");

        bench(criterion, &name("read"), || {
            black_box(Template::parse(Text::new(new.text().as_str())).unwrap());
        });
        bench(criterion, &name("revert"), || {
            black_box(patch::revert(new).unwrap());
        });
        bench(criterion, &name("derive contexts"), || {
            black_box(derive::contexts(old.value(), &retrigger::needs_no_clone));
        });
        bench(criterion, &name("plan"), || {
            black_box(Patch::plan(&old, &recipe, contexts.iter().copied()).unwrap());
        });
        bench(criterion, &name("structural proof"), || {
            assert!(structural::check(&old, new, &recipe, &plan.sites).holds);
        });
        bench(criterion, &name("sampled proof"), || {
            let (before, after) = (Renderer::new(&old), Renderer::new(new));
            let mut memory = Memory::default();
            let (counts, _) = sampled::run(&before, &after, &recipe, &contexts, &mut memory);
            assert_eq!(counts.equal, contexts.len());
        });
        bench(criterion, &name("coverage"), || {
            black_box(coverage::measure(&old, contexts.iter().copied()));
        });
        bench(criterion, &name("check"), || {
            let text = new.text().as_str();
            black_box(work::on(text, Job::Check, &Options::default()).unwrap());
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = parts
}
criterion_main!(benches);
