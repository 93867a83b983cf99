"""Collects all schemas of a WSDL for libxml2, and compares the values of texts."""

import tempfile
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import xmlschema
from lxml import etree

XSD = "{http://www.w3.org/2001/XMLSchema}"
XML = "http://www.w3.org/XML/1998/namespace"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"


def used(schema):
    """Returns the namespaces of the names that a schema refers to."""
    found = set()
    for element in schema.iter():
        for name in ("type", "ref", "base", "itemType", "memberTypes", "substitutionGroup"):
            for value in (element.get(name) or "").split():
                prefix, _, _ = value.rpartition(":")
                found.add(XML if prefix == "xml" else element.nsmap.get(prefix or None))
    return found - {None}


class Schemas:
    """Copies of all schemas in a folder, whose references lead to each other. libxml2 needs some
    references that other tools do not need, so they are added: imports of namespaces that a schema
    uses, and the locations of built-in schemas."""

    def __init__(self, wsdl, well_known, copies):
        self.copies = copies
        self.folder = tempfile.TemporaryDirectory()
        self.into = Path(self.folder.name)
        self.files, self.seen, self.copied, self.reason, self.schema = {}, set(), {}, "", None
        self.well_known = {
            etree.parse(str(file)).getroot().get("targetNamespace"): file
            for file in well_known.glob("*.xsd")
        }
        self.collect(Path(wsdl))
        file = self.finish()
        try:
            self.schema = etree.XMLSchema(etree.parse(str(file), etree.XMLParser(no_network=True)))
        except etree.LxmlError as error:
            self.reason = str(error)[:90]
            # xmlschema accepts schemas that libxml2 calls ambiguous or misplaced.
            self.schema = xmlschema.XMLSchema10(str(file), validation="lax", allow="local")

    def collect(self, wsdl):
        """Collects the schemas in a WSDL and those that it imports."""
        if wsdl in self.seen:
            return
        self.seen.add(wsdl)
        root = etree.parse(str(wsdl)).getroot()
        for schema in root.iter(XSD + "schema"):
            self.files.setdefault(schema.get("targetNamespace") or "", []).append((schema, wsdl.parent))
        for reference in root.findall(WSDL + "import"):
            named = reference.get("location") or ""
            location = self.file(named, wsdl.parent)
            if location and location.suffix == ".xsd":
                schema = etree.Element(XSD + "schema", targetNamespace=reference.get("namespace"))
                etree.SubElement(schema, XSD + "include", schemaLocation=str(location))
                self.files.setdefault(reference.get("namespace"), []).append((schema, wsdl.parent))
            elif location:
                self.collect(location)

    def file(self, location, folder):
        """Returns the file for a location, if there is one."""
        copy = self.copies.get(location) or self.copies.get(location.rpartition("/")[2])
        path = Path(copy) if copy else (folder / location).resolve() if "://" not in location else None
        return path if path and path.is_file() else None

    def wrapper(self, namespace):
        return self.into / f"{sorted(self.files).index(namespace)}.xsd"

    def place(self, namespace):
        """Returns the file that declares a namespace, for an import without a location."""
        if namespace in self.files:
            return self.wrapper(namespace).name
        known = self.well_known.get(namespace)
        return self.copy(known) if known else None

    def copy(self, file):
        """Copies a file once, and returns the name of the copy."""
        if file not in self.copied:
            self.copied[file] = f"copy-{len(self.copied)}.xsd"
            parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
            schema = etree.parse(str(file), parser).getroot()
            self.fix(schema, file.parent)
            (self.into / self.copied[file]).write_bytes(etree.tostring(schema, encoding="utf-8"))
        return self.copied[file]

    def fix(self, schema, folder):
        imported = {schema.get("targetNamespace") or "", XSD[1:-1]}
        for reference in [r for tag in ("import", "include", "redefine") for r in schema.findall(XSD + tag)]:
            location = reference.attrib.pop("schemaLocation", None)
            file = self.file(location, folder) if location else None
            if reference.tag == XSD + "import":
                namespace = reference.get("namespace") or ""
                if namespace in imported:
                    schema.remove(reference)
                    continue
                imported.add(namespace)
                # Each namespace has one location, because libxml2 reads only the first one.
                found = self.place(namespace) if namespace in self.files or not file else self.copy(file)
            else:
                found = self.copy(file) if file else None
            if found:
                reference.set("schemaLocation", found)
        for namespace in sorted(used(schema) - imported):
            found = self.place(namespace)
            if found:
                schema.insert(0, etree.Element(XSD + "import", namespace=namespace, schemaLocation=found))

    def finish(self):
        everything = etree.Element(XSD + "schema", targetNamespace="urn:everything")
        for namespace, schemas in self.files.items():
            top = etree.Element(XSD + "schema")
            if namespace:
                top.set("targetNamespace", namespace)
            for number, (schema, folder) in enumerate(schemas):
                self.fix(schema, folder)
                file = self.into / f"{self.wrapper(namespace).stem}-{number}.xsd"
                file.write_bytes(etree.tostring(schema, encoding="utf-8", with_tail=False))
                etree.SubElement(top, XSD + "include", schemaLocation=file.name)
            self.wrapper(namespace).write_bytes(etree.tostring(top, encoding="utf-8"))
            into = etree.SubElement(everything, XSD + "import", schemaLocation=self.wrapper(namespace).name)
            if namespace:
                into.set("namespace", namespace)
        file = self.into / "everything.xsd"
        file.write_bytes(etree.tostring(everything, encoding="utf-8"))
        return file

    def error(self, root):
        """Returns why an element is not valid, or None if it is valid."""
        if isinstance(self.schema, etree.XMLSchema):
            if not self.schema.validate(root):
                return f"invalid: {self.schema.error_log.last_error.message[:200]}"
            return None
        wrong = next(self.schema.iter_errors(root), None)
        return f"invalid: {wrong.reason[:200]}" if wrong else None

    def declares(self, root):
        """Whether the collected schemas declare the element."""
        if isinstance(self.schema, etree.XMLSchema):
            return "No matching global declaration" not in (self.error(root) or "")
        return root.tag in self.schema.maps.elements


def same(a, b):
    """Whether two texts have the same value."""
    if a == b:
        return True
    a, b = a.strip(), b.strip()
    booleans = {"1": "true", "0": "false"}
    if booleans.get(a, a) == booleans.get(b, b):
        return True
    if len(a.split()) == len(b.split()) > 1:
        return all(same(*pair) for pair in zip(a.split(), b.split()))
    try:
        return Decimal(a) == Decimal(b) or float(a) == float(b)
    except (InvalidOperation, ValueError):
        pass
    try:
        moments = [datetime.fromisoformat(text.replace("Z", "+00:00")) for text in (a, b)]
        return moments[0] == moments[1]
    except (ValueError, TypeError):
        pass
    times = [text.removesuffix("Z").partition(".") if ":" in text else None for text in (a, b)]
    if None in times:
        return False
    whole, parts = zip(*((time[0], time[2].rstrip("0")) for time in times))
    return whole[0] == whole[1] and parts[0] == parts[1]
