//! Colours and words that all parts of a report for people share.

use anstyle::{AnsiColor, Style};

pub const GOOD: Style = AnsiColor::Green.on_default();
pub const BAD: Style = AnsiColor::Red.on_default();
pub const NOTE: Style = AnsiColor::Yellow.on_default();
pub const HEAD: Style = AnsiColor::Cyan.on_default();
pub const BOLD: Style = Style::new().bold();

/// How many lines are told by their numbers; the JSON has all.
const MOST_LINES: usize = 20;

/// `line 3`, or `lines 3, 5`: each line once; of many, the first ones and how many more there are.
pub fn numbered(lines: impl Iterator<Item = usize>) -> String {
    let mut each: Vec<usize> = lines.collect();
    each.dedup();
    let shown: Vec<String> = each.iter().take(MOST_LINES).map(usize::to_string).collect();
    let more = match each.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{} {}{more}", if each.len() == 1 { "line" } else { "lines" }, shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_lines_the_first_are_told() {
        let first = "lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20";
        let cases = [
            (vec![3], "line 3".to_owned()),
            (vec![3, 3], "line 3".to_owned()),
            (vec![3, 5, 5], "lines 3, 5".to_owned()),
            ((1..=20).collect(), first.to_owned()),
            ((1..=10_000).collect(), format!("{first} and 9980 more")),
        ];
        for (lines, told) in cases {
            assert_eq!(numbered(lines.into_iter()), told);
        }
    }
}
