#!/usr/bin/env python3
"""Kills, pauses and cuts off workers that share connections in PostgreSQL, and compares what they hold with the truth.

usage: benches/connector/workers.py [CONNECTIONS] [SECONDS] [SEED] [FOLDER] [PARTS]

By default 200 connections, 300 seconds and seed 1. PARTS is `throughput`, `chaos` or, by default, both. Four workers share the connections with leases of 4 seconds. At
random moments a worker is killed by SIGKILL and another one started, or paused by SIGSTOP for longer than its lease, or
the database is restarted in good order or as by a crash, or the NATS server is killed and started again. All connections
deliver to three sinks: files, a stream of NATS, and a webhook that is dead for the middle of the time. Afterwards the rest is collected and compared with the file of
`--truth`, connection by connection:
  lost    events of the truth that a connection does not hold
  twice   events that a connection holds more than once
  untrue  events that are held and are not in the truth, and files with another number of rows than noted
The same is asked of each sink: an event that did not arrive is lost. The stream must have each event once; the files and
the webhook may have an event twice.

Before that, the same connections are collected by 1, 2 and 4 workers that nobody disturbs, each time into a database of
their own. The CPU time of the workers, of the database and of the sandbox says what bounds the throughput."""
import collections
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from postgres import Postgres
from sinks import Nats, Webhook, names_of_files
from tenant import PROGRAM, Tenant, build, cpu, table

LEASE = 4

# What the org has. All connections share the calls of one org, of which the usual number would be used up.
ACTIVITY = ('--activity', '3d', '--logins', '600', '--audit', '100', '--files', '12', '--file-size', '20K',
            '--api-calls', '0/100000000')


class Home:
    """A home in a database, with connections to the org."""

    def __init__(self, tenant, server, name):
        self.tenant, self.server, self.name = tenant, server, name
        self.address = server.database(name)
        self.local = os.path.join(tenant.folder, 'local')

    def command(self, *words):
        return [PROGRAM, 'connector', '--key-from', f'file:{self.tenant.key}', '--home', self.address, '--local',
                self.local, *words]

    def activate(self, count):
        tenant, environment = self.tenant, dict(os.environ, PW='battery-staple')
        for number in range(count):
            command = self.command('activate', f'c{number:03}', '--endpoint', tenant.login, '--user',
                                   'integration@acme.example', '--password-from', 'env:PW', '--certificate',
                                   tenant.certificate, '--allow-host', tenant.instance.removeprefix('https://'))
            subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)

    def add_sinks(self, nats, webhook):
        self.files = os.path.join(self.tenant.folder, 'files')
        for words in (('files', 'ndjson', f'folder={self.files}'),
                      ('bus', 'nats', f'url=nats://127.0.0.1:{nats.port}', 'security=plain', 'create-stream=true'),
                      ('hook', 'webhook', f'url={webhook.address}')):
            subprocess.run(self.command('sink', 'add', *words), check=True, stdout=subprocess.DEVNULL)

    def work(self, log, every='5s'):
        """Starts a worker."""
        command = self.command('run', '--every', every, '--files-every', every, '--lease', f'{LEASE}s')
        with open(log, 'a') as file:
            return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=file)

    def sql(self, text):
        return self.server.sql(text, self.name)

    def over_all(self, text):
        """Runs a query with one number in the schema of each connection; returns the sum."""
        ids = [row[0] for row in self.sql('SELECT id FROM saponify.connection')]
        parts = ' UNION ALL '.join(f'({text.replace("STORE", "saponify_" + number)})' for number in ids)
        return int(self.sql(f'SELECT coalesce(sum(n), 0) FROM ({parts}) AS parts (n)')[0][0])


def end(workers):
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    return [worker.wait() for worker in workers]


def throughput(tenant, server, connections, expected):
    """How fast 1, 2 and 4 workers collect the connections for the first time."""
    rows = [('workers', 'seconds', 'events/s', 'CPU workers', 'CPU database', 'CPU sandbox')]
    for count in (1, 2, 4):
        home = Home(tenant, server, f'speed_{count}')
        home.activate(connections)
        before = server.cpu(), cpu(tenant.server.pid)
        began = time.monotonic()
        workers = [home.work(os.path.join(tenant.folder, 'speed.log'), every='1h') for _ in range(count)]
        done, used = 0, 0.0
        while done < expected * connections:
            time.sleep(0.5)
            done = home.over_all('SELECT count(*) FROM STORE.event')
            used = sum(cpu(worker.pid) for worker in workers)
            if time.monotonic() - began > 1800:
                sys.exit(f'{done} of {expected * connections} events after half an hour')
        took = time.monotonic() - began
        after = server.cpu(), cpu(tenant.server.pid)
        end(workers)
        rows.append((str(count), f'{took:.1f}', f'{done / took:,.0f}', f'{used:.1f} s',
                     f'{after[0] - before[0]:.1f} s', f'{after[1] - before[1]:.1f} s'))
        server.sql(f'DROP DATABASE {home.name}')
    table(rows)
    print(f'{os.cpu_count()} processors', flush=True)


def takeovers(home, connections, log, times=3):
    """Kills one of four workers that are at work, and measures until others have all of its connections. Returns the
    longest time."""
    workers, longest = [home.work(log) for _ in range(4)], 0.0
    live = 'FROM saponify.connection WHERE until > clock_timestamp()'
    for _ in range(times):
        # All connections are held, by four workers with equal shares.
        share = f'SELECT count(*) {live} GROUP BY holder'
        wait(lambda: [row[0] for row in home.sql(share)] == [str(connections // 4)] * 4)
        worker = workers.pop(0)
        held = home.sql(f"SELECT id, token {live} AND holder LIKE '%(process {worker.pid})'")
        worker.kill()
        began = time.monotonic()
        worker.wait()
        values = ', '.join(f'({number}, {token})' for number, token in held)
        left = f"""SELECT count(*) FROM (VALUES {values}) AS held (id, token)
                   JOIN saponify.connection AS now ON now.id = held.id WHERE now.token = held.token"""
        wait(lambda: home.sql(left) == [['0']])
        longest = max(longest, time.monotonic() - began)
        workers.append(home.work(log))
    end(workers)
    return longest


def wait(condition, most=300):
    until = time.monotonic() + most
    while not condition():
        if time.monotonic() > until:
            sys.exit('the workers do not come to rest')
        time.sleep(0.1)


def disturb(home, nats, webhook, seconds, seed, log):
    """Disturbs four workers and their sinks. Returns how often what was done."""
    chance, counts = random.Random(seed), collections.Counter()
    workers, paused = [home.work(log) for _ in range(4)], []
    began = time.monotonic()
    until = began + seconds
    while time.monotonic() < until:
        time.sleep(chance.uniform(0.5, 3))
        now = time.monotonic()
        webhook.is_dead = 0.25 < (now - began) / seconds < 0.75
        for worker, wakes in [entry for entry in paused if entry[1] < now]:
            worker.send_signal(signal.SIGCONT)
            paused.remove((worker, wakes))
        at = chance.randrange(4)
        what = chance.choices(('kill', 'pause', 'restart', 'crash', 'nats', 'time'), (6, 6, 1, 1, 2, 6))[0]
        if what == 'kill':
            workers[at].kill()
            workers[at].wait()
            paused = [entry for entry in paused if entry[0] is not workers[at]]
            workers[at] = home.work(log)
        elif what == 'pause' and all(worker is not workers[at] for worker, _ in paused):
            workers[at].send_signal(signal.SIGSTOP)
            paused.append((workers[at], now + LEASE + chance.uniform(1, 6)))
        elif what in ('restart', 'crash'):
            home.server.stop('fast' if what == 'restart' else 'immediate')
            time.sleep(chance.uniform(0, 3))
            home.server.start()
        elif what == 'nats':
            nats.kill()
            time.sleep(chance.uniform(0, 3))
            nats.start()
        elif what == 'time':
            home.tenant.stats(advance=chance.randrange(600, 3 * 3600))
        counts[what] += 1
    webhook.is_dead = False
    for worker, _ in paused:
        worker.send_signal(signal.SIGCONT)
    codes = end(workers)
    print('exit codes of the workers in the end:', *codes, file=sys.stderr)
    return counts


def finish(home):
    """Lets the last events come, and collects them."""
    for hours in (30, 80, 0):
        # A sink that failed before, such as one whose server was away, may take a second attempt.
        for _ in range(3):
            time.sleep(LEASE)
            done = subprocess.run(home.command('sync'), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            if not done.returncode:
                break
        else:
            print('\n'.join(line for line in done.stderr.splitlines() if 'error' in line or 'cause' in line)[:2000],
                  file=sys.stderr)
            sys.exit(f'the sync after the disturbances failed with {done.returncode}')
        home.tenant.stats(advance=hours * 3600)


def read_truth(truth):
    with open(truth) as file:
        return collections.Counter('\t'.join(line.rstrip('\n').split('\t')[::2]) for line in file)


def compare_sinks(home, nats, webhook, connections, wanted):
    """Compares what each sink has got. Returns whether an event is lost, or is in the stream twice."""
    names = ['/'.join([f'c{number:03}', *line.split('\t')]) for number in range(connections) for line in wanted]
    rows, failed = [('sink', 'events', 'lost', 'repeated', 'unknown')], False
    for sink, found in (('files', names_of_files(home.files)), ('nats', nats.names()), ('webhook', webhook.names())):
        missing = [name for name in names if name not in found]
        if missing:
            print(sink, 'lacks', missing[0], missing[-1], file=sys.stderr)
        repeated = sum(count - 1 for count in found.values())
        unknown = len(found) - len(names) + len(missing)
        failed |= bool(missing or unknown or sink == 'nats' and repeated)
        rows.append((sink, f'{len(names):,}', str(len(missing)), str(repeated), str(unknown)))
    table(rows)
    return failed


def compare(home, connections, wanted):
    lost = twice = untrue = 0
    for number in range(connections):
        held = collections.Counter()
        command = home.command('events', f'c{number:03}', '--format', 'ndjson')
        events = subprocess.Popen(command, stdout=subprocess.PIPE)
        for line in events.stdout:
            event = json.loads(line)
            held[event['source'] + '\t' + event['key']] += 1
        if events.wait():
            sys.exit('the events cannot be read')
        missing = [line for line in wanted if line not in held]
        if missing:
            kinds = collections.Counter(line.split('\t')[0] for line in missing)
            print(f'c{number:03} lacks', dict(kinds), missing[0], missing[-1], file=sys.stderr)
        lost += len(missing)
        twice += sum(count - 1 for count in held.values())
        untrue += sum(1 for line in held if line not in wanted)
    untrue += home.over_all("""SELECT count(*) FROM STORE.revision AS revision
        WHERE CASE state WHEN 'stored' THEN rows ELSE 0 END
           <> (SELECT count(*) FROM STORE.event AS event WHERE event.revision = revision.id)""")
    return len(wanted) * connections, lost, twice, untrue


def measure(server, folder, connections, seed):
    # Nothing changes later, so that it is known when everything is there.
    tenant = Tenant(os.path.join(folder, 'still'), *ACTIVITY, '--seed', str(seed))
    try:
        first = Home(tenant, server, 'first')
        first.activate(1)
        subprocess.run(first.command('sync'), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        throughput(tenant, server, connections, first.over_all('SELECT count(*) FROM STORE.event'))
    finally:
        tenant.server.kill()


def chaos(server, folder, connections, seconds, seed):
    """Returns whether anything is lost, twice or untrue, or a takeover took too long."""
    truth, log = os.path.join(folder, 'truth.tsv'), os.path.join(folder, 'workers.log')
    # Files that were read would be made again with --late, and what a connection sees would depend on the others.
    tenant = Tenant(os.path.join(folder, 'changing'), *ACTIVITY, '--hourly', '--seed', str(seed), '--truth', truth)
    nats, webhook = Nats(os.path.join(folder, 'nats')), Webhook()
    try:
        home = Home(tenant, server, 'shared')
        home.add_sinks(nats, webhook)
        home.activate(connections)
        print('activated', file=sys.stderr, flush=True)
        longest = takeovers(home, connections, log)
        print('taken over', file=sys.stderr, flush=True)
        counts = disturb(home, nats, webhook, seconds, seed, log)
        finish(home)
        print('finished', file=sys.stderr, flush=True)
        wanted = read_truth(truth)
        count, lost, twice, untrue = compare(home, connections, wanted)
        print(f'{count:,} events: {lost} lost, {twice} twice, {untrue} untrue', file=sys.stderr, flush=True)
        failed = compare_sinks(home, nats, webhook, connections, wanted)
    finally:
        nats.kill()
        tenant.server.kill()
    with open(log) as file:
        refused = len(re.findall('is left to others|the lease ran out', file.read()))
    table([('connections', 'kills', 'pauses', 'restarts', 'crashes', 'NATS kills', 'lease lost', 'longest takeover',
            'events', 'lost', 'twice', 'untrue'),
           (str(connections), str(counts['kill']), str(counts['pause']), str(counts['restart']), str(counts['crash']),
            str(counts['nats']), str(refused), f'{longest:.1f} s of {LEASE} + 2', f'{count:,}', str(lost), str(twice), str(untrue))])
    return bool(failed or lost or twice or untrue or longest > LEASE + 2)


def main():
    connections, seconds, seed = (int(sys.argv[at]) if len(sys.argv) > at else default
                                  for at, default in ((1, 200), (2, 300), (3, 1)))
    parent = sys.argv[4] if len(sys.argv) > 4 else tempfile.gettempdir()
    parts = sys.argv[5:] or ['throughput', 'chaos']
    build('nats')
    folder = tempfile.mkdtemp(prefix='saponify-workers-', dir=parent)
    os.chmod(folder, 0o755)
    server, failed = Postgres(os.path.join(folder, 'server')), False
    try:
        if 'throughput' in parts:
            measure(server, folder, min(connections, 40), seed)
        if 'chaos' in parts:
            failed = chaos(server, folder, connections, seconds, seed)
    finally:
        server.stop('immediate')
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(failed)


if __name__ == '__main__':
    main()
