#!/usr/bin/env python3
"""Measures what an edit costs in a project of `saponify init`.

usage: benches/edit/run.py WSDL [EDITS]

Makes a project of the WSDL, checks it once, and then edits src/lib.rs again and again. Prints the wall time and the
CPU time of `cargo check` after each edit. The program is $SAPONIFY, or else target/debug/saponify.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def measured(command, folder, env):
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return time.monotonic() - began, cpu


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    wsdl = Path(sys.argv[1]).resolve()
    edits = int(sys.argv[2]) if len(sys.argv) == 3 else 7
    program = os.environ.get("SAPONIFY", ROOT / "target/debug/saponify")
    # The edits of a person are compiled incrementally, which is the default of cargo.
    env = {name: value for name, value in os.environ.items() if name != "CARGO_INCREMENTAL"}
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "app"
        subprocess.run(
            [program, "init", wsdl, "--name", "enterprise", "--dir", project, "--saponify", ROOT, "--quiet"],
            check=True,
        )
        # The versions of this repository, so that nothing has to be downloaded.
        shutil.copy(ROOT / "Cargo.lock", project / "Cargo.lock")
        check = ["cargo", "check", "--quiet", "--offline"]
        first = measured(check, project, env)
        print(f"first check, with all dependencies: {first[0]:.1f} s, CPU {first[1]:.1f} s")
        library = project / "src/lib.rs"
        text = library.read_text()
        times = []
        for n in range(edits):
            library.write_text(text.replace("LIMIT 10", f"LIMIT {n + 11}"))
            times.append(measured(check, project, env))
            print(f"after an edit: {times[-1][0]:.2f} s, CPU {times[-1][1]:.2f} s", flush=True)
        wall, cpu = (statistics.median(column) for column in zip(*times))
        print(f"median of {edits}: {wall:.2f} s, CPU {cpu:.2f} s; load {os.getloadavg()[0]:.1f}")


main()
