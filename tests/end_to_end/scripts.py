#!/usr/bin/env python3
"""Fields of log entries that scripts make, on a running node: what they see, what happens when they fail, what is refused. Usage: scripts.py GATEWAY"""
import json
import pathlib
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "compat"), str(pathlib.Path(__file__).resolve().parent)]
from client import ask, eventually, expect, run_all  # noqa: E402
from node import running  # noqa: E402

GATEWAY = sys.argv[1]


def configuration(path, fields):
    return json.dumps({"_format_version": "3.0", "services": [{
        "name": "s", "host": "127.0.0.1", "routes": [{"name": "r", "paths": ["/"]}],
        "plugins": [{"name": "request-termination", "config": {"status_code": 418}},
                    {"name": "file-log", "config": {"path": str(path), "custom_fields_by_lua": fields}}]}]})


def load(admin, text):
    return ask(admin, "/config", "POST", json.dumps({"config": text}).encode(), Content_Type="application/json")


def entries_of(fields, requests, **settings):
    """The log entries of so many requests, and the error log."""
    with tempfile.TemporaryDirectory() as name:
        path, errors = pathlib.Path(name) / "entries.log", pathlib.Path(name) / "error.log"
        with running(GATEWAY, configuration(path, fields), proxy_error_log=str(errors), **settings) as (proxy, *_):
            for i in range(requests):
                expect("status", ask(proxy, f"/a?n={i}", **{"X-A": "me"}).status, 418)
            eventually("entries", lambda: path.exists() and len(path.read_text().splitlines()) == requests)
            return [json.loads(line) for line in path.read_text().splitlines()], errors.read_text()


def scripts_make_fields_of_the_entry():
    fields = {"answer": "return 42", "who": "return kong.request.get_header('x-a')", "route": "return nil", "deep.er": "return kong.response.get_status()",
              "n": "return kong.request.get_query_arg('n')", "service.host": "return kong.router.get_service().host:upper()",
              "id": "return ngx.var.request_id", "shared": "kong.ctx.shared.seen = (kong.ctx.shared.seen or 0) + 1 return kong.ctx.shared.seen"}
    entries, errors = entries_of(fields, 5)
    for i, entry in enumerate(entries):
        expect("fields", (entry["answer"], entry["who"], entry["deep"], entry["n"], entry["shared"]), (42, "me", {"er": 418}, str(i), 1))
        expect("replaced", (entry["service"]["host"], entry["id"], "route" in entry), ("127.0.0.1", entry["request"]["id"], False))
    expect("errors", "custom_fields_by_lua" in errors, False)


def a_script_that_fails_costs_its_field_and_nothing_else():
    fields = {"endless": "while true do pcall(function() while true do end end) end", "large": "return ('x'):rep(1e9)", "broken": "return nothing.here",
              "bomb": "return ('a'):rep(1e5):find('.-.-.-.-b')", "good": "return 1"}
    entries, errors = entries_of(fields, 3)
    for entry in entries:
        expect("fields", [name for name in fields if name in entry], ["good"])
        expect("entry", entry["response"]["status"], 418)
    for name, why in {"endless": "too m", "large": "not enough memory", "broken": "attempt to index global 'nothing'", "bomb": "too m"}.items():
        lines = [line for line in errors.splitlines() if f"custom_fields_by_lua.{name}" in line]
        assert lines and all(f"file-log: {why}" in line or f": {why}" in line for line in lines), (name, errors)


def the_sandbox_opens_as_far_as_the_settings_say():
    fields = {"json": "return require('cjson').encode({1})", "home": "return type(os.getenv)", "io": "return type(io)"}
    entries, errors = entries_of(fields, 1)
    expect("closed", ("json" in entries[0], entries[0]["home"], entries[0]["io"]), (False, "nil", "nil"))
    assert "require 'cjson' not allowed within sandbox" in errors, errors
    entries, _ = entries_of(fields, 1, untrusted_lua_sandbox_requires="cjson", untrusted_lua_sandbox_environment="os.getenv")
    expect("opened", [entries[0][name] for name in fields], ["[1]", "function", "nil"])
    entries, _ = entries_of(fields, 1, untrusted_lua="on")
    expect("trusted", [entries[0][name] for name in fields], ["[1]", "function", "table"])


def what_is_no_lua_is_refused_with_its_place():
    with running(GATEWAY) as (_, _, admin, *_):
        answer = load(admin, configuration("/tmp/x.log", {"bad": "x y", "good": "return 1"}))
        expect("status", answer.status, 400)
        plugin = answer.json()["fields"]["services"][0]["plugins"][1]
        expect("field", plugin["config"]["custom_fields_by_lua"], {"bad": "Error parsing function: [string \"x y\"]:1: '=' expected near 'y'"})


def switched_off_means_refused():
    with running(GATEWAY, untrusted_lua="off") as (_, _, admin, *_):
        answer = load(admin, configuration("/tmp/x.log", {"f": "return 1"}))
        expect("status", answer.status, 400)
        assert "loading of untrusted Lua code disabled because 'untrusted_lua' config option is set to 'off'" in answer.body, answer.body


def a_reload_takes_its_scripts_along():
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "entries.log"
        with running(GATEWAY, configuration(path, {"v": "return 0"})) as (proxy, _, admin, *_):
            for version in range(1, 4):
                expect("load", load(admin, configuration(path, {"v": f"return {version}"})).status, 201)
                ask(proxy, "/")
            eventually("entries", lambda: path.exists() and len(path.read_text().splitlines()) == 3)
            expect("versions", [json.loads(line)["v"] for line in path.read_text().splitlines()], [1, 2, 3])


if __name__ == "__main__":
    run_all([scripts_make_fields_of_the_entry, a_script_that_fails_costs_its_field_and_nothing_else, the_sandbox_opens_as_far_as_the_settings_say,
             what_is_no_lua_is_refused_with_its_place, switched_off_means_refused, a_reload_takes_its_scripts_along])
