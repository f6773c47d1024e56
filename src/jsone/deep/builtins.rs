//! JSON-e's own functions, as the crate has them (`builtins.rs`); what hangs on the calendar is the
//! crate's own.

use super::value::{Raised, Scope, Value, interpreter};
use crate::jsone::engine;
use serde_json::json;

/// Calls the function `name`.
pub fn call(name: &str, args: &[Value], scope: &Scope) -> Result<Value, Raised> {
    let wrong = |of: &str| Err(interpreter(&format!("invalid arguments to builtin: {of}")));
    let wrongly = |of: &str| wrong_builtin(of);
    let count = |wanted: &[usize], words: &str| match wanted.contains(&args.len()) {
        true => Ok(()),
        false => Err(interpreter(words)),
    };
    match name {
        "abs" => number(args, f64::abs),
        "ceil" => number(args, f64::ceil),
        "floor" => number(args, f64::floor),
        "sqrt" => number(args, f64::sqrt),
        "lowercase" => string(args, str::to_lowercase),
        "uppercase" => string(args, str::to_uppercase),
        "strip" => string(args, |text| text.trim().to_owned()),
        "lstrip" => string(args, |text| text.trim_start().to_owned()),
        "rstrip" => string(args, |text| text.trim_end().to_owned()),
        "min" => chosen(args, |new, kept| if new < kept { new } else { kept }),
        "max" => chosen(args, |new, kept| if new < kept { kept } else { new }),
        "range" => range(args),
        "str" => {
            count(&[1], "str expects one argument")?;
            written(&args[0]).map_or_else(|| wrong("str"), |text| Ok(Value::String(text)))
        }
        "len" => {
            count(&[1], "len expects one argument")?;
            match &args[0] {
                Value::String(text) => Ok(Value::Number(text.chars().count() as f64)),
                Value::Array(items) => Ok(Value::Number(items.len() as f64)),
                _ => wrong("len"),
            }
        }
        "number" => {
            count(&[1], "number expects one argument")?;
            let Value::String(text) = &args[0] else { return wrong("number") };
            let parsed = text.parse().map(Value::Number);
            parsed.map_err(|_| interpreter("string can't be converted to number"))
        }
        "join" => {
            count(&[2], "join expects two arguments")?;
            let separator = separator(&args[1])?;
            let Value::Array(items) = &args[0] else { return wrongly("join") };
            let items: Option<Vec<String>> = items.iter().map(written).collect();
            items.map_or_else(|| wrongly("join"), |items| Ok(items.join(&separator).into()))
        }
        "split" => {
            count(&[2], "split expects two arguments")?;
            let separator = separator(&args[1])?;
            let Value::String(text) = &args[0] else { return wrongly("split") };
            if text.is_empty() {
                return Ok(Value::Array(vec![String::new().into()]));
            }
            let parts = text.split(&separator).filter(|part| !part.is_empty());
            Ok(Value::Array(parts.map(|part| part.to_owned().into()).collect()))
        }
        "typeof" => {
            count(&[1], "typeof expects one argument")?;
            let name = match &args[0] {
                Value::String(_) => "string",
                Value::Number(_) => "number",
                Value::Bool(_) => "boolean",
                Value::Array(_) => "array",
                Value::Object(_) => "object",
                Value::Null => "null",
                Value::Function(_) => "function",
                Value::Nothing => return wrongly("split"),
            };
            Ok(name.to_owned().into())
        }
        "defined" => {
            count(&[1], "builtin expects one argument")?;
            let Value::String(name) = &args[0] else { return wrongly("split") };
            Ok(Value::Bool(scope.get(name).is_some()))
        }
        _ => from_now(args, scope),
    }
}

/// What the crate says of some functions' arguments.
fn wrong_builtin(of: &str) -> Result<Value, Raised> {
    Err(interpreter(&format!("BuiltinError: invalid arguments to builtin: {of}")))
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(text)
    }
}

fn number(args: &[Value], apply: fn(f64) -> f64) -> Result<Value, Raised> {
    match args {
        [Value::Number(number)] => Ok(Value::Number(apply(*number))),
        [_] => Err(interpreter("invalid arguments to builtin")),
        _ => Err(interpreter("expected one argument")),
    }
}

fn string(args: &[Value], apply: impl Fn(&str) -> String) -> Result<Value, Raised> {
    match args {
        [Value::String(text)] => Ok(Value::String(apply(text))),
        [_] => Err(interpreter("invalid arguments to builtin")),
        _ => Err(interpreter("expected one argument")),
    }
}

fn chosen(args: &[Value], choose: fn(f64, f64) -> f64) -> Result<Value, Raised> {
    let mut kept = None;
    for arg in args {
        // `max` says `min`, too.
        let Value::Number(new) = arg else {
            kept = None;
            break;
        };
        kept = Some(kept.map_or(*new, |kept| choose(*new, kept)));
    }
    kept.map(Value::Number).ok_or_else(|| interpreter("invalid arguments to builtin: min"))
}

/// A value that is no collection, as text.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("null".to_owned()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(bool) => Some(bool.to_string()),
        _ => None,
    }
}

fn separator(value: &Value) -> Result<String, Raised> {
    written(value).ok_or_else(|| interpreter("invalid separator for split"))
}

fn range(args: &[Value]) -> Result<Value, Raised> {
    if !(2..=3).contains(&args.len()) {
        let words = "range requires two arguments and optionally supports a third";
        return Err(interpreter(words));
    }
    let whole = |arg: &Value| match arg {
        Value::Number(number) if number.fract() == 0.0 => Ok(*number as i64),
        _ => Err(interpreter("invalid arguments to builtin: range")),
    };
    let (start, stop) = (whole(&args[0])?, whole(&args[1])?);
    let step = args.get(2).map_or(Ok(1), whole)?;
    let by = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
    let value = |at: i64| Value::Number(at as f64);
    match step {
        0 => Err(interpreter("invalid argument `step` to builtin: range")),
        1.. => Ok(Value::Array((start..stop).step_by(by).map(value).collect())),
        _ => {
            let down = (stop.saturating_add(1)..=start).rev();
            Ok(Value::Array(down.step_by(by).map(value).collect()))
        }
    }
}

fn from_now(args: &[Value], scope: &Scope) -> Result<Value, Raised> {
    let wrong = || wrong_builtin("fromNow");
    let reference = match args {
        [_] => match scope.get("now").as_deref() {
            Some(Value::String(now)) => now.clone(),
            _ => return Err(interpreter("context value `now` must be a string")),
        },
        [_, Value::String(from)] => from.clone(),
        [_, _] => return wrong(),
        _ => return Err(interpreter("from_now expects one or two arguments")),
    };
    let Value::String(offset) = &args[0] else { return wrong() };
    shifted(offset, &reference)
}

/// A time from another one, as `$fromNow` tells it.
pub fn shifted(offset: &str, from: &str) -> Result<Value, Raised> {
    let template = json!({"$eval": "fromNow(offset, from)"});
    let told = engine::render(&template, &json!({"offset": offset, "from": from}))?;
    Ok(Value::from(&told))
}
