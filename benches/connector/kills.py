#!/usr/bin/env python3
"""Kills the connector at random moments, and compares what it holds with the truth of the sandbox.

usage: benches/connector/kills.py [KILLS] [SEEDS] [FOLDER] [SCALE]

By default there are 200 kills for each of three seeds. A smaller scale is for a program that is not optimised. The org has rows and files that become visible late, files
that are made again, replaced or deleted, hourly and daily files, and every oddity of the sandbox. The comparison
reads the output of `saponify connector events` and the file of `--truth`, and opens the store by SQLite itself:
  lost   lines of the truth that are not held
  twice  lines that are held more than once
  torn   lines that are held and not true, files with another number of rows than noted, and damage of the database"""
import collections
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from tenant import Tenant, build, run, table


def kill_at_random(tenant, kills, seed):
    """Kills syncs. Returns how many kills hit one that was at work, and within which time they came."""
    moments = random.Random(seed)
    began = time.monotonic()
    run(tenant.command('test', 'acme'))
    within = 0.3 + 2 * (time.monotonic() - began)
    hits = 0
    for _ in range(kills):
        command = tenant.command('sync', 'acme')
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0, within))
        process.kill()
        if process.wait() == -signal.SIGKILL:
            hits += 1
        else:
            # It was quicker: something must happen for the next one.
            tenant.stats(advance=3 * 3600)
    return hits, within


def finish(tenant):
    """Lets the last late rows come, and collects them."""
    for hours in (30, 80, 0):
        code = run(tenant.command('sync', 'acme'))[0]
        # Before the last one, files vanish and are damaged, which a sync reports by its exit code.
        if code and not hours:
            sys.exit(f'the sync after the kills failed with {code}')
        tenant.stats(advance=hours * 3600)


def compare(tenant, truth):
    with open(truth) as file:
        wanted = collections.Counter('\t'.join(line.rstrip('\n').split('\t')[::2]) for line in file)
    held = collections.Counter()
    events = subprocess.Popen(tenant.command('events', 'acme', '--format', 'ndjson'), stdout=subprocess.PIPE)
    for line in events.stdout:
        event = json.loads(line)
        held[event['source'] + '\t' + event['key']] += 1
    if events.wait():
        sys.exit('the events cannot be read')
    lost = sum(1 for line in wanted if line not in held)
    twice = sum(count - 1 for count in held.values())
    torn = sum(1 for line in held if line not in wanted)
    database = sqlite3.connect(f'file:{tenant.store()}?mode=ro', uri=True)
    torn += database.execute('PRAGMA integrity_check').fetchone()[0] != 'ok'
    torn += database.execute("""
        SELECT count(*) FROM revision WHERE coalesce(iif(state = 'stored', rows, 0), -1) <>
            (SELECT count(*) FROM event WHERE event.revision = revision.id)""").fetchone()[0]
    database.close()
    return len(wanted), lost, twice, torn


def main():
    kills, seeds = (int(sys.argv[at]) if len(sys.argv) > at else default for at, default in ((1, 200), (2, 3)))
    parent = sys.argv[3] if len(sys.argv) > 3 else tempfile.gettempdir()
    scale = float(sys.argv[4]) if len(sys.argv) > 4 else 1.0
    build()
    rows = [('seed', 'kills', 'at work', 'within', 'rows', 'lost', 'twice', 'torn')]
    failed = False
    for seed in range(1, seeds + 1):
        folder = tempfile.mkdtemp(prefix='saponify-kills-', dir=parent)
        try:
            truth = os.path.join(folder, 'truth.tsv')
            logins, audit, files = (str(round(rows * scale)) for rows in (150_000, 30_000, 400))
            tenant = Tenant(folder, '--activity', '20d', '--logins', logins, '--audit', audit, '--files', files,
                            '--file-size', '200K', '--hourly', '--late', '--changes', '6', '--seed', str(seed),
                            '--truth', truth)
            tenant.activate()
            hits, within = kill_at_random(tenant, kills, seed)
            finish(tenant)
            count, lost, twice, torn = compare(tenant, truth)
            tenant.stop()
        finally:
            shutil.rmtree(folder)
        failed |= bool(lost or twice or torn)
        row = (seed, kills, hits, f'{within:.1f} s', f'{count:,}', lost, twice, torn)
        rows.append(tuple(str(cell) for cell in row))
        print(f'seed {seed} is done', file=sys.stderr, flush=True)
    table(rows)
    sys.exit(failed)


if __name__ == '__main__':
    main()
