"""Makes an org from each Enterprise WSDL, writes the WSDL of that org, and compares the objects."""

import json
from collections import Counter

from lib import Failure, attempt, run, table

# The sandbox writes these types from its own table of each version, not from the org.
BUILTIN = {"AggregateResult", "Name", "sObject"}


def check(program, corpus, work):
    rows = []
    for file in sorted((corpus / "enterprise").glob("*.wsdl")):
        org, again = work / f"{file.stem}.toml", work / f"{file.stem}-again.wsdl"
        made = run([program, "sandbox", "org", "--quiet", "--from", file, "--out", org])
        run([program, "sandbox", "wsdl", "--org", org, "--out", again])
        rows.append([file.name, *differences(program, file, again), made.cpu, made.peak])
    head = "file|objects|fields|fields that differ|of the API|org s|peak MB"
    table("orgs from WSDLs", head.split("|"), rows)


def differences(program, file, again):
    """Returns the numbers of objects, fields, fields that differ, and differences of other types."""
    inspected = json.loads(run([program, "inspect", "--quiet", file, "--format", "json"]).output)
    objects = {ty["name"]: len(ty["fields"]) for ty in inspected["objects"]}
    done = attempt([program, "diff", "--quiet", file, again, "--format", "json"])
    if done.code not in (0, 1):
        raise Failure(f"{file.name}: {done.output[-2_000:]}")
    diff = json.loads(done.output)
    others, fields = 0, []
    for change in diff["changes"]:
        owner = change["owner"] or change["name"]
        is_object = change["item"] == "object"
        if owner in BUILTIN or (owner not in objects and not is_object):
            others += 1
        elif is_object:
            raise Failure(f"{file.name}: the org and the WSDL differ in the object {owner}")
        # The sandbox writes the id of all objects in the way of recent versions.
        elif change["name"] != "Id":
            fields.append(f"{owner}.{change['name']}")
    if len(fields) > sum(objects.values()) / 1000:
        raise Failure(f"{file.name}: more than one field in a thousand differs: {Counter(fields)}")
    return len(objects), sum(objects.values()), len(fields), others
