"""All goals of speed in one run: a table of ratios, and the plot docs/performance.svg.

    .ci/venv/bin/python benches/whole.py [SECTION…]

Sections: proof, python, corpus, linear, scan; without any, all. Builds the program and its example `measure`
first (`--no-build` leaves that out). TC_RETRIGGER_CORPUS names a folder of real templates with a `manifest.tsv`
(CONTRIBUTING.md); what needs it is left out without it. Times are those of the processor, user and system, where
nothing else is said, and the least of several runs.
"""

import argparse
import csv
import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from math import log10
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RELEASE = ROOT / "target" / "release"
PROGRAM = RELEASE / "tc-retrigger"
MEASURE = RELEASE / "examples" / "measure"
EXAMPLES = ROOT / "examples"
FACTORS = [1, 2, 4, 8, 16, 32]
ROUNDS = 5


def rows_of_machine():
    cpu = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    told = subprocess.run(
        ["rustc", "--version"], capture_output=True, text=True, check=True
    ).stdout
    return [
        (
            "processor",
            f"{cpu[1] if cpu else platform.machine()}, {len(os.sched_getaffinity(0))} cores",
        ),
        ("system", f"{platform.system()} {platform.release()}"),
        ("compilers", f"{told.strip()}, Python {platform.python_version()}"),
        ("load before", f"{os.getloadavg()[0]:.2f} processes"),
    ]


def run(command, text=None, most=1):
    """What a command prints, its processor seconds, and the clock's. Its exit status may be up to `most`."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [str(word) for word in command], input=text, capture_output=True, text=True, check=False
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if not 0 <= done.returncode <= most:
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.stdout, cpu, wall


def least(command, rounds=ROUNDS, most=1):
    """The least processor seconds, and the least of the clock's, of several runs."""
    runs = [run(command, most=most) for _ in range(rounds)]
    return min(cpu for _, cpu, _ in runs), min(wall for *_, wall in runs)


def corpus():
    """The corpus' files, by name; nothing without one."""
    folder = Path(os.environ.get("TC_RETRIGGER_CORPUS", ROOT.parent / "shared" / "corpus"))
    manifest = folder / "manifest.tsv"
    if not manifest.exists():
        return {}
    with manifest.open() as lines:
        return {row["file"]: folder / row["file"] for row in csv.DictReader(lines, delimiter="\t")}


def subjects():
    """The example of a large tree and, of the corpus, Firefox's fork and a template of a standalone project."""
    found = [("examples/gecko.taskcluster.yml", EXAMPLES / "gecko.taskcluster.yml")]
    current = {name: path for name, path in corpus().items() if name.startswith("head/")}
    forks = [name for name in current if "firefox" in name and "fork" in name]
    lone = [name for name in current if name.endswith("__taskgraph.taskcluster.yml")]
    found += [(name, current[name]) for name in forks[:1] + lone[:1]]
    return (
        found
        if len(found) > 1
        else [*found, ("standalone", EXAMPLES / "standalone.taskcluster.yml")]
    )


def proof(table, folder):
    for name, path in subjects():
        told = json.loads(run([MEASURE, "proof", path])[0])
        table.append(
            (
                f"whole proof of {name}, beside its {told['renders']} bare renders",
                f"{told['check'] * 1e3:.1f} ms",
                f"{told['render'] * 1e3:.1f} ms",
                told["check"] / told["render"],
                "≤ 1.5",
            )
        )


def python(table, folder):
    for name, path in subjects():
        job = run([MEASURE, "job", path])[0]
        theirs, renders = [], 0
        ours = []
        # By turns, so that what else the machine does slows both.
        for _ in range(3):
            told = json.loads(run([sys.executable, ROOT / "benches" / "rival.py"], job)[0])
            if told["differ"]:
                sys.exit(f"{name}: in Python, old and new differ in {told['differ']}")
            theirs.append(told["seconds"])
            renders = told["renders"]
            ours.append(run([PROGRAM, "patch", "--jobs", "1", "--quiet", "--stdout", path])[1])
        table.append(
            (
                f"Python, patch of {name} with {renders} renders, beside this program",
                f"{min(theirs) * 1e3:.0f} ms",
                f"{min(ours) * 1e3:.0f} ms",
                min(theirs) / min(ours),
                "≥ 10",
            )
        )


def whole_corpus(table, folder):
    files = corpus()
    if not files:
        print("left out, for want of a corpus: corpus")
        return
    copy = folder / "corpus"
    for name, path in files.items():
        # Each in a folder of its own, by the name that `check DIR` looks for.
        place = copy / name.replace("/", "_") / ".taskcluster.yml"
        place.parent.mkdir(parents=True)
        shutil.copyfile(path, place)
    for job in ["check", "patch"]:
        # Some are refused, as production's loaders do: exit 2.
        cpu, wall = least([PROGRAM, job, "--quiet", copy], 3, most=2)
        table.append(
            (
                f"{job} of {len(files)} real templates on all cores: time by the clock, and of processors",
                f"{wall:.1f} s",
                f"{cpu:.1f} s",
                wall / 5,
                "≤ 1 (5 s)",
            )
        )


def taken_apart(text):
    """An example's text before the fields of its first task, and from there on."""
    at = text.index("\ntasks:\n") + len("\ntasks:\n")
    return text[:at], text[at:]


def many_payloads(count):
    """A template with so many payloads that retriggers reach, each by a project of its own."""
    payload = """
payload:
    image: {{name: image, project: "{project}"}}
    maxRunTime: 3600
    features: {{taskclusterProxy: true}}
    artifacts: {{public: {{type: directory, path: /builds/artifacts}}}}
    env:
        ACTION_TASK_GROUP_ID: '${{action.taskGroupId}}'
        ACTION_TASK_ID: {{$json: {{$eval: 'taskId'}}}}
        ACTION_INPUT: {{$json: {{$eval: 'input'}}}}
        ACTION_CALLBACK: '${{action.cb_name}}'
    command: [run-task, taskgraph, action-callback]
"""
    lines = ["version: 1", "tasks:", "- $if: 'tasks_for == \"action\"'", "  then:", "    $switch:"]
    cases = [(f"'repository.project == \"p{at}\"'", f"p{at}") for at in range(1, count)]
    for condition, project in [*cases, ("$default", "other")]:
        lines += [f"      {condition}:", "        metadata: {name: action}"]
        lines += [" " * 8 + line for line in payload.format(project=project).strip().split("\n")]
    return "\n".join(lines) + "\n"


def linear(table, folder):
    gecko = run([PROGRAM, "patch", "--quiet", "--stdout", EXAMPLES / "gecko.taskcluster.yml"])[0]
    axes = {}

    def points(axis, unit, write, base=None):
        """Checks what `write` makes for each factor; it gives the words of the command line."""
        series = []
        for factor in FACTORS:
            words = write(factor)
            series.append(
                (factor, least([PROGRAM, "check", "--jobs", "1", "--quiet", *words], 3)[0])
            )
        axes[axis] = (unit, series)

    def file(name, text):
        path = folder / name
        path.write_text(text)
        return path

    line = "# a line of a comment that says what the next hundred lines are about, or were once\n"
    points("comments", "10,000 lines", lambda n: [file("comments.yml", gecko + line * 10_000 * n)])
    other = "    - {$if: 'tasks_for == \"cron\"', then: {metadata: {name: 'task of ${repository.project}'}}}\n"
    points(
        "other tasks",
        "100 tasks",
        lambda n: [file("tasks.yml", gecko.rstrip("\n") + "\n" + other * 100 * n)],
    )

    def payloads(count):
        path = file("payloads.yml", many_payloads(count))
        return [file("payloads.yml", run([PROGRAM, "patch", "--quiet", "--stdout", path])[0])]

    points("payloads", "1 payload", payloads)
    first = run([PROGRAM, "contexts", "action/autoland/retrigger", "--format", "json"])[0]

    def contexts(factor):
        words = [file("gecko.yml", gecko)]
        for at in range(32 * factor):
            value = json.loads(first)
            value["push"]["revision"] = f"{at:040x}"
            words += ["--context", file(f"context-{at}.json", json.dumps(value))]
        return words

    points("contexts", "32 contexts", contexts)
    none = least([PROGRAM, "check", "--jobs", "1", "--quiet", file("gecko.yml", gecko)], 3)[0]
    small = payloads(1)
    print(
        "\n| | "
        + " | ".join(f"{factor}×" for factor in FACTORS)
        + " | 32× : 16× |\n|"
        + " --- |" * 8
    )
    for axis, (unit, series) in axes.items():
        cells = [f"{1e3 * seconds:.0f} ms" for _, seconds in series]
        growth = series[-1][1] / series[-2][1]
        print(f"| {axis}, by {unit} | " + " | ".join(cells) + f" | {growth:.2f} |")
        table.append(
            (
                f"{axis}: 32 times {unit}, beside 16 times",
                cells[-1],
                cells[-2],
                growth,
                "≤ 2 (linear)",
            )
        )
    print(
        f"\n`check` of the example without any of that: {1e3 * none:.0f} ms ({small[0].name}: one payload)"
    )
    (ROOT / "docs" / "performance.svg").write_text(plot(axes))


def plot(axes):
    """Both axes by logarithm: what is linear has the slope of the grey line."""
    width, height, left, top, right, bottom = 720, 440, 70, 20, 190, 50
    colours = ["#0b5cad", "#b35900", "#2e7d32", "#8e24aa"]
    all_seconds = [seconds for _, series in axes.values() for _, seconds in series]
    low = 10 ** int(log10(min(all_seconds)) - 1)
    while low * 10 <= min(all_seconds):
        low *= 10
    high = low
    while high < max(all_seconds) * 1.2:
        high *= 10

    def x(factor):
        return left + (width - left - right) * log10(factor) / log10(FACTORS[-1])

    def y(seconds):
        return height - bottom - (height - top - bottom) * log10(seconds / low) / log10(high / low)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'font-family="sans-serif" font-size="13">',
        "<title>Processor time of a check, by size</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for factor in FACTORS:
        out += [
            f'<line x1="{x(factor):.1f}" y1="{top}" x2="{x(factor):.1f}" y2="{height - bottom}" stroke="#e0e0e0"/>',
            f'<text x="{x(factor):.1f}" y="{height - bottom + 18}" text-anchor="middle">{factor}×</text>',
        ]
    step = low
    while step <= high * 1.001:
        for part in (1, 2, 5):
            if step * part <= high * 1.001:
                at = y(step * part)
                text = f"{step * part:g} s"
                out += [
                    f'<line x1="{left}" y1="{at:.1f}" x2="{width - right}" y2="{at:.1f}" stroke="#e0e0e0"/>',
                    f'<text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end">{text}</text>',
                ]
        step *= 10
    middle = (left + width - right) / 2
    out += [
        f'<text x="{middle}" y="{height - 10}" text-anchor="middle">size, in units (logarithmic)</text>',
        f'<text x="16" y="{(top + height - bottom) / 2}" text-anchor="middle" '
        f'transform="rotate(-90 16 {(top + height - bottom) / 2})">processor time of check (logarithmic)</text>',
    ]
    # Twice the size in twice the time, from the middle of what is seen down to the left.
    start = (low * high) ** 0.5 / FACTORS[-1] ** 0.5
    ends = [(f, start * f) for f in (FACTORS[0], FACTORS[-1])]
    (x1, y1), (x2, y2) = [(x(f), y(min(max(s, low), high))) for f, s in ends]
    out.append(
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#9e9e9e" stroke-dasharray="5 4"/>'
    )
    labels = []
    for (axis, (unit, series)), colour in zip(axes.items(), colours):
        path = " ".join(f"{x(factor):.1f},{y(seconds):.1f}" for factor, seconds in series)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [
            f'<circle cx="{x(factor):.1f}" cy="{y(seconds):.1f}" r="3" fill="{colour}"/>'
            for factor, seconds in series
        ]
        labels.append((y(series[-1][1]), f"{axis}, by {unit}", colour))
    labels.append((y2, "linear", "#757575"))
    last = top - 20
    for at, text, colour in sorted(labels):
        last = max(at, last + 16)
        out.append(
            f'<text x="{width - right + 8}" y="{last + 4:.1f}" fill="{colour}">{text}</text>'
        )
    return "\n".join([*out, "</svg>", ""])


def scan(table, folder):
    tree = folder / "tree"
    for outer in range(100):
        for inner in range(20):
            place = tree / f"folder-{outer}" / f"part-{inner}"
            place.mkdir(parents=True)
            for at in range(100):
                (place / f"source-{at}.cpp").touch()
    for place in [tree, *(tree / f"folder-{outer}" / "part-3" for outer in range(0, 100, 10))]:
        (place / ".taskcluster.yml").write_text("version: 1\ntasks: []\n")
    commands = [PROGRAM, "scan", tree], ["find", tree, "-name", ".taskcluster.yml"]
    runs = [[], []]
    # The first round warms.
    for _ in range(1 + 2 * ROUNDS):
        for taken, command in zip(runs, commands):
            taken.append(run(command)[2])
    ours, theirs = (min(taken[1:]) for taken in runs)
    table.append(
        (
            "scan of 200,000 files, beside find -name .taskcluster.yml, by the clock, warm",
            f"{ours * 1e3:.0f} ms",
            f"{theirs * 1e3:.0f} ms",
            ours / theirs,
            "≤ 1.3",
        )
    )


class Table(list):
    """The rows of the last table, each told as it comes, too: a run takes minutes."""

    def append(self, row):
        super().append(row)
        print(f"{row[0]}: {row[3]:.2f}", file=sys.stderr, flush=True)


SECTIONS = {
    "proof": proof,
    "python": python,
    "corpus": whole_corpus,
    "linear": linear,
    "scan": scan,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--no-build", action="store_true")
    arguments = parser.parse_args()
    if unknown := set(arguments.sections) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    if not arguments.no_build:
        build = ["cargo", "build", "--locked", "--release", "--bins", "--example", "measure"]
        subprocess.run(build, cwd=ROOT, check=True)
    for name, value in rows_of_machine():
        print(f"{name}: {value}")
    table = Table()
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.sections or SECTIONS:
            print(f"{name} …", file=sys.stderr, flush=True)
            SECTIONS[name](table, Path(folder))
            sys.stdout.flush()
    print("\n| what | it | beside | ratio | goal |\n| --- | --- | --- | --- | --- |")
    for what, one, other, ratio, goal in table:
        print(f"| {what} | {one} | {other} | {ratio:.2f} | {goal} |")


if __name__ == "__main__":
    main()
