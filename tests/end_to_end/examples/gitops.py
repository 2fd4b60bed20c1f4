#!/usr/bin/env python3
"""examples/gitops: a life of the repository, with the commands of its workflow file against running nodes. Usage: gitops.py GATEWAY DECKCTL"""
import contextlib
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import urllib.request

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent), str(pathlib.Path(__file__).resolve().parent)]
from client import ROOT, ask, demo_upstreams, expect, run_all, running  # noqa: E402
from workflow import Event, StepFailed, Workflow  # noqa: E402

GATEWAY, DECKCTL = map(os.path.abspath, sys.argv[1:3])
SECRETS = {"MOBILE_KEY": "mobile-secret-key", "PARTNER_KEY": "partner-secret-key"}

# Stands for the container engine: the program of the image is the one just built; only what the command passes reaches it.
DOCKER = """#!/usr/bin/env python3
import os, sys
arguments, environment, folder, program = sys.argv[1:], {}, None, None
assert arguments.pop(0) == "run"
while arguments[0].startswith("--"):
    flag = arguments.pop(0)
    if flag in ("--rm", "--interactive"): continue
    value = arguments.pop(0)
    if flag == "--env": environment[value] = os.environ[value]
    elif flag == "--workdir": folder = value
    elif flag == "--entrypoint": program = value
    elif flag == "--volume": assert value == f"{os.getcwd()}:{os.getcwd()}", value
    elif flag == "--user": assert value == f"{os.getuid()}:{os.getgid()}", value
    else: assert (flag, value) == ("--network", "host"), flag
assert arguments.pop(0) == os.environ["IMAGE"] and program == "deckctl"
os.chdir(folder)
os.execve("@DECKCTL@", [program, *arguments], environment)
"""
GH = """#!/bin/sh
[ "$1 $2 $4" = "pr comment --body-file" ] && [ -n "$GH_TOKEN" ] || exit 9
{ echo "to $3:"; cat "$5"; } >> @COMMENTS@
"""


def tool(path, text):
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


class Repository:
    """A clone of a bare origin that holds a copy of the example; its nodes are running ones."""

    def __init__(self, place, nodes, upstream):
        self.folder, self.comments = place / "clone", place / "comments"
        self.nodes = nodes  # of staging, of production, of production
        shutil.copytree(ROOT / "examples" / "gitops", self.folder)
        self.replace("nodes.yml", {"http://gateway-1.staging.internal:8001": nodes[0][2], "http://gateway-1.production.internal:8001": nodes[1][2],
                                   "http://gateway-2.production.internal:8001": nodes[2][2]}, "http://127.0.0.1:{}")
        for environment in ("staging", "production"):
            names = {f"http://{name}.{environment}.internal:8080": upstream for name in ("articles", "comments")}
            self.replace(f"environments/{environment}/services.yml", names, "http://127.0.0.1:{}")
        tools = place / "tools"
        tools.mkdir()
        tool(tools / "docker", DOCKER.replace("@DECKCTL@", DECKCTL))
        tool(tools / "gh", GH.replace("@COMMENTS@", str(self.comments)))
        self.workflow = Workflow(self.folder / ".github" / "workflows" / "gateway.yml", tools)
        self.git("init", "-q", "-b", "main", "--bare", str(place / "origin"))
        self.git("init", "-q", "-b", "main")
        self.git("remote", "add", "origin", str(place / "origin"))
        self.commit("The first configuration")
        self.git("push", "-q", "origin", "main")

    def git(self, *arguments):
        author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
        subprocess.run(["git", *author, *arguments], cwd=self.folder, check=True, capture_output=True, timeout=60)

    def replace(self, name, words, form="{}"):
        path = self.folder / name
        text = path.read_text(encoding="utf8")
        for old, new in words.items():
            assert old in text, f"{name}: {old}"
            text = text.replace(old, form.format(new))
        path.write_text(text, encoding="utf8")

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def happens(self, name):
        """What the workflow does at an event: {(job, environment): (summary, outputs)}."""
        event = Event(name, "main", {} if name == "pull_request" else SECRETS, 7)
        return {(job, environment): rest for job, environment, *rest in self.workflow.run(event, self.folder)}

    def hashes(self):
        return [ask(node[2], "/status").json()["configuration_hash"] for node in self.nodes]

    def pull_request(self, branch):
        self.git("checkout", "-q", "-b", branch)

    def merge(self, branch):
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--ff-only", branch)
        self.git("push", "-q", "origin", "main")


def a_push_to_main_brings_the_configuration_to_every_node(repository):
    empty = repository.hashes()
    runs = repository.happens("push")
    expect("jobs", list(runs), [("sync", "staging"), ("sync", "production")])
    hashes = repository.hashes()
    assert len(set(hashes)) == 2 and hashes[1] == hashes[2] and not set(hashes) & set(empty), hashes
    for node in repository.nodes:
        expect("open route", ask(node[0], "/articles/1").status, 200)
        expect("with the key", ask(node[0], "/comments/1", apikey="mobile-secret-key").status, 200)
        expect("with the placeholder", ask(node[0], "/comments/1", apikey="placeholder-mobile").status, 401)


def the_same_push_again_changes_nothing(repository):
    before = repository.hashes()
    repository.happens("push")
    expect("hashes", repository.hashes(), before)


def a_pull_request_is_told_what_it_changes_and_where(repository):
    repository.pull_request("stories")
    repository.replace("environments/production/services.yml", {"- /articles": "- /stories"})
    repository.commit("Articles are called stories")
    before = repository.hashes()
    runs = repository.happens("pull_request")
    expect("jobs", list(runs), [("check", "staging"), ("check", "production")])
    changed, same = runs["check", "production"][0], runs["check", "staging"][0]
    assert "/stories" in changed and "articles" in changed, changed
    assert "/stories" not in same, same
    comments = repository.comments.read_text()
    assert comments.count("to 7:") == 2 and "/stories" in comments and "placeholder" not in comments, comments
    expect("hashes", repository.hashes(), before)


def its_merge_is_synced_to_production_alone(repository):
    before = repository.hashes()
    repository.merge("stories")
    repository.happens("push")
    after = repository.hashes()
    expect("staging", after[0], before[0])
    assert after[1] == after[2] != before[1], after
    for node in repository.nodes[1:]:
        expect("new path", ask(node[0], "/stories/1").status, 200)
        expect("old path", ask(node[0], "/articles/1").status, 404)


def a_fault_stops_the_pull_request_at_its_line(repository):
    repository.pull_request("fault")
    repository.replace("environments/staging/services.yml", {"strip_path: false": "strip_pth: false"})
    repository.commit("A slip")
    try:
        repository.happens("pull_request")
    except StepFailed as failed:
        expect("step", failed.step, "Validate")
        assert "::error file=environments/staging/services.yml,line=" in failed.output and "strip_path" in failed.output, failed.output
    else:
        raise AssertionError("the check passed")
    finally:
        repository.git("checkout", "-q", "main")


def a_risk_stops_the_pull_request_too(repository):
    repository.pull_request("risk")
    repository.replace("environments/staging/consumers.yml", {'${{ env "DECK_PARTNER_KEY" }}': "in-clear-text"})
    repository.commit("A key in git")
    try:
        repository.happens("pull_request")
    except StepFailed as failed:
        expect("step", failed.step, "Lint")
        assert "secret-in-clear-text" in failed.output and "in-clear-text\n" not in failed.output, failed.output
    else:
        raise AssertionError("the check passed")
    finally:
        repository.git("checkout", "-q", "main")


def a_change_by_hand_is_found_within_the_hour(repository):
    expect("jobs", list(repository.happens("schedule")), [("drift", "staging"), ("drift", "production")])
    request = urllib.request.Request(f"http://127.0.0.1:{repository.nodes[2][2]}/config", data=b'_format_version: "3.0"\nservices: [{name: x, url: "http://127.0.0.1:9"}]\n',
                                     headers={"Content-Type": "text/yaml"})
    urllib.request.urlopen(request, timeout=20).close()
    try:
        repository.happens("schedule")
    except StepFailed as failed:
        expect("exit code", failed.code, 2)
        assert "articles" in failed.output, failed.output
    else:
        raise AssertionError("nothing was found")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary, demo_upstreams(1) as (echo,), contextlib.ExitStack() as stack:
        os.environ["GIT_CONFIG_GLOBAL"] = os.environ["GIT_CONFIG_SYSTEM"] = "/dev/null"
        example = Repository(pathlib.Path(temporary), [stack.enter_context(running(GATEWAY)) for _ in range(3)], echo)
        sys.exit(run_all((a_push_to_main_brings_the_configuration_to_every_node, the_same_push_again_changes_nothing, a_pull_request_is_told_what_it_changes_and_where,
                          its_merge_is_synced_to_production_alone, a_fault_stops_the_pull_request_at_its_line, a_risk_stops_the_pull_request_too,
                          a_change_by_hand_is_found_within_the_hour), example))
