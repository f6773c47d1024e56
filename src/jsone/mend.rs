//! Expressions that production's engines take and the Rust engine refuses.
//!
//! The Python and JavaScript parsers read `(a == 1 && )` as an operator without its right operand,
//! and raise only where that operand is evaluated. A template lived with that for years; so here
//! the missing operand becomes a name that no context has, which raises at the same moment.

use crate::jsone::{expr, walk};
use serde_json::Value;

/// Stands where an operand is missing. Templates cannot bind it: it is told as what it is.
const MISSING: &str = "operand_is_missing_here";

/// The template with missing operands filled in.
pub fn mend(template: &Value) -> Value {
    walk::rewrite(template, &mut |_, _, text| mend_expression(text))
}

fn mend_expression(text: &str) -> Option<String> {
    const OPERATORS: [&str; 14] =
        ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "in", "!"];
    let (tokens, _) = expr::tokens(text);
    let mut gaps = tokens.windows(2).filter(|pair| {
        let is_operator = OPERATORS.contains(&pair[0].text(text)) || pair[0].text(text) == "**";
        is_operator && pair[1].text(text) == ")"
    });
    let mut mended = String::new();
    let mut done = 0;
    for gap in &mut gaps {
        mended.push_str(&text[done..gap[0].span.end]);
        mended.push_str(&format!(" {MISSING} "));
        done = gap[0].span.end;
    }
    (done > 0).then(|| mended + &text[done..])
}

#[cfg(test)]
mod tests {
    use crate::jsone::Context;
    use crate::jsone::Renderer;
    use serde_json::json;

    /// What Python's and JavaScript's json-e 4.8.4 do with these.
    #[test]
    fn a_missing_operand_raises_only_where_it_is_evaluated() {
        let cases = [
            ("true || (a == 1 && )", Ok(json!(true))),
            ("true || (!)", Ok(json!(true))),
            ("(true || ) && (true || (1 + ))", Ok(json!(true))),
            ("true && (false || )", Err("operand_is_missing_here")),
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
