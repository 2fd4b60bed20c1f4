#!/usr/bin/env python3
"""Sends the recorded requests of public configurations (optional folder ../shared/corpus/real) through a gateway: the same route and service
must win. Usage: probes.py GATEWAY. Needs root for a network of its own."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

CORPUS = os.path.join("..", "shared", "corpus", "real")

# Files that this gateway refuses on purpose, with the reason. One that loads must leave the list.
REFUSED = {
    "163.yml": "a key stands twice in a mapping; the original takes the last one in silence",
}


def main():
    gateway = sys.argv[1]
    if not os.path.isdir(CORPUS):
        print(f"skipped: {CORPUS} is not there")
        return 0
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("ip") is None:
        print("skipped: a network of its own needs root, unshare and ip")
        return 0
    with tempfile.NamedTemporaryFile() as record:
        run = subprocess.run([sys.executable, os.path.join(CORPUS, "run_probes.py"), gateway, CORPUS, "--json", record.name], capture_output=True, text=True)
        try:
            requests = json.load(open(record.name, encoding="utf8"))
        except ValueError:
            print(run.stdout[-5000:], run.stderr[-5000:])
            return 1
    refused = dict(re.findall(r"^(\S+) did not start: (.*)$", run.stdout, re.M))
    other = [r for r in requests if not r["route"]]
    faults = [f"{file} does not load: {why}" for file, why in refused.items() if file not in REFUSED]
    faults += [f"{file} loads now: take it out of the list" for file in REFUSED if file not in refused]
    faults += [f"{r['file']} {r['target']}: another route or service won" for r in other]
    print("\n".join(faults), end="\n" if faults else "")
    print(run.stdout.strip().split("\n")[-1])
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
