"""Do proxies say what the schema says? Example messages are decoded and encoded again.

Examples come from two places that know nothing of the generator: `samples`, which writes what the
schema of an element allows, and zeep, which reads such an example and writes its own. Each goes
through the proxies' types and must come out saying the same, valid by libxml2, or by xmlschema where
libxml2 refuses the schema.

What does not is listed in `meaning.tsv`, with the reason; the list is exact in both directions.
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
# A schema that is left out.
NOTHING = b'<schema xmlns="http://www.w3.org/2001/XMLSchema"/>'
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

# One or more of each family that is not Salesforce's.
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


class Proxies:
    """What the generator wrote: its tables by element, and the structs of tables."""

    def __init__(self, folder):
        self.tables, self.structs = {}, {}
        uris = []
        for file in sorted(folder.rglob("*.rs")):
            text = file.read_text()
            uris += re.findall(r'g::Namespace \{\n\s+uri: "(.*)"', text)
        for file in sorted(folder.rglob("*.rs")):
            text = file.read_text()
            found = re.findall(r'static (\w+): Type = Type \{\n    name: "(.*)",\n.*\n    ns: (\d+)', text)
            for ident, name, ns in found:
                self.tables[uris[int(ns)], name] = ident
            module = file.relative_to(folder).parts[0].removesuffix(".rs")
            for ident, of in re.findall(r"g::(?:structure|derivable)!\(\s*(\w+),\s*tables::(\w+)", text):
                self.structs[of] = f"{module}::{ident}"


def infoset(element):
    """An element as what a schema processor sees, xsi:type resolved."""
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
    # More attributes than there were are defaults, or the types of values by name: both valid.
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
    """A transport for zeep that has the copies, and the schemas that everybody knows."""
    import zeep

    # zeep asks for some places by https that are named by http.
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
            # zeep wants every namespace imported from some place, also the one that all have.
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
    """What zeep makes of samples, by name, as far as it gives back all that it read."""
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
            # zeep takes apart what it parses.
            element.render(parent, element.parse(deepcopy(root), client.wsdl.types))
            text = etree.tostring(parent[0], with_tail=False)
        except Exception:
            continue
        if not list(differences(infoset(root), infoset(parse(text)))):
            made[name] = text
    return made, ""


def check(program, corpus, work):
    files = sorted({file for pattern in FAMILIES for file in corpus.glob(pattern)})
    crate, folder = work / "meaning", work / "meanings"
    run(["cargo", "build", "--release", "--locked", "--quiet", "--package", "saponify-wsdl", "--example", "samples"])
    samples = program.parent / "examples" / "samples"
    modules, lines, cases = [], [], []
    for number, file in enumerate(files):
        module, name = f"m{number}", str(file.relative_to(corpus))
        out = crate / "src" / module
        given = options(corpus, name)
        if attempt([program, "generate", file, *given, "--module", module, "--messages", "--out", out]).code != 0:
            continue  # `others` knows which and why.
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
    """Files by the location that they stand for."""
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
            wrong.append(f"{name}: not all elements are declared in what was found")
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
        # Samples are made to fit: where many do not, it is the schemas that were not understood.
        if valid < 0.95 * len(found):
            wrong.append(f"{name}: only {valid} of {len(found)} samples are valid")
    head = "file|samples|valid|said again alike|of zeep too|why not libxml2|why not zeep".split("|")
    table("meaning", head, rows)
    totals = [sum(row[n] for row in rows) for n in range(1, 5)]
    print("{} samples, {} valid, {} said again alike, {} of zeep".format(*totals))
    wrong += [f"{' '.join(key)}: is right, but listed in meaning.tsv" for key in expected.keys() - known]
    if wrong:
        raise Failure(f"{len(wrong)} messages changed their meaning\n" + "\n".join(wrong[:200]))
