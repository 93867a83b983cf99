"""Calls operations of a service with zeep, which knows only the address of the WSDL.

usage: call.py CERTIFICATE ENCODING_SCHEMA

Reads lines of JSON: {"wsdl": url, "service": name, "port": name, "operation": name, "arguments": object or list,
"headers": list}. Answers each with a line: {"leaves": the sorted texts of all values} or {"fault": [code, message]}.
"""

import json
import sys
from datetime import datetime, timezone
from pathlib import Path

import requests
from lxml import etree
from zeep import Client
from zeep.exceptions import Fault
from zeep.helpers import serialize_object
from zeep.transports import Transport


class Local(Transport):
    """Loads the schema of the SOAP encoding from a local copy, and everything else from the server."""

    def load(self, url):
        if url == "http://schemas.xmlsoap.org/soap/encoding/":
            return Path(sys.argv[2]).read_bytes()
        return super().load(url)


session = requests.Session()
session.verify = sys.argv[1]
session.trust_env = False
clients = {}


def text(value):
    if isinstance(value, datetime):
        value = value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool):
        return str(value).lower()
    try:
        return f"{float(value):g}"
    except (TypeError, ValueError):
        return str(value)


def leaves(value):
    if isinstance(value, etree._Element):
        return [text(part) for part in value.itertext() if part.strip()]
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in leaves(item)]
    # zeep reads an empty element as None.
    return [] if value in (None, "") else [text(value)]


def answer(call):
    if call["wsdl"] not in clients:
        clients[call["wsdl"]] = Client(call["wsdl"], transport=Local(session=session))
    client = clients[call["wsdl"]]
    operation = client.bind(call["service"], call["port"])[call["operation"]]
    arguments = call["arguments"]
    options = {}
    if call.get("headers"):
        name, fields = call["headers"]
        options["_soapheaders"] = [client.get_element(name)(**fields)]
    try:
        if isinstance(arguments, list):
            result = operation(*arguments, **options)
        else:
            result = operation(**arguments, **options)
    except Fault as fault:
        return {"fault": [str(fault.code).rpartition(":")[2], fault.message]}
    result = serialize_object(result, dict)
    # If the response may have headers, zeep gives them beside the body.
    if isinstance(result, dict) and set(result) == {"header", "body"}:
        result = result["body"]
    return {"leaves": sorted(leaves(result))}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
