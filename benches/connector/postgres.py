"""A PostgreSQL server of a benchmark's own, from the programs of the system, in a temporary folder."""
import glob
import os
import socket
import subprocess


class Postgres:
    """A server that trusts whoever reaches its socket. It writes to the disk as a server in use does."""

    def __init__(self, folder):
        found = sorted(glob.glob('/usr/lib/postgresql/*/bin'))
        if not found:
            raise SystemExit('not run: PostgreSQL is not installed')
        self.programs, self.folder = found[-1], folder
        self.data = os.path.join(folder, 'data')
        os.makedirs(folder)
        if os.getuid() == 0:
            subprocess.run(['chown', 'postgres', folder], check=True)
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            self.port = free.getsockname()[1]
        self.run('initdb', '-U', 'saponify', '-A', 'trust', '-N', '--locale=C.UTF-8', '-E', 'UTF8', '-D', self.data)
        self.start()

    def run(self, program, *words):
        command = [os.path.join(self.programs, program), *words]
        # The server refuses to run as root.
        if os.getuid() == 0:
            command = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', *command]
        subprocess.run(command, check=True, cwd='/', stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        options = f"-k {self.folder} -p {self.port} -c listen_addresses='' -c shared_buffers=256MB"
        log = os.path.join(self.folder, 'data', 'log')
        # After a crash, the server writes again what it had not yet written. On a busy machine, that takes minutes.
        try:
            self.run('pg_ctl', '-w', '-t', '300', '-D', self.data, '-l', log, '-o', options, 'start')
        except subprocess.CalledProcessError:
            with open(log, errors='replace') as file:
                raise SystemExit('PostgreSQL does not start:\n' + ''.join(file.readlines()[-20:]))

    def stop(self, mode='fast'):
        self.run('pg_ctl', '-w', '-D', self.data, '-m', mode, 'stop')

    def sql(self, text, database='postgres'):
        """Runs SQL, and returns the rows as lists of texts."""
        command = ['psql', '-X', '-q', '-t', '-A', '-F', '\t', '-v', 'ON_ERROR_STOP=1', '-U', 'saponify',
                   '-h', self.folder, '-p', str(self.port), '-d', database, '-f', '-']
        done = subprocess.run(command, input=text, check=True, capture_output=True, text=True)
        return [line.split('\t') for line in done.stdout.splitlines()]

    def database(self, name):
        """Makes a database, and returns its address."""
        self.sql(f'CREATE DATABASE {name}')
        return f'postgres://saponify@/{name}?host={self.folder}&port={self.port}'

    def cpu(self):
        """CPU seconds of the server and of its sessions, those that have ended included."""
        with open(os.path.join(self.data, 'postmaster.pid')) as file:
            server = file.readline().strip()
        sessions = subprocess.run(['pgrep', '-P', server], capture_output=True, text=True).stdout.split()
        used = 0
        for pid, last in [(server, 17), *((session, 15) for session in sessions)]:
            try:
                with open(f'/proc/{pid}/stat') as file:
                    fields = file.read().rsplit(')', 1)[1].split()
            except FileNotFoundError:
                # It has just ended, and is counted with the server the next time.
                continue
            # User and system time; of the server also those of the sessions that have ended.
            used += sum(int(field) for field in fields[11:last - 2])
        return used / os.sysconf('SC_CLK_TCK')
