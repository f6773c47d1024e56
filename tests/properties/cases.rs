//! Templates for properties, as strategies of proptest: made ones and real ones, with edits of both. What fails
//! is told with as few edits as it takes.

use crate::harness::edits::EDITORS;
use crate::harness::files;
use crate::harness::maker::Maker;
use crate::harness::rng::Rng;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Where a text comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// One of the real files.
    File(Index),
    /// One of the maker's, by its seed.
    Made(u64),
}

/// A change of a text.
#[derive(Debug, Clone)]
pub enum Edit {
    /// One of [`EDITORS`] at a line.
    Line(usize, Index, u64),
    /// Bytes taken out.
    Remove(Index, usize),
    /// A byte that becomes another.
    Replace(Index, u8),
    /// Signs put in.
    Insert(Index, &'static str),
    /// Bytes put in once more, elsewhere.
    Copy(Index, usize, Index),
    /// All behind a place replaced.
    End(Index, &'static str),
    /// Each line break replaced by DOS's.
    Dos,
}

/// Signs of YAML's and JSON-e's.
const SIGNS: &[&str] = &[
    " ",
    "  ",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "-",
    "- ",
    ":",
    ": ",
    "#",
    " #",
    "'",
    "\"",
    "\\",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "|\n",
    "|2-\n",
    ">+\n",
    "? ",
    "&a ",
    "*a",
    "!!str ",
    "!",
    "%",
    "@",
    "`",
    "=",
    "~",
    "<<: *a",
    "---\n",
    "...\n",
    "\u{feff}",
    "\u{a0}",
    "\u{85}",
    "\u{2028}",
    "\u{7}",
    "${",
    "}",
    "$$",
    "$if",
    "$eval",
    "1_0",
    "0o7",
    ".inf",
    "ö",
    "clonePayload",
    "# tc-retrigger recipe 3: x",
];

/// What a file may end in.
const ENDS: &[&str] = &[
    "",
    "\n",
    "\n\n",
    "\n    ",
    "\n          ",
    " |",
    " |\n",
    " |+\n\n      ",
    ": |\n        x\n          ",
    ": >-\n  ",
    "'",
    "\n...\n",
    "\n---\n",
    "\n# c",
    ":",
    "\r\n ",
];

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    prop_oneof![
        6 => (0..EDITORS.len(), at(), any::<u64>()).prop_map(|(kind, at, seed)| Edit::Line(kind, at, seed)),
        2 => (at(), 1..40_usize).prop_map(|(at, len)| Edit::Remove(at, len)),
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Edit::Replace(at, byte)),
        4 => (at(), select(SIGNS)).prop_map(|(at, signs)| Edit::Insert(at, signs)),
        2 => (at(), 1..40_usize, at()).prop_map(|(from, len, to)| Edit::Copy(from, len, to)),
        2 => (at(), select(ENDS)).prop_map(|(at, end)| Edit::End(at, end)),
        1 => Just(Edit::Dos),
    ]
}

/// Bytes, and how they came about: real ones in one of `one_in` cases.
pub fn case(one_in: u32, most_edits: usize) -> impl Strategy<Value = (Source, Vec<Edit>)> {
    let source = (0..one_in, any::<Index>(), any::<u64>()).prop_map(|(number, at, seed)| {
        if number == 0 { Source::File(at) } else { Source::Made(seed) }
    });
    (source, prop::collection::vec(edit(), 0..=most_edits))
}

/// The bytes of a case, of these files and of what the maker makes.
pub fn bytes(files: &[files::File], (source, edits): &(Source, Vec<Edit>)) -> Vec<u8> {
    let text = match source {
        Source::File(at) => at.get(files).text.clone(),
        Source::Made(seed) => {
            let (mut rng, at) = (Rng::new(*seed), *seed as usize);
            let maker = Maker::new(&mut rng);
            if at % 3 == 0 { maker.any().text } else { maker.harmless(at / 3).text }
        }
    };
    edits.iter().fold(text.into_bytes(), edited)
}

fn edited(mut bytes: Vec<u8>, edit: &Edit) -> Vec<u8> {
    if bytes.is_empty() {
        return bytes;
    }
    let len = bytes.len();
    let range = |at: &Index, most: usize| at.index(len)..(at.index(len) + most).min(len);
    match edit {
        Edit::Line(kind, at, seed) => return line_edited(bytes, *kind, at, *seed),
        Edit::Remove(at, most) => drop(bytes.drain(range(at, *most))),
        Edit::Replace(at, byte) => bytes[at.index(len)] = *byte,
        Edit::Insert(at, signs) => {
            bytes.splice(range(at, 0), signs.bytes());
        }
        Edit::Copy(from, most, to) => {
            let part = bytes[range(from, *most)].to_vec();
            bytes.splice(range(to, 0), part);
        }
        // Near the end, as a rule: what stands before must still be a template.
        Edit::End(at, end) => {
            let cut = (len - at.index(len.min(60))).min(len);
            bytes.truncate(cut);
            bytes.extend(end.bytes());
        }
        Edit::Dos => {
            bytes = bytes.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..])
        }
    }
    bytes
}

fn line_edited(bytes: Vec<u8>, kind: usize, at: &Index, seed: u64) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(&bytes) else { return bytes };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return bytes;
    }
    let at = at.index(lines.len());
    match EDITORS[kind].1(&mut lines, at, &mut Rng::new(seed)) {
        Some(()) => (lines.join("\n") + "\n").into_bytes(),
        None => bytes,
    }
}
