//! The engine, asked once for the same.

use crate::jsone::uses::{Chain, chains};
use crate::jsone::{busy, render_value};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::rc::Rc;

/// The engine, with a memory of what it found.
#[derive(Default)]
pub struct Engine {
    read: HashMap<String, Rc<Vec<Chain>>>,
    truths: HashMap<String, HashMap<String, Option<bool>>>,
    values: HashMap<(usize, String), Option<Rc<Value>>>,
}

impl Engine {
    /// The chains that an expression reads.
    pub fn chains(&mut self, text: &str) -> Rc<Vec<Chain>> {
        if let Some(known) = self.read.get(text) {
            return known.clone();
        }
        let read = Rc::new(chains(text));
        self.read.insert(text.to_owned(), read.clone());
        read
    }

    /// The truth of an expression where the names mean `names`; none where it raises.
    pub fn truth(&mut self, text: &str, names: Map<String, Value>) -> Option<bool> {
        let names = Value::Object(names);
        let key = names.to_string();
        if let Some(known) = self.truths.get(text).and_then(|known| known.get(&key)) {
            return *known;
        }
        let template = json!({"$if": text, "then": true, "else": false});
        let rendered = busy::at(text, || render_value(&template, &names));
        let truth = rendered.ok().and_then(|value| value.as_bool());
        self.truths.entry(text.to_owned()).or_default().insert(key, truth);
        truth
    }

    /// What a template renders to; none where it raises. `id` stands for the template: always the
    /// same for the same.
    pub fn value(
        &mut self,
        id: usize,
        template: &Value,
        names: Map<String, Value>,
    ) -> Option<Rc<Value>> {
        let names = Value::Object(names);
        let key = (id, names.to_string());
        if let Some(known) = self.values.get(&key) {
            return known.clone();
        }
        let rendered = busy::at(&template.to_string(), || render_value(template, &names));
        let value = rendered.ok().map(Rc::new);
        self.values.insert(key, value.clone());
        value
    }
}
