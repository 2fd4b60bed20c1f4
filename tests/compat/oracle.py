#!/usr/bin/env python3
"""Replays the recorded cases of one area (optional folder ../shared/oracle) against a gateway. Usage: oracle.py GATEWAY AREA [WORD]

Every case must pass but those of open_cases.json, which are known to differ still; a listed case that passes must leave the list. There an
area is a list of cases, or an object with the reason for each: a text, or {"why": text, "where": [patterns]}; with patterns, a difference that
none of them matches is a failure. A reason is kept in the README's "Differences" as long as it is meant to stay.
WORD: only cases that have it in their name."""
import json
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from node import running

ORACLE = os.path.join("..", "shared", "oracle")

# Areas whose cases are about refusals as well: a case counts as passed when it passes with either setting, because plugins that are not
# built yet are refused too.
BOTH_SETTINGS = ("admin", "declarative")


def replay(gateway, driver, area, word, setting):
    """Yields (case, list of differences)."""
    with running(gateway, unknown_plugins=setting) as (proxy, tls, admin, _, _), tempfile.TemporaryDirectory() as folder:
        driver.PROXY, driver.TLS, driver.ADMIN = [("127.0.0.1", port) for port in (proxy, tls, admin)]
        driver.FILELOG = os.path.join(folder, "file.log")
        with open(os.path.join(ORACLE, "vectors", area + ".json"), encoding="utf8") as file:
            for line in file:
                recorded = json.loads(line)
                if word in recorded["id"]:
                    yield recorded["id"], driver.diff_case(driver.plain(recorded), driver.plain(driver.run_case(driver.case_of(recorded))))


def judge(differences, known):
    """What is wrong with a case, as a text; empty: nothing. `known` is None for a case that is not listed."""
    if not differences:
        return "passes now: take it out of open_cases.json" if known is not None else ""
    if known is None:
        return "differs"
    where = known.get("where") if isinstance(known, dict) else None
    if where is None or all(any(re.search(pattern, d, re.S) for pattern in where) for d in differences):
        return ""
    return "differs where it did not before"


def main():
    gateway, area, word = [*sys.argv[1:], ""][:3]
    if not os.path.isdir(ORACLE):
        print(f"skipped: {ORACLE} is not there")
        return 0
    with open(os.path.join(HERE, "open_cases.json"), encoding="utf8") as file:
        known = json.load(file).get(area, {})
    if isinstance(known, list):
        known = {case: "" for case in known}
    sys.path.insert(0, ORACLE)
    import driver
    driver.U.start()
    mask_body = driver.mask_body
    # Metrics of our own stand beside those that were recorded.
    driver.mask_body = lambda text, case: mask_body(re.sub(r"(?m)^(# (HELP|TYPE) )?gateway_.*\n", "", text), case)
    found = {}
    for setting in ("skip", "refuse") if area in BOTH_SETTINGS else ("skip",):
        for case, differences in replay(gateway, driver, area, word, setting):
            found[case] = differences if found.get(case, True) else []
    verdicts = {case: judge(differences, known.get(case)) for case, differences in found.items()}
    for case, verdict in verdicts.items():
        if verdict:
            print(f"{area} {case}: {verdict}")
            for difference in found[case][:12]:
                print("   ", difference[:300])
    wrong = sum(map(bool, verdicts.values()))
    same = sum(not differences for differences in found.values())
    print(f"{area}: {same} the same, {len(found) - same} not, {wrong} of all not as expected")
    return 1 if wrong or not found else 0


if __name__ == "__main__":
    sys.exit(main())
