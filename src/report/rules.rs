//! What each kind of finding means, and what to do about it, for whoever meets its code alone.

use crate::work::Code;

/// A kind of finding, as a reader of its code needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The code, in the words of the JSON.
    pub name: &'static str,
    /// What is wrong, in a sentence.
    pub about: &'static str,
    /// What that means, and what to do.
    pub help: &'static str,
}

/// All codes.
pub const CODES: [Code; 14] = [
    Code::NoFastPath,
    Code::OldRecipe,
    Code::PayloadMoved,
    Code::Edited,
    Code::Raises,
    Code::NoActions,
    Code::CannotBePatched,
    Code::Limit,
    Code::NotProved,
    Code::Different,
    Code::Unreadable,
    Code::Ambiguous,
    Code::OtherTask,
    Code::Dropped,
];

/// What a code means.
pub fn rule(code: Code) -> Rule {
    let (name, about, help) = match code {
        Code::NoFastPath => (
            "no-fast-path",
            "Retriggers clone the repository.",
            "The template has a payload that retriggers reach, without a fast path. Run `tc-retrigger patch --write`.",
        ),
        Code::OldRecipe => (
            "old-recipe",
            "The fast path is an older recipe's.",
            "Run `tc-retrigger patch --write`: it replaces the fast path and nothing else.",
        ),
        Code::PayloadMoved => (
            "payload-moved",
            "Payloads came or went since the template was patched.",
            "A payload that retriggers reach has no fast path, or a fast path no retrigger that reaches it. Run `tc-retrigger patch --write`; where retriggers reach no payload any more, correct the template, or run `tc-retrigger revert --write`.",
        ),
        Code::Edited => (
            "edited",
            "The fast path is not as its recipe has it.",
            "Edit the payload under `clonePayload`, and nothing else of the fast path: `tc-retrigger patch --write` puts it back. To change what it does, change a copy of the recipe.",
        ),
        Code::Raises => (
            "raises",
            "The template raises for retriggers.",
            "Each such retrigger fails in production, with a fast path or without. Correct the template; `tc-retrigger render` shows what comes out.",
        ),
        Code::NoActions => (
            "no-actions",
            "No retrigger renders a task.",
            "There is nothing to patch. `tc-retrigger check --require` makes that a failure, for a project that knows that it has actions.",
        ),
        Code::CannotBePatched => (
            "cannot-be-patched",
            "No fast path can be made, or none can be taken out.",
            "Change what the message names; until then retriggers keep today's path.",
        ),
        Code::Limit => (
            "limit",
            "The file is too much for this program, or has something that it cannot take.",
            "It is this program's own limit: production may take it, so that nothing is said of the file. Write what the message names otherwise, or patch by hand.",
        ),
        Code::NotProved => (
            "not-proved",
            "It is not proved that nothing else changes.",
            "No context that was tried shows a difference, but that is no proof, and nothing is written without one. What a proof rests on: docs/proof.md of tc-retrigger.",
        ),
        Code::Different => (
            "different",
            "Something else changes, too, or a retrigger's task is not what it must be.",
            "`tc-retrigger verify OLD NEW` shows the contexts that differ, and what decides it.",
        ),
        Code::Unreadable => (
            "unreadable",
            "The file cannot be read or written, or is no template.",
            "The message says what is wrong, and where. What production's loaders refuse is refused here, too.",
        ),
        Code::Ambiguous => (
            "ambiguous",
            "Something means two things.",
            "PyYAML and js-yaml, with which production reads templates, take it for different values. Write it so that both take it for one: in quotes, if it is text.",
        ),
        Code::OtherTask => (
            "other-task",
            "A task with actions is not the first.",
            "Only `tasks[0]` counts for actions: make it the first.",
        ),
        Code::Dropped => (
            "dropped",
            "Something that stood beside the fast path went away with it.",
            "Somebody had added it. Write it again where it belongs, if it is still meant.",
        ),
    };
    Rule { name, about, help }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn each_code_of_the_schema_has_its_rule() {
        let schema: Value =
            serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap();
        let names = CODES.map(|code| rule(code).name);
        assert_eq!(schema["definitions"]["code"]["enum"], Value::from(names.to_vec()));
        for code in CODES {
            let Rule { name, about, help } = rule(code);
            assert_eq!(serde_json::to_value(code).unwrap(), name);
            assert!(about.ends_with('.') && help.ends_with('.'), "{name}");
        }
    }
}
