//! What the engine gave, so that it is asked once for the same.
//!
//! The engine renders a part of a template with the names that it reads and no others. For the same part
//! with the same of these it gives the same, whatever template it is of and whatever context they are
//! from: JSON-e has no state, its time is one of the names, and no expression is made of data but in
//! `$find`, which is in no part. So a thread remembers it for all that it renders, old and new template,
//! the search for contexts and the proof, one file and the next; and the thread that comes after it, too.

use crate::jsone::busy;
use crate::jsone::engine::at;
use crate::jsone::render_value;
use crate::jsone::uses::{self, Chain, project};
use foldhash::fast::RandomState;
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::DerefMut;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

/// About so many bytes are remembered while a file is worked on; what comes then is asked for each time.
const MOST_BYTES: usize = 128 << 20;

/// About so many are kept for the next file.
const MOST_KEPT: usize = 32 << 20;

/// What the engine renders: an expression, or an operator with all that is in it.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// In a list, which is empty where it renders to nothing.
    template: Value,
    /// The same as text.
    source: String,
    /// What it reads.
    chains: Vec<Chain>,
}

/// What the names mean at a place of the template.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'s> {
    /// The names that are bound closest to it.
    pub names: &'s Map<String, Value>,
    /// All others.
    pub outer: Option<&'s Scope<'s>>,
}

/// What the engine gave for leaves, with what they read, of any template and any context: all memories of
/// a thread are one.
#[derive(Debug, Clone)]
pub struct Memory {
    known: Rc<RefCell<Known>>,
    /// The key that is looked up, kept for its space.
    key: Vec<u8>,
}

#[derive(Debug, Default)]
struct Known {
    told: HashMap<Box<[u8]>, Told, RandomState>,
    /// About what it takes.
    bytes: usize,
}

/// A leaf's value, or nothing.
type Told = Result<Option<Arc<Value>>, Stop>;

/// Why a render by parts goes no further.
#[derive(Debug, Clone)]
pub enum Stop {
    /// A leaf raises, and so does the whole: the engine hands on the first error as it is.
    Raised(Arc<str>),
    /// Only the engine can tell, with the whole.
    Unsaid,
}

impl Leaf {
    /// Takes a template as a leaf.
    pub fn of(template: &Value) -> Leaf {
        Leaf::reading(template, uses::chains_in(template))
    }

    /// Takes the truth of an expression as a leaf.
    pub fn condition(text: &str) -> Leaf {
        Leaf::condition_of(text, uses::chains(text))
    }

    /// As [`Leaf::condition`], where it reads no more than `chains`.
    pub fn condition_of(text: &str, chains: Vec<Chain>) -> Leaf {
        Leaf::reading(&json!({"$if": text, "then": true, "else": false}), chains)
    }

    fn reading(template: &Value, mut chains: Vec<Chain>) -> Leaf {
        let template = json!([template]);
        let source = template.to_string();
        if source.contains("fromNow") {
            chains.push(vec!["now".to_owned()]);
        }
        Leaf { template, source, chains }
    }
}

impl Leaf {
    /// The part of the template that it is, as [`busy::at`] takes it.
    pub fn source(&self) -> &str {
        &self.source
    }
}

impl Scope<'_> {
    /// What a chain leads to, where each of its keys is there.
    pub fn find(&self, chain: &[String]) -> Option<&Value> {
        let (name, keys) = chain.split_first()?;
        keys.iter().try_fold(self.get(name)?, |value, key| value.as_object()?.get(key))
    }

    /// What a name means.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.names.get(name).or_else(|| self.outer?.get(name))
    }
}

/// What threads that have ended knew: of as many as have ever run at once.
static LEFT: Mutex<Vec<Known>> = Mutex::new(Vec::new());

fn left() -> impl DerefMut<Target = Vec<Known>> {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a thread knows, from its first question to its end.
struct OfThread(Rc<RefCell<Known>>);

impl Drop for OfThread {
    fn drop(&mut self) {
        let known = self.0.take();
        if !known.told.is_empty() && known.bytes <= MOST_KEPT {
            left().push(known);
        }
    }
}

thread_local! {
    static KNOWN: OfThread = OfThread(Rc::new(RefCell::new(left().pop().unwrap_or_default())));
}

impl Default for Memory {
    /// What this thread remembers.
    fn default() -> Memory {
        Memory { known: KNOWN.with(|known| Rc::clone(&known.0)), key: Vec::new() }
    }
}

impl Memory {
    /// Forgets what this thread knows, where that is more than the next file is likely to gain by.
    pub fn tidy() {
        if Memory::default().known.borrow().bytes > MOST_KEPT {
            Memory::forget();
        }
    }

    /// Forgets what this thread knows: for who measures what work costs that starts with nothing.
    pub fn forget() {
        let known = Memory::default().known.take();
        drop(known);
    }

    /// What a leaf renders to; none where that is nothing.
    pub fn value(&mut self, leaf: &Leaf, scope: &Scope) -> Result<Option<Value>, Stop> {
        Ok(self.tell(leaf, scope)?.map(|value| Value::clone(&value)))
    }

    /// The truth of a condition.
    pub fn truth(&mut self, condition: &Leaf, scope: &Scope) -> Result<bool, Stop> {
        self.tell(condition, scope)?.and_then(|value| value.as_bool()).ok_or(Stop::Unsaid)
    }

    fn tell(&mut self, leaf: &Leaf, scope: &Scope) -> Told {
        self.key.clear();
        self.key.extend_from_slice(leaf.source.as_bytes());
        for chain in &leaf.chains {
            write_read(&mut self.key, chain, scope);
        }
        if let Some(told) = self.known.borrow().told.get(self.key.as_slice()) {
            return told.clone();
        }
        let told = ask(leaf, scope);
        self.known.borrow_mut().learn(&self.key, &told);
        told
    }
}

impl Known {
    fn learn(&mut self, key: &[u8], told: &Told) {
        let value = match told {
            Ok(value) => value.as_deref().map_or(0, size),
            Err(_) => 0,
        };
        let more = 2 * size_of::<Told>() + key.len() + value;
        if self.bytes + more <= MOST_BYTES {
            self.bytes += more;
            self.told.insert(key.into(), told.clone());
        }
    }
}

/// About how many bytes a value takes.
fn size(value: &Value) -> usize {
    let inside = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(map) => map.iter().map(|(key, value)| 2 * key.len() + size(value)).sum(),
        _ => 0,
    };
    size_of::<Value>() + inside
}

/// Writes what a leaf finds at a chain: the value, or how far the chain leads, each so that it is told
/// apart from all others.
fn write_read(key: &mut Vec<u8>, chain: &Chain, scope: &Scope) {
    key.push(b'\n');
    let Some(mut value) = chain.first().and_then(|name| scope.get(name)) else { return };
    for step in &chain[1..] {
        match value {
            Value::Object(map) => match map.get(step) {
                Some(inside) => value = inside,
                None => return key.push(b'-'),
            },
            _ => break,
        }
        key.push(b'.');
    }
    // Writing into memory does not fail.
    let _ = serde_json::to_writer(key, value);
}

fn ask(leaf: &Leaf, scope: &Scope) -> Told {
    let now = scope.get("now").and_then(Value::as_str).ok_or(Stop::Unsaid)?;
    let names = project(&leaf.chains, |name| scope.get(name));
    let template = at(now, leaf.template.clone());
    let rendered = busy::at(&leaf.source, || render_value(&template, &Value::Object(names)));
    match rendered {
        Ok(Value::Array(mut list)) if !list.iter().any(has_zero) => Ok(list.pop().map(Arc::new)),
        // What cannot be written may still be used.
        Err(words) if !words.contains("represent") => Err(Stop::Raised(words.into())),
        _ => Err(Stop::Unsaid),
    }
}

fn has_zero(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Array(items) => items.iter().any(has_zero),
        Value::Object(map) => map.values().any(has_zero),
        _ => false,
    }
}
