#!/usr/bin/env python3
"""Sends the recorded requests of public configurations (optional folder ../shared/corpus/real) through a gateway: the same route and service
must win. Usage: probes.py GATEWAY. Needs root, for a network of its own."""
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


def rendered(case, folder, pem, public_key):
    """The text of a case as it was recorded: longer placeholders first, so that none is part of another; keys at their block's indentation."""
    with open(os.path.join(folder, case["file"]), encoding="utf8") as file:
        text = file.read()
    for placeholder, value in sorted(case["vars"].items(), key=lambda item: -len(item[0])):
        if value.startswith("<test "):
            value = (pem["@TEST_CERTIFICATE@"] if "cert" in value else public_key).replace("\n", "\n" + " " * 10)
            text = text.replace("\n" + placeholder, "\n" + " " * 10 + value)
        text = text.replace(placeholder, value)
    return text


def child(gateway, record):
    """Runs inside the network of its own."""
    sys.path.insert(0, CORPUS)
    import run_probes
    of_case = run_probes.text_of

    def text_of(case, folder, pem):
        if not case.get("vars"):
            return of_case(case, folder, pem)
        public_key = subprocess.run(["openssl", "x509", "-pubkey", "-noout"], input=pem["@TEST_CERTIFICATE@"], capture_output=True, text=True, check=True).stdout.strip()
        with tempfile.TemporaryDirectory() as here:
            with open(os.path.join(here, case["file"]), "w", encoding="utf8") as file:
                file.write(rendered(case, folder, pem, public_key))
            return of_case({k: v for k, v in case.items() if k != "vars"}, here, pem)

    run_probes.text_of = text_of
    sys.argv = ["run_probes.py", gateway, CORPUS, "--json", record]
    run_probes.main()


def main():
    if len(sys.argv) == 3:
        return child(*sys.argv[1:])
    gateway = sys.argv[1]
    if not os.path.isdir(CORPUS):
        print(f"skipped: {CORPUS} is not there")
        return 0
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("ip") is None:
        print("skipped: a network of its own needs root, unshare and ip")
        return 0
    with tempfile.NamedTemporaryFile() as record:
        # Two files have a variable of decK's that the original took for text.
        environment = dict(os.environ, PROBES_NS="1", DECK_USERNAME="somebody")
        run = subprocess.run(["unshare", "-n", sys.executable, os.path.abspath(__file__), gateway, record.name], capture_output=True, text=True, env=environment)
        try:
            requests = json.load(record)
        except ValueError:
            print(run.stdout[-5000:], run.stderr[-5000:])
            return 1
    refused = dict(re.findall(r"^(\S+) did not start: (.*)$", run.stdout, re.M))
    faults = [f"{file} does not load: {why}" for file, why in refused.items() if file not in REFUSED]
    faults += [f"{file} loads now: take it out of the list" for file in REFUSED if file not in refused]
    faults += [f"{r['file']} {r['target']}: another route or service won" for r in requests if not r["route"]]
    print("\n".join(faults), end="\n" if faults else "")
    print(run.stdout.strip().split("\n")[-1])
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
