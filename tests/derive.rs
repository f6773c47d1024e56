//! The contexts that are derived from a template's own conditions.

use crate::needs;
use tc_retrigger::coverage::derive;
use tc_retrigger::patch::retrigger;
use tc_retrigger::template::{Template, Text};

/// The derived contexts' names.
fn derived(template: &str) -> Vec<String> {
    let template = Template::parse(Text::new(template)).expect(template);
    let contexts = derive::contexts(template.value(), &retrigger::needs_no_clone);
    assert_eq!(
        contexts,
        derive::contexts(template.value(), &retrigger::needs_no_clone),
        "the same twice"
    );
    contexts.into_iter().map(|context| context.name).collect()
}

#[test]
fn comparisons_get_contexts_on_both_sides() {
    // The condition, inside of `github-push`, and the changes that it asks for.
    let cases: &[(&str, &[&str])] = &[
        ("event.ref == \"refs/heads/main\"", &[]),
        ("event.ref == \"refs/heads/beta\"", &["event.ref=refs/heads/beta"]),
        ("event.ref != \"refs/heads/beta\"", &["event.ref=refs/heads/beta"]),
        ("event.ref in [\"refs/heads/beta\"]", &["event.ref=refs/heads/beta"]),
        ("event[\"ref\"][:15] == \"refs/heads/dev-\"", &["event.ref=refs/heads/dev-"]),
        ("event.ref[11:] == \"beta\"", &["event.ref=refs/heads/beta"]),
        ("\"nightly\" in event.ref", &["event.ref=refs/heads/nightly"]),
        (
            "event.repository.html_url == \"https://github.com/mozilla/glean\"",
            &["event.repository.html_url=https://github.com/mozilla/glean"],
        ),
        ("event.head_commit.message[:2] == \"X:\"", &["event.head_commit.message=X:"]),
        ("\"[skip]\" in event.head_commit.message", &["event.head_commit.message=[skip]"]),
        ("event.forced", &["event.forced=true"]),
        ("!(event.repository.private)", &["event.repository.private=true"]),
        // Nothing that production does not send.
        ("event.ref == \"main\"", &[]),
        ("event.after == \"x\"", &[]),
        ("event.repository.html_url == \"https://example.com/x\"", &[]),
        ("event.forced == \"yes\"", &[]),
    ];
    for (condition, wanted) in cases {
        let template = format!(
            "tasks: [{{$if: 'tasks_for == \"github-push\"', \
                 then: {{$if: '{condition}', then: 1}}}}]"
        );
        let found = derived(&template);
        assert_eq!(found.len(), wanted.len(), "{condition}: {found:?}");
        for (name, change) in found.iter().zip(*wanted) {
            assert!(name.starts_with("derived/github-push/"), "{condition}: {name}");
            assert!(name.contains(&format!("/{change}")), "{condition}: {name}");
        }
    }
}

#[test]
fn variables_and_chains_of_conditions_are_followed() {
    let template = r#"
tasks:
    - $let:
          $merge:
              - kind: '${tasks_for}'
              - $switch:
                    'tasks_for == "github-push"':
                        url: '${event.repository.html_url}'
                        ref: '${event.ref}'
                    'tasks_for == "cron"':
                        url: {$eval: 'repository.url'}
                        ref: '${push.branch}'
      in:
          $if: 'kind in ["github-push", "cron"]'
          then:
              $let:
                  type: {$if: 'url[8:] == "github.com/mozilla/glean"', then: own, else: other}
              in:
                  $if: 'kind == "github-push" && type == "own" && ref[:16] == "refs/heads/prod-"'
                  then: yes
"#;
    let change =
        "event.repository.html_url=https://github.com/mozilla/glean,event.ref=refs/heads/prod-";
    let found = derived(template);
    assert!(found.iter().any(|name| name.contains(change)), "{found:?}");
}

#[test]
fn the_same_template_gives_the_same_contexts() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/gecko.taskcluster.yml");
    let real =
        needs::corpus().map(|folder| folder.join("head/firefox-enterprise-fork.taskcluster.yml"));
    for file in real.into_iter().chain([example.into()]).filter(|file| file.exists()) {
        let template = Template::from_bytes(std::fs::read(&file).unwrap()).unwrap();
        let first = derive::contexts(template.value(), &retrigger::needs_no_clone);
        let mut names: Vec<_> = first.iter().map(|context| &context.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), first.len(), "names are unique");
        assert_eq!(
            first,
            derive::contexts(template.value(), &retrigger::needs_no_clone),
            "{}",
            file.display()
        );
    }
}
