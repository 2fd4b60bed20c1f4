#!/usr/bin/env python3
"""Configurations that outlive the process: restarts, the way back, disks that are full. Usage: generations.py GATEWAY [ROUNDS_OF_KILLING]"""
import contextlib
import http.client
import os
import pathlib
import random
import stat
import subprocess
import sys
import threading
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
from client import ask, eventually, expect, run_all  # noqa: E402
from kept_node import Node, configuration, with_stack  # noqa: E402


def what_was_accepted_is_served_after_a_kill(gateway, stack):
    node = Node(gateway, stack, "file").start().serves("file")
    node.take("one", commit="c0ffee", author="Änn <ann@example.org>", synced_by="ci\n")
    node.kill().start().serves("one")
    status = node.status()
    expect("provenance", [status[name] for name in ("commit", "author", "synced_by", "origin", "generation", "kept")], ["c0ffee", "Änn <ann@example.org>", "ci?", "POST /config", 2, True])
    expect("hash", status["hash"], ask(node.admin, "/status").json()["configuration_hash"])
    expect("mode of the folder", stat.S_IMODE(node.data.stat().st_mode), 0o700)
    expect("modes of the files", {stat.S_IMODE(path.stat().st_mode) for path in node.data.iterdir()}, {0o600})
    for number in range(12):
        node.take(f"w{number}")
    expect("kept", [each["generation"] for each in node.generations()], list(range(5, 15)))
    node.take("w11")
    expect("the same again is no other generation", node.status()["generation"], 14)
    node.kill().start(generations_kept="2").serves("w11")


def a_file_that_changed_wins_and_one_that_did_not_stays_behind(gateway, stack):
    node = Node(gateway, stack, "file-1").start().serves("file-1")
    node.take("posted")
    node.hup()
    eventually("the reload", lambda: node.status()["loads"] == 3)
    node.serves("posted")
    node.kill().start().serves("posted")
    node.hup("file-2")
    eventually("the changed file", lambda: ask(node.proxy, "/").body == "file-2")
    node.take("posted again")
    node.kill()
    node.file.write_text(configuration("file-3"), encoding="utf8")
    node.start().serves("file-3")
    expect("origins", [each["origin"] for each in node.generations()], ["file", "POST /config", "file", "POST /config", "file"])


def a_bad_file_at_the_start_leaves_the_last_good_one_and_says_so(gateway, stack):
    node = Node(gateway, stack, "good").start().serves("good").kill()
    for spoil in (lambda: node.file.write_text(configuration("bad").replace("paths", "pathz"), encoding="utf8"), node.file.unlink):
        spoil()
        node.start(declarative_config=str(node.file)).serves("good")
        refused = node.status()["last_refused"]
        assert str(node.file) in refused["first"] and (not node.file.exists() or "pathz" in refused["first"]), refused
        assert "last_refused" in ask(node.admin, "/status").json()
        node.kill()
    node.file.write_text(configuration("mended"), encoding="utf8")
    node.start().serves("mended")
    assert "last_refused" not in node.status()


def a_damaged_generation_is_passed_over(gateway, stack):
    node = Node(gateway, stack).start()
    node.take("one")
    node.take("two")
    node.kill()
    latest = sorted(node.data.glob("generation-*"))[-1]
    latest.write_bytes(latest.read_bytes().replace(b"two", b"tvo"))
    node.start().serves("one")
    assert "generation 2 in" in node.log.read_text() and "damaged" in node.log.read_text()
    expect("damaged", [each.get("damaged", False) for each in node.generations()], [False, True])
    expect("rollback to it", ask(node.admin, "/gateway/rollback?generation=2", "POST").status, 409)
    node.take("three")
    expect("its number is not used again", node.status()["generation"], 3)


def the_way_back_is_a_request(gateway, stack):
    node = Node(gateway, stack).start()
    expect("nothing before", ask(node.admin, "/gateway/rollback", "POST").status, 404)
    for word in ("one", "two", "three"):
        node.take(word, commit=f"commit-of-{word}")
    back = ask(node.admin, "/gateway/rollback?synced_by=ann", "POST")
    expect(f"rollback {back.body}", (back.status, back.json()["generation"], back.json()["repeats"], back.json()["synced_by"], back.json()["commit"]), (200, 4, 2, "ann", "commit-of-two"))
    node.serves("two")
    expect("to a number", ask(node.admin, "/gateway/rollback?generation=1", "POST").json()["generation"], 5)
    node.serves("one").kill().start().serves("one")
    ask(node.admin, "/gateway/rollback", "POST")
    node.serves("two")
    expect("unknown", ask(node.admin, "/gateway/rollback?generation=99", "POST").status, 404)
    expect("no number", ask(node.admin, "/gateway/rollback?generation=x", "POST").status, 400)


def without_a_folder_nothing_is_written(gateway, stack):
    node = Node(gateway, stack, "file").start(data_dir="").serves("file")
    node.take("one")
    expect("rollback", ask(node.admin, "/gateway/rollback", "POST").status, 409)
    expect("kept", (node.status()["kept"], node.status()["generation"]), (False, 2))
    assert not node.data.exists()
    node.hup()
    eventually("the file again", lambda: ask(node.proxy, "/").body == "file")


def a_full_disk_refuses_the_configuration_and_the_node_serves_on(gateway, stack):
    node = Node(gateway, stack, "file")
    limited = node.folder / "limited"
    limited.write_text(f'#!/bin/bash\nulimit -f 64\nexec {gateway} "$@"\n')
    limited.chmod(0o755)
    node.gateway = str(limited)
    node.start().serves("file")
    refused = node.post(configuration("large", 100_000))
    expect(f"full: {refused.body}", refused.status, 507)
    assert "could not be kept in data_dir, nothing has changed" in refused.body and "File too large" in refused.body, refused.body
    node.serves("file")
    assert "data_dir" in node.status()["last_refused"]["first"]
    expect("left", len(list(node.data.glob("generation-*"))), 1)
    node.take("small")
    node.kill().start().serves("small")
    node.gateway = gateway
    node.kill().start()
    node.data.rename(node.folder / "moved")
    refused = node.post(configuration("nowhere"))
    expect(f"gone: {refused.body}", refused.status, 500)
    assert "No such file or directory" in refused.body
    node.serves("small")


def a_folder_belongs_to_one_node_and_must_be_usable(gateway, stack):
    node = Node(gateway, stack).start()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("KONG_", "GATEWAY_"))}
    off = {"GATEWAY_PROXY_LISTEN": "off", "GATEWAY_ADMIN_LISTEN": "off", "GATEWAY_STATUS_LISTEN": "off", "GATEWAY_PROXY_ERROR_LOG": "/dev/stderr"}
    for folder, says in ((node.data, "another node uses it"), (node.log, "Not a directory"), (node.folder / "no" / "where", "No such file or directory")):
        second = subprocess.run([gateway], env={**environment, **off, "GATEWAY_DATA_DIR": str(folder)}, capture_output=True, text=True, timeout=30)
        assert second.returncode == 1 and "data_dir: " in second.stderr and says in second.stderr, second.stderr


def killed_at_any_moment_it_serves_the_last_accepted_or_the_one_on_its_way(gateway, stack):
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    seed = random.randrange(1 << 32)
    print(f"     seed {seed}", flush=True)
    chance = random.Random(seed)
    node = Node(gateway, stack).start()
    node.take("w0")
    accepted, seen_new, count = "w0", 0, 0
    for _ in range(rounds):
        sent = [accepted]

        def post_on():
            nonlocal accepted, count
            connection = http.client.HTTPConnection("127.0.0.1", node.admin, timeout=10)
            with contextlib.suppress(OSError, http.client.HTTPException):
                while True:
                    count += 1
                    sent[0] = f"w{count}"
                    connection.request("POST", "/config", configuration(sent[0], chance.randrange(200_000)), {"Content-Type": "application/yaml"})
                    answer = connection.getresponse()
                    answer.read()
                    assert answer.status == 201, answer.status
                    accepted = sent[0]

        poster = threading.Thread(target=post_on)
        poster.start()
        time.sleep(chance.random() * 0.15)
        node.kill()
        poster.join()
        node.start()
        served = ask(node.proxy, "/").body
        assert served in (accepted, sent[0]), f"serves {served}, accepted was {accepted}, under way was {sent[0]}"
        expect("damaged", [each for each in node.generations() if "damaged" in each], [])
        seen_new += served != accepted
        accepted = served
    print(f"     {rounds} kills, {count} configurations, the one on its way was there {seen_new} times", flush=True)


if __name__ == "__main__":
    sys.exit(run_all([with_stack(test) for test in (
        what_was_accepted_is_served_after_a_kill, a_file_that_changed_wins_and_one_that_did_not_stays_behind,
        a_bad_file_at_the_start_leaves_the_last_good_one_and_says_so, a_damaged_generation_is_passed_over, the_way_back_is_a_request,
        without_a_folder_nothing_is_written, a_full_disk_refuses_the_configuration_and_the_node_serves_on, a_folder_belongs_to_one_node_and_must_be_usable,
        killed_at_any_moment_it_serves_the_last_accepted_or_the_one_on_its_way)], os.path.abspath(sys.argv[1])))
