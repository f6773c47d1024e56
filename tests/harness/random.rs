//! Random expressions and templates, small and mostly well formed, over the table's context.

use super::rng::Rng;

/// Names of the context of each type, and of none.
const LEAVES: [&str; 22] = [
    "t", "f", "n", "z", "l", "o", "half", "inn", "nope", "true", "false", "null", "0", "1", "2",
    "'a'", "\"b\"", "''", "'k'", "[]", "{}", "l[0]",
];
const OPERATORS: [&str; 15] =
    ["&&", "||", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "in", "&&", "||"];
const BOUNDS: [&str; 6] = ["", "0", "1", "-1", "n", "len(l) - 1"];
const FUNCTIONS: [&str; 8] = ["len", "str", "typeof", "lowercase", "abs", "floor", "strip", "ceil"];

/// An expression of at most `depth` levels.
pub fn expression(rng: &mut Rng, depth: usize) -> String {
    if depth == 0 {
        return rng.pick(&LEAVES).to_owned();
    }
    let inner = |rng: &mut Rng| expression(rng, depth - 1);
    match rng.below(14) {
        0..=4 => {
            let space = rng.pick(&["", " ", " ", "\n "]);
            let (left, right) = (inner(rng), inner(rng));
            let operator = rng.pick(&OPERATORS);
            let space = if operator == "in" { " " } else { space };
            format!("{left}{space}{operator}{space}{right}")
        }
        5 => format!("({})", inner(rng)),
        6 => format!("!({})", inner(rng)),
        7 => format!("!{}", rng.pick(&LEAVES)),
        8 => format!("{}[{}]", inner(rng), inner(rng)),
        9 => format!("{}[{}:{}]", inner(rng), rng.pick(&BOUNDS), rng.pick(&BOUNDS)),
        10 => format!("{}.{}", inner(rng), rng.pick(&["k", "m", "nope"])),
        11 => format!("{}({})", rng.pick(&FUNCTIONS), inner(rng)),
        12 => format!("[{}, {}]", inner(rng), inner(rng)),
        _ => format!("{{k: {}, {}: {}}}", inner(rng), rng.pick(&["m", "'x y'"]), inner(rng)),
    }
}

/// An expression in 20 to 40 levels of brackets, of which few change what it comes to.
pub fn deep(rng: &mut Rng) -> String {
    let mut text = expression(rng, 2);
    for _ in 0..20 + rng.below(21) {
        text = match rng.below(12) {
            0 => format!("({text}) || {}", rng.pick(&LEAVES)),
            1 => format!("{} && ({text})", rng.pick(&LEAVES)),
            2 => format!("({text}) == {}", expression(rng, 1)),
            3 => format!("[{text}][0]"),
            4 => format!("{{k: {text}}}.k"),
            5 => format!("l[{text}]"),
            6 => format!("{}({text})", rng.pick(&FUNCTIONS)),
            7 => format!("!({text})"),
            8 => format!("1 + ({text})"),
            9 => format!("[0, {text}]"),
            _ => format!("({text})"),
        };
    }
    text
}

/// An expression of 300 to 1,000 operands in a row.
pub fn long(rng: &mut Rng) -> String {
    let operators: &[&str] = rng.pick(&[
        &["||"][..],
        &["&&"],
        &["+"],
        &["-", "+"],
        &["==", "!="],
        &["||", "&&"],
        &["<", "+"],
    ]);
    let is_alike = rng.below(2) == 0;
    let mut text = expression(rng, 1);
    for _ in 0..300 + rng.below(700) {
        // Most rows of anything raise at once.
        let operand = match is_alike {
            true => rng.pick(&["1", "n", "inn", "half"]).to_owned(),
            false => rng.pick(&["f", "z == n", "'a' in 'b'", "o.k.m == 'y'", "(0)"]).to_owned(),
        };
        text = format!("{text} {} {operand}", rng.pick(operators));
    }
    text
}

/// A template of at most `depth` levels, as JSON.
pub fn template(rng: &mut Rng, depth: usize) -> String {
    let quoted = |text: String| serde_json::Value::String(text).to_string();
    if depth == 0 {
        return match rng.below(4) {
            0 => rng.pick(&["1", "true", "null", "\"x\"", "[]", "{}"]).to_owned(),
            1 => quoted(format!("a ${{{}}} b", expression(rng, 1))),
            _ => format!("{{\"$eval\": {}}}", quoted(expression(rng, 2))),
        };
    }
    let inner = |rng: &mut Rng| template(rng, depth - 1);
    match rng.below(15) {
        0 => format!("[{}, {}]", inner(rng), inner(rng)),
        1 => format!("{{\"a\": {}, \"b\": {}}}", inner(rng), inner(rng)),
        2 | 3 => {
            let condition = quoted(expression(rng, 2));
            let (then, other) = (inner(rng), inner(rng));
            match rng.below(3) {
                0 => format!("{{\"$if\": {condition}, \"then\": {then}}}"),
                1 => format!("{{\"$if\": {condition}, \"else\": {other}}}"),
                _ => format!("{{\"$if\": {condition}, \"then\": {then}, \"else\": {other}}}"),
            }
        }
        4 => format!("{{\"$let\": {{\"n\": {}}}, \"in\": {}}}", inner(rng), inner(rng)),
        5 => format!("{{\"$map\": {}, \"each(l)\": {}}}", inner(rng), inner(rng)),
        6 => format!("{{\"$map\": [1, \"a\"], \"each(l, n)\": {}}}", inner(rng)),
        7 => format!("{{\"$merge\": [{}, {}]}}", inner(rng), inner(rng)),
        8 => format!("{{\"$mergeDeep\": [{{\"k\": [1]}}, {}]}}", inner(rng)),
        9 => format!(
            "{{\"$switch\": {{{}: {}, {}: {}, \"$default\": 1}}}}",
            quoted(expression(rng, 1)),
            inner(rng),
            quoted(format!("{} ", expression(rng, 1))),
            inner(rng)
        ),
        10 => {
            format!("{{\"$find\": [1, \"a\", null], \"each(n)\": {}}}", quoted(expression(rng, 2)))
        }
        11 => format!("{{\"$flatten\": [{}, [{}]]}}", inner(rng), inner(rng)),
        12 => format!("{{\"$reduce\": [1, 2], \"initial\": 0, \"each(n, inn)\": {}}}", inner(rng)),
        13 => format!("{{\"$sort\": [{}, {}]}}", inner(rng), inner(rng)),
        // In a list: see the table for what may vanish.
        _ => format!("{{\"$json\": [{}]}}", inner(rng)),
    }
}
