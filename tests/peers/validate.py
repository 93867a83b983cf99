"""Validates SOAP requests against the schemas of a WSDL, with two schema processors.

usage: validate.py WSDL

Reads requests of the form `LENGTH NEWLINE ENVELOPE`. Answers each with one line: `valid`, or a reason.
"""

import sys
import tempfile
from pathlib import Path

import xmlschema
from lxml import etree

XSD = "{http://www.w3.org/2001/XMLSchema}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"


def split(wsdl, folder):
    """Writes each schema of the WSDL into a file, and one file that imports them all."""
    schemas = list(etree.parse(wsdl).iter(XSD + "schema"))
    files = {schema.get("targetNamespace"): f"{n}.xsd" for n, schema in enumerate(schemas)}
    for schema in schemas:
        for reference in schema.findall(XSD + "import"):
            reference.set("schemaLocation", files[reference.get("namespace")])
        # The schema is serialised from the tree of the WSDL, to keep the prefixes that its QNames need.
        file = folder / files[schema.get("targetNamespace")]
        file.write_bytes(etree.tostring(schema, encoding="utf-8", xml_declaration=True, with_tail=False))
    imports = "".join(
        f'<import namespace="{namespace}" schemaLocation="{file}"/>'
        for namespace, file in files.items()
    )
    everything = folder / "everything.xsd"
    everything.write_text(
        f'<schema xmlns="http://www.w3.org/2001/XMLSchema">{imports}</schema>', encoding="utf-8"
    )
    return everything


def entries(part):
    """Returns the elements that the schemas describe. In a fault, these are only its details."""
    return part.findall("detail/*") if part.tag == SOAP + "Fault" else [part]


class Validator:
    def __init__(self, wsdl):
        with tempfile.TemporaryDirectory() as folder:
            everything = split(wsdl, Path(folder))
            self.libxml = etree.XMLSchema(etree.parse(str(everything)))
            self.xmlschema = xmlschema.XMLSchema10(str(everything))

    def check(self, envelope):
        """Returns why the envelope is not valid, or None if it is valid."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.fromstring(envelope, parser)
        if root.tag != SOAP + "Envelope" or root.attrib:
            return f"the root is {root.tag} with {dict(root.attrib)}"
        names = [part.tag for part in root]
        if names not in ([SOAP + "Body"], [SOAP + "Header", SOAP + "Body"]):
            return f"the envelope has {names}"
        if any((element.text or "").strip() for element in [root, *root]):
            return "text between the parts of the envelope"
        if len(root[-1]) != 1:
            return f"the body has {len(root[-1])} children"
        parts = [child for section in root for child in section]
        for part in [entry for part in parts for entry in entries(part)]:
            # The copy keeps the prefixes in scope, which xsi:type needs.
            copy = etree.fromstring(etree.tostring(part, with_tail=False), parser)
            if not self.libxml.validate(copy):
                return f"libxml2: {self.libxml.error_log.last_error}"
            error = next(self.xmlschema.iter_errors(copy), None)
            if error is not None:
                return f"xmlschema: {error.path}: {error.reason}"
        return None


def main():
    validator = Validator(sys.argv[1])
    source = sys.stdin.buffer
    while line := source.readline():
        envelope = source.read(int(line))
        try:
            reason = validator.check(envelope)
        except etree.XMLSyntaxError as error:
            reason = f"not well-formed: {error}"
        print(" ".join(reason.split()) if reason else "valid", flush=True)


main()
