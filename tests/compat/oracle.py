#!/usr/bin/env python3
"""Replays the recorded cases of one area (optional folder ../shared/oracle) against a gateway. Usage: oracle.py GATEWAY AREA [driver options]

Every case must pass but those of open_cases.json, which are known to differ still; a listed case that passes must leave the list.
Where a reason stands beside a case, it is kept in the README's "Differences" as long as it is meant to stay."""
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from node import running

ORACLE = os.path.join("..", "shared", "oracle")


# Areas whose cases are about refusals as well: a case counts as passed when it passes with either setting, because plugins that are not
# built yet are refused too.
BOTH_SETTINGS = ("admin", "declarative")


def replay(gateway, area, rest, unknown_plugins):
    with running(gateway, unknown_plugins=unknown_plugins) as (proxy, tls, admin, _, _):
        environment = dict(os.environ, GW_PROXY=f"127.0.0.1:{proxy}", GW_TLS=f"127.0.0.1:{tls}", GW_ADMIN=f"127.0.0.1:{admin}")
        return subprocess.run([sys.executable, os.path.join(ORACLE, "driver.py"), "check", os.path.join(ORACLE, "vectors"), *rest, area],
                              env=environment, capture_output=True, text=True)


def main():
    gateway, area, *rest = sys.argv[1:]
    if not os.path.isdir(ORACLE):
        print(f"skipped: {ORACLE} is not there")
        return 0
    with open(os.path.join(HERE, "open_cases.json"), encoding="utf8") as file:
        known = set(json.load(file).get(area, []))
    failed = None
    for setting in ("skip", "refuse") if area in BOTH_SETTINGS else ("skip",):
        run = replay(gateway, area, rest, setting)
        print(f"unknown_plugins = {setting}:\n", run.stdout[-20000:], run.stderr[-2000:])
        if not re.search(r"\d+ passed, \d+ failed", run.stdout):
            print("the replay did not reach its end")
            return 1
        differing = set(re.findall(rf"^{area} (\S+)$", run.stdout, re.M))
        failed = differing if failed is None else failed & differing
    new, mended = failed - known, set() if rest else known - failed
    if new:
        print("differ now and did not before:", ", ".join(sorted(new)))
    if mended:
        print("pass now, take them out of open_cases.json:", ", ".join(sorted(mended)))
    return 1 if new or mended else 0


if __name__ == "__main__":
    sys.exit(main())
