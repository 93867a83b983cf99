"""The schemas of a WSDL, wherever they lie, for libxml2; and when two texts mean the same."""

import tempfile
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from lxml import etree

XSD = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"


class Copies(etree.Resolver):
    """Files that stand for locations of imports."""

    def __init__(self, files):
        super().__init__()
        self.files = files

    def resolve(self, url, _, context):
        file = self.files.get(url) or self.files.get(url.rpartition("/")[2])
        return self.resolve_filename(str(file), context) if file else None


class Schemas:
    def __init__(self, wsdl, well_known, copies):
        self.copies = copies
        self.folder = tempfile.TemporaryDirectory()
        self.into = Path(self.folder.name)
        self.files, self.seen, self.reason, self.schema = {}, set(), "", None
        self.well_known = {
            etree.parse(str(file)).getroot().get("targetNamespace"): file
            for file in well_known.glob("*.xsd")
        }
        try:
            self.collect(Path(wsdl))
            self.finish()
        except (etree.LxmlError, OSError, KeyError) as error:
            self.reason = str(error)[:90]

    def collect(self, wsdl):
        if wsdl in self.seen:
            return
        self.seen.add(wsdl)
        root = etree.parse(str(wsdl)).getroot()
        for schema in root.iter(XSD + "schema"):
            for tag in ("import", "include", "redefine"):
                for reference in schema.findall(XSD + tag):
                    location = reference.get("schemaLocation")
                    if location in self.copies:
                        reference.set("schemaLocation", str(self.copies[location]))
                    elif location and "://" not in location:
                        reference.set("schemaLocation", str((wsdl.parent / location).resolve()))
                    elif location:
                        del reference.attrib["schemaLocation"]
            self.files.setdefault(schema.get("targetNamespace") or "", []).append(schema)
        for reference in root.findall(WSDL + "import"):
            named = reference.get("location") or ""
            location = Path(self.copies.get(named) or (wsdl.parent / named).resolve())
            if location.is_file() and location.suffix == ".xsd":
                schema = etree.Element(XSD + "schema", targetNamespace=reference.get("namespace"))
                etree.SubElement(schema, XSD + "include", schemaLocation=str(location))
                self.files.setdefault(reference.get("namespace"), []).append(schema)
            elif location.is_file():
                self.collect(location)

    def finish(self):
        def wrapper(namespace):
            return self.into / f"{sorted(self.files).index(namespace)}.xsd"

        everything = etree.Element(XSD + "schema", targetNamespace="urn:everything")
        for namespace, schemas in self.files.items():
            top = etree.Element(XSD + "schema")
            if namespace:
                top.set("targetNamespace", namespace)
            for number, schema in enumerate(schemas):
                # Many use a schema beside them without saying so.
                said = {reference.get("namespace") or "" for reference in schema.findall(XSD + "import")}
                for other in sorted(self.files.keys() - said - {namespace, ""}):
                    schema.insert(0, etree.Element(XSD + "import", namespace=other))
                for reference in schema.findall(XSD + "import"):
                    if not reference.get("schemaLocation"):
                        target = reference.get("namespace") or ""
                        if target in self.files:
                            reference.set("schemaLocation", wrapper(target).name)
                        elif target in self.well_known:
                            reference.set("schemaLocation", str(self.well_known[target]))
                file = self.into / f"{wrapper(namespace).stem}-{number}.xsd"
                file.write_bytes(etree.tostring(schema, encoding="utf-8", with_tail=False))
                etree.SubElement(top, XSD + "include", schemaLocation=file.name)
            wrapper(namespace).write_bytes(etree.tostring(top, encoding="utf-8"))
            into = etree.SubElement(everything, XSD + "import", schemaLocation=wrapper(namespace).name)
            if namespace:
                into.set("namespace", namespace)
        file = self.into / "everything.xsd"
        file.write_bytes(etree.tostring(everything, encoding="utf-8"))
        parser = etree.XMLParser(no_network=True)
        parser.resolvers.add(Copies(self.copies))
        self.schema = etree.XMLSchema(etree.parse(str(file), parser))

    def error(self, root):
        """Why an element is not valid; None if it is, or if the schema itself is refused."""
        if self.schema is None or self.schema.validate(root):
            return None
        return f"invalid: {self.schema.error_log.last_error.message[:200]}"

    def declares(self, root):
        """Whether the element is declared in what was found."""
        return "No matching global declaration" not in (self.error(root) or "")


def same(a, b):
    """Whether two texts are forms of the same value."""
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
