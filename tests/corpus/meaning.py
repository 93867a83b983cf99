"""Checks that proxies keep the meaning of messages: example messages are decoded and encoded again.

The examples come from two sources that are independent of the generator. `samples` writes messages that
the schema of an element allows. zeep reads such a message and writes its own. Each example is decoded
to the types of the proxies and encoded again. The result must have the same meaning, and must be valid
for libxml2, or for xmlschema if libxml2 refuses the schema.

`meaning.tsv` lists the elements for which this fails, with the reason. An element that is listed but
passes is an error, too.
"""

import re
from copy import deepcopy
from pathlib import Path

from lib import ROOT, Failure, attempt, member, run, scratch, table
from lxml import etree
from others import options
from schemas import XSD, Schemas, same, used

HERE = Path(__file__).resolve().parent
WELL_KNOWN = ROOT / "wsdl" / "src" / "well_known"
# Replaces a schema that is left out.
NOTHING = b'<schema xmlns="http://www.w3.org/2001/XMLSchema"/>'
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

# One or more WSDLs of each family of services, other than Salesforce's SOAP API.
FAMILIES = """
    salesforce/etframework.wsdl
    other/bingads/customermanagement_service.wsdl
    other/bingads/reporting_service.wsdl
    other/classic/*.wsdl
    other/dynamics/*.wsdl
    other/ews2007/*.wsdl
    other/netsuite-2023_2/*.wsdl
    other/onvif/ver10/device/wsdl/devicemgmt.wsdl
    other/onvif/ver10/media/wsdl/media.wsdl
    other/paypal/*.wsdl
    other/sharepoint/Lists.asmx.xml
    other/sharepoint/Meetings.asmx.xml
    other/sharepoint/WebPartPages.asmx.xml
    other/soapbuilders-interop/**/*.wsdl
    other/wsi-scm-sample/**/*.wsdl
""".split()
# Schemas of these are missing, so nothing can say whether an example is valid.
INCOMPLETE = {"other/classic/etoimik.wsdl"}


class Proxies:
    """Generated code: the table of each element, and the struct of each table."""

    def __init__(self, folder):
        self.tables, self.structs = {}, {}
        uris = []
        for file in sorted(folder.rglob("*.rs")):
            text = file.read_text()
            uris += re.findall(r'g::Namespace::new\("(.*?)",', text)
        for file in sorted(folder.rglob("*.rs")):
            text = file.read_text()
            found = re.findall(r'static (\w+): Type = Type::new\("(.*)", &SCHEMA, (\d+)\)', text)
            for ident, name, ns in found:
                self.tables[uris[int(ns)], name] = ident
            module = file.relative_to(folder).parts[0].removesuffix(".rs")
            for ident, of in re.findall(r"g::(?:structure|derivable)!\(\s*(\w+),\s*tables::(\w+)", text):
                self.structs[of] = f"{module}::{ident}"


def infoset(element):
    """Returns an element as a schema processor sees it, with xsi:type resolved."""
    attributes = dict(element.attrib)
    for name in list(attributes):
        if name == XSI + "type":
            prefix, _, local = attributes[name].strip().rpartition(":")
            attributes[name] = f"{{{element.nsmap.get(prefix or None, '')}}}{local}"
    children = [child for child in element if isinstance(child.tag, str)]
    return element.tag, attributes, element.text or "", [(infoset(c), c.tail or "") for c in children]


def differences(sample, ours, path=""):
    tag, attributes, text, children = sample
    our_tag, our_attributes, our_text, our_children = ours
    path = f"{path}/{tag.rpartition('}')[2]}"
    if tag != our_tag:
        yield f"{path}: {our_tag} instead of {tag}"
        return
    for name, value in attributes.items():
        if name not in our_attributes:
            yield f"{path}: no {name}"
        elif not same(value, our_attributes[name]):
            yield f"{path}: {name} is {our_attributes[name]!r} instead of {value!r}"
    # Additional attributes are allowed: they are defaults, or xsi:type of values whose type is implied.
    names = [[child[0][0].rpartition("}")[2] for child in side] for side in (children, our_children)]
    if names[0] != names[1]:
        yield f"{path}: {names[1]} instead of {names[0]}"
        return
    runs = [[text] + [tail for _, tail in children], [our_text] + [tail for _, tail in our_children]]
    for theirs, mine in zip(*runs):
        if not same(theirs, mine) and (not children or theirs.strip() or mine.strip()):
            yield f"{path}: text {mine!r} instead of {theirs!r}"
    for (child, _), (our_child, _) in zip(children, our_children):
        yield from differences(child, our_child, path)


def parse(data):
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def offline(corpus, name):
    """Returns a transport for zeep that loads local copies and the built-in schemas."""
    import zeep

    # zeep requests some http locations by https.
    bare = lambda url: (url.partition("://")[2] or url).rstrip("/")
    folders = [corpus.joinpath(*name.split("/")[:2]), WELL_KNOWN]
    named = {file.name: file for folder in folders if folder.is_dir() for file in folder.rglob("*.*")}
    places = {bare(etree.parse(str(f)).getroot().get("targetNamespace")): f for f in WELL_KNOWN.glob("*.*")}
    places |= {bare(url): file for url, file in copies_for(corpus, name).items()}

    class Offline(zeep.Transport):
        def load(self, url):
            plain = Path(url.removeprefix("file://"))
            if plain.is_file():
                return plain.read_bytes()
            last = url.rpartition("/")[2]
            file = places.get(bare(url)) or named.get(last) or named.get(f"{last}.xsd")
            file = file or places.get(bare(url).rpartition(".")[0]) or places.get(bare(url).rpartition("/")[0])
            if not file:
                return NOTHING
            # zeep needs an import with a location for every namespace, even for those that need none.
            root = etree.parse(str(file)).getroot()
            said = {reference.get("namespace") for reference in root.findall(XSD + "import")}
            for namespace in used(root) - said - {root.get("targetNamespace"), XSD[1:-1]}:
                root.insert(0, etree.Element(XSD + "import", namespace=namespace))
            for reference in root.findall(XSD + "import"):
                if not reference.get("schemaLocation") and bare(reference.get("namespace")) in places:
                    reference.set("schemaLocation", reference.get("namespace"))
            return etree.tostring(root)

    return Offline()


def by_zeep(corpus, name, file, samples):
    """Returns what zeep writes for each sample, by name, if it writes everything that it read."""
    import zeep

    made = {}
    try:
        settings = zeep.Settings(strict=True, xml_huge_tree=True)
        client = zeep.Client(str(file), transport=offline(corpus, name), settings=settings)
    except Exception as error:
        return made, f"{type(error).__name__}: {error}".splitlines()[0][:80]
    for name, (uri, local, root) in samples.items():
        try:
            element = client.get_element(f"{{{uri}}}{local}")
            parent = etree.Element("parent")
            # zeep modifies the tree that it parses.
            element.render(parent, element.parse(deepcopy(root), client.wsdl.types))
            text = etree.tostring(parent[0], with_tail=False)
        except Exception:
            continue
        if not list(differences(infoset(root), infoset(parse(text)))):
            made[name] = text
    return made, ""


def check(program, corpus, work):
    files = sorted({file for pattern in FAMILIES for file in corpus.glob(pattern)})
    files = [file for file in files if str(file.relative_to(corpus)) not in INCOMPLETE]
    crate, folder = work / "meaning", work / "meanings"
    run(["cargo", "build", "--release", "--locked", "--quiet", "--package", "saponify-wsdl", "--example", "samples"])
    samples = program.parent / "examples" / "samples"
    modules, lines, cases = [], [], []
    for number, file in enumerate(files):
        module, name = f"m{number}", str(file.relative_to(corpus))
        out = crate / "src" / module
        given = options(corpus, name)
        if attempt([program, "generate", "--quiet", file, *given, "--module", module, "--messages", "--out", out]).code != 0:
            continue  # `others` checks that this file is listed as refused.
        into = folder / module
        run([samples, file, into, *given])
        proxies = Proxies(out)
        index = [line.split("\t") for line in (into / "index.tsv").read_text().splitlines()]
        found = {}
        for sample, uri, local in index:
            struct = proxies.structs.get(proxies.tables.get((uri, local)))
            if struct:
                found[sample] = (uri, local, parse((into / sample).read_bytes()))
                cases.append((module, sample, struct))
        if found:
            modules.append(module)
            lines.append((name, file, module, found))
    refused = {}
    for name, file, module, found in lines:
        made, refused[name] = by_zeep(corpus, name, file, found)
        for sample, text in made.items():
            (folder / module / f"zeep-{sample}").write_bytes(text)
    body = []
    for module, sample, struct in cases:
        for prefix in ("", "zeep-"):
            if (folder / module / (prefix + sample)).exists():
                body.append(f'    again::<{module}::{struct}>(folder, "{module}/{prefix}{sample}");\n')
    scratch(crate, "", kind="bin")
    declared = "".join(f"#[allow(missing_docs)]\nmod {module};\n" for module in modules)
    main = (HERE / "meaning" / "main.rs").read_text()
    steps = "".join(f"fn part{n}(folder: &Path) {{\n{''.join(body[at:at + 200])}}}\n" for n, at in enumerate(range(0, len(body), 200)))
    calls = "".join(f"    part{n}(&folder);\n" for n in range((len(body) + 199) // 200))
    (crate / "src" / "main.rs").write_text(main.replace("// modules\n", declared).replace("    // cases\n", calls) + steps)
    member(work, "meaning")
    run(["cargo", "run", "--quiet", "--offline", "--package", "meaning", "--", folder], cwd=work)
    compare(corpus, lines, folder, refused)


def copies_for(corpus, name):
    """Returns the local copies by the location that each one replaces."""
    return dict(option.split("=", 1) for option in map(str, options(corpus, name)) if "=" in option)


def compare(corpus, lines, folder, refused):
    expected = {}
    for line in (HERE / "meaning.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            file, element, reason = line.split("\t")
            expected[file, element] = reason
    rows, wrong, known = [], [], set()
    for name, file, module, found in lines:
        schemas = Schemas(file, WELL_KNOWN, copies_for(corpus, name))
        if not all(schemas.declares(root) for _, _, root in found.values()):
            wrong.append(f"{name}: the schemas that were found do not declare all elements")
        valid = same_again = zeep = 0
        for sample, (_, local, root) in found.items():
            if schemas.error(root):
                continue
            valid += 1
            for prefix in ("", "zeep-"):
                result = folder / module / f"{prefix}{sample}.out"
                if not result.exists():
                    continue
                text = result.read_text()
                if text.startswith("error:"):
                    problems = [text.strip()]
                else:
                    ours = parse(text.encode())
                    problems = list(differences(infoset(root), infoset(ours)))
                    invalid = schemas.error(ours)
                    problems += [invalid] if invalid else []
                if not problems:
                    same_again += not prefix
                    zeep += bool(prefix)
                elif (name, local) in expected:
                    known.add((name, local))
                else:
                    wrong.append(f"{name} {local} {module}/{prefix}{sample}: {problems[0]}")
        rows.append([name, len(found), valid, same_again, zeep, schemas.reason, refused[name]])
        # Samples are written to be valid. If many are not, the schemas were read incorrectly.
        if valid < 0.95 * len(found):
            wrong.append(f"{name}: only {valid} of {len(found)} samples are valid")
    head = "file|samples|valid|same again|zeep's same again|why not libxml2|why not zeep".split("|")
    table("meaning", head, rows)
    totals = [sum(row[n] for row in rows) for n in range(1, 5)]
    print("{} samples, {} valid, {} the same after decoding and encoding, and {} of zeep".format(*totals))
    wrong += [f"{' '.join(key)}: passes, but is listed in meaning.tsv" for key in expected.keys() - known]
    if wrong:
        raise Failure(f"{len(wrong)} messages changed their meaning\n" + "\n".join(wrong[:200]))
