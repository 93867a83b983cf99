"""WSDLs of all kinds: each is generated and compiles, or is refused with a reason."""

from lib import Failure, attempt, member, run, scratch, table


def check(program, corpus, work):
    files = [
        file
        for file in sorted(corpus.rglob("*"))
        if file.suffix in (".wsdl", ".xml") and file.relative_to(corpus).parts[0] != "enterprise"
    ]
    rows, made, refused = [], 0, []
    for number, file in enumerate(files):
        name = str(file.relative_to(corpus))
        out = work / "others" / f"m{number}"
        done = attempt([program, "generate", file, "--module", f"m{number}", "--out", out])
        if done.code not in (0, 1) or "panicked" in done.output:
            raise Failure(f"{name} ended with {done.code}\n{done.output}")
        if done.code == 0:
            made += 1
            rows.append([name, "generated", done.cpu])
        else:
            lines = [line.strip() for line in done.output.splitlines()]
            said = [line for line in lines if line.startswith(("error:", "cause:"))]
            # The system's own words come last and say the least.
            said = [line for line in said if "(os error" not in line] or said
            refused.append(name)
            reason = said[-1].partition(": ")[2].replace(f"{corpus}/", "") if said else ""
            reason = reason.removeprefix(f"{name}:")
            if not reason:
                raise Failure(f"{name} is refused without a reason")
            rows.append([name, "refused", done.cpu, reason[:150]])
    for row in rows:
        row += [""] * (4 - len(row))
    table("other WSDLs", ["file", "", "seconds", "reason"], rows)
    print(f"{made} of {len(files)} generated, {len(refused)} refused with a reason")
    modules = sorted(folder.name for folder in (work / "others").iterdir())
    crate = "".join(f'/// A service.\n#[path = "../../others/{name}/mod.rs"]\npub mod {name};\n' for name in modules)
    scratch(work / "services", crate)
    member(work, "services")
    checked = run(["cargo", "check", "--offline", "--quiet", "--package", "services"], cwd=work)
    print(f"all {len(modules)} in one crate: cargo check {checked.cpu:.1f} s, {checked.peak:.0f} MB")
