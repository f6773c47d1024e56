//! The work on one template, as a library does it: text in, finding and text out.

use tc_retrigger::coverage::derive;
use tc_retrigger::jsone::Context;
use tc_retrigger::patch::retrigger;
use tc_retrigger::proof::Verdict;
use tc_retrigger::template::{Template, Text};
use tc_retrigger::work::{self, Done, Job, Options, Status};

const UNPATCHED: &str = include_str!("edits/four-spaces.before.yml");
const STALE: &str = include_str!("scan/old/.taskcluster.yml");
const NO_ACTIONS: &str = include_str!("../examples/no-actions.taskcluster.yml");

fn on(text: &str, job: Job) -> Done {
    work::on(text, job, &Options::default()).expect("a template")
}

#[test]
fn each_job_tells_what_it_found_and_gives_the_text() {
    let patched = on(UNPATCHED, Job::Patch).text.expect("a text");
    let edited = patched.replace("PARALLEL = 50", "PARALLEL = 5");
    let line = patched.lines().find(|line| line.trim() == "clonePayload:").expect("a wrapper");
    let beyond =
        patched.replacen(line, &format!("{}\n{line}", line.replace("clonePayload:", "also: 1")), 1);
    // The text, the job; the status, a part of the reason, whether it is proved, the text.
    let cases = [
        (UNPATCHED, Job::Patch, Status::Patched, "", Some(true), Some(&*patched)),
        (UNPATCHED, Job::Check, Status::Unpatched, "run `tc-retrigger patch --write`", None, None),
        (UNPATCHED, Job::Revert, Status::Unpatched, "", None, Some(UNPATCHED)),
        (&*patched, Job::Patch, Status::AlreadyPatched, "", Some(true), Some(&*patched)),
        (&*patched, Job::Check, Status::AlreadyPatched, "", Some(true), None),
        (&*patched, Job::Revert, Status::Reverted, "", Some(true), Some(UNPATCHED)),
        (STALE, Job::Patch, Status::Updated, "it has patch 1", Some(true), Some(&*patched)),
        (STALE, Job::Check, Status::Stale, "it has patch 1; this is recipe 3; run", None, None),
        (
            STALE,
            Job::Revert,
            Status::Reverted,
            "is not this recipe's",
            Some(false),
            Some(UNPATCHED),
        ),
        (&*edited, Job::Patch, Status::Updated, "PARALLEL", Some(true), Some(&*patched)),
        (
            &*edited,
            Job::Check,
            Status::Edited,
            "\"PARALLEL = 5\", the recipe has \"PARALLEL = 50\"",
            Some(false),
            None,
        ),
        (NO_ACTIONS, Job::Patch, Status::NotApplicable, "no retrigger", None, None),
        (NO_ACTIONS, Job::Check, Status::NotApplicable, "no retrigger", None, None),
        (NO_ACTIONS, Job::Revert, Status::Unpatched, "", None, Some(NO_ACTIONS)),
    ];
    assert_ne!(edited, patched);
    for (text, job, status, reason, is_proved, new) in cases {
        let Done { finding, text: got, .. } = on(text, job);
        let told = finding.told().unwrap_or_default();
        assert_eq!(finding.status, status, "{job:?} {status:?}: {told}");
        assert!(told.contains(reason) && told.is_empty() == reason.is_empty(), "{job:?}: {told}");
        let proof = finding.proof.map(|proof| proof.verdict == Verdict::Proved);
        assert_eq!(proof, is_proved, "{job:?} {status:?}");
        assert_eq!(got.as_deref(), new, "{job:?} {status:?}");
        assert_eq!(finding.old_hash == finding.new_hash, new.is_none_or(|new| new == text));
    }
    assert_ne!(beyond, patched);
    for (text, job, wanted) in [
        (&beyond, Job::Patch, "lines 7 to 12 and"),
        (&beyond, Job::Check, "run `tc-retrigger revert --force --write`"),
        (&beyond, Job::Revert, "the fast path is not whole any more"),
    ] {
        let Done { finding, text: got, .. } = on(text, job);
        let told = finding.told().unwrap_or_default();
        assert_eq!((finding.status, got), (Status::Error, None), "{job:?}: {told}");
        assert!(told.contains(wanted), "{job:?}: {told}");
        assert!(finding.old_hash.is_some() && finding.old_hash == finding.new_hash);
    }
}

#[test]
fn what_is_no_template_is_an_error_with_its_place() {
    let cases: [(&[u8], &str); 3] = [
        (b"a: \xff", "1:4: the file is not UTF-8"),
        (b"", "the file is empty"),
        (b"a: 'b", "1:4: the YAML cannot be read"),
    ];
    for (text, wanted) in cases {
        for job in [Job::Patch, Job::Revert, Job::Check] {
            let error = work::on(text, job, &Options::default()).unwrap_err().to_string();
            assert!(error.contains(wanted), "{job:?}: {error}");
        }
    }
}

/// `patch`, `check` and `verify` take the same contexts, and so come to one answer.
#[test]
fn all_jobs_and_verify_come_to_one_answer() {
    let task = include_str!("folder/task.yml");
    let parse = |text: &str| Template::parse(Text::new(text)).expect("a template");
    // An outcome that a cron task reaches, too.
    let rare = r#"{$if: 'tasks_for in ["action", "cron"] && repository.project == "zed"', then: x, else: y}"#;
    let rare = task.replace("'${push.owner}'", rare);
    for text in [task, UNPATCHED, &rare] {
        let options = Options::default();
        let patch = on(text, Job::Patch);
        let new = patch.text.expect("a text");
        let [patched, checked] = [patch.finding.proof, on(&new, Job::Check).finding.proof];
        let verified = work::verify(&parse(text), &parse(&new), &options);
        assert_eq!(patched.as_ref(), Some(&verified));
        assert_eq!(checked.as_ref(), Some(&verified));
        let zed = verified.coverage.missed.iter().any(|missed| missed.condition.contains("zed"));
        assert!(!zed, "{:?}", verified.coverage);
    }
    let is_retrigger = |context: &&Context| retrigger::needs_no_clone(context);
    let derived = derive::contexts(parse(&rare).value(), &retrigger::needs_no_clone);
    let projects = derived
        .iter()
        .filter(is_retrigger)
        .map(|context| &context.get("repository").unwrap()["project"]);
    assert!(projects.into_iter().any(|project| project == "zed"), "{derived:?}");
}
