# Retriggers tasks without a clone: copies the definitions that the queue has, where the code in
# the tree would load the task graph. argv[1] is the folder of the artifact "public".
import gzip
import hashlib
import http.client
import json
import os
import random
import re
import sys
import time
import urllib.error
import urllib.request
import zlib
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

PARALLEL = 50
TRIES = 8
RERUN_STATES = ("failed", "exception")
# What gecko writes into the tag "action" of the tasks that each callback creates.
ACTION_TAGS = {
    "retrigger": "retrigger-task",
    "retrigger-disabled": "retrigger-task",
    "retrigger-decision": "retrigger-decision-task",
}
SLUGID = re.compile("[A-Za-z0-9_-]{8}[Q-T][A-Za-z0-9_-][CGKOSWaeimquy26-][A-Za-z0-9_-]{10}[AQgw]")
DATE = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)")

class ServiceError(Exception):
    """A call that failed for good; status is 0 where no answer arrived."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status

def refuse(message):
    sys.exit("retrigger: " + message)

def env(name, default=None):
    value = os.environ.get(name) or default
    return value if value else refuse("the variable %s is not set" % name)

def env_json(name):
    try:
        return json.loads(env(name, "null"))
    except ValueError:
        refuse("the variable %s is not JSON" % name)

def service_message(error):
    try:
        # Below the line of dashes the service repeats what was sent.
        text = json.loads(error.read())["message"].split("\n---")[0]
    except Exception:
        text = str(error.reason)
    return "%d: %s" % (error.code, " ".join(text.split()))

def call(method, path, body=None, still_wanted=lambda: True):
    """Calls a service through the worker's proxy, again where that can help."""
    url = "%s/api/%s" % (env("TASKCLUSTER_PROXY_URL").rstrip("/"), path)
    data = None if body is None else json.dumps(body).encode()
    # Workers upload artifacts compressed, and the storage serves them so.
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
    for attempt in range(TRIES):
        if attempt:
            time.sleep(min(0.1 * 2 ** (attempt - 1), 3) * random.uniform(0.5, 1.5))
            if not still_wanted():
                return None
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                content = response.read()
                if response.headers.get("Content-Encoding") == "gzip":
                    content = gzip.decompress(content)
                return json.loads(content)
        except urllib.error.HTTPError as error:
            failure = ServiceError(error.code, service_message(error))
            if error.code < 500 and error.code != 429:
                break
        # No connection, or an answer that was cut off.
        except (OSError, EOFError, ValueError, http.client.HTTPException, zlib.error) as error:
            failure = ServiceError(0, "%s: %s" % (type(error).__name__, error))
    raise failure

def get_task(task_id):
    return call("GET", "queue/v1/task/" + task_id)

def get_status(task_id):
    return call("GET", "queue/v1/task/%s/status" % task_id)["status"]

def get_artifact(task_id, name):
    return call("GET", "queue/v1/task/%s/artifacts/public/%s" % (task_id, name))

def parse_date(text):
    """The moment that a date-time string names; None for any other value."""
    match = DATE.fullmatch(text) if isinstance(text, str) else None
    if not match:
        return None
    seconds, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(seconds + zone.upper().replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment + timedelta(seconds=float(fraction or 0))

def relative_dates(value, created):
    """Replaces each date by its distance from `created`, in the form that task graphs use."""
    if isinstance(value, dict):
        return {key: relative_dates(item, created) for key, item in value.items()}
    if isinstance(value, list):
        return [relative_dates(item, created) for item in value]
    moment = parse_date(value)
    if moment is None:
        return value
    return {"relative-datestamp": "%d seconds" % (moment - created).total_seconds()}

def absolute_dates(value, now):
    if isinstance(value, list):
        return [absolute_dates(item, now) for item in value]
    if not isinstance(value, dict):
        return value
    if list(value) != ["relative-datestamp"]:
        return {key: absolute_dates(item, now) for key, item in value.items()}
    moment = now + timedelta(seconds=int(value["relative-datestamp"].split()[0]))
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"

def new_task_id(action_id, target_id, copy):
    """The same for each run of this action task, so that no run creates a task twice."""
    digest = hashlib.sha256("/".join([action_id, target_id, str(copy)]).encode()).digest()
    # Task ids are UUIDs of version 4 in base64, by custom with the first bit clear.
    uuid = bytearray(digest[:16])
    uuid[0] &= 0x7F
    uuid[6] = uuid[6] & 0x0F | 0x40
    uuid[8] = uuid[8] & 0x3F | 0x80
    return urlsafe_b64encode(uuid)[:22].decode()

def shall_clone(label, task, group_id):
    """True: create the task anew. False: rerun it."""
    extra, tags = task.get("extra", {}), task.get("tags", {})
    if isinstance(extra.get("retrigger"), bool):
        return extra["retrigger"]
    if tags.get("retrigger") in ("true", "false"):
        return tags["retrigger"] == "true"
    graph = get_artifact(group_id, "full-task-graph.json")
    return graph.get(label, {}).get("attributes", {}).get("retrigger") is True

def make_clone(action, callback, task, task_id, new_id):
    """The definition of a copy, its dates still relative."""
    created = parse_date(task["created"])
    clone = relative_dates(task, created)
    clone["schedulerId"] = action["schedulerId"]
    if callback != "retrigger-decision":
        # The task may name itself, say in the URL of an artifact.
        clone = json.loads(json.dumps(clone).replace(task_id, new_id))
        # A copy of a copy depends on this action task in place of the earlier one. Nothing
        # starts before this action task is done, so that half of its work leaves nothing running.
        old_parent = clone.setdefault("extra", {}).get("parent")
        if old_parent == action["taskGroupId"]:
            old_parent = None
        action_id = env("TASK_ID")
        gone = (old_parent, action_id)
        kept = [item for item in clone.get("dependencies", []) if item not in gone]
        clone["dependencies"] = kept + [action_id]
        clone["extra"]["parent"] = action_id
    if "GECKO_HEAD_REV" in os.environ:
        clone.setdefault("tags", {}).setdefault("action", ACTION_TAGS[callback])
    return clone

def write_artifacts(folder, clones):
    """What later actions, and Chain of Trust for each new task, read from an action task."""
    graph = {}
    for label, new_id, clone in clones:
        kind = clone.get("tags", {}).get("kind", "")
        graph[new_id] = {
            "kind": kind,
            "label": label,
            "description": clone["metadata"].get("description", ""),
            "attributes": {"kind": kind},
            # The names of the dependencies are known to the decision task only.
            "dependencies": {item: item for item in clone.get("dependencies", [])},
            "soft_dependencies": [],
            "if_dependencies": [],
            "optimization": None,
            "task": clone,
        }
    labels = {label: new_id for label, new_id, _ in clones}
    os.makedirs(folder, exist_ok=True)
    artifacts = {"task-graph": graph, "label-to-taskid": labels, "to-run": sorted(labels)}
    for name, content in artifacts.items():
        with open(os.path.join(folder, name + ".json"), "w") as file:
            json.dump(content, file, indent=2)

def create(new_id, clone, now):
    try:
        call("PUT", "queue/v1/task/" + new_id, absolute_dates(clone, now))
    except ServiceError as error:
        # There already, with other dates: is it this very task, from an earlier run?
        if error.status != 409:
            raise
        existing = get_task(new_id)
        existing = relative_dates(existing, parse_date(existing["created"]))
        if any(existing.get(key) != value for key, value in clone.items()):
            raise error

def rerun(task_id):
    """Returns the state that forbids it, or None when done."""
    state = get_status(task_id)["state"]
    if state not in RERUN_STATES:
        return state
    # The queue would rerun a completed task: look again before each further try.
    call(
        "POST",
        "queue/v1/task/%s/rerun" % task_id,
        still_wanted=lambda: get_status(task_id)["state"] in RERUN_STATES,
    )

def check_target(callback, task, task_id, group_id):
    if task["taskGroupId"] != group_id:
        refuse("task %s is of group %s, not %s" % (task_id, task["taskGroupId"], group_id))
    tags = task.get("tags", {})
    if callback == "retrigger-decision" and task_id != group_id:
        kinds = ("decision-task", "action-callback", "cron-task")
        # gecko: what a backfill creates is in no graph, so its action is this one, too.
        if tags.get("kind") not in kinds and tags.get("action") != "backfill-task":
            refuse("task %s is neither a decision, an action nor a cron task" % task_id)

def main():
    callback, group_id = env("ACTION_CALLBACK"), env("ACTION_TASK_GROUP_ID")
    target_id, options = env_json("ACTION_TASK_ID"), env_json("ACTION_INPUT")
    options = {} if options is None else options
    if callback not in ACTION_TAGS:
        refuse("no such callback here: %s" % json.dumps(callback))
    if not isinstance(target_id, str) or not SLUGID.fullmatch(target_id):
        refuse("ACTION_TASK_ID must be the id of a task, not %s" % json.dumps(target_id))
    if not isinstance(options, dict):
        refuse("the input must be an object, not %s" % json.dumps(options))
    if callback == "retrigger-decision":
        options = {}
    times, force = options.get("times", 1), options.get("force", False)
    if type(times) is not int or not 1 <= times <= 100:
        refuse("times must be a whole number from 1 to 100, not %s" % json.dumps(times))
    if type(force) is not bool or options.get("downstream", False) is not False:
        refuse("force must be true or false, and downstream not true")

    action_id = env("TASK_ID")
    action = get_task(action_id)
    if action["taskGroupId"] != group_id:
        refuse("this action task is of group %s, not %s" % (action["taskGroupId"], group_id))
    task = get_task(target_id)
    check_target(callback, task, target_id, group_id)
    label = task["metadata"]["name"]

    clones = []
    if callback == "retrigger-decision" or force or shall_clone(label, task, group_id):
        for copy in range(times):
            new_id = new_task_id(action_id, target_id, copy)
            clones.append((label, new_id, make_clone(action, callback, task, target_id, new_id)))
    write_artifacts(sys.argv[1], [] if callback == "retrigger-decision" else clones)
    if not clones:
        state = rerun(target_id)
        if state:
            refuse("%s: not to be cloned, and not rerun: %s is %s" % (label, target_id, state))
        print("%s: rerun %s" % (label, target_id))
        return

    now = datetime.now(timezone.utc)
    failures = []
    with ThreadPoolExecutor(PARALLEL) as pool:
        jobs = [(new_id, pool.submit(create, new_id, clone, now)) for _, new_id, clone in clones]
    for new_id, job in jobs:
        if job.exception():
            failures.append("%s: %s not created: %s" % (label, new_id, job.exception()))
        else:
            print("%s: created %s" % (label, new_id))
    if failures:
        refuse("\n".join(failures))

try:
    main()
except ServiceError as error:
    refuse(str(error))
