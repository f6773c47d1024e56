//! What somebody who misspelt a name may have meant.

use crate::error::Error;
use crate::jsone::families;

/// An error that says `message` of the name of a context that is none, with the nearest of `names`
/// where one is near, and else where they are listed.
pub fn unknown<'n>(message: String, name: &str, names: impl Iterator<Item = &'n str>) -> Error {
    let help = match nearest(name, names) {
        Some(nearest) => format!("did you mean {nearest}? `tc-retrigger contexts` lists all"),
        None => "`tc-retrigger contexts` lists the built-in ones".to_owned(),
    };
    Error::new(message).help(help)
}

/// The names of all built-in contexts.
pub fn contexts() -> impl Iterator<Item = &'static str> {
    families::contexts().map(|context| &*context.name)
}

/// The name that the fewest slips of the keyboard make of this one, the first of several: a letter
/// too much, too few, another, or two swapped. One in four letters at most: past that, it is a guess.
fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let slips = names.map(|known| (strsim::damerau_levenshtein(known, name), known));
    let fewest = slips.min_by_key(|(slips, _)| *slips);
    let most = (name.chars().count() / 4).max(1);
    fewest.filter(|(slips, _)| *slips <= most).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_gets_the_nearest() {
        let cases = [
            ("hg-push/ahs", Some("hg-push/ash")),
            ("hg-pusch/ash", Some("hg-push/ash")),
            ("Hg-Push/ash", Some("hg-push/ash")),
            ("hgpush/try/owner-email", Some("hg-push/try/owner-email")),
            ("hg-push/try/owner-mail", Some("hg-push/try/owner-email")),
            ("action/autoland/retriger", Some("action/autoland/retrigger")),
            ("action/autoland/retrigger-mutliple", Some("action/autoland/retrigger-multiple")),
            ("github-release/publish", Some("github-release/published")),
            ("git-push/main", None),
            ("nothing", None),
            ("context.yml", None),
            ("", None),
        ];
        for (name, wanted) in cases {
            assert_eq!(nearest(name, contexts()), wanted, "{name}");
        }
    }
}
