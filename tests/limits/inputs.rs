//! Templates that ask for much.

/// The example, patched, with `text` on the top level behind it.
pub fn beside(text: &str) -> String {
    format!("{}{text}\n", super::patched())
}

/// `open` and `close`, `times` times around `inner`.
pub fn around(times: usize, open: &str, inner: &str, close: &str) -> String {
    format!("{}{inner}{}", open.repeat(times), close.repeat(times))
}

/// Mappings that render each item of a list for each item of another, `levels` deep.
pub fn maps(levels: usize, items: usize) -> String {
    let open: String = (0..levels)
        .map(|at| format!("{{$map: {{$eval: 'range(0, {items})'}}, each(x{at}): "))
        .collect();
    format!("x: {open}{{$eval: 'x0'}}{}", "}".repeat(levels))
}

/// A text that doubles `times` times.
pub fn doubled(times: usize) -> String {
    let lets = around(times, "{$let: {s: '${s}${s}'}, in: ", "'${s}'", "}");
    format!("x: {{$let: {{s: aaaaaaaa}}, in: {lets}}}")
}

/// Lists of ten aliases each of the one before.
pub fn aliases(levels: usize) -> String {
    let line = |level: usize| match level {
        0 => "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(),
        _ => format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", ")),
    };
    (0..=levels).map(line).collect()
}

/// Mappings that each merge the one before, ten times.
pub fn merges(levels: usize) -> String {
    let line = |level: usize| match level {
        0 => "a0: &a0 {x: 1}\n".to_owned(),
        _ => {
            let before = vec![format!("*a{}", level - 1); 10].join(", ");
            format!("a{level}: &a{level} {{<<: [{before}], k{level}: [*a{}]}}\n", level - 1)
        }
    };
    (0..=levels).map(line).collect()
}

/// A `$switch` of plain conditions.
pub fn switch(cases: usize) -> String {
    let case = |at| format!("    'tasks_for == \"x{at}\"': {at}\n");
    format!("x:\n  $switch:\n{}", (0..cases).map(case).collect::<String>())
}

/// As many lines as `line` makes.
pub fn lines(number: usize, line: impl Fn(usize) -> String) -> String {
    (0..number).map(|at| line(at) + "\n").collect()
}

/// An expression of `number` operands.
pub fn joined(number: usize, sign: &str, operand: impl Fn(usize) -> String) -> String {
    (0..number).map(operand).collect::<Vec<_>>().join(sign)
}
