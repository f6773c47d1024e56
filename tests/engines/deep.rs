//! Expressions that are deep or long: what each engine makes of them is in the table.

use super::expressions::With::{self, Both};

/// What stands 30 times before, what stands inside, what stands 30 times behind.
pub type Case = (&'static str, &'static str, &'static str);

/// 30 levels, in the context of the other tables.
pub const DEEP: &[(With, &[Case])] = &[(
    Both,
    &[
        ("(", "n", ")"),
        ("( ", "nope", " )"),
        ("(", "f", ") || f"),
        ("(", "f || t", ") && t"),
        ("(t && ", "n", ")"),
        ("(f || ", "z", ")"),
        ("(f && ", "nope", ")"),
        ("(t || ", "nope", ")"),
        ("(t && ", "nope", ")"),
        // No `!(`: Python's engine evaluates what is behind a `!` twice, and so 2^30 times what is innermost.
        ("-(", "n", ")"),
        ("(1 + ", "n", ")"),
        ("(", "n", " - 1)"),
        ("(2 * ", "n", " - 5)"),
        ("(2 - ", "n", ")"),
        ("(1 / ", "0", ")"),
        ("abs(", "-n", ")"),
        ("strip(", "' a '", ")"),
        ("len(str(", "n", "))"),
        ("[", "n", "]"),
        ("[0, ", "n", "]"),
        ("[", "n", "][0]"),
        ("{a: ", "n", "}"),
        ("{k: ", "n", "}.k"),
        ("{k: ", "n", "}['k']"),
        ("{'a b': [", "{}", "]}"),
        ("{k: ", "n", "}.m"),
        ("[1, 0][", "1", "]"),
        ("l[", "0", "]"),
        ("'ab'[0:len(", "'a'", ")]"),
        ("'abcdef'[len(", "'a'", "):]"),
        ("(n == ", "n", ")"),
        ("('a' in [", "'a'", "])"),
        ("(", "n", ""),
        ("", "n", ")"),
        ("(", "n +", ")"),
        ("(", "", ")"),
        ("n[", "0", ""),
        ("([", "n", ")]"),
    ],
)];

/// What stands first, what stands 999 times behind it, and what stands last.
pub const LONG: &[(With, &[Case])] = &[(
    Both,
    &[
        ("f", " || f", ""),
        ("f", " || f", " || t || nope"),
        ("f", " || o.k.m == 'y'", " || nope"),
        ("t", " && o.k.m == 'x'", ""),
        ("t", " && t", " && f && nope"),
        ("n == 0", " || 'a' in 'b' && nope", ""),
        ("n", " + 1", ""),
        ("n", " - n", ""),
        ("n", " + 1", " + 'a'"),
        ("'a'", " + 'b'", ""),
        ("n", " == n", ""),
        ("1", " * 1", " / 2"),
        ("1", " ** 1", ""),
        ("(f", " || (f)", ") && t"),
        ("[n", ", n", "]"),
        ("len([n", ", n", "])"),
        ("max(n", ", 2", ")"),
        ("{a: 1", ", b: 2", "}"),
        ("n", " + 1", " +"),
        ("n", " || ", ""),
    ],
)];
