#!/usr/bin/env python3
"""A configuration that goes away again unless somebody confirms it. Usage: confirm.py GATEWAY"""
import os
import pathlib
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
from client import ask, eventually, expect, run_all  # noqa: E402
from kept_node import Node, configuration, with_stack  # noqa: E402


def confirm(node, **headers):
    return ask(node.admin, "/gateway/confirm", "POST", **headers)


def serves(node, word):
    return lambda: ask(node.proxy, "/").body == word


def unconfirmed_it_goes_back_by_itself(gateway, stack):
    for data_dir in (True, False):
        node = Node(gateway, stack, "file").start(**({} if data_dir else {"data_dir": ""})).serves("file")
        node.take("good")
        before = node.status()["generation"]
        node.take("doubtful", confirm_within=2)
        node.serves("doubtful")
        pending = node.status()["pending"]
        assert pending["before"] == before and 0 <= pending["seconds_left"] <= 2 and abs(pending["confirm_until"] - time.time() - 2) < 60, pending
        eventually("the way back", serves(node, "good"))
        eventually("no pending one", lambda: node.status()["pending"] is None)
        status = node.status()
        expect("how it came back", (status["origin"], status["repeats"], status["generation"]), ("not confirmed in time", before, before + 2))
        expect("too late", confirm(node).status, 409)
        if data_dir:
            node.kill().start().serves("good")
        node.take("next")


def confirmed_it_stays(gateway, stack):
    node = Node(gateway, stack).start()
    node.take("good")
    node.take("better", confirm_within=2)
    expect("another one than waits", ask(node.admin, "/gateway/confirm?hash=" + "1" * 32, "POST").status, 412)
    expect("confirmed", confirm(node).status, 200)
    assert node.status()["pending"] is None
    time.sleep(3)
    node.serves("better").kill().start().serves("better")
    assert node.status()["pending"] is None


def while_one_waits_no_other_comes(gateway, stack):
    node = Node(gateway, stack, "file").start()
    node.take("good")
    node.take("doubtful", confirm_within=600)
    refused = node.post(configuration("other"))
    expect(f"second: {refused.body}", refused.status, 409)
    assert "generation 3 waits for its confirmation" in refused.body
    expect("second with a time of its own", node.post(configuration("other"), confirm_within=5).status, 409)
    expect("a dry run", node.post(configuration("other"), dry_run=1).status, 200)
    node.hup("changed")
    eventually("the refusal", lambda: "waits for its confirmation" in node.status().get("last_refused", {}).get("first", ""))
    node.serves("doubtful")
    back = ask(node.admin, "/gateway/rollback", "POST").json()
    expect("back at once", (back["generation"], back["repeats"], back["origin"]), (4, 2, "rollback"))
    node.serves("good")
    assert node.status()["pending"] is None
    node.take("other")


def a_restart_does_not_confirm(gateway, stack):
    node = Node(gateway, stack).start()
    node.take("good")
    node.take("doubtful", confirm_within=600)
    node.kill().start().serves("doubtful")
    assert 500 < node.status()["pending"]["seconds_left"] <= 600
    expect("confirmed after a restart", confirm(node).status, 200)
    node.take("worse", confirm_within=2)
    node.kill().start()
    eventually("the way back after a restart", serves(node, "doubtful"))
    node.take("bad", confirm_within=1)
    node.kill()
    time.sleep(2)
    node.start().serves("doubtful")
    expect("its time was over", node.status()["origin"], "not confirmed in time")
    first = Node(gateway, stack).start()
    first.take("the first of all", confirm_within=2)
    eventually("nothing again", lambda: ask(first.proxy, "/").status == 404)
    expect("hash of nothing", first.status()["hash"], "0" * 32)
    first.take("the first of all", confirm_within=8)
    first.kill().start().serves("the first of all")
    eventually("nothing again after a restart", lambda: ask(first.proxy, "/").status == 404, 30)


def a_full_disk_does_not_hold_up_the_way_back(gateway, stack):
    node = Node(gateway, stack).start()
    node.take("good")
    node.take("doubtful", confirm_within=3)
    node.data.rename(node.folder / "moved")
    expect("it cannot be confirmed", confirm(node).status, 500)
    eventually("the way back", serves(node, "good"))
    eventually("the warning", lambda: "could not be kept" in "".join(node.status()["warnings"]))
    (node.folder / "moved").rename(node.data)
    node.kill().start().serves("good")


if __name__ == "__main__":
    sys.exit(run_all([with_stack(test) for test in (unconfirmed_it_goes_back_by_itself, confirmed_it_stays, while_one_waits_no_other_comes, a_restart_does_not_confirm,
                                                    a_full_disk_does_not_hold_up_the_way_back)], os.path.abspath(sys.argv[1])))
