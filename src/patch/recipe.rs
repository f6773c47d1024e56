//! Recipes: what fast paths are written from, a template and a script, as data under `patches/`.

use crate::error::{Error, Result};
use crate::jsone::expr;
use crate::template::{Text, value};
use serde_json::Value;
use std::fmt;
use std::path::Path as FilePath;

/// The name that the old payload is bound to.
pub const VARIABLE: &str = "clonePayload";

const TEMPLATE: &str = include_str!("../../patches/retrigger/fast-path.yml");
const SCRIPT: &str = include_str!("../../patches/retrigger/retrigger.py");
/// The spaces of one level in the template; a file gets its own step.
const STEP: usize = 4;
/// Where the script goes in the template.
const PLACEHOLDER: &str = "- '@script@'";
/// The anchor that a file's first fast path gives the script, where there are more.
const ANCHOR: &str = "retriggerScript";
/// What a fast path's first comment line starts with, before and behind the recipe's number.
const SIGNATURE: &str = "# tc-retrigger ";

/// A recipe, ready to be written into files.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    number: u32,
    comment: Vec<String>,
    body: Vec<Line>,
    value: Value,
    script: String,
}

/// How a fast path writes the script: once in a file is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptForm {
    /// As a literal block.
    Plain,
    /// As a literal block with an anchor, for the file's other fast paths.
    Anchored,
    /// As an alias of the first fast path's.
    Alias,
}

/// A line: how many levels it is indented, and its text.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    level: usize,
    text: String,
}

impl Recipe {
    /// The recipe that is built into the program, from `patches/retrigger`.
    pub fn built_in() -> Recipe {
        Recipe::new(TEMPLATE, SCRIPT)
            .unwrap_or_else(|err| panic!("patches/retrigger, built in: {err}"))
    }

    /// Reads a recipe from a folder that holds `fast-path.yml` and `retrigger.py` in the form of
    /// `patches/retrigger`. Errs where one cannot be read or has another form.
    pub fn from_dir(dir: &FilePath) -> Result<Recipe> {
        let read = |name: &str| {
            let path = dir.join(name);
            std::fs::read_to_string(&path).map_err(|err| {
                Error::new(format!("cannot be read: {err}"))
                    .in_file(path)
                    .help("a recipe is a folder with fast-path.yml and retrigger.py")
            })
        };
        Recipe::new(&read("fast-path.yml")?, &read("retrigger.py")?)
            .map_err(|err| err.in_file(dir.join("fast-path.yml")))
    }

    fn new(template: &str, script: &str) -> Result<Recipe> {
        let form =
            |what: &str| Error::new(what).help("see patches/retrigger/fast-path.yml for the form");
        let (comment, lines): (Vec<&str>, Vec<&str>) =
            template.lines().partition(|line| line.starts_with('#'));
        let Some(Origin::Recipe(number)) = comment.first().and_then(|line| Origin::told(line))
        else {
            return Err(form("the first line does not say `# tc-retrigger recipe <number>: …`"));
        };
        let head = ["$let:".to_owned(), format!("    {VARIABLE}: '@payload@'"), "in:".to_owned()];
        if lines.len() < head.len() || lines[..3] != head {
            return Err(form("the fast path does not start with $let, clonePayload, in"));
        }
        let mut body = Vec::new();
        for line in &lines[3..] {
            let level = (line.len() - line.trim_start().len()) / STEP;
            body.push(Line { level, text: line.trim_start().to_owned() });
        }
        check_script(script)?;
        let mut recipe = Recipe {
            number,
            comment: comment.into_iter().map(str::to_owned).collect(),
            body,
            value: Value::Null,
            script: script.to_owned(),
        };
        let written = recipe.body_lines(STEP, ScriptForm::Plain).join("\n") + "\n";
        recipe.value = value::parse(&Text::new(written))?;
        let is_whole = ["$if", "then", "else"].iter().all(|key| recipe.value.get(key).is_some());
        if !is_whole || recipe.value["else"]["$eval"] != VARIABLE {
            return Err(form("the fast path is not `$if`, `then`, `else: {$eval: clonePayload}`"));
        }
        Ok(recipe)
    }

    /// The origin of what this recipe writes: a file with an older one is stale.
    pub fn origin(&self) -> Origin {
        Origin::Recipe(self.number)
    }

    /// The comment's lines, without indentation.
    pub fn comment(&self) -> &[String] {
        &self.comment
    }

    /// The lines below `in:`, indented by `step` spaces a level, their first level by one step.
    pub fn body_lines(&self, step: usize, form: ScriptForm) -> Vec<String> {
        let pad = |level: usize| " ".repeat(level * step);
        let mut lines = Vec::new();
        for Line { level, text } in &self.body {
            let (head, has_script) = match form {
                _ if text != PLACEHOLDER => (text.clone(), false),
                ScriptForm::Plain => ("- |".to_owned(), true),
                ScriptForm::Anchored => (format!("- &{ANCHOR} |"), true),
                ScriptForm::Alias => (format!("- *{ANCHOR}"), false),
            };
            lines.push(pad(*level) + &head);
            if has_script {
                // `${` would be an interpolation.
                let escaped = self.script.replace("${", "$${");
                let indent = |line: &str| match line.is_empty() {
                    true => String::new(),
                    false => pad(level + 1) + line,
                };
                lines.extend(escaped.lines().map(indent));
            }
        }
        lines
    }

    /// The value under `in`: what a file must hold there.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The value that the whole wrapper has around an old payload.
    pub fn wrapper(&self, payload: Value) -> Value {
        serde_json::json!({"$let": {VARIABLE: payload}, "in": self.value})
    }

    /// The guard: the condition under which a task takes the fast path.
    pub fn guard(&self) -> &str {
        self.value["$if"].as_str().unwrap_or_default()
    }

    /// The script, as Python reads it.
    pub fn script(&self) -> &str {
        &self.script
    }

    /// The names that must mean in a template what they mean in production: the guard's and the
    /// wrapper's own.
    pub fn names(&self) -> Vec<&str> {
        let mut names = expr::names(self.guard(), &expr::tokens(self.guard()).0);
        names.push(VARIABLE);
        names
    }
}

/// What a fast path was written from, by its number; the newer, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// What recipes were called at first.
    Patch(u32),
    /// A recipe.
    Recipe(u32),
}

impl Origin {
    /// The origin that a fast path's first comment line tells.
    pub fn told(comment: &str) -> Option<Origin> {
        let rest = comment.trim_start().strip_prefix(SIGNATURE)?;
        let (kind, rest) = rest.split_once(' ')?;
        let number = rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        match kind {
            "patch" => Some(Origin::Patch(number)),
            "recipe" => Some(Origin::Recipe(number)),
            _ => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Patch(number) => write!(f, "patch {number}"),
            Origin::Recipe(number) => write!(f, "recipe {number}"),
        }
    }
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
        for script in [SCRIPT, awkward] {
            let recipe = Recipe::new(TEMPLATE, script).unwrap();
            let context = json!({"clonePayload": {
                "image": "i", "features": {}, "env": {}, "artifacts": {"public": {"path": "/a"}},
            }});
            let payload = render_value(&recipe.value()["then"], &context).unwrap();
            assert_eq!(payload["command"], json!(["python3", "-c", script, "/a"]));
        }
    }

    #[test]
    fn a_recipe_of_another_form_is_refused() {
        let no_else = TEMPLATE.replace("    else: {$eval: 'clonePayload'}\n", "");
        let no_number = TEMPLATE.replace("tc-retrigger recipe ", "tc-retrigger recipe x");
        let old = TEMPLATE.replace("tc-retrigger recipe ", "tc-retrigger patch ");
        let cases = [
            (no_number.as_str(), SCRIPT, "first line"),
            (old.as_str(), SCRIPT, "first line"),
            (no_else.as_str(), SCRIPT, "`else: {$eval: clonePayload}`"),
            ("# tc-retrigger recipe 1: x\nin:\n", SCRIPT, "does not start with"),
            (TEMPLATE, "print(1) \n", "literal block"),
            (TEMPLATE, "print('ä')\n", "literal block"),
        ];
        for (template, script, wanted) in cases {
            let err = Recipe::new(template, script).unwrap_err().to_string();
            assert!(err.contains(wanted), "{err}");
        }
    }
}
