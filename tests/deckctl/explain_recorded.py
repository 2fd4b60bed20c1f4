#!/usr/bin/env python3
"""`deckctl explain` against recorded behaviour: the winners of requests to public files (../shared/corpus/real), and the scope that won of
recorded plugin precedence (../shared/oracle). `deckctl lint` must not call a route shadowed that has won a recorded request.
Usage: explain_recorded.py DECKCTL"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

DECKCTL = os.path.abspath(sys.argv[1])
REAL = os.path.join("..", "shared", "corpus", "real")
PRECEDENCE = os.path.join("..", "shared", "oracle", "vectors", "precedence.json")


def lines_of(path):
    with open(path, encoding="utf8") as file:
        for line in file:
            yield json.loads(line)


def deckctl(*arguments):
    run = subprocess.run([DECKCTL, *arguments], capture_output=True, text=True, timeout=60)
    assert run.returncode in (0, 1, 2), (run.args, run.returncode, run.stderr)
    return run


def explain(request, source, *more):
    port = {"http": 8000, "https": 8443}[request.get("scheme", "http")]
    arguments = ["explain", request["method"], f"{request.get('scheme', 'http')}://{request.get('host', 'gw.test')}{request['target']}", source, "--format", "json", *more]
    headers = request.get("headers") or []
    for name, value in headers.items() if isinstance(headers, dict) else headers:
        arguments += ["-H", f"{name}: {value}"]
    if request.get("sni"):
        arguments += ["--sni", request["sni"]]
    run = deckctl(*arguments)
    return json.loads(run.stdout) if run.returncode == 0 else None


def same_winner(request, story):
    response = request["response"]
    route, service = story["route"], story["destination"] and story["destination"]["service"]
    # An answer of the gateway's own carries no name of a route, whether or not one was found.
    if "kong-route-id" not in response:
        return response["status"] != 404 or route is None or story["answer"] is not None or "no Route matched" not in str(response.get("message"))
    if route is None:
        return False
    names = response.get("kong-route-name") == route["name"] if route["name"] else True
    return names and (service is None or "kong-service-name" not in response or service["name"] == response["kong-service-name"])


def probe(recorded):
    """(requests, faults) of one file."""
    path = os.path.join(REAL, recorded["file"])
    faults, asked = [], 0
    shadowed = set()
    lint = deckctl("lint", path, "--format", "json", "--rule", "shadowed-route")
    for finding in json.loads(lint.stdout or '{"findings": []}')["findings"]:
        if finding["what"].startswith("never"):
            shadowed.add(finding["entity_name"])
    for request in recorded["requests"]:
        if request["response"].get("kong-route-name") in shadowed:
            faults.append(f"{recorded['file']}: route {request['response']['kong-route-name']} is called shadowed and has won {request['target']}")
    for request in recorded["requests"]:
        if not re.fullmatch(r"[A-Z]+", request["method"]):
            continue
        story = explain(request, path)
        if story is None:
            return 0, faults
        asked += 1
        if not same_winner(request, story):
            faults.append(f"{recorded['file']}: {request['method']} {request['host']} {request['target']}: {story['route'] and story['route']['name']}, recorded {request['response']}")
    return asked, faults


def probes():
    """Files that load as they stand; those that were rendered or stripped before are another text."""
    files = [recorded for recorded in lines_of(os.path.join(REAL, "kong_probes.jsonl")) if not recorded.get("rendered") and not recorded.get("stripped")]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(probe, files))
    return sum(asked for asked, _ in results), [fault for _, faults in results for fault in faults]


def scope_cases():
    asked, faults = 0, []
    for case in lines_of(PRECEDENCE):
        if not case["id"].startswith("scopes-"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "kong.yml")
            with open(path, "w", encoding="utf8") as file:
                file.write(case["config"])
            rows = case["config"].split("\n")
            consumers = dict(re.findall(r"username: (\w+), keyauth_credentials: \[\{key: (\w+)", case["config"]))
            by_key = {key: name for name, key in consumers.items()}
            for step in case["steps"]:
                if not step.get("upstream"):
                    continue
                recorded = [value for name, value in step["upstream"][0]["headers"] if name.lower() == "x-scope"]
                key = dict(step["request"]["headers"]).get("apikey")
                story = explain(step["request"], path, *(["--consumer", by_key[key]] if key in by_key else []))
                won = [re.search(r"x-scope:([\w-]+)", rows[plugin["line"] - 1]).group(1) for plugin in story["plugins"] if plugin["name"] == "request-transformer"]
                asked += 1
                if won != recorded:
                    faults.append(f"{case['id']}: {step['request']['target']} {key}: {won}, recorded {recorded}")
    return asked, faults


def main():
    failed = False
    for name, folder, run in (("probes", REAL, probes), ("scopes", PRECEDENCE, scope_cases)):
        if not os.path.exists(folder):
            print(f"{name} skipped: {folder} is not there")
            continue
        asked, faults = run()
        print(f"{name}: {asked} requests, {len(faults)} told otherwise than recorded")
        print("\n".join(faults))
        failed = failed or bool(faults) or asked == 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
