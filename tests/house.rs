//! The shape of the sources: which way imports run, that no files import each other in a circle, and
//! how long a file may be. CONTRIBUTING.md draws the picture.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// The folders (or files) right under `src`, from the ground up. A line knows those above it here and
/// itself; what stands on one line does not know each other.
const FLOORS: [&[&str]; 9] = [
    &["error"],
    &["template"],
    &["jsone"],
    &["patch", "coverage"],
    &["proof"],
    &["work"],
    &["report"],
    &["cli"],
    &["lib", "main"],
];

/// No file holds more than one idea, and none of those takes more lines.
const MOST_LINES: usize = 400;

type Module = Vec<String>;

/// A source file: its module's path, and what its text imports.
struct File {
    module: Module,
    name: String,
    lines: usize,
    /// The paths that it names, but for its own tests: those may look at it from above.
    paths: Vec<Vec<String>>,
    /// `pub use`: the paths by which its module hands on what is another's.
    handed_on: Vec<Vec<String>>,
}

impl File {
    fn new(name: &str, text: &str) -> File {
        let stem = name.trim_end_matches(".rs").trim_end_matches("/mod");
        let module: Module = match stem {
            "lib" | "main" => Vec::new(),
            stem => stem.split('/').map(str::to_owned).collect(),
        };
        let tokens: TokenStream = text.parse().unwrap_or_else(|err| panic!("{name}: {err}"));
        let (name, lines) = (name.to_owned(), text.lines().count());
        let mut file = File { module, name, lines, paths: Vec::new(), handed_on: Vec::new() };
        file.read(tokens);
        file
    }

    /// The folder right under `src` that it is in, or its own name there.
    fn folder(&self) -> &str {
        self.name.trim_end_matches(".rs").split('/').next().unwrap_or_default()
    }

    fn read(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let behind = |at: usize, words: [&str; 2]| {
            let is =
                |at: usize, word| tokens.get(at).is_some_and(|token| token.to_string() == word);
            is(at.wrapping_sub(2), words[0]) && is(at.wrapping_sub(1), words[1])
        };
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) if !behind(at, ["mod", "tests"]) => {
                    self.read(group.stream());
                    at += 1;
                }
                TokenTree::Ident(_) => {
                    let mut found = Vec::new();
                    let end = tree(&tokens, at, &[], &mut found);
                    if behind(at, ["pub", "use"]) {
                        self.handed_on.extend(found.clone());
                    }
                    self.paths.extend(found);
                    at = end;
                }
                _ => at += 1,
            }
        }
    }
}

/// The paths that start at an identifier, `a::b`, `a::*` or `a::{b, c::d}`; gives where they end.
fn tree(tokens: &[TokenTree], at: usize, before: &[String], out: &mut Vec<Vec<String>>) -> usize {
    let is = |at: usize, sign: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
    let Some(TokenTree::Ident(ident)) = tokens.get(at) else {
        out.push(before.iter().cloned().chain(["*".to_owned()]).collect());
        return at + 1;
    };
    let path: Vec<String> = before.iter().cloned().chain([ident.to_string()]).collect();
    match tokens.get(at + 3).filter(|_| is(at + 1, ':') && is(at + 2, ':')) {
        Some(TokenTree::Ident(_)) => tree(tokens, at + 3, &path, out),
        Some(TokenTree::Punct(_)) if is(at + 3, '*') => tree(tokens, at + 3, &path, out),
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let inside: Vec<TokenTree> = group.stream().into_iter().collect();
            let is_comma = |t: &TokenTree| matches!(t, TokenTree::Punct(p) if p.as_char() == ',');
            for part in inside.split(is_comma).filter(|part| !part.is_empty()) {
                tree(part, 0, &path, out);
            }
            at + 4
        }
        // `super` alone is a visibility.
        _ => {
            out.extend(Some(path).filter(|path| path.len() > 1));
            at + 1
        }
    }
}

struct House {
    files: Vec<File>,
    /// The position of the file that is a module.
    modules: HashMap<Module, usize>,
}

impl House {
    fn new(texts: &[(String, String)]) -> House {
        let files: Vec<File> = texts.iter().map(|(name, text)| File::new(name, text)).collect();
        let modules = files.iter().enumerate();
        let modules = modules.filter(|(_, file)| file.name != "main.rs");
        let modules = modules.map(|(at, file)| (file.module.clone(), at)).collect();
        House { files, modules }
    }

    /// The file that a path names something in; none where it is of another crate, or local.
    fn target(&self, from: &Module, path: &[String]) -> Option<usize> {
        let mut module = from.clone();
        // Until a name is a module's, the path may be of anything local.
        let mut went = false;
        for name in path {
            let inner: Module = module.iter().chain([name]).cloned().collect();
            match name.as_str() {
                "crate" | "tc_retrigger" => module.clear(),
                "super" => drop(module.pop()),
                "self" => {}
                _ if self.modules.contains_key(&inner) => module = inner,
                _ => {
                    let file = self.modules.get(&module).filter(|_| went)?;
                    let handed = &self.files[*file].handed_on;
                    let handed = handed.iter().find(|path| path.last() == Some(name));
                    return handed.map_or(Some(*file), |path| self.target(&module, path));
                }
            }
            went = true;
        }
        self.modules.get(&module).filter(|_| went).copied()
    }

    /// What each file imports, with the path that names it.
    fn imports(&self) -> Vec<BTreeMap<usize, String>> {
        let of = |(at, file): (usize, &File)| {
            let named = file
                .paths
                .iter()
                .filter_map(|path| Some((self.target(&file.module, path)?, path.join("::"))));
            named.filter(|(target, _)| *target != at).collect()
        };
        self.files.iter().enumerate().map(of).collect()
    }

    /// Prints each folder, from the ground up: its lines, and the folders that it imports.
    fn tell(&self) {
        let imports = self.imports();
        for folder in FLOORS.concat() {
            let files = self.files.iter().zip(&imports).filter(|(file, _)| file.folder() == folder);
            let (mut lines, mut others) = (0, BTreeSet::new());
            for (file, imports) in files {
                lines += file.lines;
                others.extend(imports.keys().map(|target| self.files[*target].folder()));
            }
            others.remove(folder);
            let others: Vec<&str> = others.into_iter().collect();
            println!("{folder:<9} {lines:>5} lines, imports: {}", others.join(", "));
        }
    }

    fn faults(&self) -> Vec<String> {
        let imports = self.imports();
        let floor = |file: &File| FLOORS.iter().position(|floor| floor.contains(&file.folder()));
        let mut faults = Vec::new();
        for (file, imports) in self.files.iter().zip(&imports) {
            if file.lines > MOST_LINES {
                faults.push(format!("{} has {} lines", file.name, file.lines));
            }
            if floor(file).is_none() {
                faults.push(format!("{} is on no floor", file.name));
            }
            for (target, path) in imports {
                let target = &self.files[*target];
                if file.folder() != target.folder() && floor(file) <= floor(target) {
                    faults.push(format!("{} imports {path}, which runs backwards", file.name));
                }
            }
        }
        faults.extend(circle(&imports).map(|files| {
            let names: Vec<&str> = files.iter().map(|at| &*self.files[*at].name).collect();
            format!("a circle: {}", names.join(" -> "))
        }));
        faults
    }
}

/// The first circle of imports, if there is one.
fn circle(imports: &[BTreeMap<usize, String>]) -> Option<Vec<usize>> {
    fn walk(
        at: usize,
        way: &mut Vec<usize>,
        done: &mut BTreeSet<usize>,
        imports: &[BTreeMap<usize, String>],
    ) -> bool {
        if let Some(start) = way.iter().position(|before| *before == at) {
            way.drain(..start);
            way.push(at);
            return true;
        }
        if done.contains(&at) {
            return false;
        }
        way.push(at);
        if imports[at].keys().any(|next| walk(*next, way, done, imports)) {
            return true;
        }
        way.pop();
        done.insert(at);
        false
    }
    let (mut way, mut done) = (Vec::new(), BTreeSet::new());
    (0..imports.len()).any(|at| walk(at, &mut way, &mut done, imports)).then_some(way)
}

#[test]
fn the_sources_have_the_shape_that_contributing_draws() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = walkdir::WalkDir::new(&src).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.path().extension().is_some_and(|end| end == "rs"));
    let texts: Vec<(String, String)> = files
        .map(|entry| {
            let name = entry.path().strip_prefix(&src).unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    let house = House::new(&texts);
    house.tell();
    assert_eq!(house.faults(), Vec::<String>::new());
    // It is seen that they import each other at all.
    let imports: usize = house.imports().iter().map(BTreeMap::len).sum();
    assert!(imports > 2 * texts.len(), "only {imports} imports among {} files", texts.len());
}

#[test]
fn a_house_of_another_shape_is_told() {
    let long = "\n".repeat(MOST_LINES + 1);
    /// Files with their texts, and what is wrong with them.
    type Case<'t> = (&'t [(&'t str, &'t str)], &'t [&'t str]);
    let cases: [Case; 9] = [
        (&[("error.rs", ""), ("patch/mod.rs", "use crate::error::Error;")], &[]),
        (
            &[("error.rs", "use crate::patch::Patch;"), ("patch/mod.rs", "")],
            &["error.rs imports crate::patch::Patch, which runs backwards"],
        ),
        (
            &[
                ("patch/mod.rs", "fn f() { vec![crate::coverage::measure()]; }"),
                ("coverage.rs", ""),
            ],
            &["patch/mod.rs imports crate::coverage::measure, which runs backwards"],
        ),
        (
            &[
                ("error.rs", ""),
                ("patch/mod.rs", "use crate::{error, work as w};"),
                ("work.rs", ""),
            ],
            &["patch/mod.rs imports crate::work, which runs backwards"],
        ),
        (
            &[
                ("proof/mod.rs", "mod a;\nmod b;\npub use a::{A, N};"),
                ("proof/a.rs", "use super::b;"),
                ("proof/b.rs", "use crate::proof::N;"),
            ],
            &["a circle: proof/a.rs -> proof/b.rs -> proof/a.rs"],
        ),
        (
            &[("proof/mod.rs", "mod a;\nfn f() { a::g() }"), ("proof/a.rs", "use super::f;")],
            &["a circle: proof/mod.rs -> proof/a.rs -> proof/mod.rs"],
        ),
        (
            &[
                ("proof/a.rs", "mod tests {\n use super::*;\n fn b() {}\n}"),
                ("proof/mod.rs", "mod a;"),
            ],
            &[],
        ),
        (&[("cli/mod.rs", &long)], &["cli/mod.rs has 401 lines"]),
        (&[("shed.rs", "")], &["shed.rs is on no floor"]),
    ];
    for (files, wanted) in cases {
        let texts: Vec<_> = files.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
        assert_eq!(House::new(&texts).faults(), wanted, "{files:?}");
    }
}

/// The test programs of Cargo.toml that have a line for the module of a file of `tests/`.
fn programs_with(name: &str, programs: &[(String, String)]) -> Vec<String> {
    let line = format!("mod {name};");
    let has = |text: &str| text.lines().any(|other| other == line);
    programs.iter().filter(|(_, text)| has(text)).map(|(program, _)| program.clone()).collect()
}

/// A file that no program has a line for would never run, and nobody would see it.
#[test]
fn each_file_of_tests_is_run_by_one_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let manifest = read(&root.join("Cargo.toml"));
    let programs: Vec<(String, String)> = manifest
        .split("[[test]]\nname = \"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .map(|name| (name.clone(), read(&root.join("tests").join(name).with_extension("rs"))))
        .collect();
    assert_eq!(programs.len(), manifest.matches("[[test]]").count());
    let files = std::fs::read_dir(root.join("tests")).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|end| end == "rs"));
    let mut seen = 0;
    for name in files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()) {
        if programs.iter().any(|(program, _)| *program == name) {
            continue;
        }
        let found = programs_with(&name, &programs);
        assert_eq!(found.len(), 1, "tests/{name}.rs is run by {found:?}");
        seen += 1;
    }
    assert!(seen > 10, "only {seen} files in tests/");
    assert_eq!(programs_with("nowhere", &programs), Vec::<String>::new());
}
