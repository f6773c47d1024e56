//! What the abstract interpretation says of conditions that no context reaches.

use tc_retrigger::coverage;
use tc_retrigger::template::{Template, Text};

/// What is said to be unreachable, as `condition truth: why`.
fn unreachable(template: &str) -> Vec<String> {
    let template = Template::parse(Text::new(template)).expect(template);
    // Without a context, every outcome is missed.
    let missed = coverage::measure(&template, []).missed.into_iter();
    missed
        .filter_map(|outcome| {
            Some(format!("{} {}: {}", outcome.condition, outcome.outcome, outcome.why?))
        })
        .collect()
}

#[test]
fn what_the_environment_excludes_is_unreachable() {
    let if_ = |condition: &str, inner: &str| {
        format!("tasks: [{{$if: '{condition}', then: {{$if: '{inner}', then: 1}}}}]")
    };
    let let_ = |bound: &str, condition: &str, inner: &str| {
        format!(
            "tasks: [{{$let: {bound}, in: \
             {{$if: '{condition}', then: {{$if: '{inner}', then: 1}}}}}}]"
        )
    };
    let cases = [
        // The same text, and what follows from `&&`, `||` and `!`.
        (
            if_(r#"tasks_for == "cron" && push.x"#, r#"tasks_for != "cron""#),
            r#"tasks_for != "cron" true: always false here (for cron)"#,
        ),
        (
            if_(r#"tasks_for == "cron" && push.x"#, "push.x"),
            "push.x false: always true here (for cron)",
        ),
        (
            if_(r#"tasks_for == "action" && !(input.x || input.y)"#, "input.y"),
            "input.y true: always false here (for action)",
        ),
        (if_(r#"tasks_for == "cron""#, "push.x || cron.y"), ""),
        // Values that a comparison leaves.
        (
            if_(
                r#"tasks_for == "cron" && cron.job_name in ["a", "b"]"#,
                r#"cron["job_name"] == "c""#,
            ),
            r#"cron["job_name"] == "c" true: always false here (for cron)"#,
        ),
        (
            if_(
                r#"tasks_for == "cron" && cron.job_name in ["a", "b"]"#,
                r#"cron["job_name"] == "b""#,
            ),
            "",
        ),
        (
            if_(
                r#"tasks_for == "github-push" && event.ref[:10] == "refs/tags/""#,
                r#"event.ref == "refs/heads/main""#,
            ),
            r#"event.ref == "refs/heads/main" true: always false here (for github-push)"#,
        ),
        (
            if_(r#"tasks_for == "github-push""#, r#"event.ref == "main""#),
            r#"event.ref == "main" true: always false here (for github-push)"#,
        ),
        (
            if_(
                r#"tasks_for == "github-push" && event.ref != "refs/tags/v1""#,
                r#"event.ref[:11] == "refs/heads/""#,
            ),
            "",
        ),
        (
            if_(
                r#"tasks_for == "github-push" && (event.ref == "refs/heads/a" || event.ref[:12] == "refs/heads/b")"#,
                r#"event.ref[:11] == "refs/heads/""#,
            ),
            r#"event.ref[:11] == "refs/heads/" false: always true here (for github-push)"#,
        ),
        // What hangs on the time is not what it is today.
        (if_(r#"tasks_for == "cron""#, r#"now[5:7] == "13""#), ""),
        (
            if_(r#"tasks_for == "cron""#, r#"len("ab") == 2"#),
            r#"len("ab") == 2 false: always true here (for cron)"#,
        ),
        (
            if_(
                r#"tasks_for == "github-push" && event.ref == "refs/heads/main""#,
                r#"event.ref == "refs/heads/beta""#,
            ),
            r#"event.ref == "refs/heads/beta" true: always false here (for github-push)"#,
        ),
        (
            let_(r#"{day: {$fromNow: "1 day"}}"#, r#"tasks_for == "cron""#, r#"day[:4] == "2026""#),
            "",
        ),
        // Variables: other names for a field, and values that hang on `tasks_for`.
        (
            let_(
                "{branch: '${event.ref}'}",
                r#"tasks_for == "github-push" && branch == "refs/heads/x""#,
                r#"event["ref"][:11] == "refs/heads/""#,
            ),
            r#"event["ref"][:11] == "refs/heads/" false: always true here (for github-push)"#,
        ),
        (
            let_(
                r#"{level: {$if: 'tasks_for == "cron"', then: '3', else: '1'}}"#,
                r#"tasks_for == "cron""#,
                r#"level == "3""#,
            ),
            r#"level == "3" false: always true here (for cron)"#,
        ),
        // A name that is bound anew is another one.
        (
            "tasks: [{$if: 'tasks_for == \"cron\" && push.x', then: {$let: {push: \
             {$eval: 'cron'}}, in: {$if: 'push.x', then: 1}}}]"
                .to_owned(),
            "",
        ),
        (
            if_(r#"tasks_for == "cron" && event.x"#, "push.x"),
            r#"tasks_for == "cron" && event.x true: always false here (for hg-push, git-push, github-push, github-pull-request, github-pull-request-untrusted, github-release, github-issue-comment, action, pr-action); event.x true: no render gets here, whatever its tasks_for; event.x false: no render gets here, whatever its tasks_for; push.x true: no render gets here, whatever its tasks_for; push.x false: no render gets here, whatever its tasks_for"#,
        ),
    ];
    for (template, wanted) in cases {
        let mut found = unreachable(&template);
        found.sort();
        let mut wanted: Vec<_> = wanted.split("; ").filter(|text| !text.is_empty()).collect();
        wanted.sort();
        assert_eq!(found, wanted, "{template}");
    }
}
