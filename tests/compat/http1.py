#!/usr/bin/env python3
"""Sends the raw HTTP/1.1 cases (optional folder ../shared/corpus/http1) through a gateway. Usage: http1.py GATEWAY [runner options]"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from node import free_ports, running

CORPUS = os.path.join("..", "shared", "corpus", "http1")


def main():
    gateway, *rest = sys.argv[1:]
    if not os.path.isdir(CORPUS):
        print(f"skipped: {CORPUS} is not there")
        return 0
    upstream = free_ports(1)[0]
    config = f"""
_format_version: "3.0"
services:
  - name: all
    url: http://127.0.0.1:{upstream}
    connect_timeout: 2000
    read_timeout: 2000
    write_timeout: 2000
    routes:
      - name: all
        paths: [/]
        strip_path: false
        preserve_host: true
"""
    with running(gateway, config, nginx_http_client_header_timeout="2s", nginx_http_client_body_timeout="2s", nginx_http_keepalive_timeout="2s") as (proxy, *_):
        return subprocess.run([sys.executable, os.path.join(CORPUS, "run_cases.py"), CORPUS, "--gateway", f"127.0.0.1:{proxy}",
                               "--upstream-port", str(upstream), *rest]).returncode


if __name__ == "__main__":
    sys.exit(main())
