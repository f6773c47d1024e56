//! Operators that put together what is rendered already, as the engine does (`merge_operator` and the three
//! below it in its `render.rs`).

use serde_json::{Map, Value};

/// Such an operator.
#[derive(Debug, Clone, Copy)]
pub enum Join {
    /// `$merge`: the last of a key's values counts.
    Merge,
    /// `$mergeDeep`: mappings are merged inside, too, and lists put behind each other.
    MergeDeep,
    /// `$flatten`: the items of lists in a list.
    Flatten,
    /// `$flattenDeep`: the same, of lists in them, too.
    FlattenDeep,
}

impl Join {
    /// The operator of that name.
    pub fn of(name: &str) -> Option<Join> {
        Some(match name {
            "$merge" => Join::Merge,
            "$mergeDeep" => Join::MergeDeep,
            "$flatten" => Join::Flatten,
            "$flattenDeep" => Join::FlattenDeep,
            _ => return None,
        })
    }

    /// What comes out of a value; none where the engine raises.
    pub fn join(self, value: Value) -> Option<Value> {
        let Value::Array(items) = value else { return None };
        let mut list = Vec::new();
        match self {
            Join::Flatten => items.into_iter().for_each(|item| match item {
                Value::Array(inside) => list.extend(inside),
                item => list.push(item),
            }),
            Join::FlattenDeep => items.into_iter().for_each(|item| flatten(item, &mut list)),
            Join::Merge | Join::MergeDeep => {
                let mut merged = Map::new();
                for item in items {
                    let Value::Object(map) = item else { return None };
                    match self {
                        Join::Merge => merged.extend(map),
                        _ => merge(&mut merged, map),
                    }
                }
                return Some(Value::Object(merged));
            }
        }
        Some(Value::Array(list))
    }
}

fn flatten(value: Value, into: &mut Vec<Value>) {
    match value {
        Value::Array(items) => items.into_iter().for_each(|item| flatten(item, into)),
        value => into.push(value),
    }
}

fn merge(into: &mut Map<String, Value>, map: Map<String, Value>) {
    for (key, new) in map {
        match (into.get_mut(&key), new) {
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (Some(Value::Array(old)), Value::Array(new)) => old.extend(new),
            (_, new) => drop(into.insert(key, new)),
        }
    }
}
