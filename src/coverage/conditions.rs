//! A template reduced to its conditions and to what is needed to follow them.

use crate::jsone::logic::Logic;
use crate::jsone::uses::{self, Chain};
use crate::jsone::walk::{self, operator};
use crate::jsone::{Leaf, Parts};
use crate::template::Path;
use foldhash::fast::RandomState;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

/// All conditions of a template.
pub struct Conditions {
    /// The outcomes, in the template's order.
    pub outcomes: Vec<Outcome>,
    /// The expressions that [`Part`]s name by index.
    pub expressions: Vec<Expression>,
    /// The whole document.
    pub document: Rc<Part>,
    /// `tasks[0]` alone, which is all that an action renders.
    pub first_task: Rc<Part>,
}

/// A condition, or an operand of `&&` or `||`: it can come out false or true.
pub struct Outcome {
    /// Where in the template.
    pub path: Path,
    /// Its text, on one line.
    pub condition: String,
}

/// An expression whose outcomes count.
pub struct Expression {
    /// Its text.
    pub text: String,
    /// How it joins its operands.
    pub logic: Logic,
    /// The outcome of the whole, where it is a condition.
    pub whole: Option<usize>,
    /// The outcomes of its operands, by their range in the text.
    pub operands: HashMap<(usize, usize), usize, RandomState>,
    /// What the engine evaluates of it, by its range in the text.
    pub leaves: HashMap<(usize, usize), Leaf, RandomState>,
}

/// A part of a template; what has no condition inside is left out.
pub enum Part {
    /// Parts that are rendered one after the other.
    All(Vec<Part>),
    /// A part that is also reached by itself: `tasks[0]`.
    Shared(Rc<Part>),
    /// An expression that joins conditions.
    Expression(usize),
    /// `$if`.
    If {
        /// The condition.
        condition: usize,
        /// Where it leads.
        then: Box<Part>,
        /// And else.
        otherwise: Box<Part>,
    },
    /// `$switch` or `$match`: conditions and where they lead.
    Cases {
        /// The cases.
        cases: Vec<(usize, Part)>,
        /// `$default`.
        default: Box<Part>,
    },
    /// `$let`.
    Let {
        /// What it binds.
        bound: Bound,
        /// The conditions inside of that.
        before: Box<Part>,
        /// What it is bound for.
        inner: Box<Part>,
    },
    /// `$map`, `$reduce`, `$find`, `$sort`.
    Each(Box<Each>),
}

/// A template value that is rendered for its result, with what it reads.
pub struct Bound {
    /// Its number in the template.
    pub id: usize,
    /// The value.
    pub template: Value,
    /// What it reads of the names around it.
    pub chains: Vec<Chain>,
    /// The same in parts, where it may be taken apart.
    pub parts: Option<Parts>,
}

/// An operator that binds names to each item in turn.
pub struct Each {
    /// The items.
    pub items: Bound,
    /// The conditions inside of the items.
    pub before: Part,
    /// The names in `each(…)` or `by(…)`.
    pub names: Vec<String>,
    /// `$reduce`: the first value of what it gathers, and the template of the next.
    pub gathers: Option<(Value, Bound)>,
    /// The conditions inside of the body.
    pub body: Part,
    /// `$find`: the body is a condition that ends the search.
    pub finds: bool,
}

impl Part {
    fn is_empty(&self) -> bool {
        matches!(self, Part::All(parts) if parts.is_empty())
    }

    fn nothing() -> Part {
        Part::All(Vec::new())
    }

    fn all(parts: impl Iterator<Item = Part>) -> Part {
        let mut parts: Vec<Part> = parts.filter(|part| !part.is_empty()).collect();
        match parts.len() {
            1 => parts.remove(0),
            _ => Part::All(parts),
        }
    }
}

impl Conditions {
    /// The conditions of a document.
    pub fn of(document: &Value) -> Conditions {
        let mut builder = Builder::default();
        let whole = builder.value(document, &Path::root());
        Conditions {
            outcomes: builder.outcomes,
            expressions: builder.expressions,
            document: Rc::new(whole),
            first_task: builder.first_task.unwrap_or_else(|| Rc::new(Part::nothing())),
        }
    }
}

#[derive(Default)]
struct Builder {
    outcomes: Vec<Outcome>,
    expressions: Vec<Expression>,
    first_task: Option<Rc<Part>>,
    bounds: usize,
}

impl Builder {
    fn bound(&mut self, template: &Value) -> Bound {
        self.bounds += 1;
        let (chains, parts) = (uses::chains_in(template), Parts::of(template));
        Bound { id: self.bounds, template: template.clone(), chains, parts }
    }

    fn value(&mut self, value: &Value, path: &Path) -> Part {
        let part = match value {
            Value::String(text) => self.interpolations(text, path),
            Value::Array(items) => Part::all(
                items.iter().enumerate().map(|(at, item)| self.value(item, &path.index(at))),
            ),
            Value::Object(map) => match operator(map) {
                Some(name) => self.operator(name, map, path),
                None => Part::all(map.iter().flat_map(|(key, value)| {
                    [self.interpolations(key, path), self.value(value, &path.key(key))]
                })),
            },
            _ => Part::nothing(),
        };
        if *path == Path::root().key("tasks").index(0) {
            let part = Rc::new(part);
            self.first_task = Some(part.clone());
            return Part::Shared(part);
        }
        part
    }

    fn operator(&mut self, name: &str, map: &Map<String, Value>, path: &Path) -> Part {
        let (value, inside) = (&map[name], path.key(name));
        match (name, value) {
            ("$if", Value::String(text)) => {
                let condition = self.condition(text, &inside);
                let mut outcome = |key: &str| {
                    let value = map.get(key).map(|value| self.value(value, &path.key(key)));
                    Box::new(value.unwrap_or_else(Part::nothing))
                };
                Part::If { condition, then: outcome("then"), otherwise: outcome("else") }
            }
            ("$eval", Value::String(text)) => self.expression(text, &inside, false),
            ("$switch" | "$match", Value::Object(map)) => {
                let (mut cases, mut default) = (Vec::new(), Part::nothing());
                for (text, value) in map {
                    let path = inside.key(text);
                    if name == "$switch" && text == "$default" {
                        default = self.value(value, &path);
                    } else {
                        cases.push((self.condition(text, &path), self.value(value, &path)));
                    }
                }
                Part::Cases { cases, default: Box::new(default) }
            }
            ("$let", _) => {
                let before = self.value(value, &inside);
                let inner = map.get("in").map(|value| self.value(value, &path.key("in")));
                let inner = inner.unwrap_or_else(Part::nothing);
                if inner.is_empty() {
                    return before;
                }
                Part::Let {
                    bound: self.bound(value),
                    before: Box::new(before),
                    inner: Box::new(inner),
                }
            }
            ("$map" | "$reduce" | "$find" | "$sort", _) => self.each(name, map, path),
            _ => Part::all(map.iter().map(|(key, value)| self.value(value, &path.key(key)))),
        }
    }

    fn each(&mut self, name: &str, map: &Map<String, Value>, path: &Path) -> Part {
        let before = self.value(&map[name], &path.key(name));
        let Some((key, body)) = map.iter().find(|(key, _)| key.ends_with(')')) else {
            return before;
        };
        let inside = path.key(key);
        let finds = name == "$find";
        let part = match body {
            Value::String(text) if finds => Part::Expression(self.condition(text, &inside)),
            Value::String(text) if name == "$sort" => self.expression(text, &inside, false),
            _ => self.value(body, &inside),
        };
        if part.is_empty() {
            return before;
        }
        let names = key.split_once('(').map_or("", |(_, names)| names.trim_end_matches(')'));
        Part::Each(Box::new(Each {
            items: self.bound(&map[name]),
            before,
            names: names.split(',').map(|name| name.trim().to_owned()).collect(),
            gathers: map.get("initial").cloned().map(|initial| (initial, self.bound(body))),
            body: part,
            finds,
        }))
    }

    fn interpolations(&mut self, text: &str, path: &Path) -> Part {
        let mut found = Vec::new();
        walk::visit(&Value::String(text.to_owned()), &mut |_, _, text| found.push(text.to_owned()));
        Part::all(found.iter().map(|text| self.expression(text, path, false)))
    }

    fn condition(&mut self, text: &str, path: &Path) -> usize {
        match self.expression(text, path, true) {
            Part::Expression(at) => at,
            _ => unreachable!("a condition is never left out"),
        }
    }

    /// An expression; nothing where it is no condition and joins none.
    fn expression(&mut self, text: &str, path: &Path, is_condition: bool) -> Part {
        let logic = Logic::parse(text);
        let operands = logic.operands();
        if !is_condition && operands.is_empty() {
            return Part::nothing();
        }
        let mut add = |condition: &str| {
            let condition = condition.split_whitespace().collect::<Vec<_>>().join(" ");
            self.outcomes.push(Outcome { path: path.clone(), condition });
            self.outcomes.len() - 1
        };
        let whole = is_condition.then(|| add(text));
        let operands = operands
            .into_iter()
            .map(|range| ((range.start, range.end), add(&text[range])))
            .collect();
        let leaf = |range: Range<usize>| {
            ((range.start, range.end), Leaf::condition(&text[range.start..range.end]))
        };
        let leaves = logic.leaves().into_iter().map(leaf).collect();
        let expression = Expression { text: text.to_owned(), logic, whole, operands, leaves };
        self.expressions.push(expression);
        Part::Expression(self.expressions.len() - 1)
    }
}
