#!/usr/bin/env python3
"""Replays the recorded cases of one area (optional folder ../shared/oracle) against a gateway. Usage: oracle.py GATEWAY AREA [driver options]

Every case must pass."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from node import running

ORACLE = os.path.join("..", "shared", "oracle")


def main():
    gateway, area, *rest = sys.argv[1:]
    if not os.path.isdir(ORACLE):
        print(f"skipped: {ORACLE} is not there")
        return 0
    with running(gateway, unknown_plugins="skip") as (proxy, tls, admin, _, _):
        environment = dict(os.environ, GW_PROXY=f"127.0.0.1:{proxy}", GW_TLS=f"127.0.0.1:{tls}", GW_ADMIN=f"127.0.0.1:{admin}")
        run = subprocess.run([sys.executable, os.path.join(ORACLE, "driver.py"), "check", os.path.join(ORACLE, "vectors"), *rest, area],
                             env=environment, capture_output=True, text=True)
    print(run.stdout[-20000:], run.stderr[-4000:])
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
