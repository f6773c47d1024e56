//! Random small files: values over several lines, with all kinds of indentation.

use crate::harness::rng::Rng;
use tc_retrigger::error::Error;

/// Whether a refusal is of what this program does not read though both loaders do.
pub fn is_own_limit(err: &Error) -> bool {
    let text = err.to_string();
    ["this program", "read that otherwise", "reads it into the inner list"]
        .iter()
        .any(|limit| text.contains(limit))
}

/// A file.
pub fn file(rng: &mut Rng) -> String {
    let mut file = Writer { rng, keys: 0 };
    let mut text = file.pick(&["", "", "", "", "---\n", "# c\n", "--- # c\n", "%YAML 1.2\n---\n"]);
    text += &file.block(0, 3);
    if file.one_in(8) {
        text +=
            &file.pick(&["...\n", "...", "... # c\n", "...\n...\n", "---\n", "... x\n", "...\n\n"]);
    }
    if file.one_in(3) {
        text = text.trim_end_matches('\n').to_owned();
        text += &file.pick(&["", "\n", "\n\n", "\n  "]);
        text += &file.spaces();
    }
    match file.rng.below(20) {
        0 => text.replace('\n', "\r\n"),
        1 => format!("\u{feff}{text}"),
        _ => text,
    }
}

struct Writer<'r> {
    rng: &'r mut Rng,
    keys: usize,
}

impl Writer<'_> {
    fn pick(&mut self, from: &[&str]) -> String {
        self.rng.pick(from).to_owned()
    }

    fn one_in(&mut self, number: usize) -> bool {
        self.rng.below(number) == 0
    }

    fn spaces(&mut self) -> String {
        " ".repeat(self.rng.below(7))
    }

    /// In the order of the alphabet, as values are written.
    fn key(&mut self) -> String {
        self.keys += 1;
        format!("k{:03}", self.keys)
    }

    /// What may stand between the signs of a collection in brackets.
    fn gap(&mut self) -> String {
        let gap = self.pick(&["", "", "", " ", "\n", "\n", "\n\n", " # c\n", "\n# c\n"]);
        if gap.ends_with('\n') { gap + &self.spaces() } else { gap }
    }

    fn plain(&mut self) -> String {
        let words = ["a", "b", "c d", "on", "0777", "1.5", "~", "...", "e:f", "g'", "-1", "h#"];
        let mut text = self.pick(&words);
        if self.one_in(7) {
            text += &format!("\n{}{}", self.spaces(), self.pick(&words));
        }
        text
    }

    fn quoted(&mut self) -> String {
        let quote = self.pick(&["'", "\""]);
        let mut text = quote.clone();
        for _ in 0..=self.rng.below(3) {
            text += &self.pick(&["a", "b ", " c", "# d", "[", "]", ": ", ","]);
            text += &match self.rng.below(4) {
                0 => format!("\n{}", self.spaces()),
                1 => format!("\n\n{}", self.spaces()),
                2 if quote == "\"" => format!("\\\n{}", self.spaces()),
                _ => String::new(),
            };
        }
        text + &quote
    }

    fn brackets(&mut self, depth: usize) -> String {
        let is_list = self.one_in(2);
        let mut text = if is_list { "[" } else { "{" }.to_owned() + &self.gap();
        for at in 0..self.rng.below(4) {
            if at > 0 {
                text += &format!(",{}", self.gap());
            }
            if !is_list {
                text += &format!(
                    "{}: {}",
                    self.key(),
                    if self.one_in(5) { self.gap() } else { String::new() }
                );
            }
            text += &self.value(depth - 1);
            text += &self.gap();
        }
        text + if is_list { "]" } else { "}" }
    }

    fn value(&mut self, depth: usize) -> String {
        match self.rng.below(10) {
            0..4 if depth > 0 => self.brackets(depth),
            0..7 => self.quoted(),
            _ => self.plain(),
        }
    }

    fn block_scalar(&mut self, indent: usize) -> String {
        let mut text = self.pick(&["|", ">"]) + &self.pick(&["", "", "-", "+", "2", "1-", "+2"]);
        text += &self.pick(&["\n", "\n", " # c | d\n"]);
        let pad = " ".repeat(indent + 1 + self.rng.below(2));
        for _ in 0..self.rng.below(4) {
            text += &match self.rng.below(5) {
                0 => self.spaces() + "\n",
                1 => format!("{pad}  {}\n", self.pick(&["", "a", "# b"])),
                _ => format!("{pad}{}\n", self.pick(&["a", "b c", "# d", "- e", "f: g"])),
            };
        }
        text
    }

    fn block(&mut self, indent: usize, depth: usize) -> String {
        let pad = " ".repeat(indent);
        // The root is a mapping.
        let is_list = indent > 0 && self.one_in(3);
        let mut text = String::new();
        for _ in 0..=self.rng.below(3) {
            text += &match is_list {
                true => format!("{pad}- "),
                false => format!("{pad}{}: ", self.key()),
            };
            text += &match self.rng.below(8) {
                0..3 if depth > 0 && is_list => {
                    self.block(indent + 2, depth - 1).trim_start().to_owned()
                }
                0..3 if depth > 0 => {
                    let inner = indent + 1 + self.rng.below(3);
                    format!("\n{}", self.block(inner, depth - 1))
                }
                3 => self.block_scalar(indent),
                _ => {
                    self.value(2)
                        + &self.pick(&["\n", "\n", "\n", " \n", " # c\n", "\n\n", "\n# c\n"])
                }
            };
        }
        text
    }
}
