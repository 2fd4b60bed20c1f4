"""WebSocket (RFC 6455) in a hundred lines: frames, a client, an echo server. Enough to talk through a gateway, and strict about what it reads."""
import base64
import hashlib
import os
import socket
import socketserver
import ssl
import struct
import threading

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3


def accept_of(key):
    return base64.b64encode(hashlib.sha1((key + MAGIC).encode()).digest()).decode()


def mask(data, key):
    """XOR with the repeated key, as one large number: a megabyte takes milliseconds."""
    repeated = (key * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(data), "big")


class Peer:
    """One side of an open WebSocket. A client masks what it sends, a server must not (section 5.1)."""

    def __init__(self, stream, is_client):
        self.stream, self.is_client = stream, is_client
        self.reader = stream.makefile("rb")

    def send(self, kind, data=b"", final=True):
        size = len(data)
        length = bytes([size]) if size < 126 else b"\x7e" + struct.pack(">H", size) if size < 65536 else b"\x7f" + struct.pack(">Q", size)
        head = bytes([kind | (0x80 if final else 0), length[0] | (0x80 if self.is_client else 0)]) + length[1:]
        if self.is_client:
            key = os.urandom(4)
            head, data = head + key, mask(data, key)
        self.stream.sendall(head + data)

    def receive(self):
        """(kind, data) of one frame; None when the other side has ended the connection."""
        head = self.reader.read(2)
        if len(head) < 2:
            return None
        size = head[1] & 0x7F
        if size == 126:
            size, = struct.unpack(">H", self.reader.read(2))
        elif size == 127:
            size, = struct.unpack(">Q", self.reader.read(8))
        masked = bool(head[1] & 0x80)
        assert masked != self.is_client, "a frame is masked by the wrong side"
        key = self.reader.read(4) if masked else None
        data = self.reader.read(size)
        assert len(data) == size, "a frame was cut"
        return head[0] & 0x0F, mask(data, key) if key else data

    def end(self):
        self.reader.close()
        self.stream.close()


def connect(port, path, tls=False, **fields):
    """Opens a connection and upgrades it: (peer, status line, headers); no peer when the answer is not 101."""
    stream = socket.create_connection(("127.0.0.1", port), 20)
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        stream = context.wrap_socket(stream)
    key = base64.b64encode(os.urandom(16)).decode()
    headers = {"Host": f"127.0.0.1:{port}", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13", **fields}
    stream.sendall("\r\n".join([f"GET {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items()), "", ""]).encode())
    peer = Peer(stream, True)
    status, answer = read_head(peer.reader)
    if " 101 " not in status:
        peer.end()
        return None, status, answer
    assert answer["sec-websocket-accept"] == accept_of(key), answer
    return peer, status, answer


def read_head(reader):
    status, headers = reader.readline().decode().strip(), {}
    while (line := reader.readline().decode().strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return status, headers


class EchoHandler(socketserver.BaseRequestHandler):
    def handle(self):
        peer = Peer(self.request, False)
        _, headers = read_head(peer.reader)
        self.server.heads.append(headers)
        if "sec-websocket-key" not in headers:
            self.request.sendall(b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        self.request.sendall(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                              + accept_of(headers["sec-websocket-key"]) + "\r\n\r\n").encode())
        try:
            self.server.closed.append(self.echo(peer))
        except ConnectionError:
            self.server.closed.append("lost")

    @staticmethod
    def echo(peer):
        """Until the other side is done; says how it ended."""
        peer.send(TEXT, b"welcome")  # in the same segment as the handshake, perhaps
        while (frame := peer.receive()) is not None:
            kind, data = frame
            if kind == PING:
                peer.send(PONG, data)
            elif kind == CLOSE:
                peer.send(CLOSE, data)
                return "closed"
            elif data == b"go away":
                return "left"
            else:
                peer.send(kind, data)
        return "ended"


class EchoServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), EchoHandler)
        self.heads, self.closed = [], []
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()
