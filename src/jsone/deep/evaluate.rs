//! What an expression comes to: the crate's `interpreter/evaluator.rs`, in its order and its words.

use super::builtins;
use super::parse::{Node, Step};
use super::value::{Raised, Scope, Value, interpreter};
use std::borrow::Cow;

/// Evaluates an expression. What it takes out of the names around it is not copied.
pub fn evaluate<'v>(node: &Node, scope: &'v Scope) -> Result<Cow<'v, Value>, Raised> {
    Ok(match node {
        Node::Name(name) => {
            let unknown = || interpreter(&format!("unknown context value {name}"));
            return scope.get(name).ok_or_else(unknown);
        }
        Node::Steps(value, steps) => {
            let mut value = evaluate(value, scope)?;
            for step in steps {
                value = taken(value, step, scope)?;
            }
            return Ok(value);
        }
        Node::Row(first, others) => return row(first, others, scope),
        Node::Literal(None) => Cow::Owned(Value::Null),
        Node::Literal(Some(bool)) => Cow::Owned(Value::Bool(*bool)),
        Node::Number(number) => Cow::Owned(Value::Number(*number)),
        Node::String(text) => Cow::Owned(Value::String((*text).to_owned())),
        Node::Array(items) => Cow::Owned(Value::Array(all(items, scope)?)),
        Node::Object(entries) => {
            let entry = |(key, node): &(&str, Node)| {
                Ok::<_, Raised>(((*key).to_owned(), evaluate(node, scope)?.into_owned()))
            };
            Cow::Owned(Value::Object(entries.iter().map(entry).collect::<Result<_, _>>()?))
        }
        Node::Prefix(sign, node) => {
            let value = evaluate(node, scope)?;
            Cow::Owned(match (sign, value.as_ref()) {
                ('!', value) => Value::Bool(!value.is_true()),
                ('-', Value::Number(number)) => Value::Number(-number),
                (_, Value::Number(number)) => Value::Number(*number),
                _ => return Err(interpreter("This operator expects a number")),
            })
        }
        Node::Power(operands) => {
            let mut values = all(operands, scope)?;
            let mut power = values.pop().unwrap_or(Value::Null);
            for base in values.iter().rev() {
                power = match (base, &power) {
                    (Value::Number(base), Value::Number(power)) => Value::Number(base.powf(*power)),
                    _ => return Err(interpreter(NUMBERS)),
                };
            }
            Cow::Owned(power)
        }
    })
}

const NUMBERS: &str = "This operator expects numbers";

fn all(nodes: &[Node], scope: &Scope) -> Result<Vec<Value>, Raised> {
    nodes.iter().map(|node| evaluate(node, scope).map(Cow::into_owned)).collect()
}

fn row<'v>(
    first: &Node,
    others: &[(&'static str, Node)],
    scope: &'v Scope,
) -> Result<Cow<'v, Value>, Raised> {
    let mut value = evaluate(first, scope)?;
    for (sign, node) in others {
        let decides = match *sign {
            "||" => Some(true),
            "&&" => Some(false),
            _ => None,
        };
        if let Some(truth) = decides.filter(|truth| value.is_true() == *truth) {
            value = Cow::Owned(Value::Bool(truth));
            continue;
        }
        let other = evaluate(node, scope)?;
        value = Cow::Owned(joined(value, sign, &other)?);
    }
    Ok(value)
}

fn joined(left: Cow<Value>, sign: &str, right: &Value) -> Result<Value, Raised> {
    use Value::{Array, Bool, Number, Object, String};
    if let (String(_), "+", String(more)) = (left.as_ref(), sign, right) {
        // In place: a row of a thousand is not copied a thousand times.
        let mut left = left.into_owned();
        if let String(text) = &mut left {
            text.push_str(more);
        }
        return Ok(left);
    }
    Ok(match (left.as_ref(), sign, right) {
        (_, "||" | "&&", right) => Bool(right.is_true()),
        (left, "==", right) => Bool(left == right),
        (left, "!=", right) => Bool(left != right),
        (Number(left), "+", Number(right)) => Number(left + right),
        (Number(left), "-", Number(right)) => Number(left - right),
        (Number(left), "*", Number(right)) => Number(left * right),
        (Number(left), "/", Number(right)) => match left / right {
            quotient if quotient.is_infinite() => return Err(interpreter("division by zero")),
            quotient => Number(quotient),
        },
        (_, "+", _) => return Err(interpreter("This operator expects numbers or strings")),
        (_, "-" | "*" | "/", _) => return Err(interpreter(NUMBERS)),
        (String(part), "in", String(whole)) => Bool(whole.contains(part)),
        (item, "in", Array(items)) => Bool(items.contains(item)),
        (String(key), "in", Object(map)) => Bool(map.contains_key(key)),
        (_, "in", _) => return Err(interpreter("Expected proper args for in")),
        (String(left), sign, String(right)) => Bool(is_in_order(left, sign, right)),
        (Number(left), sign, Number(right)) => Bool(is_in_order(left, sign, right)),
        _ => return Err(interpreter("Expected numbers or strings")),
    })
}

fn is_in_order<T: PartialOrd + ?Sized>(left: &T, sign: &str, right: &T) -> bool {
    match sign {
        "<" => left < right,
        ">" => left > right,
        "<=" => left <= right,
        _ => left >= right,
    }
}

fn taken<'v>(
    value: Cow<'v, Value>,
    step: &Step,
    scope: &'v Scope,
) -> Result<Cow<'v, Value>, Raised> {
    match step {
        Step::Dot(key) => part(value, |value| match value {
            Value::Object(map) => {
                map.get(*key).ok_or_else(|| interpreter(&format!("object has no property {key}")))
            }
            _ => Err(interpreter("dot operator expects an object")),
        }),
        Step::Index(node) => {
            let index = evaluate(node, scope)?;
            indexed(value, &index)
        }
        Step::Slice(from, to) => {
            let len = match value.as_ref() {
                Value::String(text) => text.chars().count(),
                Value::Array(items) => items.len(),
                _ => return Err(interpreter("can only slice strings and arrays")),
            };
            let bound = |node: &Option<Node>, otherwise| match node {
                None => Ok(otherwise),
                Some(node) => {
                    let whole = evaluate(node, scope)?.whole();
                    let whole = whole.ok_or_else(|| interpreter("slice indices must be integers"));
                    whole.map(|whole| wrapped(whole, len))
                }
            };
            let (from, to) = (bound(from, 0)?, bound(to, len)?);
            let len = to.saturating_sub(from);
            Ok(Cow::Owned(match value.as_ref() {
                Value::String(text) => Value::String(text.chars().skip(from).take(len).collect()),
                Value::Array(items) => {
                    Value::Array(items.iter().skip(from).take(len).cloned().collect())
                }
                _ => Value::Null,
            }))
        }
        Step::Call(nodes) => {
            let args = all(nodes, scope)?;
            match value.as_ref() {
                Value::Function(name) => builtins::call(name, &args, scope).map(Cow::Owned),
                _ => Err(interpreter("function invocation requires a function")),
            }
        }
    }
}

/// A part of a value, which is borrowed where the value is.
fn part<'v>(
    value: Cow<'v, Value>,
    find: impl for<'a> Fn(&'a Value) -> Result<&'a Value, Raised>,
) -> Result<Cow<'v, Value>, Raised> {
    match value {
        Cow::Borrowed(value) => find(value).map(Cow::Borrowed),
        Cow::Owned(value) => find(&value).map(|found| Cow::Owned(found.clone())),
    }
}

fn indexed<'v>(value: Cow<'v, Value>, index: &Value) -> Result<Cow<'v, Value>, Raised> {
    let whole = || {
        let words = "should only use integers to access arrays or strings";
        index.whole().ok_or_else(|| interpreter(words))
    };
    match value.as_ref() {
        Value::Array(_) => {
            let index = whole()?;
            part(value, |value| {
                let Value::Array(items) = value else { return Ok(value) };
                let from_end = if index < 0 { items.len() as i64 } else { 0 };
                let at = usize::try_from(index + from_end).ok();
                let item = at.and_then(|at| items.get(at));
                item.ok_or_else(|| interpreter("index out of bounds"))
            })
        }
        Value::String(text) => {
            let index = whole()?;
            let from_end = if index < 0 { text.chars().count() as i64 } else { 0 };
            let at = usize::try_from((index + from_end).max(0)).unwrap_or(usize::MAX);
            let words = "index out of bounds or not on utf8 boundary";
            let c = text.chars().nth(at).ok_or_else(|| interpreter(words))?;
            Ok(Cow::Owned(Value::String(c.into())))
        }
        Value::Object(map) => match index {
            Value::String(key) if map.contains_key(key) => part(value, |value| match value {
                Value::Object(map) => Ok(map.get(key).unwrap_or(value)),
                _ => Ok(value),
            }),
            Value::String(_) => Ok(Cow::Owned(Value::Null)),
            _ => Err(interpreter("object keys must be strings")),
        },
        _ => Err(interpreter("indexing operator expects an object, string, or array")),
    }
}

/// A bound of a slice, counted from the end where it is negative, within the length.
fn wrapped(whole: i64, len: usize) -> usize {
    let from_start = if whole < 0 { whole.saturating_add(len as i64) } else { whole };
    usize::try_from(from_start.max(0)).unwrap_or(usize::MAX).min(len)
}
