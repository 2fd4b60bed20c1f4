#!/usr/bin/env python3
"""Starts the demo upstream and a gateway on kong.yml beside this file; see ci/quickstart."""
import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ask(url, headers=None):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def wait_for(port, process):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None:
                sys.exit("the gateway did not start")
            time.sleep(0.05)
    sys.exit("the gateway does not answer")


def check(base):
    wanted = [
        ("/open/hello", {}, 200),
        ("/members/hello", {}, 401),
        ("/members/hello", {"apikey": "wrong"}, 401),
        ("/nothing", {}, 404),
    ] + [("/members/hello", {"apikey": "alice-secret"}, code) for code in (200, 200, 200, 429)]
    # The limit counts in whole minutes: start where one does not end in between.
    if time.time() % 60 > 50:
        time.sleep(61 - time.time() % 60)
    good = True
    for path, headers, code in wanted:
        got, body = ask(base + path, headers)
        good &= got == code
        print(f"{'ok ' if got == code else 'BAD'} {path} {headers or ''}: {got}" + ("" if got == code else f", wanted {code}: {body[:200]}"))
    return good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gateway", required=True)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    upstream = subprocess.Popen([sys.executable, os.path.join(HERE, "upstream.py"), "0" if options.check else "9080"], stdout=subprocess.PIPE, text=True)
    upstream_port = int(upstream.stdout.readline())
    port, admin = (free_port(), free_port()) if options.check else (8000, 8001)
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(HERE, "kong.yml")
        if options.check:
            text = open(config, encoding="utf8").read().replace("127.0.0.1:9080", f"127.0.0.1:{upstream_port}")
            config = os.path.join(folder, "kong.yml")
            with open(config, "w", encoding="utf8") as file:
                file.write(text)
        environment = dict(os.environ, KONG_DATABASE="off", KONG_DECLARATIVE_CONFIG=config, KONG_PREFIX=folder, KONG_PROXY_LISTEN=f"127.0.0.1:{port}",
                           KONG_ADMIN_LISTEN=f"127.0.0.1:{admin}", KONG_STATUS_LISTEN="off")
        gateway = subprocess.Popen([options.gateway], env=environment)
        try:
            wait_for(port, gateway)
            base = f"http://127.0.0.1:{port}"
            if options.check:
                good = check(base)
                gateway.terminate()
                return 0 if gateway.wait(60) == 0 and good else 1
            print(f"\nThe gateway runs. Try:\n  curl -i {base}/open/hello\n  curl -i {base}/members/hello                            # 401: no key"
                  f"\n  curl -i -H 'apikey: alice-secret' {base}/members/hello   # the fourth within a minute is a 429\n  curl -s http://127.0.0.1:{admin}/services\nCtrl-C ends both.")
            gateway.wait()
            return gateway.returncode
        except KeyboardInterrupt:
            return 0
        finally:
            for process in (gateway, upstream):
                process.terminate()
                process.wait(15)


if __name__ == "__main__":
    sys.exit(main())
