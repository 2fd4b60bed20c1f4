#!/usr/bin/env python3
"""Kept upstream connections that end around reuse. Usage: idle_race.py GATEWAY SOAK_IDLE_RACE [REQUESTS [CONNECTIONS]]"""
import pathlib
import subprocess
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / "end_to_end")]
from client import running  # noqa: E402

SERVICE = '- {{name: "{name}", url: "http://127.0.0.1:{port}", routes: [{{name: "{name}", paths: ["{path}"], strip_path: false}}]}}\n'


def main(gateway, program, requests="20000", connections="64"):
    load = subprocess.Popen([program, requests, connections], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        config = '_format_version: "3.0"\nservices:\n'
        for _ in range(3):
            path, port = load.stdout.readline().split()
            config += SERVICE.format(name=path.strip("/"), path=path, port=port)
        with running(gateway, config, nginx_http_keepalive_requests="100000000", nginx_worker_processes="2") as (port, *_):
            started = time.time()
            print(load.communicate(f"{port}\n", timeout=3000)[0], end="")
            print(f"{requests} requests over {connections} connections in {time.time() - started:.0f} s")
    finally:
        load.kill()
        load.wait()
    return load.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
