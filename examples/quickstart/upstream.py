#!/usr/bin/env python3
"""A small upstream: answers every request with what it received. 
Usage: upstream.py PORT [ADDRESS]. Port 0: the kernel chooses; the port is printed. The address is loopback unless given."""
import http.server
import json
import sys


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0) or 0))
        text = json.dumps({"port": self.server.server_address[1], "method": self.command, "path": self.path, "headers": dict(self.headers), "body": body.decode("utf8", "replace")}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer((sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1", int(sys.argv[1])), Echo)
    print(server.server_address[1], flush=True)
    server.serve_forever()
