//! Recipes: what fast paths are written from, a template and a script, as data under `patches/`.

use crate::error::{Error, Result};
use crate::jsone::expr;
use crate::patch::Origin;
pub use crate::patch::tree_file::{TreeFile, sha256};
use crate::template::{Text, source, value};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::Path as FilePath;

/// The name that the old payload is bound to.
pub const VARIABLE: &str = "clonePayload";
/// The name that the script is bound to, which is the least deep place that there is for it.
pub const SCRIPT: &str = "retriggerScript";
/// The anchor of the first fast path's choice, where a file has more.
const CHOICE: &str = "retriggerChoice";

/// The name of the recipe whose script is a file of the tree, as `--recipe` and a fast path's comment
/// have it.
pub const IN_TREE: &str = "retrigger-file";

const TEMPLATE: &str = include_str!("../../patches/retrigger/fast-path.yml");
const RETRIGGER: &str = include_str!("../../patches/retrigger/retrigger.py");
const IN_TREE_TEMPLATE: &str = include_str!("../../patches/retrigger-file/fast-path.yml");
const FETCH: &str = include_str!("../../patches/retrigger-file/fetch.py");
/// The spaces of one level in the template; a file gets its own step.
const STEP: usize = 4;
/// How much deeper than its key the script stands.
const SCRIPT_STEP: usize = 2;
/// Where the path and the hash of a script in the tree go in the template.
const PATH: &str = "@path@";
const HASH: &str = "@sha256@";

/// A recipe, ready to be written into files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    origin: Origin,
    comment: Vec<String>,
    body: Vec<Line>,
    value: Value,
    script: String,
    file: Option<TreeFile>,
    hash: String,
}

/// How a fast path is written: its long parts once in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Written out.
    Plain,
    /// Written out, with anchors for the file's other fast paths.
    Anchored,
    /// As aliases of the first fast path's.
    Alias,
}

/// A line: how many levels it is indented, and its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Line {
    level: usize,
    text: String,
}

impl Recipe {
    /// The recipe that is built into the program, from `patches/retrigger`.
    pub fn built_in() -> Recipe {
        Recipe::new(TEMPLATE, RETRIGGER, None)
            .unwrap_or_else(|err| panic!("patches/retrigger, built in: {err}"))
    }

    /// The recipe that is built in from `patches/retrigger-file`: the script is a file of the tree. It is
    /// to be told where, by [`Recipe::at`].
    pub fn in_tree() -> Recipe {
        Recipe::new(IN_TREE_TEMPLATE, FETCH, Some(RETRIGGER))
            .unwrap_or_else(|err| panic!("patches/retrigger-file, built in: {err}"))
    }

    /// The built-in recipe of that name: `retrigger` or [`IN_TREE`].
    pub fn named(name: &str) -> Option<Recipe> {
        match name {
            "retrigger" => Some(Recipe::built_in()),
            IN_TREE => Some(Recipe::in_tree()),
            _ => None,
        }
    }

    /// Reads a recipe from a folder that holds `fast-path.yml` and `retrigger.py` in the form of
    /// `patches/retrigger`, or `fetch.py` as well in that of `patches/retrigger-file`. Errs where one
    /// cannot be read or has another form.
    pub fn from_dir(dir: &FilePath) -> Result<Recipe> {
        let read = |name: &str| {
            let path = dir.join(name);
            let bytes = source::read(&path).map_err(|err| {
                err.help("a recipe is a folder with fast-path.yml and retrigger.py")
            })?;
            Ok(Text::from_bytes(bytes).map_err(|err| err.in_file(path))?.as_str().to_owned())
        };
        let (template, script) = (read("fast-path.yml")?, read("retrigger.py")?);
        let recipe = match dir.join("fetch.py").exists() {
            true => Recipe::new(&template, &read("fetch.py")?, Some(&script)),
            false => Recipe::new(&template, &script, None),
        };
        recipe.map_err(|err| err.in_file(dir.join("fast-path.yml")))
    }

    /// A recipe of this template whose fast path runs `script`, and that `file`, where there is one.
    fn new(template: &str, script: &str, file: Option<&str>) -> Result<Recipe> {
        let form =
            |what: &str| Error::new(what).help("see patches/retrigger/fast-path.yml for the form");
        let (comment, lines): (Vec<&str>, Vec<&str>) =
            template.lines().partition(|line| line.starts_with('#'));
        let origin = comment.first().and_then(|line| Origin::told(line));
        let Some(origin @ (Origin::Recipe(_) | Origin::Named(..))) = origin else {
            return Err(form("the first line does not say `# tc-retrigger recipe <number>: …`"));
        };
        let bound = |name: &str, what: &str| format!("    {name}: '@{what}@'");
        let head = ["$let:", &bound(VARIABLE, "payload"), &bound(SCRIPT, "script"), "in:"];
        if lines.len() < head.len() || lines[..head.len()] != head {
            let names = format!("the fast path does not start with $let, {VARIABLE}, {SCRIPT}, in");
            return Err(form(&names));
        }
        let mut body = Vec::new();
        for line in &lines[head.len()..] {
            let level = (line.len() - line.trim_start().len()) / STEP;
            body.push(Line { level, text: line.trim_start().to_owned() });
        }
        check_script(script)?;
        let file =
            file.map(|content| TreeFile { path: String::new(), content: content.to_owned() });
        let mut recipe = Recipe {
            origin,
            comment: comment.into_iter().map(str::to_owned).collect(),
            body,
            value: Value::Null,
            script: script.to_owned(),
            file,
            hash: sha256(template.as_bytes()),
        };
        recipe.read()?;
        let is_whole = ["$if", "then", "else"].iter().all(|key| recipe.value.get(key).is_some());
        if !is_whole || recipe.value["else"]["$eval"] != VARIABLE {
            return Err(form("the fast path is not `$if`, `then`, `else: {$eval: clonePayload}`"));
        }
        let text = recipe.value.to_string();
        if recipe.file.is_some() != (text.contains(PATH) && text.contains(HASH)) {
            return Err(form("fetch.py goes with `@path@` and `@sha256@` in the command"));
        }
        Ok(recipe)
    }

    fn read(&mut self) -> Result<()> {
        let written = self.body_lines(STEP).join("\n") + "\n";
        self.value = value::parse(&Text::new(written))?;
        Ok(())
    }

    /// The recipe with its script at this path from the repository's root; as it is where its script is
    /// in the template.
    ///
    /// Errs where the path is none that every host and shell takes as it is.
    pub fn at(&self, path: &str) -> Result<Recipe> {
        let Some(file) = &self.file else { return Ok(self.clone()) };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        let steps = || path.split('/');
        let is_step = |step: &str| step.chars().all(is_plain) && step.contains(|c| c != '.');
        if !steps().all(is_step) {
            return Err(Error::new(format!("{path:?} is no path for the script")).help(
                "name it from the repository's root, of letters, digits, _, -, . and / only: \
                 taskcluster/scripts/retrigger.py",
            ));
        }
        let file = TreeFile { path: path.to_owned(), content: file.content.clone() };
        let hash = file.hash();
        let mut recipe = self.clone();
        for line in &mut recipe.body {
            line.text = line.text.replace(PATH, path).replace(HASH, &hash);
        }
        recipe.file = Some(file);
        recipe.read()?;
        Ok(recipe)
    }

    /// The path and the hash of the script in the tree that a fast path's choice `found` names, as far
    /// as it is of this recipe's form.
    pub fn file_in(&self, found: &Value) -> Option<(String, String)> {
        let file = self.file.as_ref()?;
        let wanted = self.value["then"]["command"].as_array()?;
        let command = found["then"]["command"].as_array()?;
        let word = |what: &str, known: &str| {
            let at = wanted.iter().position(|word| word == what || word == known)?;
            Some(command.get(at)?.as_str()?.to_owned())
        };
        word(PATH, &file.path).zip(word(HASH, &file.hash()))
    }

    /// The origin of what this recipe writes: a file with an older one is stale.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The SHA-256 of its `fast-path.yml`, in hexadecimal digits.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The file of the tree that the fast path runs; none where the script is in the template.
    pub fn file(&self) -> Option<&TreeFile> {
        self.file.as_ref()
    }

    /// The comment's lines, without indentation.
    pub fn comment(&self) -> &[String] {
        &self.comment
    }

    /// The lines that bind the script: its key, and the script two columns deeper.
    pub fn script_lines(&self, form: Form) -> Vec<String> {
        let head = match form {
            Form::Plain => format!("{SCRIPT}: |"),
            Form::Anchored => format!("{SCRIPT}: &{SCRIPT} |"),
            Form::Alias => return vec![format!("{SCRIPT}: *{SCRIPT}")],
        };
        let escaped = escaped(&self.script);
        let indent = |line: &str| match line.is_empty() {
            true => String::new(),
            false => " ".repeat(SCRIPT_STEP) + line,
        };
        std::iter::once(head).chain(escaped.lines().map(indent)).collect()
    }

    /// What stands behind `in:`, and the lines below, indented by `step` spaces a level, their first
    /// level by one step.
    pub fn choice_lines(&self, step: usize, form: Form) -> (String, Vec<String>) {
        match form {
            Form::Plain => (String::new(), self.body_lines(step)),
            Form::Anchored => (format!(" &{CHOICE}"), self.body_lines(step)),
            Form::Alias => (format!(" *{CHOICE}"), Vec::new()),
        }
    }

    fn body_lines(&self, step: usize) -> Vec<String> {
        let line = |line: &Line| " ".repeat(line.level * step) + &line.text;
        self.body.iter().map(line).collect()
    }

    /// The value under `in`: what a file must hold there.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The value that the wrapper binds the script to: what a file must hold there.
    pub fn bound_script(&self) -> Value {
        escaped(&self.script).into()
    }

    /// The value that the whole wrapper has around an old payload.
    pub fn wrapper(&self, payload: Value) -> Value {
        json!({"$let": {VARIABLE: payload, SCRIPT: self.bound_script()}, "in": self.value})
    }

    /// The variables that the value under `in` is rendered with, for an old payload as it was rendered.
    pub fn variables(&self, payload: Value) -> Value {
        json!({VARIABLE: payload, SCRIPT: self.script})
    }

    /// The guard: the condition under which a task takes the fast path.
    pub fn guard(&self) -> &str {
        self.value["$if"].as_str().unwrap_or_default()
    }

    /// The script, as Python reads it.
    pub fn script(&self) -> &str {
        &self.script
    }

    /// What the command has behind the script and the folder of the artifact `public`.
    pub fn arguments(&self) -> Vec<String> {
        self.file.iter().flat_map(|file| [file.path.clone(), file.hash()]).collect()
    }

    /// The names that must mean in a template what they mean in production: the guard's and the
    /// wrapper's own.
    pub fn names(&self) -> Vec<&str> {
        let mut names = expr::names(self.guard(), &expr::tokens(self.guard()).0);
        names.extend([VARIABLE, SCRIPT]);
        names
    }
}

/// A script as a template holds it: `${` would be an interpolation.
fn escaped(script: &str) -> String {
    script.replace("${", "$${")
}

/// Errs where a script cannot stand in a literal block as it is.
fn check_script(script: &str) -> Result<()> {
    let fits = script.starts_with(|c: char| !c.is_whitespace())
        && script.ends_with('\n')
        && !script.ends_with("\n\n")
        && script.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte))
        && script.lines().all(|line| !line.ends_with(' '));
    if fits {
        return Ok(());
    }
    Err(Error::new("the script has no form as a literal block").help(
        "use ASCII, one line break at the end, none at the start, no tabs, no spaces at line ends",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsone::render_value;
    use serde_json::json;

    #[test]
    fn the_script_comes_out_of_a_render_as_it_is() {
        let awkward = "print('${x} $${y} $$${z} $')\nif 1:\n    print('{}')\n\nprint('\\n')\n";
        let payload = json!({
            "image": "i", "features": {}, "env": {}, "artifacts": {"public": {"path": "/a"}},
        });
        for script in [RETRIGGER, FETCH, awkward] {
            let recipe = Recipe::new(TEMPLATE, script, None).unwrap();
            let mut wrapper = recipe.wrapper(json!({"$eval": "payload"}));
            wrapper["in"] = recipe.value()["then"].clone();
            let payload = render_value(&wrapper, &json!({"payload": payload})).unwrap();
            assert_eq!(payload["command"], json!(["python3", "-c", script, "/a"]));
        }
        let recipe = Recipe::in_tree().at("a/b.py").unwrap();
        let then = &recipe.value()["then"];
        let payload = render_value(then, &recipe.variables(payload)).unwrap();
        let hash = TreeFile { path: String::new(), content: RETRIGGER.to_owned() }.hash();
        assert_eq!(payload["command"], json!(["python3", "-c", FETCH, "/a", "a/b.py", hash]));
        for known in [recipe, Recipe::in_tree()] {
            let named = Recipe::in_tree().at("a/b.py").unwrap();
            assert_eq!(known.file_in(named.value()), Some(("a/b.py".to_owned(), hash.clone())));
        }
        assert_eq!(Recipe::built_in().file_in(Recipe::built_in().value()), None);
    }

    #[test]
    fn a_recipe_of_another_form_is_refused() {
        let no_else = TEMPLATE.replace("    else: {$eval: 'clonePayload'}\n", "");
        let no_number = TEMPLATE.replace("tc-retrigger recipe ", "tc-retrigger recipe x");
        let old = TEMPLATE.replace("tc-retrigger recipe ", "tc-retrigger patch ");
        let cases = [
            (no_number.as_str(), "x = 1\n", None, "first line"),
            (old.as_str(), "x = 1\n", None, "first line"),
            (no_else.as_str(), "x = 1\n", None, "`else: {$eval: clonePayload}`"),
            ("# tc-retrigger recipe 1: x\nin:\n", "x = 1\n", None, "does not start with"),
            (TEMPLATE, "print(1) \n", None, "literal block"),
            (TEMPLATE, "print('ä')\n", None, "literal block"),
            (TEMPLATE, "x = 1\n", Some("x = 2\n"), "goes with `@path@`"),
            (IN_TREE_TEMPLATE, "x = 1\n", None, "goes with `@path@`"),
        ];
        for (template, script, file, wanted) in cases {
            let err = Recipe::new(template, script, file).unwrap_err().to_string();
            assert!(err.contains(wanted), "{err}");
        }
    }

    #[test]
    fn a_script_has_a_plain_path_from_the_root() {
        let cases = [
            ("retrigger.py", true),
            ("taskcluster/scripts/retrigger.py", true),
            ("a/.b/c-d_e", true),
            ("", false),
            ("/etc/passwd", false),
            ("../retrigger.py", false),
            ("a/./b.py", false),
            ("a//b.py", false),
            ("a b.py", false),
            ("${x}.py", false),
            ("ä.py", false),
        ];
        for (path, is_good) in cases {
            assert_eq!(Recipe::in_tree().at(path).is_ok(), is_good, "{path}");
        }
        assert_eq!(Recipe::built_in().at("/etc/passwd"), Ok(Recipe::built_in()));
    }
}
