"""Writes messages of a WSDL with zeep, and compares our messages with them.

usage: messages.py WSDL ENCODING_SCHEMA

Reads lines of JSON, and answers each one with a line of JSON:

- {"make": [port, operation, "input" or "output", arguments]} -> {"xml": the envelope}
- {"compare": [ours, theirs], "encoded": bool} -> {"difference": null or a text}
- {"token": [user, password, digest], "ours": an envelope} -> {"difference": null or a text}

In encoded messages zeep writes no types and no `arrayType`, and names items after their type. So these
are not compared. The check is instead that the types in our messages exist in the WSDL.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from lxml import etree
from zeep import Client
from zeep.transports import Transport
from zeep.wsse.username import UsernameToken

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
ENC = "http://schemas.xmlsoap.org/soap/encoding/"
SOAP = ("{http://schemas.xmlsoap.org/soap/envelope/}", "{http://www.w3.org/2003/05/soap-envelope}")
WSSE = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
WSU = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"


class Offline(Transport):
    """Loads the schema of the SOAP encoding from a local copy, and otherwise only files."""

    def load(self, url):
        if url == ENC:
            return Path(sys.argv[2]).read_bytes()
        return Path(url).read_bytes()


client = Client(sys.argv[1], transport=Offline())


def make(port, operation, side, arguments):
    (service,) = client.wsdl.services.values()
    message = getattr(service.ports[port].binding.get(operation), side)
    # A list has positional arguments: zeep gives no name to the content of a body with one simple element.
    given = (arguments, {}) if isinstance(arguments, list) else ((), arguments)
    return etree.tostring(message.serialize(*given[0], **given[1]).content).decode()


def value(text):
    try:
        return float(text)
    except ValueError:
        return text


def check_types(element):
    """Checks that the WSDL has the types that an encoded element names."""
    for name in (XSI + "type", f"{{{ENC}}}arrayType"):
        if name in element.attrib:
            prefix, _, local = element.attrib[name].partition("[")[0].rpartition(":")
            client.get_type(f"{{{element.nsmap[prefix]}}}{local}")


def attributes(element, encoded):
    found = dict(element.attrib)
    if encoded:
        check_types(element)
        for name in (XSI + "type", f"{{{ENC}}}arrayType", SOAP[0] + "encodingStyle"):
            found.pop(name, None)
    return found


def difference(ours, theirs, encoded, path=""):
    path += "/" + etree.QName(ours).localname
    is_item = encoded and ours.tag == "item"
    if ours.tag != theirs.tag and not is_item:
        return f"{path}: {ours.tag}, theirs {theirs.tag}"
    if attributes(ours, encoded) != attributes(theirs, encoded):
        return f"{path}: {ours.attrib}, theirs {theirs.attrib}"
    if len(ours) != len(theirs):
        return f"{path}: {len(ours)} children, theirs {len(theirs)}"
    if len(ours) == 0 and value(ours.text or "") != value(theirs.text or ""):
        return f"{path}: {ours.text!r}, theirs {theirs.text!r}"
    pairs = (difference(*pair, encoded, path) for pair in zip(ours, theirs))
    return next((text for text in pairs if text), None)


def compare(ours, theirs, encoded):
    bodies = []
    for text in (ours, theirs):
        root = etree.fromstring(text.encode())
        bodies.append(next(child for child in root if child.tag in [soap + "Body" for soap in SOAP]))
    return difference(*bodies, encoded)


def token(ours, user, password, digest):
    header = etree.fromstring(ours.encode()).find(f".//{WSSE}Security/{WSSE}UsernameToken")
    nonce, created = header.findtext(WSSE + "Nonce"), header.findtext(WSU + "Created")
    if digest:
        parts = base64.b64decode(nonce) + created.encode() + password.encode()
        expected = base64.b64encode(hashlib.sha1(parts).digest()).decode()
        if header.findtext(WSSE + "Password") != expected:
            return "another digest"
    envelope = etree.fromstring(f'<e:Envelope xmlns:e="{SOAP[0][1:-1]}"><e:Body/></e:Envelope>')
    UsernameToken(user, password, use_digest=digest).apply(envelope, {})
    theirs = envelope.find(f".//{WSSE}UsernameToken")
    if digest:
        # zeep chooses values of its own for these.
        for name in (WSSE + "Password", WSSE + "Nonce", WSU + "Created"):
            theirs.find(name).text = header.findtext(name)
    return difference(header, theirs, False)


def answer(question):
    if "make" in question:
        return {"xml": make(*question["make"])}
    if "compare" in question:
        return {"difference": compare(*question["compare"], question["encoded"])}
    return {"difference": token(question["ours"], *question["token"])}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
