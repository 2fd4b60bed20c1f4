"""An upstream whose paths say how it behaves; it counts what it has sent and read, so that tests see where bytes wait.

/echo               what was received, as JSON              /bytes/N     N octets with a length
/chunked/N          N octets in chunks, with trailers       /cut/N       a length of N, half of it, then the end
/cut-chunked        a chunk, then the end without the last  /drip/N      N lines, ten a second
/slow-upload        reads 64 KiB every 50 ms until opened   /refuse      413 before the body was read, then the end
/early              an informational answer, then the real one
/silent             no answer; counts who was here, and who left
"""
import contextlib
import hashlib
import json
import re
import socketserver
import threading
import time

BLOCK = bytes(range(256)) * 256  # 64 KiB


def octets(count):
    """The pattern of /bytes and of uploads, in blocks."""
    for _ in range(count // len(BLOCK)):
        yield BLOCK
    if count % len(BLOCK):
        yield BLOCK[: count % len(BLOCK)]


def digest(count):
    whole = hashlib.sha256()
    for block in octets(count):
        whole.update(block)
    return whole.hexdigest()


class Request:
    def __init__(self, stream):
        self.line = stream.readline().decode("latin1").strip()
        self.headers = {}
        while (line := stream.readline().decode("latin1").strip()) != "":
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()
        self.method, self.path, _ = self.line.split(" ") if self.line else ("", "", "")
        self.stream, self.trailers = stream, {}

    def body(self):
        """The body in pieces, whatever its framing."""
        if self.headers.get("transfer-encoding", "") == "chunked":
            while (size := int(self.stream.readline().split(b";")[0], 16)) > 0:
                yield from self.exactly(size)
                self.stream.readline()
            while (line := self.stream.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                self.trailers[name.decode().lower()] = value.decode().strip()
        else:
            yield from self.exactly(int(self.headers.get("content-length", 0)))

    def exactly(self, count):
        while count > 0:
            piece = self.stream.read(min(count, 65536))
            if not piece:
                raise ConnectionError("the request ended early")
            count -= len(piece)
            yield piece


class Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        with self.server.lock:
            self.server.connections += 1
            self.number = self.server.connections
        try:
            while (request := Request(self.rfile)).line:
                if self.answer(request) is False:
                    return
        except (ConnectionError, ValueError, TimeoutError):
            pass  # the other side went away: what the tests are about is seen there

    def head(self, status, *fields):
        self.send("\r\n".join([f"HTTP/1.1 {status}", f"X-Connection: {self.number}", *fields, "", ""]).encode())

    def send(self, data):
        self.wfile.write(data)
        self.server.sent += len(data)

    def answer(self, request):
        path = request.path.split("?")[0]
        name, _, count = path.strip("/").partition("/")
        behaviour = getattr(self, "do_" + name.replace("-", "_"), self.do_echo)
        return behaviour(request, int(count) if re.fullmatch(r"\d+", count) else 0)

    def do_echo(self, request, _):
        whole, length = hashlib.sha256(), 0
        for piece in request.body():
            whole.update(piece)
            length += len(piece)
        text = json.dumps({"method": request.method, "path": request.path, "headers": request.headers, "length": length, "sha256": whole.hexdigest(),
                           "trailers": request.trailers}).encode()
        self.head("200 OK", "Content-Type: application/json", f"Content-Length: {len(text)}")
        if request.method != "HEAD":
            self.send(text)

    def do_bytes(self, request, count):
        self.head("200 OK", f"Content-Length: {count}")
        for block in octets(count if request.method != "HEAD" else 0):
            self.send(block)

    def do_chunked(self, _, count):
        self.head("200 OK", "Transfer-Encoding: chunked", "Trailer: X-Digest")
        for block in octets(count):
            self.send(f"{len(block):x}\r\n".encode() + block + b"\r\n")
        self.send(b"0\r\nX-Digest: " + digest(count).encode() + b"\r\nContent-Length: 5\r\n\r\n")

    def do_cut(self, _, count):
        self.head("200 OK", f"Content-Length: {count}")
        for block in octets(count // 2):
            self.send(block)
        return False

    def do_cut_chunked(self, *_):
        self.head("200 OK", "Transfer-Encoding: chunked")
        self.send(b"5\r\nhello\r\n")
        return False

    def do_drip(self, _, count):
        self.head("200 OK", "Transfer-Encoding: chunked")
        for number in range(count):
            line = f"line {number}\n".encode()
            self.send(f"{len(line):x}\r\n".encode() + line + b"\r\n")
            time.sleep(0.1)
        self.send(b"0\r\n\r\n")

    def do_slow_upload(self, request, _):
        whole, length = hashlib.sha256(), 0
        for piece in request.body():
            whole.update(piece)
            length += len(piece)
            self.server.read = length
            self.server.opened.wait(0.05)
        text = json.dumps({"length": length, "sha256": whole.hexdigest()}).encode()
        self.head("200 OK", f"Content-Length: {len(text)}")
        self.send(text)

    def do_refuse(self, *_):
        self.head("413 Content Too Large", "Content-Length: 4", "Connection: close")
        self.send(b"full")
        return False

    def do_silent(self, request, _):
        for _ in request.body():
            pass
        self.server.silent += 1
        with contextlib.suppress(ConnectionError):
            self.rfile.read(1)
        self.server.left += 1
        return False

    def do_early(self, *_):
        self.send(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
        self.head("200 OK", "Content-Length: 2")
        self.send(b"ok")


class ScriptedUpstream(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock, self.opened = threading.Lock(), threading.Event()
        self.connections = self.sent = self.read = self.silent = self.left = 0
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()
