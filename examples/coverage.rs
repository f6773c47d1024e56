//! How much of each template's conditions the contexts reach, built-in ones and derived ones:
//! `cargo run --release --example coverage -- FOLDER [--missed]`.
//!
//! An outcome is a condition of the template, or an operand of `&&` or `||`, coming out true or
//! false. `cannot` counts those missed ones of which the template itself shows that no context of
//! production reaches them; `--missed` lists all, with the reason. The last line tells what measuring
//! costs, by the time that plain renders of the same templates in the same contexts take.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use tc_retrigger::coverage::{self, Coverage, derive};
use tc_retrigger::jsone::{Context, Renderer, families};
use tc_retrigger::patch::retrigger;
use tc_retrigger::template::Template;

// The test includes this file.
#[allow(dead_code)]
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        eprintln!("usage: coverage FOLDER [--missed]");
        return ExitCode::from(2);
    };
    let tells_missed = arguments.next().is_some_and(|argument| argument == "--missed");
    let folder = Path::new(&folder);
    let rows = measure_all(folder, &files(folder));
    if rows.is_empty() {
        eprintln!("{}: no readable template in it or below", folder.display());
        return ExitCode::from(2);
    }
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
    let heads = ["outcomes", "reached", "percent", "cannot", "derived"];
    println!("{:width$} {}", "", heads.map(|head| format!("{head:>8}")).join(" "));
    for row in &rows {
        println!("{}", row.line(width));
        for missed in row.coverage.missed.iter().filter(|_| tells_missed) {
            let why = missed.why.as_deref().unwrap_or("not found");
            let (line, outcome) = (missed.line, missed.outcome);
            println!("    line {line}: {} is never {outcome}: {why}", missed.condition);
        }
    }
    println!("{}", total(&rows).line(width));
    println!("measuring takes {:.2} times as long as a plain render", cost(folder));
    ExitCode::SUCCESS
}

/// What is reached of one template.
pub struct Row {
    /// The file's name, below the folder.
    pub name: String,
    /// What is reached.
    pub coverage: Coverage,
    /// How many contexts were derived from it.
    pub derived: usize,
}

impl Row {
    /// What is reached, of a hundred.
    pub fn percent(&self) -> f64 {
        100.0 * self.coverage.reached as f64 / self.coverage.outcomes.max(1) as f64
    }

    fn line(&self, width: usize) -> String {
        let cannot = self.coverage.missed.iter().filter(|missed| missed.why.is_some()).count();
        let percent = match self.coverage.outcomes {
            0 => "-".to_owned(),
            _ => format!("{:.1}", self.percent()),
        };
        let Coverage { outcomes, reached, .. } = self.coverage;
        let (name, derived) = (&self.name, self.derived);
        format!("{name:width$} {outcomes:>8} {reached:>8} {percent:>8} {cannot:>8} {derived:>8}")
    }
}

/// The sum of all rows.
pub fn total(rows: &[Row]) -> Row {
    let mut all = Row { name: "total".to_owned(), coverage: Coverage::default(), derived: 0 };
    for row in rows {
        all.coverage.outcomes += row.coverage.outcomes;
        all.coverage.reached += row.coverage.reached;
        all.coverage.missed.extend(row.coverage.missed.iter().cloned());
        all.derived += row.derived;
    }
    all
}

/// Measures those of these files of a folder that can be read, on all cores, in the order in which they come.
pub fn measure_all(folder: &Path, files: &[PathBuf]) -> Vec<Row> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let part = files.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = files
            .chunks(part)
            .map(|files| {
                scope.spawn(move || {
                    files.iter().filter_map(|file| measure(folder, file)).collect::<Vec<_>>()
                })
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().expect("a measurement")).collect()
    })
}

/// All templates in a folder and below, in the order of their names.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(".taskcluster.yml"))
        .map(walkdir::DirEntry::into_path)
        .collect()
}

fn measure(folder: &Path, file: &Path) -> Option<Row> {
    let template = Template::from_bytes(std::fs::read(file).ok()?).ok()?;
    let derived = derive::contexts(template.value(), &retrigger::needs_no_clone);
    let coverage = coverage::measure(&template, with_built_in(&derived));
    let name = file.strip_prefix(folder).unwrap_or(file).display().to_string();
    Some(Row { name, coverage, derived: derived.len() })
}

fn with_built_in(derived: &[Context]) -> impl Iterator<Item = &Context> {
    families::contexts().map(|context| -> &Context { context }).chain(derived)
}

/// How long measuring all templates takes, by the time that renders in the same contexts take.
#[allow(dead_code)]
fn cost(folder: &Path) -> f64 {
    let (mut rendering, mut measuring) = (Duration::ZERO, Duration::ZERO);
    for file in files(folder) {
        let template = std::fs::read(file).ok().and_then(|file| Template::from_bytes(file).ok());
        let Some(template) = template else { continue };
        let derived = derive::contexts(template.value(), &retrigger::needs_no_clone);
        let start = Instant::now();
        let renderer = Renderer::new(&template);
        for context in with_built_in(&derived) {
            // What it renders to, or that it raises, is not the question here.
            std::hint::black_box(renderer.render(context)).ok();
        }
        let middle = Instant::now();
        coverage::measure(&template, with_built_in(&derived));
        rendering += middle - start;
        measuring += middle.elapsed();
    }
    measuring.as_secs_f64() / rendering.as_secs_f64()
}
