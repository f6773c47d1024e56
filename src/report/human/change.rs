//! A change on a terminal, with what nobody has to read folded.

use super::words::{BAD, GOOD, HEAD};
use crate::error::plain;
use crate::report::Texts;
use crate::report::fold::{self, Kind, Piece};
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
    let (old, new) = (fold::lines(&texts.old), fold::lines(&texts.new));
    let pieces = fold::fold(&texts.old, &texts.new);
    for (at, Piece { kind, old: before, new: after }) in pieces.iter().enumerate() {
        match kind {
            Kind::Same => {
                let (first, last) = (at == 0, at + 1 == pieces.len());
                let head = if first { 0 } else { AROUND.min(after.len()) };
                let tail = if last { 0 } else { AROUND.min(after.len() - head) };
                let line = |number: usize, out: &mut String| {
                    let _ = writeln!(out, "{:5}   {}", number + 1, shown(new[number]));
                };
                (after.start..after.start + head).for_each(|number| line(number, out));
                if !first && !last && after.len() > head + tail {
                    folded("the same", after.len() - head - tail, out);
                }
                (after.end - tail..after.end).for_each(|number| line(number, out));
            }
            Kind::Deeper(by) => {
                folded(
                    &format!("only {by} deeper, otherwise byte for byte the same"),
                    after.len(),
                    out,
                );
            }
            Kind::Shallower(by) => folded(
                &format!("only {by} less deep, otherwise byte for byte the same"),
                after.len(),
                out,
            ),
            Kind::Script => folded("of the script", after.len(), out),
            Kind::Added => {
                for number in after.clone() {
                    let text = shown(new[number]);
                    let _ = writeln!(out, "{:5} {GOOD}+ {text}{GOOD:#}", number + 1);
                }
            }
            Kind::Removed => {
                for number in before.clone() {
                    let text = shown(old[number]);
                    let _ = writeln!(out, "{:5} {BAD}- {text}{BAD:#}", number + 1);
                }
            }
        }
    }
}

fn shown(line: &str) -> std::borrow::Cow<'_, str> {
    plain(line.trim_end_matches(['\n', '\r']))
}

fn folded(what: &str, lines: usize, out: &mut String) {
    let noun = if lines == 1 { "line" } else { "lines" };
    let _ = writeln!(out, "      {HEAD}⋮ {lines} {noun} {what}{HEAD:#}");
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
