"""Sinks of a benchmark's own: a NATS server with JetStream, and a webhook that can be dead; and what they have got."""
import collections
import glob
import http.server
import json
import os
import shutil
import socket
import subprocess
import threading
import time


def free_port():
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        return free.getsockname()[1]


class Nats:
    """A server of its own in a folder."""

    def __init__(self, folder):
        if not shutil.which('nats-server'):
            raise SystemExit('not run: nats-server is not installed')
        os.makedirs(folder)
        self.port, self.file = free_port(), os.path.join(folder, 'nats.conf')
        with open(self.file, 'w') as file:
            file.write(f'listen: "127.0.0.1:{self.port}"\njetstream {{ store_dir: "{folder}/store" }}\n')
        self.start()

    def start(self):
        self.process = subprocess.Popen(['nats-server', '-c', self.file], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        while True:
            try:
                socket.create_connection(('127.0.0.1', self.port)).close()
                return
            except ConnectionRefusedError:
                if self.process.poll() is not None:
                    raise SystemExit('nats-server does not start')
                time.sleep(0.05)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def names(self, stream='SAPONIFY'):
        """How often each `Nats-Msg-Id` is in a stream, by a client of its own. The server ends a connection that does
        not keep up with it; the next one goes on behind the last message."""
        found, last, wanted = collections.Counter(), 0, None
        while wanted is None or last < wanted:
            last, wanted = self.read_some(stream, found, last)
        return found

    def read_some(self, stream, found, last):
        """Adds messages behind the number `last`. Returns the number of the last message, and of that in the stream."""
        client = socket.create_connection(('127.0.0.1', self.port))
        lines = client.makefile('rb')
        lines.readline()

        def ask(subject, body):
            text = json.dumps(body).encode()
            client.sendall(b'PUB %s reply.1 %d\r\n%s\r\n' % (subject.encode(), len(text), text))

        client.sendall(b'CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB reply.* 1\r\nSUB rows 2\r\n')
        ask(f'$JS.API.STREAM.INFO.{stream}', {})
        wanted = None
        while wanted is None or last < wanted:
            line = lines.readline()
            words = line.split()
            if not line.endswith(b'\n'):
                if wanted is None:
                    raise SystemExit('the NATS server has closed the connection')
                break
            if words[0] == b'PING':
                client.sendall(b'PONG\r\n')
            elif words[0] == b'MSG':
                answer = json.loads(lines.read(int(words[-1])))
                lines.readline()
                if 'error' in answer:
                    raise SystemExit(f'NATS: {answer["error"]}')
                if wanted is None:
                    wanted = answer['state']['last_seq']
                    ask(f'$JS.API.CONSUMER.CREATE.{stream}', {'stream_name': stream, 'config': {
                        'deliver_subject': 'rows', 'deliver_policy': 'by_start_sequence', 'opt_start_seq': last + 1,
                        'ack_policy': 'none', 'headers_only': True, 'replay_policy': 'instant'}})
            elif words[0] == b'HMSG':
                headers, total = int(words[-2]), int(words[-1])
                text = lines.read(total)
                if len(text) < total:
                    break
                lines.readline()
                # $JS.ACK.<stream>.<consumer>.<delivered>.<number in the stream>.…
                last = int(words[3].split(b'.')[5])
                fields = (line.partition(':') for line in text[:headers].decode().splitlines())
                found.update(value.strip() for name, _, value in fields if name.lower() == 'nats-msg-id')
        client.close()
        return last, wanted


class Webhook:
    """A receiver that remembers the names of all events. While it is dead, it responds with 503."""

    def __init__(self):
        found, hook = collections.Counter(), self
        self.found, self.is_dead = found, False

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_POST(self):
                body = self.rfile.read(int(self.headers['content-length']))
                if not hook.is_dead:
                    found.update(event['id'] for event in json.loads(body)['events'])
                self.send_response(503 if hook.is_dead else 200)
                self.send_header('content-length', '0')
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f'http://127.0.0.1:{self.server.server_address[1]}/events'

    def names(self):
        return self.found


def names_of_files(folder):
    """How often each event is in the NDJSON files of a folder, by the name that it has at other sinks."""
    found = collections.Counter()
    for path in glob.glob(os.path.join(glob.escape(folder), '*', 'events-*.ndjson')):
        connection = os.path.basename(os.path.dirname(path))
        with open(path) as file:
            for line in file:
                row = json.loads(line)
                found[f'{connection}/{row["source"]}/{row["key"]}'] += 1
    return found
