#!/usr/bin/env python3
"""Measures what generating costs: CPU seconds and peak memory.

usage: benches/generate/run.py [WSDL]

The release program reads the WSDL, and so does an unoptimised build of the generator, as in a build
script. The release program also reads a WSDL of ten times the bytes, which must cost at most 11 times as
much. Without a WSDL, the sandbox writes one for a tenant of the size of a developer org."""
import os
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
TARGET = os.environ.get('CARGO_TARGET_DIR', os.path.join(ROOT, 'target'))
RUNS = 5


def cost(command):
    """Returns the least CPU seconds of several runs, and the peak memory of the last run in MiB."""
    least, peak = float('inf'), 0
    for _ in range(RUNS):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(f'{command[0]} failed')
        least = min(least, usage.ru_utime + usage.ru_stime)
        peak = usage.ru_maxrss / 1024
    return least, peak


def main():
    build = ['cargo', 'build', '--quiet', '--manifest-path', os.path.join(ROOT, 'Cargo.toml')]
    subprocess.run(build + ['--release', '-p', 'saponify-cli'], check=True)
    subprocess.run(build + ['-p', 'saponify-codegen', '--example', 'generate'], check=True)
    release = os.path.join(TARGET, 'release', 'saponify')
    plain = os.path.join(TARGET, 'debug', 'examples', 'generate')
    with tempfile.TemporaryDirectory() as scratch:
        def tenant(objects):
            path = os.path.join(scratch, f'tenant-{objects}.wsdl')
            subprocess.run([release, 'sandbox', 'wsdl', '--objects', str(objects), '--out', path], check=True)
            return path

        once = sys.argv[1] if len(sys.argv) > 1 else tenant(400)
        size = os.path.getsize(once)
        # Each object has sixty fields. The rest of the WSDL has the same size for all tenants.
        fixed, grown = (os.path.getsize(tenant(n)) for n in (0, 100))
        ten = tenant(round((10 * size - fixed) / (grown - fixed) * 100))
        out = os.path.join(scratch, 'out')
        rows = [
            ('release', once, cost([release, 'generate', once, '--out', out + '1'])),
            ('release, ten-fold', ten, cost([release, 'generate', ten, '--out', out + '2'])),
            ('unoptimised', once, cost([plain, once, out + '3'])),
        ]
        print(f'{"":20}{"WSDL":>10}{"CPU":>9}{"memory":>10}')
        for name, path, (cpu, peak) in rows:
            print(f'{name:20}{os.path.getsize(path) / 1e6:>7.1f} MB{cpu:>7.2f} s{peak:>6.0f} MiB')
        print(f'{os.path.getsize(ten) / size:.1f} × the bytes cost {rows[1][2][0] / rows[0][2][0]:.1f} × the CPU time')


if __name__ == '__main__':
    main()
