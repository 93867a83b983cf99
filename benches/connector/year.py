#!/usr/bin/env python3
"""Measures what collecting the rows of a year costs: peak memory, and CPU time against two baselines.

usage: benches/connector/year.py [SCALE] [FOLDER]

A scale of 1 (the default) is 1,000,000 logins, 200,000 changes of the setup, and 5 GB of event log files. The rows
lie within the times that Salesforce keeps them: 170 of 180 days, and 30 days for files. Each source is collected by a
process of its own, from a sandbox in another process, over TLS. The baselines of the same run are the CPU time of
the sandbox, and the CPU time of a bare prepared insert of the rows that were stored (src/bin/insert.rs; $INSERT
names that program if it is built already). Last, one file of a gigabyte is collected. The database, and files on
their way, need three times the bytes of the log files in FOLDER."""
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from tenant import ROOT, TARGET, Tenant, build, cpu, memory, table

HOURLY_FILES = 2_000


def watched(command):
    """Runs a command. Returns its CPU seconds and its peak memory in MiB."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0.0

    def watch():
        nonlocal peak
        while process.returncode is None:
            try:
                peak = max(peak, memory(process.pid))
            except OSError:
                return
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    watcher.join()
    if process.returncode:
        sys.exit(f'{" ".join(command)} failed with {process.returncode}')
    return usage.ru_utime + usage.ru_stime, peak


def stored(path, source):
    """Rows of a source that the store holds, and bytes of its log files."""
    database = sqlite3.connect(f'file:{path}?mode=ro', uri=True)
    find = 'SELECT count(*) FROM event JOIN source ON source.id = event.source WHERE source.name = ?'
    rows = database.execute(find, [source]).fetchone()[0]
    size = database.execute('SELECT coalesce(sum(bytes), 0) FROM revision').fetchone()[0]
    database.close()
    return rows, size if source == 'files' else 0


def bare_insert():
    if 'INSERT' in os.environ:
        return os.environ['INSERT']
    command = ['cargo', 'build', '--quiet', '--release', '-p', 'saponify-benches', '--bin', 'insert']
    subprocess.run(command + ['--manifest-path', os.path.join(ROOT, 'Cargo.toml')], check=True)
    return os.path.join(TARGET, 'release', 'insert')


def year(scale, folder, insert):
    size = round(5e9 * scale / HOURLY_FILES)
    tenant = Tenant(folder, '--activity', '170d', '--logins', str(round(1e6 * scale)), '--audit',
                    str(round(2e5 * scale)), '--files', str(HOURLY_FILES * 4 // 3), '--hourly', '--file-size', str(size))
    tenant.activate()
    rows = [('', 'rows', 'CPU', 'sandbox', 'bare insert', 'peak memory', 'rows per CPU second, bare = 1')]
    total = [0, 0.0, 0.0, 0.0]
    for source in ('logins', 'audit', 'files'):
        before = cpu(tenant.server.pid)
        used, peak = watched(tenant.command('sync', 'acme', '--source', source))
        served = cpu(tenant.server.pid) - before
        count, length = stored(tenant.store(), source)
        bare = float(subprocess.run([insert, tenant.store(), source, folder], check=True, text=True,
                                    stdout=subprocess.PIPE).stdout)
        total = [a + b for a, b in zip(total, (count, used, served, bare))]
        what = source if source != 'files' else f'files, {length / 1e9:.2f} GB'
        rows.append((what, f'{count:,}', f'{used:.1f} s', f'{served:.1f} s', f'{bare:.1f} s', f'{peak:.0f} MiB',
                     f'{bare / used:.2f}'))
    count, used, served, bare = total
    rows.append(('all', f'{count:,}', f'{used:.1f} s', f'{served:.1f} s', f'{bare:.1f} s', '', f'{bare / used:.2f}'))
    tenant.stop()
    table(rows)
    print(f'CPU of the connector / CPU of the sandbox: {used / served:.2f}')


def big_file(folder):
    tenant = Tenant(folder, '--activity', '3d', '--logins', '1', '--audit', '1', '--files', '1', '--big-file', '1G')
    tenant.activate()
    used, peak = watched(tenant.command('sync', 'acme', '--source', 'files'))
    rows, length = stored(tenant.store(), 'files')
    tenant.stop()
    print(f'one file of {length / 2**30:.2f} GiB with {rows:,} rows: {used:.1f} s CPU, peak {peak:.0f} MiB')


def main():
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    build()
    insert = bare_insert()
    parent = sys.argv[2] if len(sys.argv) > 2 else tempfile.gettempdir()
    for measure in (lambda folder: year(scale, folder, insert), big_file):
        folder = tempfile.mkdtemp(prefix='saponify-year-', dir=parent)
        try:
            measure(folder)
        finally:
            shutil.rmtree(folder)


if __name__ == '__main__':
    main()
