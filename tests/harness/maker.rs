//! Makes random templates in which the payload travels, of the ways in `journeys.rs`.

use super::journeys::{HARMLESS, ITEMS, MERGING, READING, READS, WAYS, Way};
use super::rare::{DEEP, RARE};
use super::rng::Rng;
use super::tree::Tree;

/// A template, and how it was made.
pub struct Made {
    /// What the ways call it.
    pub way: String,
    /// The template.
    pub text: String,
    /// The conditions of [`RARE`] in it, a bit for each.
    pub used: usize,
    /// Whether it must be proved.
    pub is_harmless: bool,
}

/// Makes one template.
pub struct Maker<'r> {
    rng: &'r mut Rng,
    /// The conditions of [`RARE`] that it may use: few, since all combinations are rendered.
    rare: [usize; 2],
    used: usize,
    /// The innermost part of the way's name: what is read, or merged.
    part: String,
    name: &'static str,
}

impl<'r> Maker<'r> {
    /// With conditions and a name of the guard's chosen for one template.
    pub fn new(rng: &'r mut Rng) -> Maker<'r> {
        let rare = [(); 2].map(|()| rng.below(RARE.len()));
        let names = ["tasks_for", "action", "input", "typeof", "defined", "clonePayload"];
        let name = rng.pick(&names);
        let name = names.into_iter().find(|known| *known == name).expect("one of them");
        Maker { rng, rare, used: 0, part: String::new(), name }
    }

    /// One of the ways that must be proved, with a plain task.
    pub fn harmless(mut self, at: usize) -> Made {
        let (name, line) = HARMLESS[at % HARMLESS.len()];
        let tree = self.grown(&Tree::read(line), 0);
        self.made(format!("harmless {name}"), &tree, true)
    }

    /// Any way.
    pub fn any(mut self) -> Made {
        let (name, line) = self.way();
        let depth = [1, 1, 1, 2, 3][self.rng.below(5)];
        let tree = self.grown(&Tree::read(line), depth);
        let way = match name {
            // By one alone, so that what the proof makes of it can be seen.
            _ if depth > 1 => "several in one another".to_owned(),
            "" => std::mem::take(&mut self.part),
            name => name.to_owned(),
        };
        self.made(way, &tree, false)
    }

    fn made(self, way: String, tree: &Tree, is_harmless: bool) -> Made {
        Made { way, text: tree.document(), used: self.used, is_harmless }
    }

    fn one_of(&mut self, ways: &[Way]) -> Way {
        ways[self.rng.below(ways.len())]
    }

    /// A way; without a name where it is counted by its part.
    fn way(&mut self) -> Way {
        match self.rng.below(10) {
            0..4 => ("", self.rng.pick(READING)),
            4..6 => ("", self.rng.pick(MERGING)),
            _ => self.one_of(WAYS),
        }
    }

    /// A tree with its words replaced, by at most `depth` levels of ways.
    fn grown(&mut self, tree: &Tree, depth: usize) -> Tree {
        match tree {
            Tree::Text(word) => match word.as_str() {
                "TASK" => self.task(depth),
                "PAYLOAD" => self.payload(depth),
                "READ" => self.read(),
                "ITEM" => self.item(),
                "INPUT" => {
                    self.used |= 1 << DEEP;
                    let condition = RARE[DEEP].condition;
                    Tree::read(&format!(
                        "{{$if: \"{condition}\", then: {{$eval: input.deep}}, else: {{}}}}"
                    ))
                }
                "BOUND" => {
                    let action = "{cb_name: retrigger, action_perm: generic, taskGroupId: g}";
                    Tree::read(self.rng.pick(&["null", "action", action, "{downstream: false}"]))
                }
                text => Tree::Text(self.worded(text)),
            },
            Tree::Plain(_) => tree.clone(),
            Tree::List(items) => Tree::List(items.iter().map(|i| self.grown(i, depth)).collect()),
            Tree::Map(entries) => {
                let grown = entries.iter().map(|(k, v)| (self.worded(k), self.grown(v, depth)));
                Tree::Map(grown.collect())
            }
        }
    }

    /// A string or a key with the words in it replaced.
    fn worded(&mut self, text: &str) -> String {
        if text == "PART" {
            return self.rng.pick(&["scopes", "extra", "metadata", "routes"]).to_owned();
        }
        let mut text = text.replace("NAME", self.name);
        if text.contains("RARE") {
            let rare = self.rare();
            text = text.replace("RARE", &format!("({rare})"));
        }
        match text.contains("SOME") {
            true => text.replace("SOME", &format!("({})", self.some())),
            false => text,
        }
    }

    fn rare(&mut self) -> &'static str {
        let at = self.rare[self.rng.below(self.rare.len())];
        self.used |= 1 << at;
        RARE[at].condition
    }

    fn some(&mut self) -> String {
        let common = [
            "true",
            "tasks_for == 'action'",
            "tasks_for in ['action', 'pr-action']",
            "tasks_for != 'cron'",
            "defined('input')",
            "defined('action') && action.cb_name == 'retrigger'",
            "tasks_for[:6] != 'github'",
        ];
        self.rng.pick(&common).to_owned()
    }

    fn task(&mut self, depth: usize) -> Tree {
        if depth > 1 {
            let kept = std::mem::take(&mut self.part);
            let (_, line) = if self.rng.below(3) == 0 { self.one_of(HARMLESS) } else { self.way() };
            let tree = self.grown(&Tree::read(line), depth - 1);
            self.part = kept;
            return tree;
        }
        let line =
            "{provisionerId: '${tasks_for}', payload: PAYLOAD, extra: {a: ['${ownTaskId}']}}";
        self.grown(&Tree::read(line), depth)
    }

    fn payload(&mut self, depth: usize) -> Tree {
        let env = "{ACTION_CALLBACK: '${action.cb_name}', ACTION_TASK_GROUP_ID: '${action.taskGroupId}', \
                   ACTION_TASK_ID: {$json: {$eval: taskId}}, ACTION_INPUT: {$json: {$eval: input}}}";
        let plain = format!(
            "{{image: image, features: {{taskclusterProxy: true}}, \
             env: {{$if: \"tasks_for in ['action', 'pr-action']\", then: {env}, else: {{A: b}}}}, \
             artifacts: {{public: {{type: directory, path: /public}}, more: {{}}}}, \
             command: [a, '${{tasks_for}}'], maxRunTime: 3600}}"
        );
        // At depth 0 all must be proved, and so be plain.
        let around = match self.rng.below(if depth == 0 { 1 } else { 12 }) {
            0..=5 => "THIS",
            6 => {
                "{$if: \"tasks_for in ['action', 'pr-action']\", then: THIS, else: {image: other}}"
            }
            7 => "{$if: \"tasks_for in ['action', 'pr-action']\", then: THIS}",
            8 => "{$let: {x: 1}, in: THIS}",
            9 => "{$merge: [THIS, {maxRunTime: 3601, cache: {}}]}",
            10 => "{$mergeDeep: [{features: {a: true}, cache: {}}, THIS]}",
            _ => "{$switch: {RARE: THIS, $default: THIS}}",
        };
        let tree = Tree::read(&around.replace("THIS", &plain));
        self.grown(&tree, depth)
    }

    /// Something made of the variable `task`.
    fn read(&mut self) -> Tree {
        let (name, line) = self.one_of(READS);
        self.part = format!("read: {name}");
        let around = match self.rng.below(10) {
            0 => "THIS",
            1 => "{$if: SOME, then: THIS}",
            2..=5 => "{$if: RARE, then: THIS, else: [x]}",
            6 => "{$if: 'SOME && RARE', then: {a: [THIS]}}",
            7 => "{$switch: {RARE: THIS, $default: x}}",
            8 => "{$match: {RARE: THIS}}",
            _ => "{$let: {x: {$if: RARE, then: THIS, else: 1}}, in: {$eval: x}}",
        };
        let tree = Tree::read(&around.replace("THIS", line));
        self.grown(&tree, 0)
    }

    /// What a task is merged with.
    fn item(&mut self) -> Tree {
        let (name, line) = self.one_of(ITEMS);
        self.part = format!("merged: {name}");
        let around = match self.rng.below(5) {
            0 => "THIS",
            1 => "{$if: RARE, then: THIS}",
            _ => "{$if: RARE, then: THIS, else: {extra: {e: 1}}}",
        };
        let tree = Tree::read(&around.replace("THIS", line));
        self.grown(&tree, 0)
    }
}
