"""Compares our requests with those that other toolkits sent for the same calls.

Requests are compared as a schema processor sees them: names in namespaces, types, texts. These
differences are allowed:

- the form of a number or a dateTime;
- a date, which WSC writes as a dateTime;
- null: we name the field in `fieldsToNull`, which the service obeys; WSC and zeep write an empty
  element, which the service ignores;
- xsi:type where it repeats the declared type;
- the suffix of a record id, which is invented in the recorded requests;
- `CallOptions`, which the Enterprise WSDL does not have.
"""

import re
import shutil
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

from lib import Failure, member, run, scratch

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
TNS = "{urn:enterprise.soap.sforce.com}"
ENS = "{urn:sobject.enterprise.soap.sforce.com}"
OPERATIONS = "login query queryMore create update upsert delete describeSObject getServerTimestamp"


def parse(path):
    """Returns the root element, with the QNames in xsi:type resolved."""
    scopes, starts, root = [], [], None
    for event, item in ElementTree.iterparse(path, ("start-ns", "start", "end", "end-ns")):
        if event == "start-ns":
            starts.append(item)
        elif event == "start":
            scopes.append({**(scopes[-1] if scopes else {}), **dict(starts)})
            starts = []
            root = item if root is None else root
            if XSI + "type" in item.attrib:
                prefix, _, name = item.attrib[XSI + "type"].rpartition(":")
                item.attrib[XSI + "type"] = f"{{{scopes[-1].get(prefix, '')}}}{name}"
        elif event == "end":
            scopes.pop()
    return root


def value(text):
    """Returns a form of a text that is the same for all forms of a number or dateTime."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        # WSC has no dates, so of the dateTime that it sent for a date only the day is known.
        return moment.date().isoformat() if "T" not in text else moment.isoformat()
    except ValueError:
        pass
    if re.fullmatch("[a-zA-Z0-9]{18}", text):
        return text[:15]
    try:
        return float(text)
    except ValueError:
        return text


def same(ours, theirs):
    ours, theirs = value(ours), value(theirs)
    if ours == theirs:
        return True
    # Ours is a date, and theirs is a dateTime on that day.
    return isinstance(ours, str) and isinstance(theirs, str) and len(ours) == 10 and theirs[:11] == ours + "T"


def children(element):
    """Returns the children; nulls are replaced by fieldsToNull, except that an Id is kept."""
    nulls = lambda child: child.tag != ENS + "Id" and child.get(XSI + "nil") in ("true", "1")
    named = []
    for child in element:
        if nulls(child):
            null = ElementTree.Element(ENS + "fieldsToNull")
            null.text = child.tag.removeprefix(ENS)
            named.append(null)
    kept = [child for child in element if not nulls(child)]
    before = [child for child in kept if child.tag == ENS + "fieldsToNull"]
    return before + named + kept[len(before):]


def differences(ours, theirs, path=""):
    path = f"{path}/{ours.tag.rpartition('}')[2]}"
    if ours.tag != theirs.tag:
        yield f"{path}: {ours.tag}, theirs {theirs.tag}"
        return
    types = [element.get(XSI + "type") for element in (ours, theirs)]
    if types[0] != types[1] and not (types[1] is None and ours.tag.startswith(ENS)):
        yield f"{path}: xsi:type {types[0]}, theirs {types[1]}"
    nil = [element.get(XSI + "nil") for element in (ours, theirs)]
    if nil[0] != nil[1]:
        yield f"{path}: xsi:nil {nil[0]}, theirs {nil[1]}"
    ours_below, theirs_below = children(ours), children(theirs)
    if not ours_below and not theirs_below:
        if not same(ours.text or "", theirs.text or ""):
            yield f"{path}: {ours.text!r}, theirs {theirs.text!r}"
        return
    names = [[child.tag.rpartition("}")[2] for child in below] for below in (ours_below, theirs_below)]
    if names[0] != names[1]:
        yield f"{path}: {names[0]}, theirs {names[1]}"
        return
    for pair in zip(ours_below, theirs_below):
        yield from differences(*pair, path)


def headers(root):
    header = root.find(SOAP + "Header")
    found = sorted(header, key=lambda element: element.tag) if header is not None else []
    return [element for element in found if element.tag != TNS + "CallOptions"]


def check(program, corpus, work, recorded):
    here = Path(__file__).resolve().parent / "wire"
    crate = work / "wire"
    out = crate / "src" / "proxies"
    command = [program, "generate", "--quiet", corpus / "enterprise" / "enterprise-v60.wsdl", "--out", out]
    chosen = ["Account", "Attachment", "Opportunity", "Event"]
    chosen += [f"op:{name}" for name in OPERATIONS.split()]
    run([*command, "--include", ",".join(chosen)])
    tokio = 'tokio = { version = "1", features = ["macros", "rt"] }\n'
    scratch(crate, "", kind="bin", dependencies=tokio)
    shutil.copy(here / "main.rs", crate / "src")
    member(work, "wire")
    ours = work / "requests"
    ours.mkdir(exist_ok=True)
    run(["cargo", "run", "--quiet", "--offline", "--package", "wire", "--", ours], cwd=work)
    wrong, compared = [], 0
    for operation in OPERATIONS.split():
        mine = parse(ours / f"{operation}.xml")
        for toolkit in ("wsc", "zeep"):
            theirs = parse(recorded / f"{toolkit}-{operation}.xml")
            body = [root.find(SOAP + "Body")[0] for root in (mine, theirs)]
            found = list(differences(*body))
            pair = headers(mine), headers(theirs)
            tags = [[header.tag for header in side] for side in pair]
            if tags[0] != tags[1]:
                found.append(f"headers {tags[0]}, theirs {tags[1]}")
            else:
                found += [text for each in zip(*pair) for text in differences(*each)]
            wrong += [f"{operation}, {toolkit}: {text}" for text in found]
            compared += 1
    if wrong:
        raise Failure("requests differ from those of other toolkits\n" + "\n".join(wrong))
    print(f"\n{compared} requests have the same meaning as those of other toolkits")
