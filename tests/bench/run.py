#!/usr/bin/env python3
"""Gateway, nginx and HAProxy in turns, one worker each on core 0, load and upstream on core 1. Prints a table of medians.

Only ratios within one run mean anything: the machine decides the rest."""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from loads import print_loads
from measure import one_run
from peers import LOAD_CORE, Gateway, Haproxy, Nginx, available, pinned
from workloads import workloads


def start_upstream(binary, folder):
    path = os.path.join(folder, "upstream.port")
    process = pinned(LOAD_CORE, [binary, path])
    for _ in range(100):
        if os.path.exists(path) and os.path.getsize(path):
            break
        time.sleep(0.05)
    with open(path, encoding="ascii") as file:
        return process, int(file.read())


def peers_of(workload, options, have, folder):
    peers = [Gateway(folder, options.gateway)]
    peers += [Nginx(folder)] if "nginx" in workload.peers and "nginx" in have else []
    peers += [Haproxy(folder)] if "haproxy" in workload.peers and "haproxy" in have else []
    return peers


def measure_workload(workload, options, have, upstream):
    """name -> list of runs; the order turns from round to round."""
    with tempfile.TemporaryDirectory() as folder:
        peers = peers_of(workload, options, have, folder)
        results = {peer.name: [] for peer in peers}
        try:
            for peer in peers:
                peer.start(workload, upstream)
                one_run(workload, peer, folder, 1)  # warm: connections, caches, branch predictors
            for turn in range(options.rounds):
                for peer in peers[turn % len(peers):] + peers[:turn % len(peers)]:
                    results[peer.name].append(one_run(workload, peer, folder, options.seconds))
        finally:
            for peer in peers:
                peer.stop()
    return results


def median(runs, what):
    return statistics.median(run[what] for run in runs)


def print_rows(workload, results):
    ours = median(results["gateway"], "cpu_us")
    for name, runs in results.items():
        cpu = median(runs, "cpu_us")
        ratio = "" if name == "gateway" else f"{ours / cpu:.2f}"
        spread = f"{min(r['cpu_us'] for r in runs):.1f}-{max(r['cpu_us'] for r in runs):.1f}"
        bad = sum(run["bad"] for run in runs)
        print(f"| {workload.name} | {name} | {cpu:.2f} | {spread} | {ratio} | {median(runs, 'per_s'):.0f} | {median(runs, 'p50_us') / 1000:.2f} | "
              f"{median(runs, 'p99_us') / 1000:.2f} | {median(runs, 'rss_kb') / 1024:.0f} | {bad} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gateway", required=True)
    parser.add_argument("--upstream", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--only", action="append", default=[], help="workloads whose name contains this word; loads: the large configurations")
    options = parser.parse_args()
    have = available()
    if not {"wrk", "taskset"} <= have or os.cpu_count() < 2:
        print("skipped: needs wrk, taskset and two cores")
        return 0
    for name in sorted({"nginx", "haproxy"} - have):
        print(f"without {name}: not installed")
    with tempfile.TemporaryDirectory() as folder:
        process, upstream = start_upstream(options.upstream, folder)
        print("| workload | peer | CPU us/request | spread | gateway / peer | requests/s | p50 ms | p99 ms | RSS MB | failed |\n|---|---|---|---|---|---|---|---|---|---|")
        try:
            for workload in workloads(upstream, folder):
                if not options.only or any(word in workload.name for word in options.only):
                    print_rows(workload, measure_workload(workload, options, have, upstream))
        finally:
            process.terminate()
            process.wait()
        if not options.only or any(word in "loads" for word in options.only):
            print_loads(options.gateway, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
