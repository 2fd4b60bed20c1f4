"""CPU time, memory and load of one run."""
import json
import os
import re
import subprocess

from peers import LOAD_CORE


def tree(pid):
    """The process and all below it."""
    found = [pid]
    for one in found:
        try:
            with open(f"/proc/{one}/task/{one}/children", encoding="ascii") as file:
                found += [int(child) for child in file.read().split()]
        except OSError:
            pass
    return found


def cpu_ns(pid):
    """Time on a core so far, in ns: exact, unlike the ticks of /proc/PID/stat."""
    total = 0
    for one in tree(pid):
        try:
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/schedstat", encoding="ascii") as file:
                    total += int(file.read().split()[0])
        except OSError:
            pass
    return total


def rss_kb(pid):
    total = 0
    for one in tree(pid):
        try:
            with open(f"/proc/{one}/status", encoding="ascii") as file:
                found = re.search(r"VmRSS:\s+(\d+)", file.read())
                total += int(found.group(1)) if found else 0
        except OSError:
            pass
    return total


def load(workload, port, folder, seconds, connections=64):
    """Runs wrk: its totals."""
    script = os.path.join(folder, "load.lua")
    with open(script, "w", encoding="utf8") as file:
        file.write(workload.script())
    run = subprocess.run(["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script, f"http://127.0.0.1:{port}"],
                         capture_output=True, text=True, check=True, timeout=seconds + 60)
    found = re.search(r"TOTALS (\{.*\})", run.stdout)
    if not found:
        raise RuntimeError(f"wrk gave no totals:\n{run.stdout}\n{run.stderr}")
    return json.loads(found.group(1))


def one_run(workload, peer, folder, seconds):
    before = cpu_ns(peer.process.pid)
    totals = load(workload, peer.port, folder, seconds)
    spent = cpu_ns(peer.process.pid) - before
    answered = max(totals["requests"], 1)
    refused = totals["status"]
    bad = refused if workload.status == 200 else answered - refused
    return {"cpu_us": spent / 1000 / answered, "per_s": answered * 1e6 / totals["duration_us"], "p50_us": totals["p50_us"], "p99_us": totals["p99_us"],
            "rss_kb": rss_kb(peer.process.pid), "bad": bad + totals["socket"]}
