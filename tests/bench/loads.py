"""What large configurations cost: memory of the process, CPU time of a reload, time from the start to the first answer."""
import http.client
import json
import os
import signal
import statistics
import time

from measure import cpu_ns, rss_kb
from node import free_ports
from peers import PROXY_CORE, pinned

COUNT, RELOADS = 10_000, 10
PLUGINS = [{"name": "key-auth", "config": {"key_names": ["apikey"]}}, {"name": "rate-limiting", "config": {"minute": 60, "policy": "local"}}]


def services(plugins):
    for n in range(COUNT):
        route = {"name": f"route-{n}", "paths": [f"/api/service-{n}"], "strip_path": True}
        if plugins:
            route["plugins"] = PLUGINS
        yield {"name": f"service-{n}", "host": f"service-{n}.internal.example", "port": 8080, "protocol": "http", "routes": [route]}


def yaml_lines(value, indent):
    """Block style for lists of records, JSON (which YAML is) for everything else."""
    for name, inner in value.items():
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            yield f"{indent}{name}:\n"
            for item in inner:
                first, *rest = yaml_lines(item, indent + "  ")
                yield f"{indent}- {first[len(indent) + 2:]}"
                yield from rest
        elif isinstance(inner, dict):
            yield f"{indent}{name}:\n"
            yield from yaml_lines(inner, indent + "  ")
        else:
            yield f"{indent}{name}: {inner if isinstance(inner, str) and name != '_format_version' else json.dumps(inner)}\n"


class Node:
    """The gateway with one such file."""

    def __init__(self, gateway, folder, path):
        self.path, self.log = path, os.path.join(folder, "error.log")
        self.port, self.admin = free_ports(2)
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("KONG_", "GATEWAY_"))}
        environment = {**clean, "GATEWAY_PREFIX": folder, "GATEWAY_PROXY_LISTEN": f"127.0.0.1:{self.port}", "GATEWAY_ADMIN_LISTEN": f"127.0.0.1:{self.admin}",
                       "GATEWAY_STATUS_LISTEN": "off", "GATEWAY_PROXY_ERROR_LOG": self.log, "GATEWAY_PROXY_ACCESS_LOG": "off", "GATEWAY_NGINX_WORKER_PROCESSES": "1",
                       "GATEWAY_DECLARATIVE_CONFIG": path}
        open(self.log, "w", encoding="utf8").close()
        started = time.monotonic()
        self.process = pinned(PROXY_CORE, [gateway], env=environment, stdout=-3, stderr=-3)
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > started + 60:
                raise RuntimeError(f"{path}: no answer")
            time.sleep(0.002)
        self.first_answer_s = time.monotonic() - started

    def answers(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("GET", "/nowhere")
            return connection.getresponse().status == 404
        except OSError:
            return False

    def loads(self):
        with open(self.log, encoding="utf8") as file:
            return file.read().count(" loaded: ")

    def spent_ms(self, reload):
        """CPU time of one reload with everything that follows it: the old snapshot's end, the return of its memory."""
        before, loads = cpu_ns(self.process.pid), self.loads()
        reload()
        end = time.monotonic() + 60
        while self.loads() == loads and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.3)
        return (cpu_ns(self.process.pid) - before) / 1e6

    def hang_up(self):
        os.kill(self.process.pid, signal.SIGHUP)

    def post(self):
        with open(self.path, "rb") as file:
            body = file.read()
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=60)
        connection.request("POST", "/config", body, {"Content-Type": "application/json" if self.path.endswith("json") else "application/yaml"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 201:
            raise RuntimeError(f"POST /config: {answer.status}")

    def rss_mb(self):
        return rss_kb(self.process.pid) / 1024


def print_loads(gateway, folder):
    print("\n| configuration | first answer s | RSS MB | after reloads | CPU ms, SIGHUP | spread | CPU ms, POST /config | spread |\n|---|---|---|---|---|---|---|---|")
    for plugins in (False, True):
        for kind in ("json", "yaml"):
            document = {"_format_version": "3.0", "services": list(services(plugins))}
            path = os.path.join(folder, "large." + kind)
            with open(path, "w", encoding="utf8") as file:
                file.writelines([json.dumps(document)] if kind == "json" else yaml_lines(document, ""))
            node = Node(gateway, folder, path)
            try:
                time.sleep(0.5)
                settled = node.rss_mb()
                hups = [node.spent_ms(node.hang_up) for _ in range(RELOADS)]
                posts = [node.spent_ms(node.post) for _ in range(RELOADS)]
                name = f"{COUNT:,} services, {COUNT:,} routes{f', {2 * COUNT:,} plugins' if plugins else ''}, {kind.upper()}"
                print(f"| {name} | {node.first_answer_s:.2f} | {settled:.0f} | {node.rss_mb():.0f} | {statistics.median(hups):.0f} | {min(hups):.0f}-{max(hups):.0f} | "
                      f"{statistics.median(posts):.0f} | {min(posts):.0f}-{max(posts):.0f} |", flush=True)
            finally:
                node.process.terminate()
                node.process.wait()
