//! Completions and manual pages.

use std::process::{Command, Output};

const COMMANDS: [&str; 10] = [
    "patch",
    "revert",
    "check",
    "verify",
    "render",
    "scan",
    "rollout",
    "contexts",
    "completions",
    "man",
];

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tc-retrigger")).args(arguments).output().unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_shell_knows_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let text = printed(&["completions", shell]);
        for command in COMMANDS {
            assert!(text.contains(command), "{shell}: {command}");
        }
    }
    assert_eq!(run(&["completions", "dos"]).status.code(), Some(2));
}

/// Bash itself completes with them.
#[test]
fn bash_completes_a_command() {
    let script = format!(
        "source /dev/stdin <<'END'\n{}\nEND\nCOMP_WORDS=(tc-retrigger rev); COMP_CWORD=1;\n\
        $(complete -p tc-retrigger | sed 's/.* -F //;s/ .*//') tc-retrigger rev tc-retrigger; echo \"${{COMPREPLY[*]}}\"",
        printed(&["completions", "bash"])
    );
    let Ok(output) = Command::new("bash").args(["-c", &script]).output() else { return };
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "revert\n");
}

#[test]
fn each_command_has_a_page() {
    let page = printed(&["man"]);
    for command in COMMANDS {
        assert!(page.contains(&format!("tc\\-retrigger\\-{command}(1)")), "{command}: {page}");
        let page = printed(&["man", command]);
        assert!(
            page.contains(".SH SYNOPSIS") && page.contains("\\-\\-format"),
            "{command}: {page}"
        );
    }
    let output = run(&["man", "nothing"]);
    let wanted = "error: there is no command nothing; `tc-retrigger help` lists the commands\n";
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), wanted);
    assert!(printed(&["help"]).contains("revert"));
}
