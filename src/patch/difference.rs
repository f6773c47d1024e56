//! Two texts that differ, shown so that one sees where.

/// How many characters of each text are shown, and how many of them before the difference.
const SHOWN: usize = 60;
const BEFORE: usize = 20;

/// Both texts in quotes, cut to what stands around their first difference where they are long.
pub fn quoted(a: &str, b: &str) -> [String; 2] {
    around(a, b, |text| format!("{text:?}"))
}

/// As [`quoted`], without quotes.
pub fn bare(a: &str, b: &str) -> [String; 2] {
    around(a, b, str::to_owned)
}

fn around(a: &str, b: &str, show: impl Fn(&str) -> String) -> [String; 2] {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    [a, b].map(|text| {
        let len = text.chars().count();
        if len <= SHOWN {
            return show(text);
        }
        let from = same.saturating_sub(BEFORE).min(len.saturating_sub(SHOWN));
        let shown: String = text.chars().skip(from).take(SHOWN).collect();
        let (start, end) =
            (if from > 0 { "…" } else { "" }, if from + SHOWN < len { "…" } else { "" });
        format!("{start}{}{end}", show(&shown))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_around_their_first_difference() {
        let long = |middle: &str| format!("{}{middle}{}", "a".repeat(100), "z".repeat(100));
        let cases = [
            ("x = 5", "x = 50", "\"x = 5\"", "\"x = 50\""),
            ("a\n\"b\"", "", "\"a\\n\\\"b\\\"\"", "\"\""),
            (
                &long("5"),
                &long("6"),
                "…\"aaaaaaaaaaaaaaaaaaaa5zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\"…",
                "…\"aaaaaaaaaaaaaaaaaaaa6zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\"…",
            ),
        ];
        for (a, b, shown_a, shown_b) in cases {
            assert_eq!(quoted(a, b), [shown_a, shown_b], "{a:?}, {b:?}");
        }
    }
}
