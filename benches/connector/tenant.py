"""What the benchmarks of the connector share: the release program, a sandbox process, and a connection to it."""
import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.request

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
TARGET = os.environ.get('CARGO_TARGET_DIR', os.path.join(ROOT, 'target'))
PROGRAM = os.environ.get('SAPONIFY', os.path.join(TARGET, 'release', 'saponify'))
USER, PASSWORD = 'integration@acme.example', 'battery-staple'
TICK = os.sysconf('SC_CLK_TCK')


def build(features=''):
    """Builds the release program, unless $SAPONIFY names one."""
    if 'SAPONIFY' not in os.environ:
        command = ['cargo', 'build', '--quiet', '--release', '-p', 'saponify-cli', '--bin', 'saponify', '--features',
                   features]
        subprocess.run(command + ['--manifest-path', os.path.join(ROOT, 'Cargo.toml')], check=True)


def cpu(pid):
    """CPU seconds of a process that runs, its threads included."""
    with open(f'/proc/{pid}/stat') as file:
        fields = file.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory(pid, what='VmHWM'):
    """Memory of a process that runs, in MiB: VmHWM is its peak, VmRSS what it has now."""
    with open(f'/proc/{pid}/status') as file:
        for line in file:
            if line.startswith(what + ':'):
                return int(line.split()[1]) / 1024
    return 0.0


def table(rows):
    """Prints rows of text in columns."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        print('  '.join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip(), flush=True)


class Tenant:
    """A sandbox process, and a home for connections to it."""

    def __init__(self, folder, *options):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.certificate = os.path.join(folder, 'ca.pem')
        self.key = os.path.join(folder, 'key')
        # A passphrase is stretched for a second at each start. A key is not; `age-keygen` makes such a file.
        with open(self.key, 'w') as file:
            file.write(new_identity())
        command = [PROGRAM, 'sandbox', 'serve', '--stats', '--certificate', self.certificate, *options]
        self.server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        said = {}
        for line in self.server.stdout:
            name, _, value = line.strip().partition(' ')
            said[name] = value.strip()
            if 'Ctrl-C' in line:
                break
        else:
            sys.exit('the sandbox does not start')
        self.login, self.instance = said['login'], said['instance']
        self.trust = ssl.create_default_context(cafile=self.certificate)

    def command(self, *words, home='home'):
        return [PROGRAM, 'connector', '--key-from', f'file:{self.key}', '--home', os.path.join(self.folder, home), *words]

    def activate(self, name='acme', home='home'):
        words = ['activate', name, '--endpoint', self.login, '--user', USER, '--password-from', 'env:PW',
                 '--certificate', self.certificate, '--allow-host', self.instance.removeprefix('https://'),
                 '--since', '175d']
        environment = dict(os.environ, PW=PASSWORD)
        subprocess.run(self.command(*words, home=home), check=True, env=environment, stdout=subprocess.DEVNULL)

    def stats(self, advance=None):
        """The counters of the sandbox. With `advance`, its clock is set ahead by so many seconds first."""
        address = self.login + '/sandbox/stats' + ('' if advance is None else f'?advance={advance}')
        method = 'GET' if advance is None else 'POST'
        request = urllib.request.Request(address, method=method)
        with urllib.request.urlopen(request, context=self.trust) as answer:
            return json.load(answer)

    def store(self, name='acme', home='home'):
        return os.path.join(self.folder, home, name, 'store.db')

    def stop(self):
        """Stops the sandbox, and returns its CPU seconds."""
        used = cpu(self.server.pid)
        self.server.send_signal(signal.SIGINT)
        self.server.wait()
        return used


def run(command, env=None):
    """Runs a command. Returns its exit code, CPU seconds, peak memory in MiB, and wall-clock seconds."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=env)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, time.monotonic() - began


BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'


def new_identity():
    """A new age identity: 32 random bytes in Bech32, as `age-keygen` writes it."""
    data, rest, bits = [], 0, 0
    for byte in os.urandom(32):
        rest, bits = rest << 8 | byte, bits + 8
        while bits >= 5:
            bits -= 5
            data.append(rest >> bits & 31)
    data.append(rest << (5 - bits) & 31)
    prefix = 'age-secret-key-'
    values = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + data

    def polymod(values):
        check = 1
        for value in values:
            top = check >> 25
            check = (check & 0x1ffffff) << 5 ^ value
            for i, generator in enumerate((0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3)):
                check ^= generator if top >> i & 1 else 0
        return check

    check = polymod(values + [0] * 6) ^ 1
    data += [check >> 5 * (5 - i) & 31 for i in range(6)]
    return (prefix + '1' + ''.join(BECH32[value] for value in data)).upper()
