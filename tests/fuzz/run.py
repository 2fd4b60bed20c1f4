#!/usr/bin/env python3
"""Runs one libFuzzer target from its kept inputs for FUZZ_SECONDS (30) and says how far it came; a crash is told with its bytes.

run.py TARGET CORPUS: what is found on the way is not kept. To look longer, and to keep what is new:
    mkdir /tmp/found && build/fuzz/bin/uri_fuzz -max_total_time=600 /tmp/found tests/fuzz/corpus/uri
    build/fuzz/bin/uri_fuzz -merge=1 tests/fuzz/corpus/uri /tmp/found
"""
import base64
import os
import pathlib
import re
import subprocess
import sys
import tempfile

LINES_SHOWN = 60
INPUT_BYTES_MAX = 4096
INPUT_SECONDS_MAX = 25


def run(target, corpus, seconds):
    with tempfile.TemporaryDirectory() as folder:
        found = pathlib.Path(folder, "found")
        found.mkdir()
        command = [target, f"-max_total_time={seconds}", f"-timeout={INPUT_SECONDS_MAX}", f"-max_len={INPUT_BYTES_MAX}", "-rss_limit_mb=2048",
                   "-print_final_stats=1", f"-artifact_prefix={folder}/", str(found), str(corpus)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds + 300)
        said = done.stdout.decode(errors="replace")
        executed = re.search(r"number_of_executed_units: (\d+)", said)
        culprits = [file for file in pathlib.Path(folder).iterdir() if file.is_file()]
        if done.returncode == 0 and executed and int(executed[1]) > 0 and not culprits:
            print(f"{pathlib.Path(target).name}: {executed[1]} inputs in {seconds} s, {len(list(found.iterdir()))} of them reached something new")
            return 0
        print("\n".join(said.splitlines()[-LINES_SHOWN:]))
        for file in culprits:
            octets = file.read_bytes()
            print(f"\n{file.name}: {len(octets)} bytes\n{octets!r}\nto have them again: echo {base64.b64encode(octets).decode()} | base64 -d > input; {target} input")
        return 1


if __name__ == "__main__":
    if len(sys.argv) != 3 or not pathlib.Path(sys.argv[2]).is_dir():
        sys.exit(__doc__)
    sys.exit(run(sys.argv[1], sys.argv[2], int(os.environ.get("FUZZ_SECONDS", "30"))))
