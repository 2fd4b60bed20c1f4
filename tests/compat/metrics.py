#!/usr/bin/env python3
"""What /metrics says: the lines that dashboards ask for, and no fault that Prometheus's own checker sees (promtool, when it is installed).
Usage: metrics.py GATEWAY"""
import contextlib
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from node import running

CONFIG = """
_format_version: "3.0"
plugins:
- name: prometheus
  config: {status_code_metrics: true, latency_metrics: true, bandwidth_metrics: true, upstream_health_metrics: true, per_consumer: true}
upstreams: [{name: up, targets: [{target: "127.0.0.1:1"}]}]
services: [{name: s, url: "http://127.0.0.1:1", routes: [{name: r, paths: [/a]}]}]
"""
LINES = """kong_http_requests_total{service="s",route="r",code="502",source="kong",workspace="default",consumer=""} 1
kong_kong_latency_ms_bucket{service="s",route="r",workspace="default",le="+Inf"} 1
kong_upstream_target_health{upstream="up",target="127.0.0.1:1",address="127.0.0.1:1",state="healthchecks_off",subsystem="http"} 1
kong_upstream_target_health{upstream="up",target="127.0.0.1:1",address="127.0.0.1:1",state="healthy",subsystem="http"} 0
kong_datastore_reachable 1"""
# Names that dashboards ask for, though they break Prometheus's own rules for naming.
KNOWN = ('should have "_total" suffix', 'should not have "_total" suffix', "should not contain abbreviated units")


def main():
    with running(sys.argv[1], CONFIG) as (proxy, _, admin, _, _):
        with contextlib.suppress(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{proxy}/a")
        # A request is counted when its answer has gone, which its client may see first.
        for _ in range(100):
            text = urllib.request.urlopen(f"http://127.0.0.1:{admin}/metrics").read().decode()
            faults = [f"missing: {line}" for line in LINES.splitlines() if line + "\n" not in text]
            if not faults:
                break
            time.sleep(0.05)
    promtool = shutil.which("promtool")
    if promtool is None:
        print("promtool is not installed: its check is skipped")
    else:
        check = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True)
        faults += [line for line in check.stderr.splitlines() if not line.endswith(KNOWN)]
        if check.returncode not in (0, 3):
            faults.append(f"promtool ended with {check.returncode}")
    print("\n".join(faults) or f"{text.count('# TYPE')} families, no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
