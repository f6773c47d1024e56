# Retriggers without a clone: copies the definitions that the queue has, where the code in the tree
# would load a task graph. argv[1] is the folder of artifact "public".
import gzip
import hashlib
import http.client
import json
import os
import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from urllib.parse import quote, urlsplit

GROUP_ID, CALLBACK = os.environ["ACTION_TASK_GROUP_ID"], os.environ["ACTION_CALLBACK"]
ACTION_ID, PROXY = os.environ["TASK_ID"], os.environ["TASKCLUSTER_PROXY_URL"].rstrip("/")
MANY, DECISION = (CALLBACK == f"retrigger-{kind}" for kind in ("multiple", "decision"))
MOST_COPIES, TRIES, CALL_SECONDS, RUN_SECONDS = 10000, 8, 20, 480
PARALLEL = 50
NOW, POOL, KEPT = datetime.now(timezone.utc), ThreadPoolExecutor(PARALLEL), threading.local()
END, FAILED = time.monotonic() + RUN_SECONDS - 2 * CALL_SECONDS, ("failed", "exception")
SAID, LAST, TASK, VERBS = [], ["none"], "queue/v1/task", "created found rerun left failed".split()


def say(label, verb, text):  # In one piece, from any thread.
    SAID.append(verb)
    os.write(2 if verb == "failed" else 1, f"{label}: {verb} {text}\n".encode())


def end(problem=""):
    """Prints the totals, and ends the process: with exit status 1 where there is a problem."""
    print("total:", ", ".join(f"{SAID.count(verb)} {verb}" for verb in VERBS), flush=True)
    if problem and {"created", "found"} & {*SAID}:
        problem += "; what was made waits until this action task is rerun with success"
    print(f"retrigger: {problem}\n" if problem else "", end="", file=sys.stderr, flush=True)
    os._exit(1 if problem else 0)


def call(method, path, *parts, body=None):
    """A status, and a service's answer through the worker's proxy: JSON, or what is wrong."""
    kept, wait = KEPT.__dict__, 0  # This thread's connections.
    path = "/".join([path, *(quote(str(part), safe="") for part in parts)])
    for attempt in range(TRIES):
        if time.monotonic() + wait > END:
            end(f"cannot be done in {RUN_SECONDS} seconds; the last answer: {LAST[0]}")
        time.sleep(wait)
        # The queue would rerun a completed task, too: look again.
        if attempt and method == "POST" and get_status(parts[0])["state"] not in FAILED:
            return 200, None
        status, wait, url = 0, min(0.1 * 2**attempt, 3), f"{PROXY}/api/{path}"
        try:
            while url:  # Artifacts are redirected to their storage.
                here = urlsplit(url)
                if here[:2] not in kept:
                    kind = getattr(http.client, f"{here.scheme.upper()}Connection")
                    kept[here[:2]] = kind(here.netloc, timeout=CALL_SECONDS)
                headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
                kept[here[:2]].request(method, url.partition(here.netloc)[2], body, headers)
                answer = kept[here[:2]].getresponse()
                content, status, url = answer.read(), answer.status, answer.headers["Location"]
            if answer.headers["Content-Encoding"] == "gzip":
                content = gzip.decompress(content)
            if status < 300:
                return 200, json.loads(content)
            # The service says what is wrong, then repeats the request below dashes.
            words = content.decode("utf-8", "replace")
            words = json.loads(words)["message"].split("\n---")[0] if words[:1] == "{" else words
            after = answer.getheader("Retry-After", "")
            wait = int(after) if after.isdigit() else wait
        except Exception as error:  # No connection, or half an answer.
            kept.clear()
            status, words = 0, f"{type(error).__name__}: {error}"
        LAST[0] = words = " ".join(f"{method} {path}: {status or 'no answer'}: {words}".split())
        if 400 <= status < 500 and status != 429:
            break
    return status, words


def get(path, *parts, absent=()):
    """A service's answer; None for a status in `absent`. Other failures end the process."""
    status, answer = call("GET", path, *parts)
    return answer if status == 200 else None if status in absent else end(answer)


def get_status(task_id):
    return get(TASK, task_id, "status")["status"]


@lru_cache(None)
def artifact(task_id, name="label-to-taskid.json", absent=()):
    return get(TASK, task_id, "artifacts", "public", name, absent=absent) or {}


def spread(function, items):
    return dict(zip(items, (POOL.map if len(items) > 1 else map)(function, items)))


@lru_cache(None)
def label_maps():
    """The maps of this push: the decision task's, then its actions' and crons', oldest first."""
    routes, found = "\n".join(ACTION["routes"]), {}  # On git, every push has the id 0.
    spaces = re.findall(r"^index\.(?!.+\.pushlog-id\.0\.)(.+\.actions)\.[^.]+$", routes, re.M)
    for space in {*spaces, *(re.sub(r"(\.revision\.[^.]+\.).+", r"\1cron", s) for s in spaces)}:
        query = ""
        while query is not None:
            page = get(f"index/v1/tasks/{space}{query}")
            found.update((task["taskId"], task["expires"]) for task in page["tasks"])
            token = page.get("continuationToken")
            query = f"?continuationToken={quote(token)}" if token else None
    ids = sorted(sorted(found), key=found.get)  # Some have no map, or it expired.
    later = spread(lambda i: artifact(i, absent=(404, 410, 424)), ids)
    return [artifact(GROUP_ID), *later.values()]


def absolute(found):
    """For each object of a copy: the date that a distance from its creation means now."""
    seconds = int(found.get("relative-datestamp", "0").split()[0])
    date = (NOW + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
    return f"{date[:23]}Z" if "relative-datestamp" in found else found


def copy_of(task, target, ids):
    """A new definition, its dates as in task graphs. `ids`: what to put in place of task ids."""
    text, created = json.dumps(task), datetime.fromisoformat(task["created"][:19])
    # Artifacts of upstream tasks, and of the task itself, are named by task id.
    for known in [target, *task.get("dependencies", [])]:
        text = text.replace(known, ids.get(known, known))

    def relative(found):
        for key in {"created", "deadline", "expires"} & found.keys():  # 9999 means "never".
            if re.fullmatch(r"[0-8]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", str(found[key])):
                seconds = (datetime.fromisoformat(found[key][:19]) - created).total_seconds()
                found[key] = {"relative-datestamp": f"{seconds:.0f} seconds"}
        return found

    copy = {**json.loads(text, object_hook=relative), "schedulerId": ACTION["schedulerId"]}
    if not DECISION:
        # Nothing starts before this action task is done: half of its work leaves nothing running.
        gone = {ACTION_ID, copy.setdefault("extra", {}).get("parent")} - {GROUP_ID}
        needs = [dep for dep in copy.get("dependencies", []) if dep not in gone]
        copy.update(dependencies=[*needs, ACTION_ID], taskGroupId=ACTION["taskGroupId"])
        copy["extra"]["parent"] = ACTION_ID
    if {"GECKO_HEAD_REV", "COMM_HEAD_REV"} & os.environ.keys():
        copy["tags"].setdefault("action", CALLBACK.replace("-disabled", "") + "-task")
    return copy


def is_anew(label, task):
    """Whether a task is created anew, or else rerun: as it says itself, or the task graph."""
    tag = {"true": True, "false": False}.get(task.get("tags", {}).get("retrigger"))
    flag = task.get("extra", {}).get("retrigger", tag)
    if type(flag) is not bool:
        node = artifact(GROUP_ID, "full-task-graph.json").get(label, {})
        flag = node.get("attributes", {}).get("retrigger") is True
    return flag


def rerun(task_id):
    status, answer = call("POST", TASK, task_id, "rerun")
    say(owners[task_id], *(("rerun", task_id) if status == 200 else ("failed", answer)))


def create(new_id):
    copy = copies[new_id]
    body = json.dumps(json.loads(json.dumps(copy), object_hook=absolute))
    status, answer = call("PUT", TASK, new_id, body=body)
    done = ("created", new_id) if status == 200 else ("failed", answer)
    # There already, from an earlier run? Its dates are others.
    found = get(TASK, new_id, absent=(404,)) if status == 409 else None
    if found and found["extra"].get("parent") == copy["extra"].get("parent"):
        copies[new_id], done = copy_of(found, "", {}), ("found", new_id)
    say(copy["metadata"]["name"], *done)


# What the press asks for: one task by its id, or labels of the push.
ACTION = get(TASK, ACTION_ID)
target, options = (json.loads(os.environ[f"ACTION_{key}"]) for key in ("TASK_ID", "INPUT"))
requests = (options or {}).get("requests", []) if MANY else [options or {}]
if MANY:
    first, labels = artifact(GROUP_ID), {label for r in requests for label in r["tasks"]}
    maps = [first] if labels <= first.keys() else label_maps()
    targets = {label: m[label] for m in maps[::-1] for label in labels & m.keys()}
    if labels - targets.keys():
        end(f"no such tasks in this push: {sorted(labels - targets.keys())}")
    tasks = spread(lambda task_id: get(TASK, task_id), targets.values())
else:
    tasks = {target: get(TASK, target)}
    label, group = tasks[target]["metadata"]["name"], tasks[target]["taskGroupId"]
    targets, requests[0]["tasks"] = {label: target}, [label]
    special = ("decision-task", "action-callback", "cron-task")
    if not DECISION and (target == GROUP_ID or tasks[target]["tags"].get("kind") in special):
        end(f"{label} {target} is a decision, action or cron task")
    if not (DECISION or group == GROUP_ID or any(target in m.values() for m in label_maps())):
        end(f"{label} {target} is of task group {group}, and in no label map of this push")
force = DECISION or (not MANY and requests[0].get("force"))
anew = {label for label in targets if force or is_anew(label, tasks[targets[label]])}
times = [request.get("times", 1) for request in requests]
if not all(count in range(1, 101) for count in times):
    end(f"times is a whole number from 1 to 100, not {times}")
rounds = [anew & {*r["tasks"]} for r, count in zip(requests, times) for _ in range(count)]
if sum(map(len, rounds)) > MOST_COPIES:
    end(f"more than {MOST_COPIES} copies in one press")
# The reruns: of the failed tasks of a label, the original and copies of it.
maps = [targets, *label_maps()] if MANY and targets.keys() - anew else [targets]
owners = {m[label]: label for label in targets.keys() - anew for m in maps if label in m}
for task_id, status in spread(get_status, owners).items():
    run, state = (status["runs"] or [{}])[-1], status["state"]
    is_done = run.get("reasonCreated") == "rerun" and run["scheduled"] > ACTION["created"]
    if is_done or state not in FAILED or status["deadline"] < NOW.isoformat():
        verb = "rerun" if is_done else "left" if MANY and state not in FAILED else "failed"
        why = state if is_done or state not in FAILED else "past its deadline"
        say(owners.pop(task_id), verb, f"{task_id}, which is {why}")
# The copies, by ids that are the same in each run of this task: none makes a task twice.
copies = {}
for number, labels in enumerate(rounds):
    ids = {targets[label]: f"{ACTION_ID}/{targets[label]}/{number}" for label in labels}
    for old, name in ids.items():
        code = hashlib.sha256(name.encode()).hexdigest()
        ids[old] = f"R{code[:7]}S{code[7]}C{code[8:18]}A"  # A version 4 UUID.
    copies.update((ids[old], copy_of(tasks[old], old, {} if DECISION else ids)) for old in ids)
# An upstream task that failed gives way to the newest good one of its label.
by_end = sorted([] if DECISION else copies.values(), key=lambda c: absolute(c["deadline"]))
needs = {dep: copy for copy in by_end for dep in copy.get("dependencies", [])}
ids = needs.keys() - {*copies, *owners, GROUP_ID, ACTION_ID}
for dep, status in spread(get_status, ids).items():
    state, latest = status["state"], absolute(needs[dep]["deadline"])
    if state in FAILED or status["expires"] < latest:
        name = {m[name]: name for m in label_maps() for name in m}.get(dep, "task")
        others = [m[name] for m in label_maps() if name in m]
        found = spread(get_status, others).items()
        good = [i for i, s in found if s["state"] not in FAILED and s["expires"] >= latest]
        for new_id, copy in copies.items() if good else ():
            copies[new_id] = json.loads(json.dumps(copy).replace(dep, good[-1]))
        if not good and status["expires"] < latest:
            say(name, "failed", f"{dep}, which copies need, expires before their deadline")
        elif not good:
            print(f"{name}: copies wait for {dep}, which is {state}", flush=True)
if "failed" in SAID:
    end("nothing was changed")
spread(rerun, owners)
left = copies.keys()
while left and "failed" not in SAID:
    wave = {i for i in left if not left & {*copies[i].get("dependencies", [])}}
    spread(create, wave)
    left -= wave
# What later actions read, and Chain of Trust for each new task.
graph = {}
for new_id, copy in copies.items() if not DECISION else ():
    kind, needs, about = copy["tags"].get("kind", ""), copy["dependencies"], copy["metadata"]
    node = {"label": about["name"], "description": about["description"], "task": copy}
    node.update(kind=kind, attributes={"kind": kind}, dependencies={dep: dep for dep in needs})
    graph[new_id] = dict(node, soft_dependencies=[], if_dependencies=[], optimization=None)
labels = {node["label"]: new_id for new_id, node in graph.items()}
os.makedirs(sys.argv[1], exist_ok=True)
for name, content in ("task-graph", graph), ("label-to-taskid", labels), ("to-run", [*labels]):
    with open(os.path.join(sys.argv[1], f"{name}.json"), "w") as file:
        json.dump(content, file)
end(f"not all was done, {len(left)} copies not tried" if "failed" in SAID else "")
