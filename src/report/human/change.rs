//! A change on a terminal, with what nobody has to read folded.

use super::words::{BAD, GOOD, HEAD};
use crate::error::plain;
use crate::report::Texts;
use crate::report::fold::{self, Kind, Shown};
use std::fmt::Write;

/// How many unchanged lines stand around what changed.
const AROUND: usize = 2;

/// How many lines a change is of, in words.
pub fn counts(texts: &Texts) -> String {
    let pieces = fold::fold(&texts.old, &texts.new);
    let sum = |is: &dyn Fn(Kind) -> bool| -> usize {
        let of_kind = pieces.iter().filter(|piece| is(piece.kind));
        of_kind.map(|piece| piece.old.len().max(piece.new.len())).sum()
    };
    let new = sum(&|kind| matches!(kind, Kind::Added | Kind::Script));
    let script = sum(&|kind| kind == Kind::Script);
    let counts = [
        (
            new,
            match script {
                0 => "new".to_owned(),
                script => format!("new ({script} of them the script)"),
            },
        ),
        (sum(&|kind| matches!(kind, Kind::Deeper(_))), "only deeper".to_owned()),
        (sum(&|kind| matches!(kind, Kind::Shallower(_))), "only less deep".to_owned()),
        (sum(&|kind| kind == Kind::Removed), "gone".to_owned()),
    ];
    let told = counts.into_iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = told
        .enumerate()
        .map(|(at, (count, what))| match (at, count) {
            (0, 1) => format!("1 line {what}"),
            (0, count) => format!("{count} lines {what}"),
            (_, count) => format!("{count} {what}"),
        })
        .collect();
    match told.as_slice() {
        [] => "no line differs".to_owned(),
        told => told.join(", "),
    }
}

/// The change, each line with the number that it has in the new text, or in the old where it is gone.
pub fn write(texts: &Texts, out: &mut String) {
    for shown in fold::shown(&texts.old, &texts.new, AROUND) {
        let _ = match shown {
            Shown::Line { sign, number, text } => {
                let text = plain(text.trim_end_matches(['\n', '\r']));
                match sign {
                    '+' => writeln!(out, "{number:5} {GOOD}+ {text}{GOOD:#}"),
                    '-' => writeln!(out, "{number:5} {BAD}- {text}{BAD:#}"),
                    _ => writeln!(out, "{number:5}   {text}"),
                }
            }
            Shown::Folded { is_end: true, .. } => Ok(()),
            Shown::Folded { lines, what, .. } => {
                let noun = if lines == 1 { "line" } else { "lines" };
                writeln!(out, "      {HEAD}⋮ {lines} {noun} {what}{HEAD:#}")
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(old: &str, new: &str) -> Texts {
        Texts { old: old.to_owned(), new: new.to_owned() }
    }

    #[test]
    fn a_change_is_counted_by_kind() {
        let cases = [
            ("a\n", "a\n", "no line differs"),
            ("a\n", "b\n", "1 line new, 1 gone"),
            ("a\n", " a\n", "1 line only deeper"),
            (" a\n b\n", "a\nb\n", "2 lines only less deep"),
            ("", "retriggerScript: |\n a\n b\nc\n", "4 lines new (2 of them the script)"),
        ];
        for (old, new, wanted) in cases {
            assert_eq!(counts(&texts(old, new)), wanted, "{old:?} {new:?}");
        }
    }

    #[test]
    fn what_only_stands_deeper_is_one_line() {
        let mut out = String::new();
        let old = "1\n2\n3\np:\n  a\n\n  b\n4\n5\n6\n7\n8\n9\n";
        let new = "1\n2\n3\np:\n  x:\n    a\n\n    b\n4\n5\n6\n7\n8\n";
        write(&texts(old, new), &mut out);
        let out = anstream::adapter::strip_str(&out).to_string();
        let wanted = [
            "    3   3",
            "    4   p:",
            "    5 +   x:",
            "      ⋮ 3 lines only 2 deeper, otherwise byte for byte the same",
            "    9   4",
            "   10   5",
            "      ⋮ 1 line the same",
            "   12   7",
            "   13   8",
            "   13 - 9",
            "",
        ];
        assert_eq!(out, wanted.join("\n"));
    }
}
