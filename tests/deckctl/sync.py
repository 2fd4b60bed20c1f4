#!/usr/bin/env python3
"""diff, sync, dump and ping against running nodes. Usage: sync.py DECKCTL GATEWAY"""
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent / "compat")]
from fake_node import EMPTY, NO_ENTITIES, FakeNode  # noqa: E402
from node import running  # noqa: E402

DECKCTL, GATEWAY = sys.argv[1:3]

SECRETS = ["key-of-alice-1", "pw-of-alice-1", "hmac-of-alice-1", "jwt-of-alice-1", "header-from-env-1", "header-from-env-2", "key-of-alice-2", "pw-of-redis-1"]

SHOP = """
_format_version: "3.0"
services:
  - name: shop
    url: http://127.0.0.1:9/shop
    routes:
      - {name: shop, paths: [/shop]}
      - {name: cart, paths: [/cart]}
    plugins:
      - name: key-auth
      - name: request-transformer
        config: {add: {headers: ['x-token:${{ env "DECK_HEADER" }}', "x-plain:1"]}}
      - name: rate-limiting
        config: {minute: 5, policy: local, redis: {password: pw-of-redis-1}}
consumers:
  - username: alice
    keyauth_credentials: [{key: key-of-alice-1}]
    basicauth_credentials: [{username: alice, password: pw-of-alice-1}]
    hmacauth_credentials: [{username: alice, secret: hmac-of-alice-1}]
    jwt_secrets: [{key: alice, secret: jwt-of-alice-1}]
    acls: [{group: customers}]
"""

CHANGED = SHOP.replace("/cart]", "/basket]").replace("key-of-alice-1", "key-of-alice-2").replace("minute: 5", "minute: 50")


class Run:
    """One call of deckctl; every output of every call is looked through for secrets."""

    process, started = None, threading.Event()

    def __init__(self, *arguments, stdin="", header="header-from-env-1", **environment):
        # However busy the machine is: only who is never to answer gets less time.
        environment = {**os.environ, "DECK_HEADER": header, "DECK_TIMEOUT": "100", **environment}
        Run.started.clear()
        with subprocess.Popen([DECKCTL, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as Run.process:
            Run.started.set()
            self.out, self.err = Run.process.communicate(stdin, timeout=200)
        self.code = Run.process.returncode
        self.what = " ".join(map(str, arguments))
        if "--with-secrets" not in arguments:
            for secret in SECRETS:
                assert secret not in self.out + self.err, f"{self.what}: shows {secret}:\n{self.out}{self.err}"

    def ends(self, code):
        assert self.code == code, f"{self.what}: exit code {self.code}, expected {code}\n{self.out}\n{self.err}"
        return self

    def says(self, *texts):
        for text in texts:
            assert text in self.out + self.err, f"{self.what}: does not say {text!r}\n{self.out}\n{self.err}"
        return self

    def says_not(self, *texts):
        for text in texts:
            assert text not in self.out + self.err, f"{self.what}: says {text!r}\n{self.out}\n{self.err}"
        return self


def interrupt(with_signal=signal.SIGINT):
    """What a fake node does to the run that asks it."""
    assert Run.started.wait(60)
    Run.process.send_signal(with_signal)


def get(url):
    with urllib.request.urlopen(url, timeout=100) as answer:
        return json.load(answer)


def hash_of(url):
    return get(url + "/status")["configuration_hash"]


def status_of(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=100) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


class World:
    """Two nodes on ports of their own, and a folder of sources."""

    def __init__(self, folder, stack):
        self.folder = pathlib.Path(folder)
        os.environ["DECK_PASSWORD"] = "pw-of-redis-1"
        started = [stack.enter_context(running(GATEWAY)) for _ in range(2)]
        self.proxies = [each[0] for each in started]
        self.urls = [f"http://127.0.0.1:{each[2]}" for each in started]
        self.targets = [word for url in self.urls for word in ("--node", url)]
        self.shop = self.file("shop.yml", SHOP)
        self.changed = self.file("changed.yml", CHANGED)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf8")
        return path

    def hashes(self):
        return [hash_of(url) for url in self.urls]


def a_source_comes_to_every_node_and_twice_is_once(world):
    Run("diff", world.shop, *world.targets).ends(2).says("creating service shop", "creating plugin rate-limiting (service shop)", "Created:")
    first = Run("sync", world.shop, *world.targets).ends(0).says("Created: ", f"{world.urls[0]}: synced", f"{world.urls[1]}: synced")
    one, two = world.hashes()
    assert one == two != EMPTY and one in first.out
    assert [status_of(port, "/shop") for port in world.proxies] == [401, 401]
    second = Run("sync", world.shop, *world.targets).ends(0).says(f"{world.urls[0]}: already the same", f"{world.urls[1]}: already the same", "Created: 0")
    second.says_not("would take it")
    assert world.hashes() == [one, two]
    Run("diff", world.shop, *world.targets).ends(0).says("no changes")


def a_change_is_told_by_field_in_every_format(world):
    text = Run("diff", world.changed, *world.targets, header="header-from-env-2").ends(2)
    text.says("updating route cart", '-  paths: ["/cart"]', '+  paths: ["/basket"]', "updating plugin rate-limiting (service shop)", "-  config.minute: 5", "+  config.minute: 50",
              '-  config.add.headers: "******"', "Updated: ")
    assert text.out.startswith(", ".join(world.urls)), text.out
    assert "\033" not in text.out
    # A key that is replaced is the same credential.
    text.says("updating key-auth ", '-  key: "******"', '+  key: "******" (another)').says_not("deleting", "creating")
    report = json.loads(Run("diff", world.changed, *world.targets, "--format", "json", header="header-from-env-2").ends(2).out)
    [route] = [change for change in report["changes"]["updating"] if change["kind"] == "route"]
    assert route["fields"] == [{"path": "paths", "old": ["/cart"], "new": ["/basket"], "secret": False}] and route["nodes"] == world.urls
    assert route["place"].startswith(str(world.changed) + ":8:"), route["place"]
    assert report["summary"]["total"] == sum(len(report["changes"][verb]) for verb in ("creating", "updating", "deleting"))
    Run("diff", world.changed, *world.targets, "--format", "markdown").ends(2).says("| `~` | route | cart |", "```diff\n", "+  config.minute: 50")
    two = Run("diff", world.shop, world.changed, header="header-from-env-2").ends(2).says("updating route cart", "+  config.minute: 50")
    assert "127.0.0.1" not in two.out.replace("http://127.0.0.1:9/", "")
    Run("diff", world.shop, world.shop).ends(0).says("Updated: 0")
    Run("diff", "-", world.shop, stdin=SHOP).ends(0)


def a_dump_masks_secrets_and_comes_back_with_them(world):
    for options in ([], ["--format", "json"], ["--sort"]):
        masked = Run("dump", "--node", world.urls[0], *options).ends(0).says("******", "shop").out
        assert not [secret for secret in SECRETS if secret in masked]
    dumped = Run("dump", "--node", world.urls[0], "--with-secrets").ends(0).says("key-of-alice-1")
    for options in ([], ["--skip-defaults"], ["--skip-defaults", "--format", "json", "--sort"]):
        again = Run("dump", "--node", world.urls[0], "--with-secrets", *options).ends(0)
        Run("diff", world.file("dump.yml", again.out), "--node", world.urls[0]).ends(0)
        assert ("connect_timeout" in again.out) == (not options) and ": null" not in again.out, again.out
    masked = world.file("masked.yml", Run("dump", "--node", world.urls[0]).out)
    Run("sync", masked, *world.targets).ends(1).says("is only a mask")
    first, second = (Run("dump", "--sort", "--node", url).out for url in world.urls)
    assert first == second


def a_dump_shows_references_where_the_source_has_them(world):
    source = world.file("vault.yml", SHOP.replace("password: pw-of-redis-1", "password: '{vault://env/deck-password}'"))
    # The variable is there for both programs, and no report of either tells its value.
    Run("sync", source, *world.targets).ends(0)
    for options in ([], ["--with-secrets"], ["--format", "json"]):
        Run("dump", "--node", world.urls[0], *options).ends(0).says("{vault://env/deck-password}").says_not("pw-of-redis-1")
    Run("diff", source, *world.targets).ends(0)
    Run("sync", world.shop, *world.targets).ends(0)


def a_ping_tells_version_hash_and_readiness(world):
    Run("ping", *world.targets).ends(0).says("gateway 0.1.0, compatible with 3.", world.hashes()[0], "ready")
    report = json.loads(Run("ping", *world.targets, "--format", "json").ends(0).out)
    assert [node["ready"] for node in report["nodes"]] == [True, True]
    Run("ping", "--node", world.urls[0], "--node", "http://127.0.0.1:1").ends(1).says("http://127.0.0.1:1: cannot connect", "ready")
    with FakeNode() as fake:
        Run("ping", "--node", fake.url).ends(0).says("not ready: no configuration")
        fake.hash, fake.more_status = "1" * 32, {"not_ready": "draining"}
        Run("ping", "--node", fake.url).ends(0).says("not ready: draining")
        fake.gateway_version, fake.more_status = "", {}
        Run("ping", "--node", fake.url).ends(0).says("version 3.9.1", "told by its status listener only")
        [other] = json.loads(Run("ping", "--node", fake.url, "--format", "json").ends(0).out)["nodes"]
        assert other["ready"] is None, other
    Run("ping").ends(1).says("name a node")
    Run("ping", DECK_KONG_ADDR=world.urls[0]).ends(0).says(world.urls[0])


def nothing_is_sent_when_the_source_is_empty_or_broken(world):
    before = world.hashes()
    for name, text in {"nothing.yml": "", "blank.yml": " \n", "version.yml": '_format_version: "3.0"\n', "lists.yml": '_format_version: "3.0"\nservices: []\n',
                       "broken.yml": "services: [", "word.yml": "hello"}.items():
        Run("sync", world.file(name, text), *world.targets, "--yes").ends(1)
    for source in (world.folder / "missing.yml", "-"):
        Run("sync", source, *world.targets, "--yes").ends(1)
    (world.folder / "empty").mkdir()
    Run("sync", world.folder / "empty", *world.targets, "--yes").ends(1)
    Run("sync", world.shop, *world.targets, stdin="", header="x").ends(0)  # a variable with another value is a change
    environment = {k: v for k, v in os.environ.items() if k != "DECK_HEADER"}
    missing = subprocess.run([DECKCTL, "sync", str(world.shop), *world.targets], capture_output=True, text=True, env=environment, timeout=60)
    assert missing.returncode == 1 and "DECK_HEADER is not set" in missing.stderr, missing.stderr
    Run("sync", world.shop, *world.targets).ends(0)
    assert world.hashes() == before


def many_deletions_need_a_yes(world):
    before = world.hashes()
    small = world.file("small.yml", '_format_version: "3.0"\nservices: [{name: shop, url: "http://127.0.0.1:9/shop"}]\n')
    Run("sync", small, *world.targets).ends(1).says("entities would go, more than 30 %", "--yes", "deleting consumer alice")
    assert world.hashes() == before
    Run("sync", small, *world.targets, "--max-deletes", "100", "--dry-run").ends(2)
    assert world.hashes() == before
    Run("sync", small, *world.targets, "--yes").ends(0)
    assert world.hashes()[0] == world.hashes()[1] != before[0]
    Run("sync", world.shop, *world.targets).ends(0)
    assert world.hashes() == before


def one_that_refuses_the_dry_run_keeps_all_as_they_are(world):
    before = world.hashes()
    with FakeNode() as fake:
        fake.problems = ["config:1:7: services[0].port: too high"]
        refused = Run("sync", world.changed, *world.targets, "--node", fake.url).ends(1)
        refused.says(f"{world.urls[0]}: would take it", f"{fake.url}: refused it (400)", "services[0].port: too high", "nothing was changed", f"{world.urls[0]}: untouched")
        assert fake.dry_runs == 1 and fake.loads == 0
    silent = Run("sync", world.changed, *world.targets, "--node", "http://127.0.0.1:1").ends(1).says("http://127.0.0.1:1: cannot connect", "nothing was changed", ": untouched")
    silent.says_not("would take it")
    with FakeNode(gateway_version="") as other:
        Run("sync", world.changed, *world.targets, "--node", other.url).ends(1).says("another gateway, which has no dry run")
        assert other.dry_runs == other.loads == 0
        Run("diff", world.changed, "--node", other.url).ends(2)
    assert world.hashes() == before


def a_failure_in_the_middle_puts_the_done_ones_back(world):
    dumps = [Run("dump", "--sort", "--node", url).out for url in world.urls]
    for at_load, says in {"refuse": "refused it (500)", "die": "the connection ended", "lie": "reports the hash 1111"}.items():
        with FakeNode(at_load) as fake:
            failed = Run("sync", world.changed, "--node", world.urls[0], "--node", fake.url, "--node", world.urls[1]).ends(1)
            failed.says(says, f"{world.urls[0]}: put back", f"{world.urls[1]}: untouched", f"{world.urls[0]}: has again what it had before", "not on all nodes",
                        f"{fake.url}: " + ("untouched" if at_load == "refuse" else "unknown"))
            assert fake.dry_runs == 1 and fake.loads == 1
        assert [Run("dump", "--sort", "--node", url).out for url in world.urls] == dumps
    Run("diff", world.shop, *world.targets).ends(0)
    with FakeNode("lose") as fake:
        # The answer was lost, the configuration was not.
        Run("sync", world.shop, "--node", world.urls[0], "--node", fake.url).ends(0).says(f"{fake.url}: synced")
    with FakeNode("refuse") as fake:
        report = json.loads(Run("sync", world.changed, "--node", world.urls[0], "--node", fake.url, "--format", "json").ends(1).out)
    assert [node["outcome"] for node in report["nodes"]] == ["put back", "untouched"] and report["errors"], report["nodes"]


@contextlib.contextmanager
def silent_node():
    """Lets everybody connect, and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextlib.contextmanager
def dripping_node():
    """Answers with a header that never ends."""
    over = threading.Event()

    def drip(listener):
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
                while not over.wait(0.05):
                    connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def a_node_that_never_answers_is_given_up_in_time(world):
    before = world.hashes()
    with silent_node() as silent:
        for verb in (["ping"], ["diff", world.changed], ["sync", world.changed]):
            with dripping_node() as dripping:
                nodes = world.file("slow.yml", f"nodes: [{{url: '{silent}', timeout: 1}}, '{world.urls[0]}', {{url: '{dripping}', timeout: 1}}]\n")
                run = Run(*verb, "--nodes", nodes).ends(1)
                run.says(f"{silent}: no answer within 1 s", f"{dripping}: no answer within 1 s").says_not(f"{world.urls[0]}: no answer")
        Run("dump", "--node", silent, "--timeout", 1).ends(1).says("no answer within 1 s")
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as door:
        door.bind(folder + "/door")
        door.listen(4)
        Run("ping", "--node", f"unix:{folder}/door", "--timeout", 1).ends(1).says("no answer within 1 s")
    assert world.hashes() == before


def nodes_are_asked_side_by_side(world):
    with FakeNode() as one, FakeNode() as two, FakeNode() as three:
        fakes = [one, two, three]
        # None answers before all were asked.
        questions, dry_runs = (threading.Barrier(3, timeout=60) for _ in range(2))
        for fake in fakes:
            fake.at_question, fake.at_dry_run = questions.wait, dry_runs.wait
        targets = [word for fake in fakes for word in ("--node", fake.url)]
        Run("ping", *targets).ends(0)
        Run("diff", world.shop, *targets).ends(2)
        Run("sync", world.shop, *targets, "--dry-run").ends(2).says(*(f"{fake.url}: would take it" for fake in fakes))
        assert [fake.dry_runs for fake in fakes] == [1, 1, 1]


def an_interrupted_sync_leaves_no_node_alone(world):
    before = world.hashes()
    for number in (signal.SIGINT, signal.SIGTERM):
        with FakeNode() as fake:
            # The node is being loaded when the signal comes: its load is finished, the next one is not begun, both are put back.
            calls = iter([lambda: interrupt(number), lambda: None])
            fake.at_each_load = lambda calls=calls: next(calls)()
            stopped = Run("sync", world.changed, "--node", world.urls[0], "--node", fake.url, "--node", world.urls[1]).ends(1)
            stopped.says(f"interrupted before {world.urls[1]}", f"{world.urls[0]}: put back", f"{fake.url}: put back", f"{world.urls[1]}: untouched", "not on all nodes")
            assert fake.loads == 2
    Run("diff", world.shop, *world.targets).ends(0)
    for when in ("at_question", "at_dry_run"):
        never = threading.Event()
        with FakeNode() as fake:
            # It asks for the end, and never answers.
            setattr(fake, when, lambda never=never: (interrupt(signal.SIGTERM), never.wait(100)))
            stopped = Run("sync", world.changed, *world.targets, "--node", fake.url).ends(1)
            never.set()
            stopped.says("interrupted", f"{fake.url}: was not waited for", "nothing was changed", f"{world.urls[0]}: untouched")
            assert fake.loads == 0
    report = {}
    with FakeNode() as fake:
        fake.at_dry_run = interrupt
        report = json.loads(Run("sync", world.changed, *world.targets, "--node", fake.url, "--format", "json").ends(1).out)
    assert "interrupted" in report["errors"] and {node["outcome"] for node in report["nodes"]} == {"untouched"}, report
    with FakeNode() as fake:
        # The second signal is the last: it comes when the node is to be put back.
        fake.at_each_load = interrupt
        Run("sync", world.shop, "--node", fake.url, "--node", world.urls[0], "--yes").ends(0).says(f"{fake.url}: synced")
        fake.config, fake.hash = NO_ENTITIES, EMPTY
        Run("sync", world.changed, "--node", fake.url, *world.targets).ends(-signal.SIGINT).says(f"interrupted before {world.urls[0]}")
        assert fake.loads == 3
    Run("diff", world.shop, *world.targets).ends(0)


def post(url, text):
    request = urllib.request.Request(url + "/config", data=text.encode(), headers={"Content-Type": "application/json"})
    # A dry run may be there at this moment: it is told to come again.
    for _ in range(200):
        try:
            with urllib.request.urlopen(request, timeout=100) as answer:
                assert answer.status == 201
                return
        except urllib.error.HTTPError as error:
            assert error.code == 429
            time.sleep(0.05)
    raise AssertionError("the node is busy for ever")


def an_id_that_changes_is_another_entity_on_the_node(world):
    named = [world.file(f"{digit}.yml", SHOP.replace("name: shop\n    url", f"name: shop\n    id: {digit * 8}-{digit * 4}-4111-8111-{digit * 12}\n    url")) for digit in "12"]
    Run("sync", named[0], *world.targets, "--yes").ends(0)
    Run("diff", named[1], *world.targets).ends(2).says("deleting service shop", "creating service shop", "Created: 1", "Deleted: 1", "Updated: 0")
    Run("sync", named[1], *world.targets, "--yes").ends(0)
    service = get(world.urls[0] + "/services/shop")
    assert service["id"].startswith("2222") and status_of(int(world.urls[0].rsplit(":", 1)[1]), "/services/11111111-1111-4111-8111-111111111111") == 404
    Run("diff", named[1], *world.targets).ends(0)
    # An id that the source does not give is the node's business.
    Run("diff", world.shop, *world.targets).ends(0)
    Run("sync", world.shop, *world.targets).ends(0).says("already the same")
    # Back to ids that nobody chose.
    Run("sync", world.file("other.yml", SHOP.replace("name: shop\n    url", "name: other\n    url")), *world.targets, "--yes").ends(0)
    Run("sync", world.shop, *world.targets, "--yes").ends(0)


def another_change_meanwhile_is_seen_and_kept(world):
    theirs = '{"_format_version":"3.0","services":[{"name":"theirs","host":"theirs.internal"}]}'
    second = hash_of(world.urls[1])
    with FakeNode() as fake:
        # The last one to be asked: while it thinks, somebody else gives the first one something.
        fake.at_dry_run = lambda: post(world.urls[0], theirs)
        Run("sync", world.changed, *world.targets, "--node", fake.url).ends(1).says(f"{world.urls[0]}: has been given another configuration meanwhile", f"{world.urls[1]}: untouched")
        assert fake.loads == 0
    assert [service["name"] for service in get(world.urls[0] + "/services")["data"]] == ["theirs"] and hash_of(world.urls[1]) == second
    Run("sync", world.shop, *world.targets, "--yes").ends(0)
    with FakeNode("refuse") as fake:
        # Here somebody comes between the load of the first node and its being put back.
        fake.at_refusal = lambda: post(world.urls[0], theirs)
        Run("sync", world.changed, "--node", world.urls[0], "--node", fake.url).ends(1).says("could not be put back: has been given another configuration meanwhile", f"{world.urls[0]}: unknown")
    assert [service["name"] for service in get(world.urls[0] + "/services")["data"]] == ["theirs"]
    Run("sync", world.shop, *world.targets, "--yes").ends(0)


def a_source_with_tags_answers_only_for_its_own(world):
    Run("sync", world.shop, *world.targets).ends(0)
    team = '_format_version: "3.0"\n_info: {select_tags: [team-a]}\nservices: [{name: a, host: a.internal, routes: [{name: a, paths: [/a]}]}]\n'
    source = world.file("team.yml", team)
    Run("sync", source, *world.targets).ends(0).says("creating service a", "Created: 2", "Deleted: 0")
    Run("sync", source, *world.targets).ends(0).says("already the same")
    Run("diff", source, *world.targets, "--select-tag", "other").ends(1).says("differ")
    renamed = world.file("team2.yml", team.replace("name: a", "name: b"))
    # All that this source answers for would go, though it is little of what the node has.
    Run("sync", renamed, *world.targets).ends(1).says("2 of its 2 entities would go")
    Run("sync", renamed, *world.targets, "--yes").ends(0).says("deleting service a", "creating service b", "Deleted: 2")
    by_flag = world.file("team3.yml", team.replace("_info: {select_tags: [team-a]}\n", "").replace("/a]", "/c]").replace("name: a", "name: b"))
    Run("sync", by_flag, *world.targets, "--select-tag", "team-a").ends(0).says("updating route b", "Updated: 1", "Deleted: 0")
    services = {service["name"] for service in get(world.urls[1] + "/services")["data"]}
    assert services == {"shop", "b"}, services
    clash = world.file("clash.yml", team.replace("name: a", "name: shop"))
    Run("sync", clash, *world.targets).ends(1).says("does not go together with what stays on the node", "already declared", "nothing was changed")
    Run("sync", world.shop, *world.targets).ends(0).says("deleting service b")


def nodes_may_stand_in_a_file(world):
    with FakeNode(token="token-of-node-1") as guarded:
        nodes = world.file("nodes.yml", f"""nodes:
  - {{url: "{world.urls[0]}", tags: [eu]}}
  - url: {guarded.url}
    tags: [us]
    token: ${{{{ env "DECK_TOKEN" }}}}
""")
        for token, code in (("token-of-node-1", 0), ("wrong-token", 1)):
            run = Run("ping", "--nodes", nodes, DECK_TOKEN=token).ends(code).says(world.urls[0], guarded.url).says_not(token)
            assert ("answered 401" in run.out) == (code == 1)
        Run("ping", "--nodes", nodes, "--node-tag", "eu", DECK_TOKEN="x").ends(0).says(world.urls[0]).says_not(guarded.url)
        Run("ping", "--nodes", nodes).ends(1).says(f"{nodes}:5:", "DECK_TOKEN is not set")
        Run("ping", "--node", guarded.url, "--headers", "Kong-Admin-Token:token-of-node-1").ends(0)
        Run("ping", "--node", guarded.url, "--kong-admin-token", "token-of-node-1").ends(0)
        user = guarded.url.replace("http://", "http://me:pass-of-me@")
        Run("ping", "--node", user).ends(1).says(guarded.url).says_not("pass-of-me")
    Run("ping", "--nodes", world.file("bad.yml", "nodes: [{urll: x}]\n")).ends(1).says("bad.yml:1:", "unknown field")
    Run("ping", "--nodes", world.file("twice.yml", f"nodes: ['{world.urls[0]}', '{world.urls[0]}']\n")).ends(1).says("named twice")


def what_nodes_are_told_of_a_source_can_be_asked(world):
    clone = world.folder / "clone"
    clone.mkdir()
    source = clone / "kong.yml"
    source.write_text(CHANGED, encoding="utf8")
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=Ann Änder", "-c", "user.email=ann@example.org", "commit", "-q", "-m", "one"]):
        subprocess.run(["git", "-C", clone, *command], check=True)
    commit = subprocess.run(["git", "-C", clone, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    Run("sync", source, *world.targets, "--synced-by", "pipeline 7").ends(0)
    for url in world.urls:
        status = get(url + "/gateway/status")
        assert [status[name] for name in ("commit", "author", "synced_by")] == [commit, "Ann Änder <ann@example.org>", "pipeline 7"], status
    source.write_text(SHOP, encoding="utf8")
    Run("sync", source, *world.targets).ends(0)
    status = get(world.urls[0] + "/gateway/status")
    assert status["commit"] == commit + "-dirty" and "@" in status["synced_by"], status


def nodes_keep_what_all_of_them_have_and_are_told_to_keep(world):
    before = world.hashes()
    Run("sync", world.changed, *world.targets, "--confirm-within", 60).ends(0).says(f"{world.urls[0]}: confirmed", f"{world.urls[1]}: confirmed", f"{world.urls[1]}: synced")
    assert [get(url + "/gateway/status")["pending"] for url in world.urls] == [None, None]
    changed = world.hashes()
    assert changed != before
    with FakeNode("refuse") as fake:
        Run("sync", world.shop, *world.targets, "--node", fake.url, "--confirm-within", 60).ends(1).says(f"{world.urls[0]}: put back", f"{world.urls[1]}: put back")
    assert world.hashes() == changed
    assert [get(url + "/gateway/status")["pending"] for url in world.urls] == [None, None]
    # This one takes it, but knows nothing of a confirmation.
    with FakeNode() as fake:
        Run("sync", world.shop, *world.targets, "--node", fake.url, "--confirm-within", 60).ends(1).says(f"{fake.url}: could not be confirmed", "not on all nodes")
    Run("sync", world.shop, *world.targets).ends(0)


def a_guarded_node_is_shown_a_token(world):
    token = "a-token-of-the-admin-api"
    with running(GATEWAY, admin_token=token) as (_, _, port, _, _):
        url = f"http://127.0.0.1:{port}"
        Run("ping", "--node", url).ends(1).says("answered 401")
        Run("sync", world.shop, "--node", url).ends(1).says("answered 401", "nothing was changed")
        for options, environment in ((["--token", token], {}), ([], {"DECKCTL_TOKEN": token}), ([], {"DECK_KONG_ADMIN_TOKEN": token})):
            Run("sync", world.shop, "--node", url, *options, **environment).ends(0).says_not(token)
        Run("ping", "--nodes", world.file("guarded.yml", f"nodes: [{{url: '{url}', token: '${{{{ env \"DECK_T\" }}}}'}}]\n"), DECK_T=token).ends(0).says_not(token)


CASES = [a_source_comes_to_every_node_and_twice_is_once, a_change_is_told_by_field_in_every_format, a_dump_masks_secrets_and_comes_back_with_them,
         a_dump_shows_references_where_the_source_has_them,
         a_ping_tells_version_hash_and_readiness, nothing_is_sent_when_the_source_is_empty_or_broken, many_deletions_need_a_yes,
         one_that_refuses_the_dry_run_keeps_all_as_they_are, an_id_that_changes_is_another_entity_on_the_node, a_failure_in_the_middle_puts_the_done_ones_back, another_change_meanwhile_is_seen_and_kept,
         a_node_that_never_answers_is_given_up_in_time, nodes_are_asked_side_by_side, an_interrupted_sync_leaves_no_node_alone,
         a_source_with_tags_answers_only_for_its_own, nodes_may_stand_in_a_file, what_nodes_are_told_of_a_source_can_be_asked,
         nodes_keep_what_all_of_them_have_and_are_told_to_keep, a_guarded_node_is_shown_a_token]


def main():
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        world = World(folder, stack)
        for case in CASES:
            case(world)
            print("ok  ", case.__name__.replace("_", " "), flush=True)


if __name__ == "__main__":
    main()
