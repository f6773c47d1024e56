"""The hooks of .pre-commit-hooks.yaml, run by pre-commit in a new repository.

    python tests/ci/pre_commit.py [CONFIG]

Needs pre-commit beside this interpreter, git and cargo. pre-commit clones a clone of this one
and builds the program once for both hooks, by `cargo install`; what is built stays in target/ for
the next time. It is built by the Cargo configuration CONFIG, where one is named.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / "examples/standalone.taskcluster.yml").read_text()
CONFIG = """\
repos:
  - repo: {clone}
    rev: {revision}
    hooks:
      - id: tc-retrigger-check
      - id: tc-retrigger-patch
"""


def git(folder, *args):
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *who, *args], cwd=folder, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.strip()


def clone_of_this(folder):
    """A clone with what is not committed here yet; gives the revision to name."""
    git(folder.parent, "clone", "--quiet", "--no-hardlinks", ROOT, folder)
    changed = git(ROOT, "diff", "--name-only", "HEAD").splitlines()
    new = git(ROOT, "ls-files", "--others", "--exclude-standard").splitlines()
    for name in changed + new:
        (folder / name).unlink(missing_ok=True)
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    git(folder, "add", "--all")
    if git(folder, "status", "--porcelain"):
        git(folder, "commit", "--quiet", "--message", "What is not committed yet")
    return git(folder, "rev-parse", "HEAD")


class Project:
    def __init__(self, folder, config, target):
        git(folder.parent, "init", "--quiet", folder)
        self.folder = folder
        self.env = {
            **os.environ,
            "PRE_COMMIT_HOME": str(folder.parent / "pre-commit"),
            "CARGO_TARGET_DIR": str(target),
        }
        self.write(".pre-commit-config.yaml", config)

    def write(self, name, text):
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text)
        git(self.folder, "add", "--all")

    def run(self, hook, wanted, *words):
        args = [sys.executable, "-m", "pre_commit", "run", "--all-files", hook]
        done = subprocess.run(
            args, cwd=self.folder, env=self.env, check=False, capture_output=True, text=True
        )
        told = done.stdout + done.stderr
        print(told, end="")
        if done.returncode != wanted or not all(word in told for word in words):
            sys.exit(f"{hook} ended with {done.returncode}, not {wanted}, or did not say {words}")

    def template(self):
        return (self.folder / ".taskcluster.yml").read_text()


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        revision = clone_of_this(folder / "clone")
        config = CONFIG.format(clone=folder / "clone", revision=revision)
        project = Project(folder / "project", config, ROOT / "target")
        if len(sys.argv) > 1:
            # Cargo looks into all folders above what it builds.
            (folder / ".cargo").mkdir()
            shutil.copy(sys.argv[1], folder / ".cargo/config.toml")
        # Only the root's file counts.
        project.write("vendored/.taskcluster.yml", EXAMPLE)
        project.run("tc-retrigger-check", 0, "no files to check")
        project.run("tc-retrigger-patch", 0, "no files to check")
        project.write(".taskcluster.yml", EXAMPLE)
        project.run("tc-retrigger-check", 1, ".taskcluster.yml:165:13: unpatched")
        project.run("tc-retrigger-patch", 1, "files were modified by this hook")
        git(project.folder, "add", "--all")
        assert len(project.template()) > len(EXAMPLE)
        project.run("tc-retrigger-patch", 0, "Passed")
        project.run("tc-retrigger-check", 0, "Passed")
        project.write(
            ".taskcluster.yml", project.template().replace("maxRunTime: 600", "maxRunTime: 601")
        )
        project.run("tc-retrigger-check", 1, ": edited")
        assert (project.folder / "vendored/.taskcluster.yml").read_text() == EXAMPLE


main()
