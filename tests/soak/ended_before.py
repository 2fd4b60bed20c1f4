#!/usr/bin/env python3
"""Kept upstream connections that have ended before the gateway writes: it sleeps meanwhile, so nothing is in doubt and no POST may be lost or done twice.
Usage: ended_before.py GATEWAY [ROUNDS]"""
import collections
import pathlib
import selectors
import signal
import socket
import struct
import sys
import threading

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / "end_to_end")]
from client import eventually, expect, running  # noqa: E402

# More than the gateway's loop hears of at once: it takes up the first requests before it is told of any end.
CONNECTIONS = 400
CONFIG = '_format_version: "3.0"\nservices: [{{name: s, url: "http://127.0.0.1:{}", routes: [{{name: r, paths: [/], strip_path: false}}]}}]\n'
BODY = b"0123456789"


class Upstream(threading.Thread):
    """Answers with the path. While `held`, it keeps requests until there is one on each of its connections."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.port, self.held, self.done = self.listener.getsockname()[1], True, collections.Counter()
        self.going, self.buffers, self.waiting = True, {}, []
        self.lock, self.selector = threading.Lock(), selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)

    def run(self):
        while self.going:
            for key, _ in self.selector.select(0.2):
                with self.lock:
                    if key.fileobj is self.listener:
                        connection = self.listener.accept()[0]
                        self.buffers[connection] = b""
                        self.selector.register(connection, selectors.EVENT_READ)
                    elif key.fileobj in self.buffers:
                        self.read(key.fileobj)

    def read(self, connection):
        try:
            data = connection.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            return self.forget(connection)
        self.buffers[connection] += data
        if not self.buffers[connection].endswith(b"\r\n\r\n" + BODY):
            return
        path = self.buffers[connection].split(b" ")[1]
        self.buffers[connection] = b""
        self.done[path] += 1
        self.waiting.append((connection, path))
        if self.held and len(self.waiting) < CONNECTIONS:
            return
        for one, text in self.waiting:
            one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
        self.waiting.clear()

    def forget(self, connection):
        self.selector.unregister(connection)
        del self.buffers[connection]
        connection.close()

    def end_all(self):
        """In order and by a reset, in turns."""
        with self.lock:
            ended = list(self.buffers)
            for number, connection in enumerate(ended):
                if number % 2 == 0:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.forget(connection)
        return len(ended)


def ask_all(clients, name):
    for number, client in enumerate(clients):
        client.sendall(b"POST /%s/%d HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (name, number, len(BODY), BODY))


def expect_answers(clients, name):
    for number, client in enumerate(clients):
        wanted, answer = b"/%s/%d" % (name, number), b""
        while not answer.endswith(b"\r\n\r\n" + wanted):
            piece = client.recv(65536)
            answer += piece
            assert piece and answer.startswith(b"HTTP/1.1 200"), f"{wanted}: {answer[:300]}"


def state(process):
    return pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2][0]


def one_round(number, process, upstream, clients):
    upstream.held = True
    ask_all(clients, b"kept-%d" % number)
    expect_answers(clients, b"kept-%d" % number)
    process.send_signal(signal.SIGSTOP)
    try:
        eventually("the gateway sleeps", lambda: state(process) == "T")
        ask_all(clients, b"late-%d" % number)
        upstream.held = False
        ended = upstream.end_all()
    finally:
        process.send_signal(signal.SIGCONT)
    expect_answers(clients, b"late-%d" % number)
    expect("connections ended", ended, CONNECTIONS)


def main(gateway, rounds="5"):
    upstream = Upstream()
    upstream.start()
    with running(gateway, CONFIG.format(upstream.port), log_level="error") as (port, _, _, _, process):
        clients = [socket.create_connection(("127.0.0.1", port), 60) for _ in range(CONNECTIONS)]
        for number in range(int(rounds)):
            one_round(number, process, upstream, clients)
        for client in clients:
            client.close()
    upstream.going = False
    upstream.join(10)
    expect("POST requests", len(upstream.done), 2 * CONNECTIONS * int(rounds))
    expect("those done twice", [path for path, times in upstream.done.items() if times > 1], [])
    print(f"{CONNECTIONS * int(rounds)} connections ended under {CONNECTIONS * int(rounds)} waiting POST requests: nothing was lost")


if __name__ == "__main__":
    main(*sys.argv[1:])
