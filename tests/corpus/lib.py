"""Runs programs and measures their CPU time and memory."""

import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent


class Failure(Exception):
    """A failed check."""


class Done(NamedTuple):
    code: int
    cpu: float  # seconds of this process and of the processes that it waited for
    peak: float  # megabytes of the largest of these processes
    output: str


def attempt(command, cwd=None):
    """Runs a command that may fail, and returns its result."""
    command = [str(part) for part in command]
    process = subprocess.Popen(
        command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output = process.stdout.read().decode("utf-8", "replace")
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Done(process.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, output)


def run(command, cwd=None):
    """Runs a command that must succeed, without a warning."""
    done = attempt(command, cwd)
    if done.code != 0 or "warning:" in done.output:
        text = " ".join(str(part) for part in command)
        raise Failure(f"{text} ended with {done.code}\n{done.output[-8_000:]}")
    return done


def scratch(folder, modules, edition="2024", kind="lib", dependencies="", features=()):
    """Writes a crate. A library denies warnings, missing documentation and unsafe code."""
    (folder / "src").mkdir(parents=True, exist_ok=True)
    saponify = f'path = "{ROOT}/runtime", features = {json.dumps(list(features))}'
    (folder / "Cargo.toml").write_text(
        f'[package]\nname = "{folder.name}"\nversion = "0.0.0"\nedition = "{edition}"\n'
        f'\n[dependencies]\nsaponify = {{ {saponify} }}\n{dependencies}'
    )
    if kind == "lib":
        lints = "#![forbid(unsafe_code)]\n#![deny(warnings, missing_docs)]\n"
        (folder / "src" / "lib.rs").write_text(f"//! Proxies.\n{lints}\n{modules}")


def member(work, name):
    """Adds a crate to the scratch workspace."""
    manifest = work / "Cargo.toml"
    manifest.write_text(manifest.read_text().replace("members = [", f'members = ["{name}", '))


def table(title, head, rows):
    """Prints a table with aligned columns."""
    numbers = [any(isinstance(row[n], (int, float)) for row in rows) for n in range(len(head))]
    text = [head] + [[f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[n]) for row in text) for n in range(len(head))]
    print(f"\n{title}")
    for row in text:
        cells = zip(row, widths, numbers)
        cells = [cell.rjust(width) if number else cell.ljust(width) for cell, width, number in cells]
        print("  " + "  ".join(cells).rstrip(), flush=True)
