"""Runs the program over a copy of the corpus: patch, patch again, check, yamllint, revert; then the same
with the recipe whose script is a file of the tree.

Arguments: the program, the copy's folder. The copy is changed and changed back.
"""

import collections
import csv
import json
import os
import pathlib
import subprocess
import sys
import time

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
with open(folder / "manifest.tsv", newline="") as manifest:
    wanted = {row["file"]: row["renders_action_task"] for row in csv.DictReader(manifest, delimiter="\t")}
files = [str(folder / name) for name in wanted]
original = {name: (folder / name).read_bytes() for name in wanted}
failures = []


def run(*arguments):
    """The states of all files, and the exit status."""
    done = subprocess.run(
        [program, *arguments, "--format", "json", *files], capture_output=True, text=True
    )
    reports = json.loads(done.stdout)["files"]
    return {name: report for name, report in zip(wanted, reports)}, done.returncode


def expect(what, reports, states):
    counts = collections.Counter(report["status"] for report in reports.values())
    print(f"{what}: {dict(counts)}")
    for name, report in reports.items():
        # A file that raises is left alone by all but revert, which has nothing to take out.
        wants = states["raises" if name in raising else wanted[name]]
        if report["status"] != wants:
            failures.append(f"{what} {name}: {report['status']}: {report['reason']}")


def lint(changed):
    """How often yamllint, with its defaults, finds what in each of the files that are changed."""
    command = [sys.executable, "-m", "yamllint", "-f", "parsable", "-d", "default", *changed]
    found = subprocess.run(command, capture_output=True, text=True).stdout
    return collections.Counter((line.split(":")[0], line[line.rindex("(") :]) for line in found.splitlines())


states = {"yes": "unpatched", "no": "not-applicable", "pyyaml-refuses": "error", "raises": "raises"}
reports, status = run("check")
raising = {name for name, report in reports.items() if report["status"] == "raises"}
failures += [f"{name} raises" for name in raising if wanted[name] == "pyyaml-refuses"]
expect("check", reports, states)
changing = [str(folder / name) for name, report in reports.items() if report["status"] == "unpatched"]
# A fifth of them each day, of few at least one: yamllint takes longer on all of them than all else here.
seed = int(os.environ.get("TC_RETRIGGER_SEED", time.time() // 86400))
fifth = changing[seed % max(1, min(5, len(changing))) :: 5]
linted = changing if "TC_RETRIGGER_FULL" in os.environ else fifth
before = lint(linted)
reports, status = run("patch", "--write")
expect("patch", reports, {**states, "yes": "patched"})
failures += [name for name, r in reports.items() if r["proof"] and r["proof"]["verdict"] != "proved"]
right = 2 if "pyyaml-refuses" in wanted.values() else 0
failures += [f"exit status {status}, not {right}"] * (status != right)
patched = {name: (folder / name).read_bytes() for name in wanted}
changed = [str(folder / name) for name in wanted if patched[name] != original[name]]
failures += [f"{name} is changed" for name in set(changed) ^ set(changing)]
expect("patch again", run("patch", "--write")[0], {**states, "yes": "already-patched"})
failures += [f"{n} changed again" for n in wanted if (folder / n).read_bytes() != patched[n]]
expect("check", run("check")[0], {**states, "yes": "already-patched"})
gained = lint(linted) - before
failures += [f"yamllint finds {rule} in {name}, {count} more" for (name, rule), count in gained.items()]
print(f"yamllint, {len(linted)} of {len(changed)} files, by TC_RETRIGGER_SEED={seed}: ", end="")
print(f"{sum(before.values())} findings before, {sum(gained.values())} more after")
states = {"yes": "reverted", "no": "unpatched", "pyyaml-refuses": "error", "raises": "unpatched"}
expect("revert", run("revert", "--write")[0], states)
failures += [f"{n} is not as it was" for n in wanted if (folder / n).read_bytes() != original[n]]

# The script as a file beside each template, which is the root of its tree here: the current templates.
wanted = {name: state for name, state in wanted.items() if name.startswith("head/")}
files = [str(folder / name) for name in wanted]
reports, _ = run("patch", "--write", "--recipe", "retrigger-file", "--script", "retrigger.py")
expect_file = collections.Counter(report["status"] for report in reports.values())
print(f"patch --recipe retrigger-file: {dict(expect_file)}")
fetched = [name for name, report in reports.items() if report["status"] == "patched"]
for name, report in reports.items():
    told = "is known: " in str(report["reason"]) or "has no …_HEAD_REPOSITORY" in str(report["reason"])
    told = told or "of which no way to a single file is known" in str(report["reason"])
    if wanted[name] == "yes" and name not in raising and name not in fetched and not told:
        failures.append(f"patch --recipe retrigger-file {name}: {report['status']}: {report['reason']}")
failures += [f"{n}: not proved" for n in fetched if reports[n]["proof"]["verdict"] != "proved"]
reports, _ = run("check")
failures += [f"check {n}: {reports[n]['reason']}" for n in fetched if reports[n]["status"] != "already-patched"]
linted = [str(folder / name) for name in fetched]
after = lint(linted)
run("revert", "--write")
failures += [f"{n} is not as it was" for n in wanted if (folder / n).read_bytes() != original[n]]
gained = after - lint(linted)
failures += [f"yamllint finds {rule} in {name}, {count} more" for (name, rule), count in gained.items()]
failures += [f"{left} is left" for left in folder.rglob("retrigger.py")]
print("\n".join(failures) or "all as it must be")
sys.exit(1 if failures else 0)
