#!/usr/bin/env python3
"""Measures a `run` in which nothing happens: calls per hour, by operation, and memory.

usage: benches/connector/quiet.py [HOURS] [FOLDER]

The clock of the sandbox is set ahead by a quarter of an hour before each round, so a day (the default) takes seven
minutes. The connector notices that each time and asks for the time of the org; an org whose clock does not jump is
asked every six hours. With HOURS of 0, one hour passes in real time instead."""
import collections
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from tenant import Tenant, build, cpu, memory

QUARTER = 15 * 60


class Run:
    """A `run` whose rounds are followed by what it prints."""

    def __init__(self, tenant, *options):
        command = tenant.command('run', *options)
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.lines = queue.Queue()
        threading.Thread(target=lambda: [self.lines.put(line) for line in self.process.stdout], daemon=True).start()

    def round(self):
        """Waits for the end of a round."""
        while not self.lines.get(timeout=3600).startswith('  changes'):
            pass


def calls(tenant):
    return collections.Counter(tenant.stats()['received'])


def simulated(tenant, hours):
    """Returns the calls of each hour, and the running process."""
    # A round must be short against the pause, or files are listed more often than in every fourth round.
    process = Run(tenant, '--every', '4s', '--files-every', '16s')
    process.round()
    each = []
    before = calls(tenant)
    for _ in range(hours):
        for _ in range(4):
            tenant.stats(advance=QUARTER)
            process.round()
        now = calls(tenant)
        each.append(now - before)
        before = now
    return each, process.process


def real(tenant):
    process = Run(tenant)
    process.round()
    before = calls(tenant)
    # Half a quarter later, so that each round of the hour is over or has not begun.
    time.sleep(3600 + 300)
    return [calls(tenant) - before], process.process


def main():
    hours = int(sys.argv[1]) if len(sys.argv) > 1 else 24
    build()
    folder = tempfile.mkdtemp(prefix='saponify-quiet-', dir=sys.argv[2] if len(sys.argv) > 2 else None)
    try:
        tenant = Tenant(folder, '--activity', '20d', '--logins', '20000', '--audit', '4000', '--files', '100', '--hourly',
                        '--changes', '0')
        tenant.activate()
        subprocess.run(tenant.command('sync', 'acme'), check=True, stdout=subprocess.DEVNULL)
        each, process = simulated(tenant, hours) if hours else real(tenant)
        now, peak, used = memory(process.pid, 'VmRSS'), memory(process.pid), cpu(process.pid)
        process.send_signal(signal.SIGINT)
        process.wait()
        tenant.stop()
    finally:
        shutil.rmtree(folder)
    names = sorted(set().union(*each))
    print(f'{"calls per hour":24}{"least":>8}{"median":>8}{"most":>8}{"mean":>8}')

    def row(name, counts):
        counts = sorted(counts)
        print(f'{name:24}{counts[0]:>8}{counts[len(counts) // 2]:>8}{counts[-1]:>8}{sum(counts) / len(counts):>8.1f}')

    for name in names:
        row(name, [hour[name] for hour in each])
    changes = ('getUpdated', 'getDeleted', 'describeSObject', 'retrieve')
    row('all but changes, clock', [sum(n for name, n in hour.items() if name not in (*changes, 'getServerTimestamp'))
                                   for hour in each])
    print(f'memory {now:.0f} MiB, peak {peak:.0f} MiB; CPU {used:.1f} s for {len(each)} hours')


if __name__ == '__main__':
    main()
