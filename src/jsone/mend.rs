//! Expressions that production's engines take and the Rust engine refuses.
//!
//! The Python and JavaScript parsers read `(a == 1 && )` as an operator without its right operand,
//! and raise only where that operand is evaluated. A template lived with that for years; so here
//! the missing operand becomes a name that no context has, which raises at the same moment.
//!
//! They also take a space in an empty list or object, a comma behind an object's last entry, and
//! one prefix operator behind another.

use crate::jsone::expr;
use crate::jsone::walk::{self, Role};
use serde_json::Value;

/// Stands where an operand is missing. Templates cannot bind it: it is told as what it is.
const MISSING: &str = " operand_is_missing_here ";

/// The template with such expressions written as the Rust engine takes them.
pub fn mend(template: &Value) -> Value {
    walk::rewrite(template, &mut |_, role, text| mend_expression(role, text))
}

fn mend_expression(role: Role, text: &str) -> Option<String> {
    let nested = nest_prefixes(text);
    let mended = mend_operands(role, nested.as_deref().unwrap_or(text));
    mended.or(nested)
}

/// The expression with parentheses behind each prefix operator that another one follows: `- - 1`
/// becomes `- (- 1)`. In production a prefix operator takes the unit behind it and nothing more
/// (`parse_unit` in json-e's `parser.py`).
fn nest_prefixes(text: &str) -> Option<String> {
    let (tokens, _) = expr::tokens(text);
    let is_prefix = |at: usize| {
        let is_sign = |at: usize| matches!(tokens[at].text(text), "-" | "+" | "!");
        let follows = at.checked_sub(1).map(|before| &tokens[before]);
        is_sign(at)
            && follows.is_none_or(|before| {
                let before = before.text(text);
                !matches!(before, ")" | "]" | "}")
                    && (before == "in" || before.starts_with(|c: char| c.is_ascii_punctuation()))
                    && !before.starts_with(['"', '\'', '_'])
            })
    };
    let mut inserts: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let first = at;
        while at < tokens.len() && is_prefix(at) {
            at += 1;
        }
        if at > first + 1 && at < tokens.len() {
            let unit = match tokens[at].text(text) {
                "(" | "[" | "{" => expr::closing(text, &tokens, at).unwrap_or(at),
                _ => at,
            };
            let end = tokens[unit].span.end;
            inserts.extend((first + 1..at).map(|operator| (tokens[operator].span.start, "(")));
            inserts.extend((first + 1..at).map(|_| (end, ")")));
        }
        at = at.max(first + 1);
    }
    if inserts.is_empty() {
        return None;
    }
    inserts.sort_by_key(|(at, _)| *at);
    let (mut out, mut done) = (String::new(), 0);
    for (at, bracket) in inserts {
        out.push_str(&text[done..at]);
        out.push_str(bracket);
        done = at;
    }
    out.push_str(&text[done..]);
    Some(out)
}

fn mend_operands(role: Role, text: &str) -> Option<String> {
    const BINARY: [&str; 12] = ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "*", "**", "/", "in"];
    let needs_left = |sign: &str| BINARY.contains(&sign) || sign == ".";
    let needs_right = |sign: &str| BINARY.contains(&sign) || ["+", "-", "!"].contains(&sign);
    let (tokens, end) = expr::tokens(text);
    let (mut mended, mut done) = (String::new(), 0);
    for pair in tokens.windows(2) {
        let between = pair[0].span.end..pair[1].span.start;
        let (from, instead) = match (pair[0].text(text), pair[1].text(text)) {
            (left, ")" | "]" | "}" | ",") if needs_right(left) => (between.start, MISSING),
            (left, right) if (needs_right(left) || left == "(") && needs_left(right) => {
                (between.start, MISSING)
            }
            (",", ")") => (between.start, MISSING),
            ("[", "]" | ":") | (":", "]") | ("{", "}") => (between.start, ""),
            (",", "}") => (pair[0].span.start, ""),
            _ => continue,
        };
        if text[from..between.end] != *instead {
            mended.push_str(&text[done..from]);
            mended.push_str(instead);
            done = between.end;
        }
    }
    mended.push_str(&text[done..end]);
    // An expression as a whole must have its last operand, one in `${…}` must not.
    let is_open = tokens.last().is_some_and(|token| needs_right(token.text(text)));
    if is_open && role == Role::Interpolation {
        mended.push_str(MISSING);
    }
    mended.push_str(&text[end..]);
    (mended != text).then_some(mended)
}

#[cfg(test)]
mod tests {
    use crate::jsone::Context;
    use crate::jsone::Renderer;
    use serde_json::json;

    /// What Python's and JavaScript's json-e 4.8.4 do with these.
    #[test]
    fn what_production_takes_is_taken() {
        let cases = [
            ("[ ] == [] && { } == {} && {b: 2, } == {b: 2}", Ok(json!(true))),
            ("'abc'[ : 1] + 'abc'[1: ] + ' [ ] '", Ok(json!("abc [ ] "))),
            ("true || (a == 1 && )", Ok(json!(true))),
            ("true || (!)", Ok(json!(true))),
            ("(true || ) && (true || (1 + ))", Ok(json!(true))),
            ("true || [1 + ] || len({a: 2 * }, )", Ok(json!(true))),
            ("true && (false || )", Err("operand_is_missing_here")),
            ("true && ( == 1)", Err("operand_is_missing_here")),
            ("- - 1 == 1 && !!true && 2 - - - 1 == 1", Ok(json!(true))),
            ("- -(a) == a && ! ! ![] && - - -a < 0 && 'x' in ['-']", Ok(json!(false))),
            ("3 - -a", Ok(json!(4))),
            ("true || ", Err("")),
            ("true || ()", Err("")),
        ];
        for (text, wanted) in cases {
            let template = json!({"v": {"$eval": text}});
            let context = Context::new("test", json!({"a": 1})).unwrap();
            match (Renderer::of_value(&template).render(&context), wanted) {
                (Ok(rendered), Ok(wanted)) => assert_eq!(rendered["v"], wanted, "{text}"),
                (Err(err), Err(wanted)) => assert!(err.contains(wanted), "{text}: {err}"),
                (got, wanted) => panic!("{text}: {got:?}, not {wanted:?}"),
            }
        }
    }
}
