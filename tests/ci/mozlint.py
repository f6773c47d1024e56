"""Runs the mozlint definition and its adapter of examples/ci/mozlint.

    python tests/ci/mozlint.py FOLDER

FOLDER holds the program. mozlint is on no package index: it is part of Firefox's tree
(python/mozlint). So a stub stands in for the two modules that the adapter imports, and for what
mozlint asks of a definition. It has the fields of `Issue` in mozlint/result.py, the required
attributes of mozlint/parser.py, and how `from_config` fills an issue. Nothing here shows that the
linter runs in `mach lint`.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
import types
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
MOZLINT = ROOT / "examples/ci/mozlint"
EXAMPLE = (ROOT / "examples/standalone.taskcluster.yml").read_text()
FIELDS = "linter path lineno column message hint source level rule lineoffset diff".split()


class LintException(Exception):
    pass


def from_config(config, **kwargs):
    unknown = set(kwargs) - set(FIELDS)
    assert not unknown, f"mozlint's Issue has no {unknown}"
    args = {name: kwargs.get(name, config.get(name)) for name in FIELDS}
    args["linter"] = args["linter"] or config["name"]
    return types.SimpleNamespace(**args)


def stub(name, **content):
    module = types.ModuleType(name)
    module.__dict__.update(content)
    sys.modules[name] = module
    return module


class Manager:
    """mach's, of the virtual environment `lint`."""

    def __init__(self, fails=False):
        self.fails = fails
        self.installed = []

    def install_pip_requirements(self, path, quiet):
        self.installed.append(path)
        if self.fails:
            raise subprocess.CalledProcessError(1, "pip")


def parsed():
    """The definition, as mozlint's parser wants it, and the adapter's functions that it names."""
    (config,) = yaml.safe_load_all((MOZLINT / "tc-retrigger.yml").read_text())
    ((name, linter),) = config.items()
    for attribute in "description", "type", "payload":
        assert attribute in linter, attribute
    assert linter["type"] == "external"
    assert not any("*" in path for path in linter["include"])
    linter.update(name=name, path=str(MOZLINT / "tc-retrigger.yml"))
    functions = []
    for attribute in "payload", "setup":
        module, function = linter[attribute].split(":")
        functions.append(getattr(__import__(module), function))
    return linter, *functions


def told(issue):
    return issue.rule, issue.level, issue.lineno, issue.lineoffset


def main(folder):
    package = stub("mozlint")
    package.result = stub("mozlint.result", from_config=from_config)
    package.errors = stub("mozlint.errors", LintException=LintException)
    sys.path.insert(0, str(MOZLINT))
    config, lint, setup = parsed()
    log = logging.getLogger("lint")

    with tempfile.TemporaryDirectory() as root:
        path = os.path.join(root, ".taskcluster.yml")

        def run(text=None, fix=False, **lintargs):
            if text is not None:
                Path(path).write_text(text)
            lintargs = {"virtualenv_bin_path": folder, "use_filters": True, **lintargs}
            return lint([path], config, log=log, root=root, fix=fix, **lintargs)

        done = run(EXAMPLE)
        assert done["fixed"] == 0
        (issue,) = done["results"]
        assert told(issue) == ("no-fast-path", "error", 165, 73), issue
        assert (issue.path, issue.linter) == (path, "tc-retrigger"), issue
        assert issue.message == "unpatched: run `tc-retrigger patch --write`", issue

        assert run(fix=True) == {"results": [], "fixed": 1}
        patched = Path(path).read_text()
        assert patched != EXAMPLE
        assert run(fix=True) == {"results": [], "fixed": 0}
        assert run("tasks: []\n") == {"results": [], "fixed": 0}

        cases = [
            (patched.replace("maxRunTime: 600", "maxRunTime: 601"), "edited", "edited: "),
            ("tasks: [\n", "unreadable", "error: the YAML cannot be read"),
        ]
        for text, rule, message in cases:
            (issue,) = run(text)["results"]
            assert (issue.rule, issue.level) == (rule, "error"), issue
            assert issue.message.startswith(message), issue
        # What cannot be patched stays what it was, and stays told.
        assert len(run(cases[1][0], fix=True)["results"]) == 1
        assert Path(path).read_text() == cases[1][0]
        (note,) = run(patched + "\nambiguous: 0o14\n")["results"]
        assert (note.rule, note.level) == ("ambiguous", "warning"), note

        os.environ["PATH"] = root
        for lintargs in {"virtualenv_bin_path": None}, {"virtualenv_bin_path": root}:
            try:
                run(**lintargs)
                raise AssertionError("there is no program")
            except LintException as error:
                assert "not installed" in str(error)

        manager = Manager()
        assert setup(root, log, virtualenv_bin_path=folder, virtualenv_manager=manager) == 0
        assert manager.installed == [], "the version is the one of requirements.txt"
        assert setup(root, log, virtualenv_bin_path=root, virtualenv_manager=manager) == 0
        assert len(manager.installed) == 1
        assert setup(root, log, virtualenv_manager=Manager(fails=True)) == 1
    print(json.dumps({"mozlint": "a stub"}))


main(sys.argv[1])
