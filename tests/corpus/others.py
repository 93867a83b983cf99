"""Checks WSDLs of all kinds: the code of each compiles, or the WSDL is refused as the table says."""

from lib import ROOT, Failure, attempt, member, run, scratch, table

MANY = 20
# The server side of a larger WSDL is not generated. All families have smaller ones, too.
SERVED = 400_000
TABLES = ROOT / "wsdl" / "tests"


def lines(name):
    """Returns the rows of a table of the reader's tests, which also holds for the program."""
    text = (TABLES / name).read_text()
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


def options(corpus, name):
    """Returns the options for the imports of a file: the folder of its publisher, and local copies."""
    root = corpus.joinpath(*name.split("/")[:2])
    given = ["--root", root] if root.is_dir() else []
    for prefix, location, file in lines("corpus-locations.tsv"):
        if name.startswith(prefix):
            given += ["--skip-import", location] if file == "-" else ["--provide", f"{location}={corpus / file}"]
    return given


def check(program, corpus, work):
    """Returns the folders with generated modules, and the WSDLs from which they were generated."""
    files = [
        file
        for file in sorted(corpus.rglob("*"))
        if file.suffix in (".wsdl", ".xml") and file.relative_to(corpus).parts[0] != "enterprise"
    ]
    expected = {name: f"{construct}: {reason}" for name, _, construct, reason in lines("corpus-refusals.tsv")}
    rows, modules, wrong, left, servers, generated = [], [], [], [], 0, []
    for number, file in enumerate(files):
        name = str(file.relative_to(corpus))
        module = f"m{number}"
        out = work / "others" / module
        served = ["--server"] if file.stat().st_size < SERVED else []
        command = [program, "generate", file, *options(corpus, name), "--module", module, "--out", out]
        done = attempt([*command, *served])
        if done.code not in (0, 1) or "panicked" in done.output:
            raise Failure(f"{name} ended with {done.code}\n{done.output}")
        if done.code == 0:
            modules.append(module)
            generated.append((out, file))
            servers += (out / "server.rs").exists()
            rows.append([name, "generated", done.cpu, ""])
            notes = [line.removeprefix("note: ") for line in done.output.splitlines()]
            left += [[name, note] for note in notes if note.startswith("operation `")]
        else:
            rows.append([name, "refused", done.cpu, expected.get(name, "")])
        if (done.code == 1) != (name in expected):
            wrong.append(f"{name}\n{done.output if done.code else 'is no longer refused'}")
        elif done.code == 1 and " --> " not in done.output:
            wrong.append(f"{name} is refused without its place")
    table("other WSDLs", ["file", "", "seconds", "reason"], rows)
    table("operations left out", ["file", "operation and reason"], left)
    print(f"{len(modules)} of {len(files)} generated, {len(files) - len(modules)} refused as the table says")
    wrong += [f"{name} is in the table but does not exist" for name in expected if not (corpus / name).exists()]
    if wrong:
        raise Failure("refusals are not as corpus-refusals.tsv says\n" + "\n".join(wrong))
    # A crate has many services, to start the compiler rarely, but not all, to limit its memory.
    crates, spent, peak = range(0, len(modules), MANY), 0, 0
    for at in crates:
        text = [f'/// A service.\n#[path = "../../others/{name}/mod.rs"]\npub mod {name};\n' for name in modules[at:at + MANY]]
        crate = f"services_{at}"
        scratch(work / crate, "".join(text), features=["server"])
        member(work, crate)
        checked = run(["cargo", "check", "--offline", "--quiet", "--package", crate], cwd=work)
        spent, peak = spent + checked.cpu, max(peak, checked.peak)
    print(f"{servers} of them with the server side")
    print(f"all in {len(crates)} crates: cargo check {spent:.1f} s, {peak:.0f} MB")
    return generated
