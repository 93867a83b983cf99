"""Calls all operations of SOAP services with zeep, with arguments of its own making.

usage: call.py ENCODING_SCHEMA ADDRESS...

The WSDL of a service is at its address with `?wsdl`, and what the last call has read is at `/heard` of the same host.
Prints a line for each operation: address, service, operation, and `read` or what went wrong.
"""

import sys
from datetime import date, datetime, time, timezone
from decimal import Decimal
from pathlib import Path

import requests
from zeep import Client, Settings, xsd
from zeep.exceptions import Error
from zeep.helpers import serialize_object
from zeep.transports import Transport

DEPTH = 3
counter = 0


class Local(Transport):
    """Loads the schema of the SOAP encoding from a local copy, and nothing else from other hosts."""

    def load(self, url):
        if url.rstrip("/") == "http://schemas.xmlsoap.org/soap/encoding":
            return Path(sys.argv[1]).read_bytes()
        if not url.startswith("http://127.0.0.1:"):
            raise ValueError(f"{url} is not loaded")
        return super().load(url)


class TooDeep(Exception):
    """A type that contains itself."""


def leaf(kind, sent):
    """Returns a value of a simple type, and notes its text if the server must have read it."""
    global counter
    counter += 1
    python = getattr(kind, "accepted_types", [])
    if isinstance(kind, xsd.Boolean):
        return True
    if isinstance(kind, (xsd.DateTime,)):
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    if isinstance(kind, xsd.Date):
        return date(2026, 1, 2)
    if isinstance(kind, xsd.Time):
        return time(3, 4, 5, tzinfo=timezone.utc)
    if isinstance(kind, (xsd.Decimal, xsd.Float, xsd.Double)) and not isinstance(kind, xsd.Integer):
        return Decimal(1)
    if isinstance(kind, xsd.Integer) or int in python:
        return 7
    if isinstance(kind, xsd.Base64Binary):
        return b"bytes"
    if isinstance(kind, xsd.String) and type(kind).__name__ == "String":
        text = f"text {counter} & more"
        sent.append(text)
        return text
    if isinstance(kind, xsd.AnyURI):
        return "urn:x"
    return "2026" if "Year" in type(kind).__name__ else "x"


def value(kind, sent, depth=0):
    """Returns a value of a type."""
    if not isinstance(kind, xsd.ComplexType):
        return leaf(kind, sent)
    fields = {}
    for name, element in kind.elements:
        if isinstance(element, xsd.Any) or not isinstance(element, xsd.Element):
            continue
        if depth >= DEPTH:
            if element.is_optional or element.nillable:
                continue
            raise TooDeep(name)
        one = value(element.type, sent, depth + 1)
        fields[name] = [one] if element.accepts_multiple else one
    return fields


def call(client, address, operation, proxy):
    sent = []
    arguments = value(operation.input.body.type, sent)
    if not isinstance(arguments, dict):
        arguments = {}
    result = proxy[operation.name](**arguments)
    serialize_object(result)
    heard = requests.get("/".join(address.split("/")[:3]) + "/heard").text
    missing = [text for text in sent if text not in heard]
    # What a field such as `password` has is not printed.
    return f"wrong: {missing} is not in {heard}" if len(missing) > heard.count("***") else "read"


def main():
    # What zeep does not send or read itself is not the server's fault.
    settings = Settings(strict=False)
    for address in sys.argv[2:]:
        try:
            client = Client(f"{address}?wsdl", settings=settings, transport=Local())
        except Exception as error:
            print(address, "", "", f"zeep cannot read the WSDL: {error!r:.100}", sep="\t")
            continue
        for service in client.wsdl.services.values():
            for port in service.ports.values():
                if port.binding_options.get("address") != address:
                    continue
                proxy = client.bind(service.name, port.name)
                for operation in port.binding.all().values():
                    try:
                        done = call(client, address, operation, proxy)
                    except (TooDeep, Error, TypeError, ValueError, AttributeError, KeyError) as error:
                        done = f"{type(error).__name__}: {error}"[:160].replace("\n", " ").replace("\t", " ")
                    print(address, service.name, operation.name, done, sep="\t", flush=True)


main()
