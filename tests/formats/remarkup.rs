//! What of a comment Phabricator's Remarkup takes for text that may hold markup: all that is not in code.
//! After Phorge's PhutilRemarkupCodeBlockRule.php (`getMatchingLineCount`) and
//! PhutilRemarkupMonospaceRule.php.

/// The comment without its code.
pub fn outside_code(comment: &str) -> String {
    let lines: Vec<&str> = comment.split('\n').collect();
    let mut out = String::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        let is_fence = line.trim_start().starts_with("```");
        let is_indented = |line: &str| line.starts_with("  ") && line.len() > 2;
        at += 1;
        if is_fence {
            let is_whole = line.trim().len() > 5 && line.trim_end().ends_with("```");
            while !is_whole && at < lines.len() {
                at += 1;
                if lines[at - 1].trim_end().ends_with("```") {
                    break;
                }
            }
        } else if is_indented(line) {
            while at < lines.len() && (lines[at].trim().is_empty() || is_indented(lines[at])) {
                at += 1;
            }
        } else {
            out += &outside_backticks(line);
            out.push('\n');
        }
    }
    out
}

/// A line without what stands between a backtick that does not follow a word's character and the next.
fn outside_backticks(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        let is_word =
            rest[..start].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
        let behind = &rest[start + 1..];
        // At least one character stands between.
        let end = behind.char_indices().skip(1).find(|(_, c)| *c == '`').map(|(at, _)| at);
        match end.filter(|_| !is_word) {
            Some(end) => {
                out += &rest[..start];
                rest = &behind[end + 1..];
            }
            None => {
                out += &rest[..=start];
                rest = behind;
            }
        }
    }
    out + rest
}

#[test]
fn code_is_told_as_phorge_tells_it() {
    let cases = [
        ("a `b` c", "a  c\n"),
        ("a `` `b` `` c", "a b` `` c\n"),
        ("x`b` `c`", "x`b` \n"),
        ("```diff\na\n```\nb", "b\n"),
        ("````\na\n```\nb\n````", "b\n"),
        ("```a```\nb", "b\n"),
        ("a\n    b ```\n\n    c\nd", "a\nd\n"),
        ("~~~\na\n~~~", "~~~\na\n~~~\n"),
    ];
    for (comment, wanted) in cases {
        assert_eq!(outside_code(comment), wanted, "{comment}");
    }
}
