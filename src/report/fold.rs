//! A change of a template as a person reads it: what only stands deeper now is one piece, and so is
//! the script.

use super::lines::{lines, steps};
use crate::patch::recipe::SCRIPT;
use similar::DiffOp;
use std::ops::Range;

/// Lines of a change, with the numbers that they have in the two texts, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What became of them.
    pub kind: Kind,
    /// Where they stand in the old text; empty for lines that are new.
    pub old: Range<usize>,
    /// Where they stand in the new text; empty for lines that are gone.
    pub new: Range<usize>,
}

/// What became of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// They are the same, byte for byte.
    Same,
    /// Each has that many spaces more before it and is otherwise the same, byte for byte; empty lines
    /// among them are the same.
    Deeper(usize),
    /// Each has that many spaces less before it, as [`Kind::Deeper`].
    Shallower(usize),
    /// They are gone.
    Removed,
    /// They are new.
    Added,
    /// They are new, and a fast path's script: the lines of the block below its key.
    Script,
}

/// The change from one text to another, in pieces that follow each other and leave nothing out. Lines
/// end at line feeds, as in a diff.
pub fn fold<'t>(old: &'t str, new: &'t str) -> Vec<Piece> {
    let (old, new) = (lines(old), lines(new));
    let bare = |lines: &[&'t str]| -> Vec<&'t str> {
        lines.iter().map(|line| line.trim_start_matches(' ')).collect()
    };
    let mut pieces = Pieces { pieces: Vec::new(), old: &old, new: &new };
    for step in steps(&bare(&old), &bare(&new)) {
        if let DiffOp::Equal { old_index, new_index, len } = step {
            (0..len).for_each(|at| pieces.pair(old_index + at, new_index + at));
        } else {
            pieces.push(
                Kind::Removed,
                step.old_range(),
                step.new_range().start..step.new_range().start,
            );
            pieces.added(step.old_range().end, step.new_range());
        }
    }
    pieces.pieces
}

/// What a reader is shown of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown<'t> {
    /// A line: `+` before a new one, `-` before one that is gone, a space before one that stays.
    Line {
        /// What became of it.
        sign: char,
        /// Its number in the new text, or in the old where it is gone, from 1.
        number: usize,
        /// The line, with its end.
        text: &'t str,
    },
    /// Lines that nobody has to read.
    Folded {
        /// How many.
        lines: usize,
        /// What they are, in words.
        what: String,
        /// Whether they are the text's first or last lines.
        is_end: bool,
    },
}

/// The change from one text to another as a reader is shown it, with `around` lines that stay before and
/// behind what changed.
pub fn shown<'t>(old: &'t str, new: &'t str, around: usize) -> Vec<Shown<'t>> {
    let pieces = fold(old, new);
    let (old, new) = (lines(old), lines(new));
    let line = |sign, number: usize, text| Shown::Line { sign, number: number + 1, text };
    let folded = |lines, what: String, is_end| Shown::Folded { lines, what, is_end };
    let mut out = Vec::new();
    for (at, Piece { kind, old: before, new: after }) in pieces.iter().enumerate() {
        let moved = |how: &str| format!("only {how}, otherwise byte for byte the same");
        match kind {
            Kind::Same => {
                let (is_first, is_last) = (at == 0, at + 1 == pieces.len());
                let head = if is_first { 0 } else { around.min(after.len()) };
                let tail = if is_last { 0 } else { around.min(after.len() - head) };
                let same = |number| line(' ', number, new[number]);
                out.extend((after.start..after.start + head).map(same));
                if after.len() > head + tail {
                    let what = "the same".to_owned();
                    out.push(folded(after.len() - head - tail, what, is_first || is_last));
                }
                out.extend((after.end - tail..after.end).map(same));
            }
            Kind::Deeper(by) => {
                out.push(folded(after.len(), moved(&format!("{by} deeper")), false))
            }
            Kind::Shallower(by) => {
                out.push(folded(after.len(), moved(&format!("{by} less deep")), false));
            }
            Kind::Script => out.push(folded(after.len(), "of the script".to_owned(), false)),
            Kind::Added => out.extend(after.clone().map(|number| line('+', number, new[number]))),
            Kind::Removed => {
                out.extend(before.clone().map(|number| line('-', number, old[number])))
            }
        }
    }
    out
}

struct Pieces<'t> {
    pieces: Vec<Piece>,
    old: &'t [&'t str],
    new: &'t [&'t str],
}

impl Pieces<'_> {
    /// Adds two lines that are the same but for the spaces before them.
    fn pair(&mut self, old: usize, new: usize) {
        let (before, after) = (self.old[old], self.new[new]);
        let kind = match after.len().checked_sub(before.len()) {
            // An empty line among lines that moved goes along with them.
            Some(0) => match self.pieces.last().map(|last| last.kind) {
                Some(kind @ (Kind::Deeper(_) | Kind::Shallower(_))) if before.trim().is_empty() => {
                    kind
                }
                _ => Kind::Same,
            },
            Some(more) => Kind::Deeper(more),
            None => Kind::Shallower(before.len() - after.len()),
        };
        self.push(kind, old..old + 1, new..new + 1);
    }

    /// Adds lines that are new, and tells the script among them.
    fn added(&mut self, old: usize, new: Range<usize>) {
        let mut at = new.start;
        while at < new.end {
            let from = at;
            let depth = |line: &str| line.len() - line.trim_start_matches(' ').len();
            let is_key = |line: &str| {
                line.trim_start().strip_prefix(SCRIPT).is_some_and(|rest| rest.starts_with(':'))
            };
            while at < new.end && !is_key(self.new[at]) {
                at += 1;
            }
            let key = at.min(new.end.saturating_sub(1));
            at = (at + 1).min(new.end);
            self.push(Kind::Added, old..old, from..at);
            let (from, deep) = (at, depth(self.new[key]));
            let is_below = |line: &str| line.trim().is_empty() || depth(line) > deep;
            while is_key(self.new[key]) && at < new.end && is_below(self.new[at]) {
                at += 1;
            }
            self.push(Kind::Script, old..old, from..at);
        }
    }

    fn push(&mut self, kind: Kind, old: Range<usize>, new: Range<usize>) {
        if old.is_empty() && new.is_empty() {
            return;
        }
        match self.pieces.last_mut() {
            Some(last)
                if last.kind == kind && last.old.end == old.start && last.new.end == new.start =>
            {
                (last.old.end, last.new.end) = (old.end, new.end);
            }
            _ => self.pieces.push(Piece { kind, old, new }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two texts, and the pieces, each as its kind and its numbers of lines in the two.
    type Case<'t> = (&'t str, &'t str, &'t [(Kind, usize, usize)]);

    #[test]
    fn a_change_falls_into_pieces() {
        use Kind::{Added, Deeper, Removed, Same, Script, Shallower};
        let cases: &[Case] = &[
            ("", "", &[]),
            ("a\n", "a\n", &[(Same, 1, 1)]),
            ("a\n", "b\n", &[(Removed, 1, 0), (Added, 0, 1)]),
            ("a", "a\n", &[(Removed, 1, 0), (Added, 0, 1)]),
            (
                "a:\n b\n\n c\n",
                "a:\n x:\n   b\n\n   c\n",
                &[(Same, 1, 1), (Added, 0, 1), (Deeper(2), 3, 3)],
            ),
            (
                "a:\n x:\n   b\n\n   c\n",
                "a:\n b\n\n c\n",
                &[(Same, 1, 1), (Removed, 1, 0), (Shallower(2), 3, 3)],
            ),
            // One more space than the others, other spaces behind, a tab.
            ("a\nb\n", " a\n  b\n", &[(Deeper(1), 1, 1), (Deeper(2), 1, 1)]),
            ("a\n", " a \n", &[(Removed, 1, 0), (Added, 0, 1)]),
            ("a\n", "\ta\n", &[(Removed, 1, 0), (Added, 0, 1)]),
            // An empty line that got spaces is no line that only stands deeper in a run of others.
            (
                "a\n\nb\n",
                " a\n  \n b\n",
                &[(Deeper(1), 1, 1), (Deeper(2), 1, 1), (Deeper(1), 1, 1)],
            ),
            ("\r\na\r\n", "\r\n a\r\n", &[(Same, 1, 1), (Deeper(1), 1, 1)]),
            (
                "p: 1\n",
                "p:\n  retriggerScript: |\n    a\n\n    b\n  in: c\n",
                &[(Removed, 1, 0), (Added, 0, 2), (Script, 0, 3), (Added, 0, 1)],
            ),
            ("", "retriggerScript: *x\nretriggerScript: |\n a\n", &[(Added, 0, 2), (Script, 0, 1)]),
            ("", "retriggerScripts:\n a\n", &[(Added, 0, 2)]),
        ];
        for (old, new, wanted) in cases {
            let pieces = fold(old, new);
            let found: Vec<_> = pieces.iter().map(|p| (p.kind, p.old.len(), p.new.len())).collect();
            assert_eq!(found, *wanted, "{old:?} {new:?}");
            let mut at = (0, 0);
            for piece in &pieces {
                assert_eq!((piece.old.start, piece.new.start), at, "{old:?} {new:?}");
                at = (piece.old.end, piece.new.end);
            }
            assert_eq!(at, (lines(old).len(), lines(new).len()), "{old:?} {new:?}");
        }
    }
}
