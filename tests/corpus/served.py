"""Runs servers of real WSDLs, and calls their operations with zeep.

The server of each port type answers with values that have their defaults, and tells what it has read. zeep, which knows
only the published WSDL, makes arguments of the types that it finds there. A call counts if the server has read every
text that zeep has sent, and if zeep can read the response.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from lib import ROOT, Failure, attempt, member, run, scratch, table

# All of it is one crate, so larger WSDLs would take long to compile.
SMALL = 9_000
AT_LEAST = 30
HERE = Path(__file__).resolve().parent

METHOD = re.compile(r"(?<=\n)        g::not_implemented\((\w+), (\(.*?\))\)\n", re.DOTALL)
TRAIT = re.compile(r"^pub trait (\w+): ", re.MULTILINE)


def answering(text):
    """Returns the text of `server.rs` with methods that tell what they have read and answer with defaults."""
    body = r"        let _ = \1;\n        crate::heard(&\2);\n        ::core::future::ready(Ok(Default::default()))\n"
    return METHOD.sub(body, text)


def check(others, work):
    """`others` has the folder of each generated module, and the WSDL from which it was generated."""
    crate = work / "served"
    modules, routes = [], []
    for folder, file in others:
        server = folder / "server.rs"
        if not server.exists() or file.stat().st_size > SMALL:
            continue
        copy = crate / "src" / folder.name
        shutil.copytree(folder, copy)
        text = answering(server.read_text())
        (copy / "server.rs").write_text(text)
        modules.append(f"#[allow(warnings)]\nmod {folder.name};\n")
        for name in TRAIT.findall(text):
            path = f"{folder.name}::server::{name}"
            routes.append(f'    serve!(app, "/{folder.name}/{name}", {path});\n')
    main = (HERE / "served" / "main.rs").read_text()
    main = main.replace("// MODULES\n", "".join(modules)).replace("    // ROUTES\n", "".join(routes))
    dependencies = 'axum = { version = "0.8", default-features = false, features = ["http1", "tokio"] }\n'
    dependencies += 'tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }\n'
    scratch(crate, "", kind="bin", dependencies=dependencies, features=["server"])
    (crate / "src" / "main.rs").write_text(main)
    member(work, "served")
    built = run(["cargo", "build", "--quiet", "--offline", "--package", "served"], cwd=work)
    target = attempt(["cargo", "metadata", "--offline", "--no-deps", "--format-version", "1"], cwd=work).output
    program = Path(re.search(r'"target_directory":"([^"]+)"', target)[1]) / "debug" / "served"
    with subprocess.Popen([program], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as server:
        lines = iter(server.stdout.readline, "\n")
        addresses = [line.strip() for line in lines]
        encoding = ROOT / "wsdl" / "src" / "well_known" / "soap11-encoding.xsd"
        caller = attempt([sys.executable, HERE / "served" / "call.py", encoding, *addresses])
        server.stdin.close()
    rows = [line.split("\t") for line in caller.output.splitlines() if "\t" in line]
    if caller.code:
        raise Failure(f"zeep ended with {caller.code}\n{caller.output[-4_000:]}")
    good = {(row[1], row[2]) for row in rows if row[3] == "read"}
    table("operations that zeep did not call", ["address", "service", "operation", "why"], [r for r in rows if r[3] != "read"])
    print(
        f"{len(addresses)} servers of {len(modules)} WSDLs, built in {built.cpu:.0f} s: zeep called "
        f"{len(good)} operations, each of which read all that was sent"
    )
    wrong = [row for row in rows if row[3].startswith("wrong")]
    if wrong or len(good) < AT_LEAST:
        raise Failure(f"zeep called {len(good)} operations, not {AT_LEAST}; wrong: {wrong}")
