#!/usr/bin/env python3
"""Many reloads, by SIGHUP and by POST /config, every third refused, under busy connections, WebSockets and slow downloads.
Usage: reload.py GATEWAY SOAK_STEADY_LOAD [RELOADS]"""
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / "end_to_end")]
from client import ask, eventually, expect, running  # noqa: E402
from frames import TEXT, EchoServer, connect  # noqa: E402
from scripted_upstream import ScriptedUpstream, digest  # noqa: E402

BUSY, WEBSOCKETS, DOWNLOADS, DOWNLOAD_BYTES = 64, 20, 5, 4 << 20
LIMIT = 1_000_000
# Descriptors that come and go between two looks: of downloads that begin anew, on both sides, and of the Admin API.
PASSING = 2 * DOWNLOADS + 2
# Not of reloads: the workers keep blocks of 16 KiB for as many connections as ever needed one at once, which is seldom all of them, and heaps have
# gaps. A configuration left behind by each reload would be far more.
GROWTH_KIB = 4096
SANITIZED = "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ
SERVICE = '- {{name: "{0}", url: "http://127.0.0.1:{1}", routes: [{{name: "{0}", paths: ["/{0}"], strip_path: {2}{3}}}]}}\n'
COUNTED = f", plugins: [{{name: rate-limiting, config: {{year: {LIMIT}, policy: local, limit_by: ip}}}}]"


class Downloads:
    """Clients that read slowly, one download after the other."""

    def __init__(self, port):
        self.port, self.stopping, self.done, self.faults, self.wanted = port, False, 0, [], digest(DOWNLOAD_BYTES)
        self.threads = [threading.Thread(target=self.repeat) for _ in range(DOWNLOADS)]
        for thread in self.threads:
            thread.start()

    def repeat(self):
        try:
            while not self.stopping:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                connection.request("GET", f"/bytes/{DOWNLOAD_BYTES}")
                answer, whole = connection.getresponse(), hashlib.sha256()
                while block := answer.read(65536):
                    whole.update(block)
                    time.sleep(0 if self.stopping else 0.05)
                if answer.status != 200 or whole.hexdigest() != self.wanted:
                    self.faults.append(f"status {answer.status}, or other octets")
                self.done += 1
                connection.close()
        except (OSError, http.client.HTTPException) as fault:
            self.faults.append(repr(fault))

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join(120)


class Sockets:
    """Open WebSockets that say something now and then."""

    def __init__(self, port):
        self.said, self.peers = 0, [connect(port, "/echo")[0] for _ in range(WEBSOCKETS)]
        for peer in self.peers:
            expect("welcome", peer.receive(), (TEXT, b"welcome"))

    def use(self):
        self.said += 1
        for number, peer in enumerate(self.peers):
            peer.send(TEXT, f"{number} says {self.said}".encode())
        for number, peer in enumerate(self.peers):
            expect("echo", peer.receive(), (TEXT, f"{number} says {self.said}".encode()))

    def close(self):
        for peer in self.peers:
            peer.end()


class Node:
    def __init__(self, ports, path, upstreams):
        self.proxy, _, self.admin, self.status, self.process = ports
        self.path, self.upstreams, self.calls = path, upstreams, 0

    def text(self, generation, valid=True):
        steady, scripted, echo = self.upstreams
        text = '_format_version: "3.0"\nservices:\n' + SERVICE.format("steady", steady, "false", "") + SERVICE.format("bytes", scripted, "false", "")
        text += SERVICE.format("echo", echo, "false", "") + SERVICE.format("counted", scripted, "true", COUNTED)
        # A table of some size, so that what a reload leaves behind would weigh something.
        text += "".join(SERVICE.format(f"other-{number}", 9, "true", "") for number in range(200))
        text += "consumers:\n" + "".join(f'- {{username: "user-{number}", keyauth_credentials: [{{key: "key-{number}-{generation}"}}]}}\n' for number in range(200))
        text += f'plugins:\n- {{name: prometheus}}\n- {{name: request-transformer, config: {{add: {{headers: ["X-Generation:{generation}"]}}}}}}\n'
        return text if valid else text + "- {name: key-auth, confg: {}}\n"

    def metric(self, text, name):
        return int(float(re.search(rf"^{name} (\S+)$", text, re.M).group(1)))

    def outcomes(self):
        text = ask(self.status, "/metrics").body
        return self.metric(text, "gateway_configurations_loaded_total"), self.metric(text, "gateway_configurations_refused_total")

    def live(self):
        return self.metric(ask(self.status, "/metrics").body, "gateway_configurations_live")

    def reload(self, number):
        """By signal and by request in turns; every third is refused."""
        valid, loaded, refused = number % 3 != 0, *self.outcomes()
        wanted = (loaded + 1, refused) if valid else (loaded, refused + 1)
        if number % 2 == 0:
            self.path.write_text(self.text(number, valid))
            os.kill(self.process.pid, signal.SIGHUP)
            eventually(f"reload {number} by SIGHUP", lambda: self.outcomes() == wanted, 60)
        else:
            answer = ask(self.admin, "/config", "POST", self.text(number, valid).encode(), Content_Type="text/yaml")
            expect(f"reload {number} by POST", answer.status, 201 if valid else 400)
            expect(f"outcomes of reload {number}", self.outcomes(), wanted)

    def spend_one(self):
        """One request of a counted route: the count goes on from where it was."""
        self.calls += 1
        answer = ask(self.proxy, "/counted/echo")
        expect("remaining", int(answer.headers["X-RateLimit-Remaining-Year"]), LIMIT - self.calls)

    def sizes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return {"rss_kib": int(re.search(r"VmRSS:\s+(\d+)", status).group(1)), "threads": int(re.search(r"Threads:\s+(\d+)", status).group(1)),
                "descriptors": len(os.listdir(f"/proc/{self.process.pid}/fd"))}


class Load:
    def __init__(self, program):
        self.process = subprocess.Popen([program, str(BUSY)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def tell(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def figures(self):
        self.tell("figures")
        return json.loads(self.process.stdout.readline())

    def end(self):
        return json.loads(self.process.communicate(timeout=60)[0])


def resting(samples):
    """The last one, with the least memory of the last ten: a look may fall into the moment in which a load's own tree is not yet given back."""
    return {**samples[-1], "rss_kib": min(sample["rss_kib"] for sample in samples[-10:])}


def soak(node, load, reloads):
    settled = min(100, reloads // 2)  # after which nothing may grow
    load.tell(node.proxy)
    downloads, sockets = Downloads(node.proxy), Sockets(node.proxy)
    started, live_most, samples, first, before = time.time(), 0, [], None, None
    for number in range(1, reloads + 1):
        node.reload(number)
        if number % 10 == 0:
            sockets.use()
            node.spend_one()
            live_most = max(live_most, node.live())
        samples.append(node.sizes())
        if number == settled:
            first, before = resting(samples), load.figures()
    last, after, seconds = resting(samples), load.figures(), time.time() - started
    downloads.stop()
    sockets.close()
    final = load.end()
    print(f"{reloads} reloads in {seconds:.0f} s: {final['answered']} requests over {BUSY} connections, {downloads.done} downloads, "
          f"{sockets.said * WEBSOCKETS} messages over {WEBSOCKETS} WebSockets; at most {live_most} configurations alive")
    print(f"after {settled}: {json.dumps(first)}\nafter {reloads}: {json.dumps(last)}\nload: {json.dumps(final)}")

    expect("downloads' faults", downloads.faults, [])
    expect("requests failed, lost, connections ended", [final[name] for name in ("failed", "lost", "connections_ended")], [0, 0, 0])
    assert after["answered"] > before["answered"] > 0, "the load has stopped"
    assert final["upstream_connections"] <= BUSY, f"{final['upstream_connections']} connections to an upstream of {BUSY} clients: reloads have dropped some"
    grown_kib = last["rss_kib"] - first["rss_kib"]
    # A sanitizer holds on to what was freed.
    assert grown_kib <= GROWTH_KIB or SANITIZED, f"memory has grown by {grown_kib} KiB"
    expect("threads", last["threads"], first["threads"])
    grown = (last["descriptors"] - after["upstream_connections"]) - (first["descriptors"] - before["upstream_connections"])
    assert abs(grown) <= PASSING, f"{grown} descriptors more"
    # The running one, the one that the WebSockets began with, one for each download, one whose requests are just ending.
    assert live_most <= 3 + DOWNLOADS, f"{live_most} configurations alive"
    eventually("only the running configuration is alive", lambda: node.live() == 1)


def main(gateway, program, reloads="60"):
    load = Load(program)
    try:
        with tempfile.TemporaryDirectory() as folder, ScriptedUpstream() as scripted, EchoServer() as echo, contextlib.ExitStack() as stack:
            path = pathlib.Path(folder) / "kong.yml"
            node = Node([0] * 5, path, (load.port, scripted.port, echo.port))
            path.write_text(node.text(0))
            ports = stack.enter_context(running(gateway, declarative_config=str(path), nginx_worker_processes="2", nginx_http_keepalive_requests="100000000",
                                                upstream_keepalive_max_requests="100000000", upstream_keepalive_idle_timeout="100000", log_level="error",
                                                proxy_error_log="/dev/null"))
            soak(Node(ports, path, node.upstreams), load, int(reloads))
    finally:
        load.process.kill()
        load.process.wait()
    print("nothing was lost")


if __name__ == "__main__":
    main(*sys.argv[1:])
