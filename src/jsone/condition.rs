//! The truth of a condition, of its operands where it has some.

use crate::jsone::logic::Logic;
use crate::jsone::memory::{Leaf, Memory, Scope, Stop};
use serde_json::json;

/// A condition of `$if` or `$switch`, made ready for many contexts.
///
/// The engine's parser takes the longer the more brackets there are, and an operand of `&&` or `||` often
/// stands in many conditions. So the engine is asked for the operands, in its order and no further than
/// needed, and for the whole only where one raises: the words are its own then.
#[derive(Debug, Clone)]
pub struct Condition {
    whole: Leaf,
    operands: Option<Box<Operands>>,
}

#[derive(Debug, Clone)]
struct Operands {
    logic: Logic,
    /// In the order of [`Logic::leaves`], with the start of each.
    leaves: Vec<(usize, Leaf)>,
    /// True where the engine can read the whole, whatever the names mean: it reads all before it
    /// evaluates anything, and then goes no further than to the first `true`.
    reads: Leaf,
}

impl Condition {
    /// The condition of an `$if`.
    pub fn of_if(text: &str) -> Condition {
        Condition::of(text, Leaf::condition(text))
    }

    /// A condition of a `$switch`, of which the engine has words of its own where it raises.
    pub fn of_switch(text: &str) -> Condition {
        let mut case = json!({"$switch": {"$default": false}});
        case["$switch"][text] = true.into();
        Condition::of(text, Leaf::of(&case))
    }

    fn of(text: &str, whole: Leaf) -> Condition {
        let logic = Logic::parse(text);
        let leaf = |range: std::ops::Range<usize>| (range.start, Leaf::condition(&text[range]));
        let leaves: Vec<_> = logic.leaves().into_iter().map(leaf).collect();
        let operands = (leaves.len() > 1).then(|| {
            let reads = Leaf::condition_of(&format!("true || {text}"), Vec::new());
            Box::new(Operands { logic, leaves, reads })
        });
        Condition { whole, operands }
    }

    /// Its truth where the names mean what `scope` says.
    pub fn truth(&self, scope: &Scope, memory: &mut Memory) -> Result<bool, Stop> {
        if let Some(Operands { logic, leaves, reads }) = self.operands.as_deref()
            && matches!(memory.truth(reads, scope), Ok(true))
        {
            let mut leaf = |range: &std::ops::Range<usize>| {
                let at = leaves.binary_search_by_key(&range.start, |(start, _)| *start).ok()?;
                memory.truth(&leaves[at].1, scope).ok()
            };
            if let Some(truth) = logic.truth(&mut leaf, &mut |_, _| ()) {
                return Ok(truth);
            }
        }
        memory.truth(&self.whole, scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsone::{NOW, render_value};
    use serde_json::{Map, Value};

    #[test]
    fn operands_come_to_what_the_whole_comes_to() {
        let names = json!({"now": NOW, "t": "x", "f": "", "o": {"k": 1}});
        let names: &Map<String, Value> = names.as_object().unwrap();
        let cases = [
            "t || f",
            "t && f",
            "!(t || f)",
            "(t && f) || (f || t)",
            "f || o.k == 1 && t == 'x'",
            "t || none",
            "none || t",
            "f && none",
            "f || none",
            "t || o.none.k",
            "f || o.none",
            "t || ~",
            "t || (",
            "t || )",
            "f && 1 +",
            "t ||",
            "|| t",
            "t && && f",
            "t || f f",
            "t in 'xy' || f in o && !f || none",
            "f || {a: t}.a && [f || t][0]",
            "t || f, t",
        ];
        for text in cases {
            for (condition, template) in [
                (Condition::of_if(text), json!({"$if": text, "then": true, "else": false})),
                (Condition::of_switch(text), json!({"$switch": {text: true, "$default": false}})),
            ] {
                let wanted = render_value(&template, &Value::Object(names.clone()));
                let scope = Scope { names, outer: None };
                match condition.truth(&scope, &mut Memory::default()) {
                    Ok(truth) => assert_eq!(Ok(json!(truth)), wanted, "{text}"),
                    Err(Stop::Raised(words)) => {
                        assert_eq!(Err(words.to_string()), wanted, "{text}")
                    }
                    Err(Stop::Unsaid) => panic!("{text}"),
                }
            }
        }
    }
}
