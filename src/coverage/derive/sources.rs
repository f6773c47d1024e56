//! Where the values that a condition compares come from: fields of the context, and literals.

use crate::jsone::expr;
use crate::jsone::uses::{self, Chain};
use crate::jsone::walk::{self, operator};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// No field of a context lies deeper.
const LONGEST: usize = 8;

/// Joined literals are tried with so many others.
const MOST_PAIRS: usize = 12;

/// What a condition depends on. The closest come first: those that it names itself, then those
/// of its variables' definitions, and so on.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Sources {
    /// Chains that may be fields of a context.
    pub fields: Vec<Chain>,
    /// The literals that stand near them, as text.
    pub literals: Vec<String>,
}

/// What the variables of a template are bound to, whatever their places: a variable that is bound
/// twice has the sources of both.
pub struct Definitions<'v> {
    bound: HashMap<&'v str, Vec<&'v Value>>,
}

impl<'v> Definitions<'v> {
    /// Gathers the definitions in a template's value.
    pub fn of(document: &'v Value) -> Definitions<'v> {
        let mut definitions = Definitions { bound: HashMap::new() };
        definitions.gather(document);
        definitions
    }

    fn gather(&mut self, value: &'v Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.gather(item)),
            Value::Object(map) => {
                if let Some(bound) = map.get("$let") {
                    self.bind(bound);
                }
                self.bind_each(map);
                map.values().for_each(|value| self.gather(value));
            }
            _ => {}
        }
    }

    /// The keys of a value that a `$let` binds, whichever way its operators go.
    fn bind(&mut self, value: &'v Value) {
        let Some(map) = value.as_object() else { return };
        match operator(map) {
            None => {
                for (name, value) in map {
                    self.bound.entry(name).or_default().push(value);
                }
            }
            Some(_) => {
                for (key, value) in map {
                    match (key.as_str(), value) {
                        ("$merge", Value::Array(parts)) => {
                            parts.iter().for_each(|part| self.bind(part));
                        }
                        ("$switch", Value::Object(cases)) => {
                            cases.values().for_each(|case| self.bind(case));
                        }
                        (_, value) => self.bind(value),
                    }
                }
            }
        }
    }

    /// The name in `each(name)`, to the items.
    fn bind_each(&mut self, map: &'v Map<String, Value>) {
        let Some(items) = operator(map).and_then(|name| map.get(name)) else { return };
        for key in map.keys().filter(|key| key.ends_with(')')) {
            let names = key.split_once('(').map_or("", |(_, names)| names.trim_end_matches(')'));
            for name in names.split(',') {
                self.bound.entry(name.trim()).or_default().push(items);
            }
        }
    }

    /// The sources of an expression.
    pub fn sources(&self, text: &str) -> Sources {
        let mut gathered = Gathered::default();
        gathered.expression(text);
        let mut at = 0;
        while let Some(chain) = gathered.sources.fields.get(at).cloned() {
            at += 1;
            // `x: {$eval: x.y}` would grow for ever.
            let values = self.bound.get(chain[0].as_str()).filter(|_| chain.len() < LONGEST);
            for value in values.into_iter().flatten() {
                gathered.definition(value, &chain[1..]);
            }
        }
        if text.contains('+') {
            gathered.join();
        }
        gathered.sources
    }
}

#[derive(Default)]
struct Gathered {
    sources: Sources,
}

impl Gathered {
    fn field(&mut self, chain: Chain) {
        if !self.sources.fields.contains(&chain) {
            self.sources.fields.push(chain);
        }
    }

    fn literal(&mut self, text: &str) {
        if !text.is_empty() && !self.sources.literals.iter().any(|known| known == text) {
            self.sources.literals.push(text.to_owned());
        }
    }

    /// Literals joined in pairs, for `"dev-" + name`.
    fn join(&mut self) {
        let literals = self.sources.literals.clone();
        let starts = literals.iter().filter(|text| text.ends_with(['-', '/', '_', '.'])).take(4);
        for start in starts {
            for end in literals.iter().filter(|end| *end != start).take(MOST_PAIRS) {
                self.literal(&format!("{start}{end}"));
            }
        }
    }

    fn expression(&mut self, text: &str) {
        uses::chains(text).into_iter().for_each(|chain| self.field(chain));
        let (tokens, _) = expr::tokens(text);
        let strings: Vec<&str> = tokens.iter().filter_map(|token| token.string(text)).collect();
        strings.iter().for_each(|literal| self.literal(literal));
        for token in tokens.iter().filter(|token| token.lexeme == expr::Lexeme::Number) {
            self.literal(token.text(text));
        }
    }

    /// A variable's definition; `keys` are taken of its value.
    fn definition(&mut self, value: &Value, keys: &[String]) {
        walk::visit(value, &mut |_, _, text| {
            // A variable for a whole mapping: `pr: {$eval: event.pull_request}`.
            if let Some(chain) = uses::only_chain(text).filter(|_| !keys.is_empty()) {
                self.field(chain.into_iter().chain(keys.iter().cloned()).collect());
            }
            self.expression(text);
        });
        // `project == ours`, where that is a name for a literal.
        let own = keys.iter().try_fold(value, |value, key| value.get(key));
        if let Some(text) = own.and_then(Value::as_str).filter(|text| !text.contains("${")) {
            self.literal(text);
        }
        self.items(value);
    }

    /// Strings in lists: `branch in allowed`, or the items of `$map`.
    fn items(&mut self, value: &Value) {
        match value {
            Value::Array(items) => {
                for item in items {
                    match item {
                        Value::String(text) if !text.contains("${") => self.literal(text),
                        item => self.items(item),
                    }
                }
            }
            Value::Object(map) => map.values().for_each(|value| self.items(value)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn variables_lead_to_fields_and_literals() {
        let document = json!({"tasks": [{
            "$let": {"$merge": [
                {"project": "${event.repository.name}", "pr": {"$eval": "event.pull_request"}},
                {"$switch": {
                    "tasks_for == 'cron'": {"project": {"$eval": "repository.project"}},
                }},
            ]},
            "in": {
                "$let": {"kind": {"$if": "project == 'widget'", "then": "w", "else": "x"}},
                "in": {"$map": ["a", "b"], "each(x)": "${kind == x}"},
            },
        }]});
        let definitions = Definitions::of(&document);
        let cases = [
            ("project", "project event.repository.name repository.project", ""),
            ("kind == 'w'", "kind project event.repository.name repository.project", "w widget"),
            ("pr.draft", "pr.draft event.pull_request.draft event.pull_request", ""),
            ("x", "x", "a b"),
            ("event.ref[:3] in y", "event.ref y", "3"),
        ];
        for (text, fields, literals) in cases {
            let sources = definitions.sources(text);
            let found: Vec<_> = sources.fields.iter().map(|chain| chain.join(".")).collect();
            assert_eq!(found.join(" "), fields, "{text}");
            assert_eq!(sources.literals.join(" "), literals, "{text}");
        }
    }
}
