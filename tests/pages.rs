//! What README.md and docs/ tell a reader to run is run, and their links lead somewhere. Transcripts
//! (`console`) are run by tests/cli.rs; the blocks of `sh` are run here, in tests/pages/world.rs.

mod page;
mod reference;
mod world;

use crate::needs;
use page::{Block, Page, parse, slug};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use world::World;

/// What builds or installs, and is run elsewhere: the command line, the file that runs it, and how it says
/// so there.
const RUN_ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        "cargo run --release --example mutants -- --mutants 20000 --seed 1 examples",
        ".ci/long",
        "--example mutants -- --mutants 20000",
    ),
    ("cargo run --release --example conformance", ".ci/long", "--example conformance"),
    ("cargo run --release --example coverage -- examples", ".ci/long", "--example coverage"),
    ("cargo run --release --example storm", ".ci/long", "--example storm"),
    (".ci/venv/bin/python benches/whole.py", ".ci/long", "benches/whole.py"),
    ("cargo bench --bench parts", ".ci/long", "--bench parts"),
    ("pip install .", ".ci/run", "pip\" install --quiet --disable-pip-version-check .\n"),
    (
        "cargo install --path .",
        ".ci/run",
        "cargo install --locked --quiet --root \"$fresh/cargo\" --path .",
    ),
];

/// The languages of blocks in which no command line stands.
const NO_COMMANDS: &[&str] = &["yaml", "json", "python", "text", "toml"];

/// The pages whose blocks are run, with their names.
fn pages() -> Vec<(String, Page)> {
    let mut names = vec!["README.md".to_owned()];
    names.extend(["docs", "examples"].into_iter().flat_map(markdown));
    names.into_iter().map(|name| (name.clone(), parse(&read(&name)))).collect()
}

/// The pages of which only the links are looked at, too.
fn more_pages() -> Vec<(String, Page)> {
    let names = ["CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned);
    names.into_iter().map(|name| (name.clone(), parse(&read(&name)))).collect()
}

fn markdown(folder: &str) -> Vec<String> {
    let found = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let names = found.map(|entry| entry.path().to_str().unwrap().to_owned());
    names.filter(|name| name.ends_with(".md")).collect()
}

fn read(name: &str) -> String {
    fs::read_to_string(name).unwrap_or_else(|err| panic!("{name}: {err}"))
}

/// Who runs a command line of `sh`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Runner {
    Here,
    Elsewhere,
}

fn runner(command: &str) -> Runner {
    let is_there = RUN_ELSEWHERE.iter().map(|row| row.0);
    if is_there.into_iter().any(|known| known == command) {
        Runner::Elsewhere
    } else {
        Runner::Here
    }
}

/// What keeps a block from being run, if nothing should.
fn fault_of(block: &Block) -> Option<String> {
    let commands = block.commands();
    let runners: Vec<Runner> = commands.iter().map(|command| runner(command)).collect();
    match block.language.as_str() {
        "sh" | "console" if commands.is_empty() => Some("has no command line".to_owned()),
        "sh" | "console" if block.is_ignored => Some("is ignored".to_owned()),
        "sh" if runners.windows(2).any(|two| two[0] != two[1]) => {
            Some("is half run elsewhere: make it two blocks".to_owned())
        }
        // tests/cli.rs runs nothing else.
        "console" if commands.iter().any(|command| !command.starts_with("tc-retrigger ")) => {
            Some("is a transcript of another program, which nothing runs".to_owned())
        }
        "sh" | "console" => None,
        language if NO_COMMANDS.contains(&language) => {
            let is_command =
                |line: &str| ["$ ", "tc-retrigger "].iter().any(|s| line.starts_with(s));
            let line = block.text.lines().find(|line| is_command(line))?;
            Some(format!("has a command line that nothing runs: {line}"))
        }
        language => Some(format!("is of a language that no test knows: {language:?}")),
    }
}

#[test]
fn every_block_is_run_by_something() {
    let mut faults = Vec::new();
    for (name, page) in pages() {
        for block in &page.blocks {
            let fault = fault_of(block);
            faults.extend(fault.map(|fault| format!("{name}:{}: {fault}", block.line)));
        }
        faults.extend(page.html.iter().map(|html| format!("{name}:{}: HTML", html.line)));
    }
    assert_eq!(faults, Vec::<String>::new());
    for (command, file, text) in RUN_ELSEWHERE {
        assert!(read(file).contains(text), "{file} does not run {command}");
    }
    let all: BTreeSet<String> = pages()
        .iter()
        .flat_map(|(_, page)| page.blocks.iter().filter(|b| b.language == "sh"))
        .flat_map(Block::commands)
        .collect();
    for command in RUN_ELSEWHERE.iter().map(|row| row.0) {
        assert!(all.contains(command), "no page has {command}");
    }
}

#[test]
fn a_block_that_nothing_runs_is_told() {
    let cases = [
        ("```sh\ntc-retrigger check\n```\n", None),
        ("```sh\ncargo install --path .\n```\n", None),
        ("```yaml\na: b\n```\n", None),
        ("```console\n$ tc-retrigger check\n```\n", None),
        ("```sh,ignore\ntc-retrigger check\n```\n", Some("is ignored")),
        ("```sh\n# nothing\n```\n", Some("has no command line")),
        ("```sh\npip install .\ntc-retrigger check\n```\n", Some("is half run elsewhere")),
        ("```console\n$ git status\n```\n", Some("is a transcript of another program")),
        ("```console,ignore\n$ tc-retrigger check\n```\n", Some("is ignored")),
        ("```text\n$ git status\n```\n", Some("has a command line that nothing runs")),
        ("```yaml\ntc-retrigger check\n```\n", Some("has a command line that nothing runs")),
        ("```\ntc-retrigger check\n```\n", Some("is of a language that no test knows")),
        ("    tc-retrigger check\n", Some("is of a language that no test knows")),
        ("```bash\ntc-retrigger check\n```\n", Some("is of a language that no test knows")),
    ];
    for (text, wanted) in cases {
        let page = parse(text);
        let fault = fault_of(&page.blocks[0]);
        assert_eq!(fault.is_some(), wanted.is_some(), "{text}: {fault:?}");
        assert!(fault.unwrap_or_default().starts_with(wanted.unwrap_or_default()), "{text}");
    }
}

/// Each page's blocks, one after the other, as its reader would run them.
#[test]
fn blocks_of_sh_run() {
    if Command::new("git").arg("--version").output().is_err() {
        needs::missing("the pages' blocks run git");
        return;
    }
    let pages = needs::sampled("pages whose blocks are run", pages());
    let faults: Vec<String> = std::thread::scope(|scope| {
        let run = |(name, page)| scope.spawn(move || faults_of_page(name, page));
        let running: Vec<_> = pages.iter().map(|(name, page)| run((name, page))).collect();
        running.into_iter().filter_map(|page| page.join().unwrap()).collect()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The first block of a page that fails, and what it says.
fn faults_of_page(name: &str, page: &Page) -> Option<String> {
    let is_run = |block: &&Block| {
        block.language == "sh"
            && block.commands().iter().all(|command| runner(command) == Runner::Here)
    };
    let blocks: Vec<&Block> = page.blocks.iter().filter(is_run).collect();
    if blocks.is_empty() {
        return None;
    }
    let world = World::new();
    blocks.into_iter().find_map(|block| {
        let output = world.run(&block.text);
        let said = [&output.stdout, &output.stderr].map(|out| String::from_utf8_lossy(out));
        let told = || format!("{name}:{}: {}\n{}", block.line, block.text, said.concat());
        (!output.status.success()).then(told)
    })
}

/// Where a link of the page `from` is dead, and how; links to the web are not looked at.
fn fault_of_link(from: &str, link: &str, own: &[String]) -> Option<String> {
    if link.starts_with("https://") {
        return None;
    }
    if link.contains(':') || link.starts_with('/') {
        return Some("is no relative link".to_owned());
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = Path::new(from).parent().unwrap_or(Path::new(""));
    let mut target = Vec::new();
    for step in folder.join(path).components() {
        match step.as_os_str().to_str()? {
            ".." => drop(target.pop()),
            step => target.push(step.to_owned()),
        }
    }
    let target = target.join("/");
    if path.is_empty() {
        let is_there = own.iter().any(|known| known == anchor);
        return (!is_there).then(|| "has no such heading".to_owned());
    }
    if !Path::new(&target).exists() {
        return Some("is not there".to_owned());
    }
    if anchor.is_empty() {
        return None;
    }
    let is_there = parse(&read(&target)).anchors.iter().any(|known| known == anchor);
    (!is_there).then(|| "has no such heading".to_owned())
}

#[test]
fn links_lead_somewhere() {
    let mut faults = Vec::new();
    for (name, page) in pages().into_iter().chain(more_pages()) {
        for link in &page.links {
            let fault = fault_of_link(&name, &link.text, &page.anchors);
            faults.extend(fault.map(|f| format!("{name}:{}: {} {f}", link.line, link.text)));
        }
        let silent = page.images.iter().filter(|image| image.text.trim().len() < 20);
        faults.extend(silent.map(|i| format!("{name}:{}: the image says nothing", i.line)));
    }
    assert_eq!(faults, Vec::<String>::new());
    let own = ["there".to_owned()];
    let cases = [
        ("README.md", "docs/proof.md", None),
        ("docs/proof.md", "../README.md", None),
        ("docs/proof.md", "proof.md#the-premises-each-checked", None),
        ("docs/proof.md", "#there", None),
        ("README.md", "https://example.com", None),
        ("README.md", "docs/nothing.md", Some("is not there")),
        ("docs/proof.md", "docs/proof.md", Some("is not there")),
        ("README.md", "docs/proof.md#nothing", Some("has no such heading")),
        ("README.md", "#nothing", Some("has no such heading")),
        ("README.md", "/docs/proof.md", Some("is no relative link")),
        ("README.md", "http://example.com", Some("is no relative link")),
    ];
    for (from, link, wanted) in cases {
        let fault = fault_of_link(from, link, &own);
        assert_eq!(fault.as_deref(), wanted, "{from} {link}");
    }
}

#[test]
fn anchors_are_githubs() {
    let cases = [
        ("The proof", "the-proof"),
        (
            "What is sampled, and why it is not called proof",
            "what-is-sampled-and-why-it-is-not-called-proof",
        ),
        ("`not-applicable`: why?", "not-applicable-why"),
        ("Why Python in YAML?", "why-python-in-yaml"),
        ("A  b", "a--b"),
        ("over_view", "over_view"),
    ];
    for (heading, wanted) in cases {
        assert_eq!(slug(heading), wanted);
    }
    let page = parse("# A b\n\n## A b\n\ntext\n\n### `c` d\n");
    assert_eq!(page.anchors, ["a-b", "a-b-1", "c-d"]);
}

/// Every page of docs/ can be reached from README.md.
#[test]
fn the_readme_leads_to_every_page() {
    let readme = parse(&read("README.md"));
    for page in markdown("docs") {
        let is_linked = readme.links.iter().any(|link| link.text.split('#').next() == Some(&page));
        assert!(is_linked, "README.md does not link to {page}");
    }
}
