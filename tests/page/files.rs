//! The files that pages are made of.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A small template with one payload.
pub const PLAIN: &str = include_str!("../edits/four-spaces.before.yml");

/// The files that the tests make pages of, in a folder of their own.
pub fn files() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("old.yml", PLAIN);
    let patched = Command::new(super::PROGRAM)
        .current_dir(folder.path())
        .args(["patch", "--stdout", "old.yml"])
        .output()
        .unwrap();
    let patched = String::from_utf8(patched.stdout).unwrap();
    write("new.yml", &patched);
    write("same-time.yml", &patched.replace("maxRunTime: 600", "maxRunTime: {$eval: '600'}"));
    write("other-time.yml", &patched.replace("maxRunTime: 600", "maxRunTime: 601"));
    write("other-comment.yml", &patched.replace("# Edit the payload", "# Change the payload"));
    write("other-image.yml", &PLAIN.replace("some/image", "another/image"));
    write("old-recipe.yml", include_str!("../scan/old/.taskcluster.yml"));
    write("none.yml", "version: 1\ntasks: []\n");
    write("raises.yml", include_str!("../cmd/raises.taskcluster.yml"));
    // The fast path's own variable.
    let used = "extra: {$let: {clonePayload: 1}, in: {$eval: clonePayload}}";
    write("refused.yml", &PLAIN.replace("extra: {}", used));
    folder
}

/// A file whose name, keys, comments and values want to be more than text.
pub fn hostile(folder: &Path) -> [PathBuf; 2] {
    let bad = "<img src=x onerror=alert(1)></code></pre></script></style><script>alert(2)</script>&amp;\\\"'";
    let name = "<img src=x onerror=alert(3)>&'\".yml";
    let text = PLAIN
        .replace("# what the task runs", &format!("# {bad} \u{202e}evil"))
        .replace("image: some/image", &format!("image: '{}'", bad.replace('\'', "''")))
        .replace(
            "extra: {}",
            &format!(
                "'{}': '</details>${{tasks_for}}<svg onload=alert(4)>'",
                bad.replace('\'', "''")
            ),
        )
        .replace(
            r#"tasks_for in ["action", "cron"]"#,
            r#"tasks_for in ["action", "cron", "<script>alert(5)</script>"]"#,
        );
    let new = folder.join("<script>new.yml");
    fs::write(folder.join(name), &text).unwrap();
    fs::write(
        &new,
        text.replace("# of the next key", "# </textarea>").replace("bash", "<b onclick=alert(6)>"),
    )
    .unwrap();
    [folder.join(name), new]
}
