"""The job of `tc-retrigger patch` in Python, for a comparison of speed: `whole.py` runs it.

Reads the job from standard input (`cargo run --release --example measure -- job FILE`), edits the template by
ruamel.yaml's round trip, reads old and new by PyYAML, renders both in each context by json-e as the services do,
and compares what comes out. Prints the processor seconds of that, without those of starting Python.
"""

import copy
import hashlib
import io
import json
import sys
import time

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

import jsone

NOW = "2026-01-01T00:00:00.000Z"
#: The fastest that PyYAML has.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def edit(job):
    """The new text: each site's payload wrapped."""
    reader = YAML()
    reader.preserve_quotes = True
    reader.width = 10**6
    document = reader.load(job["text"])
    for site in job["sites"]:
        around = document
        for step in site[:-1]:
            around = around[step]
        bound = CommentedMap(clonePayload=around[site[-1]], retriggerScript=job["script"])
        around[site[-1]] = CommentedMap({"$let": bound, "in": copy.deepcopy(job["choice"])})
    out = io.StringIO()
    reader.dump(document, out)
    return out.getvalue()


def render(document, sample):
    """What a service renders, or the error."""
    context = {"now": NOW, **sample["context"]}
    if sample["as_slugid"]:
        context["as_slugid"] = lambda name: hashlib.sha256(name.encode()).hexdigest()[:22]
    template = document
    if sample["let"] is not None:
        template = {"$let": sample["let"], "in": document["tasks"][0]}
    try:
        return jsone.render(template, context)
    except jsone.JSONTemplateError as error:
        return str(error)


def agree(old, new, sample):
    """Whether the new template renders what it must."""
    if sample["is_retrigger"] and isinstance(old, dict) and isinstance(new, dict):
        keys = old.keys() | new.keys()
        return all(old.get(key) == new.get(key) for key in keys - {"payload"})
    return old == new


def main():
    job = json.load(sys.stdin)
    start = time.process_time()
    old, new = (yaml.load(text, LOADER) for text in (job["text"], edit(job)))
    differ = [
        sample["name"]
        for sample in job["contexts"]
        if not agree(render(old, sample), render(new, sample), sample)
    ]
    seconds = time.process_time() - start
    print(json.dumps({"seconds": seconds, "renders": 2 * len(job["contexts"]), "differ": differ}))


if __name__ == "__main__":
    main()
