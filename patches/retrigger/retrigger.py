# Retriggers tasks without a clone of the repository: copies the definitions that the queue has,
# where the code in the tree would load a task graph. argv[1] is the folder of artifact "public".
import base64, collections, functools, gzip, hashlib, json, os, random, re, sys, time
import urllib.error, urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

PARALLEL = 50
TRIES = 8
RERUN_STATES = ("failed", "exception")
# Each callback, with the tag "action" that gecko gives to the tasks it creates.
CALLBACKS = {
    "retrigger": "retrigger-task",
    "retrigger-disabled": "retrigger-task",
    "retrigger-multiple": "retrigger-multiple-task",
    "retrigger-decision": "retrigger-decision-task",
}
TASK_ID = re.compile("[A-Za-z0-9_-]{8}[Q-T][A-Za-z0-9_-][CGKOSWaeimquy26-][A-Za-z0-9_-]{10}[AQgw]")
# A date-time that is a whole value of a JSON text, and what task graphs have in its place.
DATE = re.compile(r'"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)"(?!:)')
RELATIVE_DATE = re.compile(r'\{"relative-datestamp": "(-?\d+) seconds"\}')

class ServiceError(Exception):
    def __init__(self, message, status=0):
        super().__init__(message)
        self.status = status

def need(condition, message, *values):
    if not condition:
        sys.exit("retrigger: " + message % tuple(json.dumps(value) for value in values))

def env(name):
    need(os.environ.get(name), "the variable " + name + " is not set")
    return os.environ[name]

def call(method, path, body=None, still_wanted=lambda: True):
    """Calls a service through the worker's proxy, again where that can help."""
    url = env("TASKCLUSTER_PROXY_URL").rstrip("/") + "/api/" + path
    # Workers compress the artifacts that they upload; the storage serves them as they are.
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
    request = urllib.request.Request(url, body and body.encode(), headers, method=method)
    for attempt in range(TRIES):
        if attempt:
            time.sleep(min(0.1 * 2 ** (attempt - 1), 3) * random.uniform(0.5, 1.5))
            if not still_wanted():
                return None
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                content = response.read()
                zipped = response.headers.get("Content-Encoding") == "gzip"
                return json.loads(gzip.decompress(content) if zipped else content)
        except urllib.error.HTTPError as error:
            try:  # The service says what is wrong, then repeats the request below dashes.
                message = json.loads(error.read())["message"].split("\n---")[0]
            except Exception:
                message = str(error.reason)
            failure = ServiceError("%d: %s" % (error.code, " ".join(message.split())), error.code)
            if error.code < 500 and error.code != 429:
                break
        except Exception as error:  # No connection, or an answer that was cut off.
            failure = ServiceError("%s: %s" % (type(error).__name__, error))
    raise failure

def call_paged(method, path, body=None):
    token, seen = "", set()
    while token not in seen:  # The first page has token "". A repeated token would never end.
        seen.add(token)
        page = call(method, path + "?continuationToken=" + quote(token) if token else path, body)
        yield page
        token = page.get("continuationToken") or ""

def in_parallel(function, items):
    """The result for each item, or the ServiceError that it met."""

    def attempt(item):
        try:
            return function(item)
        except ServiceError as error:
            return error

    with ThreadPoolExecutor(PARALLEL) as pool:
        return dict(zip(items, pool.map(attempt, items)))

def get_task(task_id):
    return call("GET", "queue/v1/task/" + task_id)

def get_status(task_id):
    return call("GET", "queue/v1/task/%s/status" % task_id)["status"]

def get_many(task_ids, get_one, path, key):
    """Tasks or statuses by id: many in a call where the deployment can, the rest one by one."""
    found = {}
    try:
        for page in call_paged("POST", path, json.dumps({"taskIds": task_ids})):
            for entry in page.get("tasks") or page.get("statuses") or []:
                found[entry["taskId"]] = entry[key]
    except ServiceError as error:
        if error.status not in (404, 405):
            raise
    return {**found, **in_parallel(get_one, [one for one in task_ids if one not in found])}

def get_artifact(task_id, name):
    content = call("GET", "queue/v1/task/%s/artifacts/public/%s" % (task_id, name))
    if not isinstance(content, dict):
        raise ServiceError("%s of task %s is no JSON object" % (name, task_id))
    return content

def get_label_map(task_id):
    label_map = get_artifact(task_id, "label-to-taskid.json")
    return {label: found for label, found in label_map.items() if TASK_ID.fullmatch(str(found))}

@functools.lru_cache(None)
def later_label_maps():
    """label-to-taskid.json of the action and cron tasks on this revision, oldest first."""
    namespaces, tasks = set(), {}
    for route in ACTION.get("routes", []):
        match = re.fullmatch(r"index\.(.+\.actions)\." + ACTION_ID, route)
        if match:
            revision = re.match(r".+\.revision\.[^.]+\.", match[1])
            namespaces |= {match[1], revision[0] + "cron"} if revision else {match[1]}
    for namespace in namespaces:
        for page in call_paged("GET", "index/v1/tasks/" + quote(namespace)):
            tasks.update((task["taskId"], task["expires"]) for task in page["tasks"])
    task_ids = sorted(tasks, key=lambda task_id: (tasks[task_id], task_id))
    maps = in_parallel(get_label_map, task_ids).values()
    for failure in maps:
        if isinstance(failure, ServiceError) and failure.status not in (404, 410, 424):
            raise failure  # Those three: absent, expired, never made.
    return [label_map for label_map in maps if isinstance(label_map, dict)]

def relative_json(task):
    """The definition as JSON, each date as its distance in seconds from the task's creation."""

    def moment(date):
        at = datetime.fromisoformat(date[1] + date[3].upper().replace("Z", "+00:00"))
        return at + timedelta(seconds=float(date[2] or 0))

    def distance(date):
        try:
            seconds = (moment(date) - created).total_seconds()
        except ValueError:  # Month 13 and the like: no date after all.
            return date[0]
        return '{"relative-datestamp": "%d seconds"}' % seconds

    created = moment(DATE.fullmatch(json.dumps(task["created"])))
    return DATE.sub(distance, json.dumps(task))

def absolute_json(text, now):
    def date(distance):
        at = now + timedelta(seconds=int(distance[1]))
        return '"%sZ"' % at.replace(tzinfo=None).isoformat(timespec="milliseconds")

    return RELATIVE_DATE.sub(date, text)

def new_task_id(target_id, copy):
    """The same in each run of this action task, so that none creates a task twice."""
    digest = hashlib.sha256(("%s/%s/%d" % (ACTION_ID, target_id, copy)).encode()).digest()
    # Task ids are version 4 UUIDs in base64, by custom with the first bit clear.
    uuid = bytearray(digest[:16])
    uuid[0] &= 0x7F
    uuid[6] = uuid[6] & 0x0F | 0x40
    uuid[8] = uuid[8] & 0x3F | 0x80
    return base64.urlsafe_b64encode(uuid)[:22].decode()

def make_clone(task, target_id, new_ids):
    """A new definition, its dates relative. `new_ids` has the new id of each task of the round."""
    text = relative_json(task)
    clone = json.loads(text)
    if CALLBACK != "retrigger-decision":
        # Artifacts of upstream tasks, and of the task itself, are named by task id.
        for old_id in [target_id] + clone.get("dependencies", []):
            text = text.replace(old_id, new_ids.get(old_id, old_id))
        clone = json.loads(text)
        # Nothing starts before this action task is done, so that half of its work leaves nothing
        # running. A clone of a clone waits for this action in place of the earlier one.
        extra = clone.setdefault("extra", {})
        gone = {ACTION_ID, extra.get("parent")} - {GROUP_ID}
        clone["dependencies"] = [dep for dep in clone.get("dependencies", []) if dep not in gone]
        clone["dependencies"].append(ACTION_ID)
        extra["parent"] = ACTION_ID
    if "GECKO_HEAD_REV" in os.environ:
        clone.setdefault("tags", {}).setdefault("action", CALLBACKS[CALLBACK])
    clone["schedulerId"] = ACTION["schedulerId"]
    return clone

def graph_entry(label, clone):
    """What Chain of Trust looks for in task-graph.json. Some of it only decision tasks know."""
    kind = clone.get("tags", {}).get("kind", "")
    rest = {"soft_dependencies": [], "if_dependencies": [], "optimization": None, "task": clone}
    rest["description"] = clone["metadata"].get("description", "")
    rest["dependencies"] = {dep: dep for dep in clone.get("dependencies", [])}
    return {"kind": kind, "label": label, "attributes": {"kind": kind}, **rest}

def write_artifacts(folder, clones):
    """What later actions read from this one, and Chain of Trust from each new task's parent."""
    labels = {label: new_id for new_id, (label, _, _) in clones.items()}
    entries = ("%s: %s" % (json.dumps(new_id), entry) for new_id, (_, entry, _) in clones.items())
    graph = "{\n%s\n}\n" % ",\n".join(entries)
    contents = {"label-to-taskid": json.dumps(labels), "to-run": json.dumps(sorted(labels))}
    os.makedirs(folder, exist_ok=True)
    for name, text in {"task-graph": graph, **contents}.items():
        with open(os.path.join(folder, name + ".json"), "w") as file:
            file.write(text)

def create(new_id, entry, now):
    clone = json.loads(entry)["task"]
    try:
        call("PUT", "queue/v1/task/" + new_id, absolute_json(json.dumps(clone), now))
    except ServiceError as error:
        # There already, with other dates: is it this very task, from an earlier run?
        if error.status != 409:
            raise
        found = json.loads(relative_json(get_task(new_id)))
        if any(found.get(key) != value for key, value in clone.items()):
            raise error
        return "found"
    return "created"

def create_all(clones):
    """Creates each clone after those that it depends on. Returns what became of each."""
    outcome, waiting, now = {}, dict(clones), datetime.now(timezone.utc)

    def attempt(new_id):
        for upstream in waiting[new_id][2]:
            if isinstance(outcome[upstream], ServiceError):
                raise ServiceError("not tried, for lack of " + upstream)
        return create(new_id, waiting[new_id][1], now)

    while waiting:
        wave = [new_id for new_id in waiting if not waiting[new_id][2] & waiting.keys()]
        outcome.update(in_parallel(attempt, wave))
        for new_id in wave:
            del waiting[new_id]
    return outcome

def rerun(task_id):
    # The queue would rerun a completed task, too: look again before each further try.
    path = "queue/v1/task/%s/rerun" % task_id
    call("POST", path, still_wanted=lambda: get_status(task_id)["state"] in RERUN_STATES)
    return "rerun"

def retrigger_flag(task):
    """True: create the task anew. False: rerun it. None: the task does not tell."""
    flag, tag = task.get("extra", {}).get("retrigger"), task.get("tags", {}).get("retrigger")
    return flag if isinstance(flag, bool) else {"true": True, "false": False}.get(tag)

def problem_of(task_id, task):
    """Why this task is not to be touched, or None. Its status tells the group as well."""
    if isinstance(task, ServiceError):
        return "%s: %s" % (task_id, task)
    if task["taskGroupId"] != GROUP_ID:
        return "%s is of task group %s, not %s" % (task_id, task["taskGroupId"], GROUP_ID)
    tags = task.get("tags", {})
    special = tags.get("kind") in ("decision-task", "action-callback", "cron-task")
    if task_id == GROUP_ID or special:
        # Only hooks with a permission of their own may create these again.
        if CALLBACK != "retrigger-decision":
            return "%s is a decision, action or cron task" % task_id
    # gecko: what a backfill creates is in no task graph, so it is retriggered this way, too.
    elif CALLBACK == "retrigger-decision" and tags.get("action") != "backfill-task":
        return "%s is neither a decision, an action nor a cron task" % task_id
    return None

def read_times(options):
    times = options.get("times", 1)
    good = type(times) is int and 1 <= times <= 100
    need(good, "times must be a whole number from 1 to 100, not %s", times)
    return times

def read_requests(options):
    """A list of labels for each round; a request of n times makes n rounds."""
    rounds, requests = [], options.get("requests", [])
    need(isinstance(requests, list), "requests must be a list, not %s", requests)
    for request in requests:
        need(isinstance(request, dict), "a request must be an object, not %s", request)
        labels = request.get("tasks")
        good = isinstance(labels, list) and all(isinstance(label, str) for label in labels)
        need(good, "the tasks of a request must be a list of labels, not %s", labels)
        rounds += [labels] * read_times(request)
    return rounds

def read_input():
    """The task that the action is for, None for retrigger-multiple, and the input."""
    values = {}
    for name in "ACTION_TASK_ID", "ACTION_INPUT":
        try:
            values[name] = json.loads(os.environ.get(name, "null"))
        except ValueError:
            need(False, "the variable " + name + " is not JSON")
    target_id, options = values["ACTION_TASK_ID"], values["ACTION_INPUT"]
    need(CALLBACK in CALLBACKS, "no such callback here: %s", CALLBACK)
    options = {} if options is None else options
    need(isinstance(options, dict), "the input must be an object, not %s", options)
    if CALLBACK == "retrigger-multiple":
        return None, options
    good = isinstance(target_id, str) and TASK_ID.fullmatch(target_id)
    need(good, "ACTION_TASK_ID must be the id of a task, not %s", target_id)
    if CALLBACK == "retrigger-decision":
        return target_id, {"force": True}
    need(type(options.get("force", False)) is bool, "force must be true or false")
    need(not options.get("downstream"), "downstream is for the task graph to tell, not for this")
    return target_id, options

def find_targets(rounds):
    """The id of each label's task: the decision task's own, rather than a clone of it."""
    found = get_label_map(GROUP_ID)
    wanted = list(dict.fromkeys(label for labels in rounds for label in labels))
    if not all(label in found for label in wanted):
        for label_map in later_label_maps():
            found = {**label_map, **found}
    unknown = [label for label in wanted if label not in found]
    need(not unknown, "no such tasks in this task group: %s", unknown)
    return {label: found[label] for label in wanted}

def note(label, what, text):
    if isinstance(what, ServiceError):
        what, text = "failed", "%s: %s" % (text, what)
    TOTALS[what] += 1
    NOTES[label].append("%s %s" % (what, text))

def choose(targets, tasks, force):
    """The labels to create anew, and those to rerun."""
    flags = {}
    for label, task_id in targets.items():
        problem = problem_of(task_id, tasks[task_id])
        if problem:
            note(label, "failed", problem)
        else:
            flags[label] = True if force else retrigger_flag(tasks[task_id])
    if None in flags.values():
        graph = get_artifact(GROUP_ID, "full-task-graph.json")
        for label in [label for label in flags if flags[label] is None]:
            flags[label] = graph.get(label, {}).get("attributes", {}).get("retrigger") is True
    return [[label for label in flags if flags[label] == flag] for flag in (True, False)]

def make_clones(rounds, labels, targets, tasks):
    """By new task id: the label, the entry in task-graph.json, the clones that it depends on."""
    clones = {}
    for number, wanted in enumerate(rounds):
        ids = {label: targets[label] for label in wanted if label in labels}
        new_ids = {task_id: new_task_id(task_id, number) for task_id in ids.values()}
        for label, task_id in ids.items():
            clone = make_clone(tasks[task_id], task_id, new_ids)
            upstream = set(clone["dependencies"]) & set(new_ids.values())
            clones[new_ids[task_id]] = (label, json.dumps(graph_entry(label, clone)), upstream)
    return clones

def rerun_all(labels, targets, single):
    """Reruns each task of these labels that failed, be it the decision task's or a clone of it."""
    owner = {}
    for label in labels:
        maps = [] if single else later_label_maps()
        owner.update((found[label], label) for found in maps + [targets] if label in found)
    failed, path = [], "queue/v1/tasks/status"
    statuses = get_many(list(owner), get_status, path, "status") if owner else {}
    for task_id, status in statuses.items():
        problem = problem_of(task_id, status)
        if problem:
            note(owner[task_id], "failed", problem)
        elif status["state"] in RERUN_STATES:
            failed.append(task_id)
        elif status["state"] in ("pending", "running") and os.environ.get("RUN_ID", "0") != "0":
            note(owner[task_id], "rerun", task_id + " in an earlier run")
        else:
            what = "failed" if single else "left"
            note(owner[task_id], what, "%s is %s, so not rerun" % (task_id, status["state"]))
    for task_id, outcome in in_parallel(rerun, failed).items():
        note(owner[task_id], outcome, task_id)

def main():
    target_id, options = read_input()
    times, rounds = (read_times(options), []) if target_id else (1, read_requests(options))
    groups = (ACTION["taskGroupId"], GROUP_ID)
    need(groups[0] == groups[1], "this action task is of task group %s, not %s", *groups)
    if target_id:
        tasks = {target_id: get_task(target_id)}
        label = tasks[target_id]["metadata"]["name"]
        targets, rounds = {label: target_id}, [[label]] * times
    else:
        targets = find_targets(rounds)
        task_ids = list(dict.fromkeys(targets.values()))
        tasks = get_many(task_ids, get_task, "queue/v1/tasks", "task")
    to_create, to_rerun = choose(targets, tasks, target_id and options.get("force"))
    clones = make_clones(rounds, set(to_create), targets, tasks)
    write_artifacts(sys.argv[1], {} if CALLBACK == "retrigger-decision" else clones)
    rerun_all(to_rerun, targets, bool(target_id))
    for new_id, outcome in create_all(clones).items():
        note(clones[new_id][0], outcome, new_id)
    for label, texts in NOTES.items():
        bad = any(text.startswith("failed ") for text in texts)
        print("%s: %s" % (label, ", ".join(texts)), file=sys.stderr if bad else sys.stdout)
    verbs = ("created", "found", "rerun", "left", "failed")
    print("total: " + ", ".join("%d %s" % (TOTALS[verb], verb) for verb in verbs))
    sys.exit(1 if TOTALS["failed"] else 0)

NOTES, TOTALS = collections.defaultdict(list), collections.Counter()
GROUP_ID, ACTION_ID = env("ACTION_TASK_GROUP_ID"), env("TASK_ID")
CALLBACK = env("ACTION_CALLBACK")
try:
    ACTION = get_task(ACTION_ID)
    main()
except ServiceError as failure:
    sys.exit("retrigger: %s" % failure)
