//! A line of a file with a caret below the place that a message is about.

use crate::error::{Place, plain};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// The longest part of a line that is shown before its place, in characters.
const BEFORE: usize = 60;
/// The longest part of a line that is shown, in characters.
const MOST: usize = 100;

/// The line of `text` that `place` is on, with its number, and carets below the word there; with colour
/// in it. Of a long line, the part around the place. Empty where the text has no such line.
pub fn snippet(text: &str, place: Place) -> String {
    let Some(line) = place.line.checked_sub(1).and_then(|at| text.split('\n').nth(at)) else {
        return String::new();
    };
    let letters: Vec<char> = line.trim_end_matches('\r').chars().collect();
    let at = place.column.saturating_sub(1).min(letters.len());
    let from = if at > BEFORE { at - BEFORE / 2 } else { 0 };
    let to = letters.len().min(from + MOST);
    let end = (at..to).find(|at| letters[*at].is_whitespace()).unwrap_or(to).max(at);
    // What could write on the terminal is escaped, and so longer.
    let shown = |from: usize, to: usize| plain(&String::from_iter(&letters[from..to])).into_owned();
    let [mut before, word, mut behind] = [shown(from, at), shown(at, end), shown(end, to)];
    if from > 0 {
        before.insert(0, '…');
    }
    if to < letters.len() {
        behind.push('…');
    }
    let span = before.len()..before.len() + word.len();
    let source = format!("{before}{word}{behind}");
    let snippet = Snippet::source(source)
        .line_start(place.line)
        .annotation(AnnotationKind::Primary.span(span));
    let group = Group::with_level(Level::ERROR).element(snippet);
    let drawn = Renderer::styled().render(&[group]);
    format!("{}\n", drawn.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(text: &str, line: usize, column: usize) -> String {
        anstream::adapter::strip_str(&snippet(text, Place { line, column })).to_string()
    }

    #[test]
    fn a_caret_is_below_the_word() {
        let cases = [
            ("a\n  key: b\n", 2, 3, "  |\n2 |   key: b\n  |   ^^^^\n"),
            ("ä: b\r\n", 1, 4, "  |\n1 | ä: b\n  |    ^\n"),
            ("a: \u{1b}[0m\n", 1, 4, "  |\n1 | a: \\u{1b}[0m\n  |    ^^^^^^^^^\n"),
            // Behind the last letter, and behind the last line.
            ("a\n", 1, 2, "  |\n1 | a\n  |  ^\n"),
            ("a\n", 7, 1, ""),
            ("a\n", 0, 1, ""),
        ];
        for (text, line, column, wanted) in cases {
            assert_eq!(bare(text, line, column), wanted, "{text:?}");
        }
    }

    #[test]
    fn a_long_line_is_cut() {
        let text = format!("{}key: {}", "a ".repeat(500), "b".repeat(500));
        let shown = bare(&text, 1, 1001);
        assert!(shown.contains("1 | …a a") && shown.contains("a key: bbb"), "{shown}");
        assert!(shown.contains("b…\n") && shown.contains(" ^^^^\n"), "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() <= MOST + 6), "{shown}");
    }
}
