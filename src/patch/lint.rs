//! yamllint's own comments, which keep it from counting what a fast path brings.
//!
//! A fast path has lines longer than the 80 characters that yamllint allows by default, and so may a
//! payload that stands deeper. In a file with several steps of indentation it takes the payload's, which
//! may be none that yamllint expects. What the file itself says of these rules stays in force around it.

use crate::template::Text;

const LENGTH: &str = "rule:line-length";
const INDENTATION: &str = "rule:indentation";

/// The lines that go around a fast path.
#[derive(Debug, PartialEq, Eq)]
pub struct Pragmas {
    /// Before it: the rules no longer count.
    pub off: Option<String>,
    /// Behind it: they count again.
    pub on: Option<String>,
}

/// What goes around a fast path that stands in place of the lines from `first` to `last`, counted from
/// 1: nothing where the rules do not count there. `is_odd`: its step is not the file's first.
pub fn pragmas(text: &Text, first: usize, last: usize, is_odd: bool) -> Pragmas {
    let mut rules = vec![LENGTH];
    rules.extend(is_odd.then_some(INDENTATION));
    let line = |word: &str, rules: &[&str]| {
        (!rules.is_empty()).then(|| format!("# yamllint {word} {}", rules.join(" ")))
    };
    rules.retain(|rule| counts(text, first, rule));
    let off = line("disable", &rules);
    rules.retain(|rule| counts(text, last + 1, rule));
    Pragmas { off, on: line("enable", &rules) }
}

/// Whether a rule counts on a line: by the last comment before that names it, or all rules
/// (`DISABLE_RULE_PATTERN` and `ENABLE_RULE_PATTERN` in yamllint's linter.py).
fn counts(text: &Text, line: usize, rule: &str) -> bool {
    let told = |line: usize| {
        let comment = text.line(line).trim().strip_prefix("# yamllint ")?;
        let mut words = comment.split_ascii_whitespace();
        let is_on = match words.next()? {
            "enable" => true,
            "disable" => false,
            _ => return None,
        };
        let rules: Vec<&str> = words.collect();
        (rules.is_empty() || rules.contains(&rule)).then_some(is_on)
    };
    (1..line.min(text.line_count() + 1)).rev().find_map(told).unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_file_says_stays_in_force() {
        let both = Some("rule:line-length rule:indentation".to_owned());
        let length = || Some("rule:line-length".to_owned());
        let cases = [
            ("a:\n  b: c\n", false, length(), length()),
            ("a:\n  b: c\n", true, both.clone(), both.clone()),
            ("# yamllint disable rule:line-length\na:\n  b: c\n", false, None, None),
            (
                "# yamllint disable rule:line-length\na:\n  b: c\n",
                true,
                Some("rule:indentation".to_owned()),
                Some("rule:indentation".to_owned()),
            ),
            ("# yamllint disable\na:\n  b: c\n", true, None, None),
            ("# yamllint disable rule:braces\na:\n  b: c\n", false, length(), length()),
            ("# yamllint disable rule:braces rule:line-length\na:\n  b: c\n", false, None, None),
            ("# yamllint disable\n# yamllint enable\na:\n  b: c\n", false, length(), length()),
            ("# yamllint disable-line rule:line-length\na:\n  b: c\n", false, length(), length()),
            ("a:\n  # yamllint disable rule:line-length\n  b: c\n", false, length(), None),
        ];
        for (content, is_odd, off, on) in cases {
            let text = Text::new(content);
            let first = (1..).find(|line| text.line(*line).starts_with("a:")).unwrap();
            let found = pragmas(&text, first, text.line_count(), is_odd);
            let rules = |line: Option<String>, word: &str| {
                line.map(|line| line.replace(&format!("# yamllint {word} "), ""))
            };
            let found = (rules(found.off, "disable"), rules(found.on, "enable"));
            assert_eq!(found, (off, on), "{content}");
        }
    }
}
