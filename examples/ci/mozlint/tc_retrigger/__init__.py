# This Source Code Form is subject to the terms of the Mozilla Public
# License, v. 2.0. If a copy of the MPL was not distributed with this
# file, You can obtain one at http://mozilla.org/MPL/2.0/.
"""mozlint's adapter of tc-retrigger: is .taskcluster.yml patched, and proved?"""

import json
import os
import shutil
import subprocess
import sys

from mozlint import result
from mozlint.errors import LintException

REQUIREMENTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "requirements.txt")

# What makes `tc-retrigger check` fail.
BAD = ("unpatched", "stale", "edited", "raises", "error")


def find(lintargs):
    """The program, of mach's virtual environment or of the PATH; None where there is none."""
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    folders = [lintargs.get("virtualenv_bin_path"), os.path.join(sys.prefix, scripts)]
    own = os.pathsep.join(folder for folder in folders if folder)
    return shutil.which("tc-retrigger", path=own) or shutil.which("tc-retrigger")


def setup(root, log, **lintargs):
    """Installs the version that requirements.txt names, unless it is there."""
    with open(REQUIREMENTS) as lines:
        wanted = [line.split()[0] for line in lines if line.startswith("tc-retrigger==")]
    program = find(lintargs)
    if program:
        version = subprocess.run(
            [program, "--version"], check=True, capture_output=True, text=True
        ).stdout.split()[-1]
        if [f"tc-retrigger=={version}"] == wanted:
            return 0
        log.debug(f"{program} is version {version}")
    try:
        lintargs["virtualenv_manager"].install_pip_requirements(REQUIREMENTS, quiet=True)
    except subprocess.CalledProcessError:
        print(f"tc-retrigger cannot be installed: pip install -r {REQUIREMENTS}")
        return 1
    return 0


def run(command, paths, root, log, lintargs):
    """The files of tc-retrigger's report."""
    program = find(lintargs)
    if not program:
        raise LintException(f"tc-retrigger is not installed: pip install -r {REQUIREMENTS}")
    args = [program, *command, "--format", "json", "--", *paths]
    log.debug(f"Running {args}")
    done = subprocess.run(args, cwd=root, check=False, capture_output=True, text=True)
    try:
        return json.loads(done.stdout)["files"]
    except ValueError:
        raise LintException(f"tc-retrigger: {done.stderr}") from None


def lint(paths, config, log, root, fix=False, **lintargs):
    fixed = 0
    if fix:
        patched = run(["patch", "--write"], paths, root, log, lintargs)
        fixed = sum(file["status"] in ("patched", "updated") for file in patched)
    results = []
    for file in run(["check"], paths, root, log, lintargs):
        path = file["path"]
        if file["status"] in BAD:
            told = "; ".join(filter(None, (file["reason"], file["advice"])))
            message = f"{file['status']}: {told}"
            results.append(issue(config, path, file, message=message, hint=file["advice"]))
            # The file's own finding is about the first.
            for raised in file.get("raised", [])[1:]:
                message = f"raises: {raised['error']}"
                place = {**raised, "code": "raises"}
                results.append(issue(config, path, place, message=message))
        for note in file["notes"]:
            results.append(issue(config, path, note, message=note["message"], level="warning"))
    return {"results": results, "fixed": fixed}


def issue(config, path, place, **kwargs):
    line = place["line"]
    return result.from_config(
        config,
        path=path,
        lineno=line,
        column=place["column"],
        lineoffset=(place.get("end_line") or line) - line if line else None,
        rule=place["code"],
        **{"level": "error", **kwargs},
    )
