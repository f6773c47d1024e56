//! What a fast path says that it was written from.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a fast path's first comment line starts with, before and behind the recipe's name and number.
const SIGNATURE: &str = "# tc-retrigger ";

/// What a fast path was written from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Origin {
    /// What recipes were called at first, by its number.
    Patch(u32),
    /// The recipe without a name, by its number.
    Recipe(u32),
    /// A recipe with a name, and its number.
    Named(String, u32),
}

impl Origin {
    /// The origin that a fast path's first comment line tells: `# tc-retrigger recipe 3: …`, or with a
    /// name before the number.
    pub fn told(comment: &str) -> Option<Origin> {
        let rest = comment.trim_start().strip_prefix(SIGNATURE)?;
        let (kind, rest) = rest.split_once(' ')?;
        let number = |text: &str| text.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok();
        match (kind, number(rest), rest.split_once(' ')) {
            ("patch", Some(number), _) => Some(Origin::Patch(number)),
            ("recipe", Some(number), _) => Some(Origin::Recipe(number)),
            ("recipe", None, Some((name, rest))) => {
                Some(Origin::Named(name.to_owned(), number(rest)?))
            }
            _ => None,
        }
    }

    /// Whether this is a later one than `other` of the same recipe.
    pub fn is_newer_than(&self, other: &Origin) -> bool {
        match (self, other) {
            (Origin::Named(name, _), Origin::Named(other, _)) if name != other => false,
            (Origin::Named(..), Origin::Patch(_) | Origin::Recipe(_)) => false,
            _ => self > other,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Patch(number) => write!(f, "patch {number}"),
            Origin::Recipe(number) => write!(f, "recipe {number}"),
            Origin::Named(name, number) => write!(f, "recipe {name} {number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_tells_the_origin() {
        let named = |name: &str, number| Some(Origin::Named(name.to_owned(), number));
        let cases = [
            ("    # tc-retrigger recipe 3: x", Some(Origin::Recipe(3))),
            ("# tc-retrigger patch 12, x", Some(Origin::Patch(12))),
            ("# tc-retrigger recipe retrigger-file 3: x", named("retrigger-file", 3)),
            ("# tc-retrigger recipe retrigger-file: x", None),
            ("# tc-retrigger recipe", None),
            ("# tc-retrigger patch x 3: y", None),
            ("# tc-retrigger is a tool", None),
            ("x # tc-retrigger recipe 3", None),
        ];
        for (comment, wanted) in cases {
            assert_eq!(Origin::told(comment), wanted, "{comment}");
        }
    }

    #[test]
    fn only_recipes_of_a_name_are_older_and_newer() {
        let file = |number| Origin::Named("file".to_owned(), number);
        let cases = [
            (Origin::Recipe(4), Origin::Recipe(3), true),
            (Origin::Recipe(3), Origin::Recipe(3), false),
            (Origin::Recipe(1), Origin::Patch(2), true),
            (file(4), file(3), true),
            (file(4), Origin::Recipe(3), false),
            (file(4), Origin::Named("other".to_owned(), 3), false),
            (Origin::Recipe(4), file(3), false),
        ];
        for (origin, other, wanted) in cases {
            assert_eq!(origin.is_newer_than(&other), wanted, "{origin}, {other}");
        }
    }
}
