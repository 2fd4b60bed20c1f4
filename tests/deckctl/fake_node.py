"""A node that is only an Admin API, and does at dry runs and loads what a test tells it to."""
import hashlib
import http.server
import json
import threading
import urllib.parse

NO_ENTITIES, EMPTY = '{"_format_version":"3.0"}', "0" * 32


class FakeNode:
    """`at_load`: "take", "refuse", "die" (no answer, ever again), "lie" (takes it, reports another hash), "lose" (takes it, the answer is lost)."""

    def __init__(self, at_load="take", config=NO_ENTITIES, gateway_version="0.1.0", token=None):
        self.at_load, self.config, self.gateway_version, self.token = at_load, config, gateway_version, token
        self.hash = EMPTY
        self.problems = []  # of a dry run
        self.more_status = {}
        self.at_question = self.at_dry_run = self.at_refusal = self.at_each_load = lambda: None
        self.dead = False
        self.loads = self.dry_runs = 0
        node = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, status, value):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def refused(self):
                if node.dead:
                    self.close_connection = True
                    return True
                if node.token and self.headers.get("Kong-Admin-Token") != node.token:
                    self.answer(401, {"message": "Unauthorized"})
                    return True
                return False

            def do_GET(self):
                if self.refused():
                    return
                node.at_question()
                if self.path == "/":
                    self.answer(200, {"version": "3.9.1", "gateway_version": node.gateway_version, "configuration": {}})
                elif self.path == "/status":
                    self.answer(200, {"configuration_hash": node.hash, **node.more_status})
                elif self.path == "/gateway/status":
                    self.answer(200, {"hash": node.hash, "pending": None})
                elif self.path.startswith("/config"):
                    self.answer(200, {"config": node.config})
                else:
                    self.answer(404, {"message": "Not found"})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if self.refused():
                    return
                if self.path.startswith("/gateway/"):
                    return self.answer(404, {"message": "Not found"})
                query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
                if query.get("if_hash") not in (None, node.hash):
                    return self.answer(412, {"message": "another configuration runs"})
                if query.get("dry_run"):
                    node.dry_runs += 1
                    node.at_dry_run()
                    return self.answer(400, {"message": "no", "problems": node.problems}) if node.problems else self.answer(200, {})
                node.loads += 1
                node.at_each_load()
                if node.at_load == "refuse":
                    node.at_refusal()
                    return self.answer(500, {"message": "An unexpected error occurred"})
                if node.at_load == "die":
                    node.dead = self.close_connection = True
                    return None
                node.config = body
                node.hash = "1" * 32 if node.at_load == "lie" else EMPTY if body == NO_ENTITIES else hashlib.md5(body.encode()).hexdigest()
                if node.at_load == "lose":
                    self.close_connection = True
                    return None
                return self.answer(201, {})

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # a client that goes away is part of the play
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
