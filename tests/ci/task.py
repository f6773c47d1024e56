"""Has taskgraph make the task of examples/ci/taskcluster/kind.yml in a new repository; prints its
definition as JSON, as the decision task would create it.
"""

import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path

from taskgraph.generator import TaskGraphGenerator
from taskgraph.parameters import Parameters
from taskgraph.util.parameterization import resolve_task_references, resolve_timestamps
from taskgraph.util.time import current_json_time

ROOT = Path(__file__).resolve().parents[2]

# What a repository with a task graph has.
REPOSITORY = {
    "taskcluster/config.yml": """\
trust-domain: example
task-priority: low
taskgraph:
    repositories: {example: {name: example}}
workers:
    aliases:
        linux:
            {provisioner: example-1, implementation: docker-worker, os: linux, worker-type: linux}
        images:
            {provisioner: example-1, implementation: docker-worker, os: linux, worker-type: images}
""",
    "taskcluster/kinds/docker-image/kind.yml": """\
loader: taskgraph.loader.transform:loader
transforms:
    - taskgraph.transforms.docker_image:transforms
    - taskgraph.transforms.cached_tasks:transforms
    - taskgraph.transforms.task:transforms
tasks:
    linux: {symbol: image}
""",
    "taskcluster/docker/linux/Dockerfile": "FROM example\n",
}


def definition(folder):
    for name, text in REPOSITORY.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    kind = folder / "taskcluster/kinds/tc-retrigger/kind.yml"
    kind.parent.mkdir()
    kind.write_text((ROOT / "examples/ci/taskcluster/kind.yml").read_text())
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    for args in ["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "All"]:
        subprocess.run(["git", *who, *args], cwd=folder, check=True)
    parameters = Parameters(
        strict=False,
        repo_root=str(folder),
        base_repository="https://github.com/example/example",
        head_repository="https://github.com/example/example",
        project="example",
        owner="a@example.com",
        tasks_for="github-push",
        repository_type="git",
    )
    graph = TaskGraphGenerator(str(folder / "taskcluster"), parameters).full_task_graph
    task = graph.tasks["tc-retrigger-check"]
    ids = dict.fromkeys(task.dependencies, "bCDeFgHiRkKmNoPqRsTuVw")
    resolved = resolve_task_references(
        task.label, task.task, "AbCdEfGhQjKlMnOpQrStUA", "cCDeFgHiRkKmNoPqRsTuVw", ids
    )
    return resolve_timestamps(current_json_time(datetime_format=True), resolved)


with tempfile.TemporaryDirectory() as folder:
    logging.disable(logging.CRITICAL)
    json.dump(definition(Path(folder)), sys.stdout)
