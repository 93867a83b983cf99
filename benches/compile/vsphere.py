#!/usr/bin/env python3
"""Writes a WSDL with the types and operations of VMware vSphere, for measurements.

usage: benches/compile/vsphere.py OUT.wsdl

VMware's own WSDL and schemas may not be redistributed. The package pyvmomi (`pip install pyvmomi`)
contains the same types as Python data: names, bases, properties, methods. This script writes them in
the form that vCenter serves: one namespace, a type per data object, `ArrayOf…` for lists, request
types that begin with `_this`, and faults whose parts are elements."""
import importlib.util
import sys
from pathlib import Path
from xml.sax.saxutils import quoteattr

SIMPLE = {
    "anyType": "anyType", "binary": "base64Binary", "boolean": "boolean", "byte": "byte",
    "double": "double", "float": "float", "int": "int", "long": "long", "short": "short",
    "string": "string", "vmodl.Binary": "base64Binary", "vmodl.DateTime": "dateTime",
    "vmodl.MethodName": "string", "vmodl.PropertyPath": "string", "vmodl.TypeName": "string",
    "vmodl.URI": "anyURI",
}
OPTIONAL = 4
ROOTS = {"vmodl.DataObject", "vmodl.DynamicData"}


class Model:
    def __init__(self, folder):
        self.data, self.enums, self.managed = {}, {}, {}
        self.optional = OPTIONAL
        for name in ("core", "query", "vim"):
            self.read(folder / f"_typeinfo_{name}.py")
        self.data.setdefault("vmodl.MethodFault", ("MethodFault", "vmodl.DynamicData", [
            ("faultCause", "vmodl.MethodFault", "", self.optional),
            ("faultMessage", "vmodl.LocalizableMessage[]", "", self.optional)]))
        self.data.setdefault("vmodl.RuntimeFault", ("RuntimeFault", "vmodl.MethodFault", []))
        self.data.setdefault("vmodl.LocalizedMethodFault", ("LocalizedMethodFault", "vmodl.DynamicData", [
            ("fault", "fault", "", 0), ("localizedMessage", "string", "", self.optional)]))
        self.data["vmodl.DynamicData"] = ("DynamicData", "vmodl.DataObject", [])

    def read(self, file):
        if not file.exists():
            return
        lines = [line for line in file.read_text().splitlines() if not line.startswith(("from ", "import "))]
        nothing = type("Nothing", (), {"Add": staticmethod(lambda *_: None)})
        names = {
            "F_OPTIONAL": self.optional, "F_LINK": 1, "F_LINKABLE": 2, "F_SECRET": 8,
            "AddVersion": lambda *_: None, "AddVersionParent": lambda *_: None,
            "AddBreakingChangesInfo": lambda *_: None,
            "newestVersions": nothing, "ltsVersions": nothing, "oldestVersions": nothing,
            "dottedVersions": nothing, "publicVersions": nothing, "stableVersions": nothing,
            "CreateDataType": lambda n, wsdl, base, _, props: self.data.setdefault(n, (wsdl, base, props or [])),
            "CreateEnumType": lambda n, wsdl, _, values: self.enums.setdefault(n, (wsdl, values)),
            "CreateManagedType": lambda n, wsdl, base, _, __, methods: self.managed.setdefault(n, methods or []),
        }
        exec(compile("\n".join(lines), str(file), "exec"), names)

    def type_of(self, name):
        """Returns the name that the type of one item has in the schema."""
        name = name.removesuffix("[]")
        if name in SIMPLE:
            return f"xsd:{SIMPLE[name]}"
        if name == "fault":
            return "vim25:MethodFault"
        if name == "vmodl.MethodFault":
            return "vim25:LocalizedMethodFault"
        if name in self.data:
            return f"vim25:{self.data[name][0]}"
        if name in self.enums:
            return f"vim25:{self.enums[name][0]}"
        return "vim25:ManagedObjectReference"

    def element(self, name, ty, flags):
        least = ' minOccurs="0"' if flags & self.optional else ""
        most = ' maxOccurs="unbounded"' if ty.endswith("[]") else ""
        return f'<element name={quoteattr(name)} type="{self.type_of(ty)}"{least}{most}/>\n'

    def write(self, out):
        arrays, messages, ports, bindings, faults = set(), [], [], [], {}
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<definitions targetNamespace="urn:vim25" '
                  'xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" '
                  'xmlns:vim25="urn:vim25" xmlns:xsd="http://www.w3.org/2001/XMLSchema">\n<types>\n'
                  '<schema targetNamespace="urn:vim25" xmlns="http://www.w3.org/2001/XMLSchema" '
                  'elementFormDefault="qualified">\n'
                  '<complexType name="ManagedObjectReference"><simpleContent><extension base="xsd:string">'
                  '<attribute name="type" type="xsd:string"/></extension></simpleContent></complexType>\n')
        for wsdl, values in self.enums.values():
            listed = "".join(f"<enumeration value={quoteattr(value)}/>" for value in values)
            out.write(f'<simpleType name="{wsdl}"><restriction base="xsd:string">{listed}</restriction></simpleType>\n')
        for name, (wsdl, base, properties) in self.data.items():
            own = "".join(self.element(prop[0], prop[1], prop[3]) for prop in properties)
            arrays.update(prop[1] for prop in properties if prop[1].endswith("[]"))
            body = f"<sequence>\n{own}</sequence>"
            if base in self.data:
                body = f'<complexContent><extension base="vim25:{self.data[base][0]}">{body}</extension></complexContent>'
            out.write(f'<complexType name="{wsdl}">{body}</complexType>\n')
        for item in sorted({self.type_of(array) for array in arrays}):
            local = item.partition(":")[2]
            named = f"ArrayOf{local[0].upper()}{local[1:]}"
            out.write(f'<complexType name="{named}"><sequence><element name="{local}" type="{item}" minOccurs="0" '
                      'maxOccurs="unbounded"/></sequence></complexType>\n')
        seen = set()
        for methods in self.managed.values():
            for _, wsdl, _, parameters, result, _, thrown in methods:
                if wsdl in seen:
                    continue
                seen.add(wsdl)
                own = "".join(self.element(p[0], p[1], p[3]) for p in parameters)
                out.write(f'<complexType name="{wsdl}RequestType"><sequence><element name="_this" '
                          f'type="vim25:ManagedObjectReference"/>\n{own}</sequence></complexType>\n'
                          f'<element name="{wsdl}" type="vim25:{wsdl}RequestType"/>\n')
                returned = "" if result[1] == "void" else self.element("returnval", result[1], result[0])
                out.write(f'<element name="{wsdl}Response"><complexType><sequence>{returned}</sequence>'
                          '</complexType></element>\n')
                messages.append((wsdl, f"{wsdl}Request"))
                messages.append((f"{wsdl}Response", f"{wsdl}Response"))
                own_faults = ["vmodl.RuntimeFault", *(thrown or [])]
                faults.update((fault, self.data[fault][0]) for fault in own_faults if fault in self.data)
                listed = "".join(f'<fault name="{faults[f]}" message="vim25:{faults[f]}Fault"/>'
                                 for f in own_faults if f in faults)
                bound = "".join(f'<fault name="{faults[f]}"><soap:fault name="{faults[f]}" use="literal"/></fault>'
                                for f in own_faults if f in faults)
                ports.append(f'<operation name="{wsdl}"><input message="vim25:{wsdl}Request"/>'
                             f'<output message="vim25:{wsdl}Response"/>{listed}</operation>\n')
                bindings.append(f'<operation name="{wsdl}"><soap:operation soapAction="urn:vim25/8.0"/><input>'
                                f'<soap:body use="literal"/></input><output><soap:body use="literal"/></output>{bound}</operation>\n')
        for wsdl in faults.values():
            out.write(f'<element name="{wsdl}Fault" type="vim25:{wsdl}"/>\n')
            messages.append((f"{wsdl}Fault", f"{wsdl}Fault"))
        out.write("</schema>\n</types>\n")
        for element, message in messages:
            out.write(f'<message name="{message}"><part name="parameters" element="vim25:{element}"/></message>\n')
        out.write(f'<portType name="VimPortType">\n{"".join(ports)}</portType>\n'
                  '<binding name="VimBinding" type="vim25:VimPortType"><soap:binding style="document" '
                  f'transport="http://schemas.xmlsoap.org/soap/http"/>\n{"".join(bindings)}</binding>\n'
                  '<service name="VimService"><port name="VimPort" binding="vim25:VimBinding">'
                  '<soap:address location="https://localhost/sdk"/></port></service>\n</definitions>\n')


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found = importlib.util.find_spec("pyVmomi")
    if not found:
        sys.exit("pyvmomi is not installed")
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        Model(Path(found.origin).parent).write(out)


main()
