#!/usr/bin/env python3
"""Whatever ${{ env }} fills in is shown by no verb of deckctl and by no node that masks, wherever in a configuration it stands.
Usage: never_shown.py DECKCTL GATEWAY"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "compat"))
from node import running  # noqa: E402

DECKCTL, GATEWAY = sys.argv[1:3]

# Every value has the same unlikely word in it, and nothing else has.
WORD = "zq7xk"
VALUES = {
    "NAME": f"{WORD}-name", "HOST": f"{WORD}.test", "PATH": f"/{WORD}/a", "REGEX": f"~/{WORD}/\\d+", "HEADER": f"x-token:{WORD}", "TEXT": WORD,
    "KEY": f"key-{WORD}", "URL": f"http://{WORD}.test:8080/{WORD}", "TARGET": f"{WORD}.test:80", "GROUP": f"group-{WORD}",
}


def env(name):
    return '${{ env "DECK_' + name + '" }}'


SOURCE = f"""
_format_version: "3.0"
services:
  - name: '{env("NAME")}'
    url: '{env("URL")}'
    tags: ['{env("TEXT")}']
    routes:
      - name: '{env("NAME")}'
        paths: ['{env("PATH")}']
        hosts: ['{env("HOST")}']
        headers: {{x-a: ['{env("TEXT")}']}}
      - {{name: regex, paths: ['{env("REGEX")}', /plain]}}
      - {{name: alike, paths: ['{env("PATH")}'], hosts: ['{env("HOST")}']}}
      - {{name: shadowed, paths: ['{env("PATH")}'], hosts: ['{env("HOST")}']}}
      - {{name: open, paths: [/open], plugins: [{{name: key-auth}}, {{name: acl, config: {{allow: ['{env("GROUP")}']}}}}]}}
  - {{name: balanced, host: pool, routes: [{{name: balanced, paths: [/pool]}}]}}
upstreams:
  - {{name: pool, host_header: '{env("HOST")}', targets: [{{target: '{env("TARGET")}'}}]}}
plugins:
  - {{name: request-transformer, config: {{add: {{headers: ['{env("HEADER")}']}}}}}}
  - {{name: request-termination, enabled: false, config: {{message: '{env("TEXT")}'}}}}
consumers:
  - username: '{env("NAME")}'
    custom_id: '{env("TEXT")}'
    keyauth_credentials: [{{key: '{env("KEY")}'}}]
    acls: [{{group: '{env("GROUP")}-2'}}]
"""

# What each of these replaces makes the configuration wrong, at a value that is not to be told.
WRONG = [
    (f"paths: ['{env('PATH')}']", f"paths: ['{env('TEXT')}']"),
    (f"hosts: ['{env('HOST')}']", f"hosts: ['{env('PATH')}']"),
    (f"config: {{add: {{headers: ['{env('HEADER')}']}}}}", f"config: {{add: {{headers: ['{env('TEXT')}']}}}}"),
    (f"target: '{env('TARGET')}'", f"target: '{env('PATH')}'"),
    ("host: pool", f"host: '{env('PATH')}'"),
    ("name: shadowed", f"name: '{env('NAME')}'"),
    ("name: key-auth", f"name: '{env('NAME')}'"),
    ("host: pool,", f"host: pool, protocol: '{env('TEXT')}',"),
    ("host: pool,", f"host: pool, port: '{env('TEXT')}',"),
    ("host: pool,", f"host: pool, client_certificate: '{env('TEXT')}',"),
    (f"'{env('REGEX')}'", f"'~/{env('TEXT')}('"),
]


def run(*arguments, secret=None, codes=(0,), shown=False):
    values = {**VALUES, **(secret or {})}
    environment = {**os.environ, **{"DECK_" + name: value for name, value in values.items()}, "DECK_TIMEOUT": "100"}
    ran = subprocess.run([DECKCTL, *map(str, arguments)], capture_output=True, text=True, env=environment, timeout=250)
    what = " ".join(map(str, arguments))
    assert ran.returncode in codes, f"{what}: exit code {ran.returncode}\n{ran.stdout}{ran.stderr}"
    if not shown:
        assert WORD not in ran.stdout + ran.stderr, f"{what}: shows {WORD}:\n{ran.stdout}{ran.stderr}"
    return ran.stdout


def offline(folder):
    source, other = folder / "a.yml", folder / "b.yml"
    source.write_text(SOURCE, encoding="utf8")
    other.write_text(SOURCE.replace("/plain", "/other").replace(f"'{env('HEADER')}'", "'x-token:old'").replace("-2'", "'"), encoding="utf8")
    for form in ("text", "json", "sarif", "github"):
        run("validate", source, "--format", form)
        assert "alike" in run("lint", source, "--format", form, codes=(2,))
    run("fmt", source, "--diff", codes=(0, 2))
    for form in ("text", "json", "markdown"):
        assert "******" in run("diff", source, other, "--format", form, codes=(2,))
        run("diff", source, folder / "empty.yml", "--format", form, codes=(2,))
        run("diff", folder / "empty.yml", source, "--format", form, codes=(2,))
    # The request itself may say what it likes; what the configuration adds to it may not be told.
    for url in ("/nothing", "/plain", "/open", "/pool", "http://other.test/open"):
        for more in ([], ["--format", "json"]):
            run("explain", "GET", url, "-s", source, *more)
    told = run("explain", "GET", f"http://{VALUES['HOST']}{VALUES['PATH']}", "-s", source, "-H", f"x-a: {WORD}", shown=True)
    assert "route ****** " in told and "http://******" in told and "path ****** (prefix)" in told, told
    for old, new in WRONG:
        assert old in SOURCE, old
        source.write_text(SOURCE.replace(old, new, 1), encoding="utf8")
        for form in ("text", "json", "sarif", "github"):
            run("validate", source, "--format", form, codes=(1,))
        run("sync", source, "--node", "http://127.0.0.1:9", codes=(1,))


def get(admin, path, token):
    request = urllib.request.Request(f"http://127.0.0.1:{admin}{path}", headers={"Authorization": "Bearer " + token})
    with urllib.request.urlopen(request, timeout=100) as answer:
        return answer.read().decode()


def on_a_node(folder):
    source = folder / "a.yml"
    source.write_text(SOURCE, encoding="utf8")
    with running(GATEWAY, admin_token="all", admin_read_token="reads", data_dir=str(folder / "kept")) as (_, _, admin, _, _):
        node = ["--node", f"http://127.0.0.1:{admin}", "--token", "all"]
        run("diff", source, *node, codes=(2,))
        run("sync", source, *node)
        run("sync", source, *node)
        run("diff", source, *node)
        # The node was told values, and which of them are not to be told.
        for more in ([], ["--sort"], ["--skip-defaults"], ["--format", "json"]):
            assert "******" in run("dump", *node, *more)
        run("diff", source, *node, secret={name: value.replace(WORD, WORD + "new") for name, value in VALUES.items()}, codes=(2,))
        whole = folder / "whole.yml"
        whole.write_text(run("dump", *node, "--with-secrets", "--sort", shown=True), encoding="utf8")
        run("sync", whole, *node)
        assert "******" in run("dump", *node)
        masked = folder / "masked.yml"
        masked.write_text(run("dump", *node), encoding="utf8")
        run("sync", masked, *node, codes=(1,))
        for path in ("/config", "/config?format=json", "/services", "/routes", "/upstreams", "/plugins", "/consumers", "/status", "/gateway/status", "/gateway/generations", "/metrics"):
            assert WORD not in get(admin, path, "reads"), path
        assert WORD in get(admin, "/routes", "all") and json.loads(get(admin, "/routes", "all"))["data"]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        (place / "empty.yml").write_text('_format_version: "3.0"\nservices: []\n', encoding="utf8")
        offline(place)
        on_a_node(place)
