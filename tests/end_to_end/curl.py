#!/usr/bin/env python3
"""curl against a running gateway: methods, framings, versions, TLS, broken upstreams. Usage: curl.py GATEWAY"""
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
from client import expect, run_all, running  # noqa: E402
from scripted_upstream import ScriptedUpstream, digest, octets  # noqa: E402

CONFIG = """
_format_version: "3.0"
services:
- name: scripted
  url: http://127.0.0.1:{}
  routes:
  - {{name: all, paths: [/]}}
  - {{name: secure, paths: [/secure], protocols: [https], snis: [secure.example]}}
"""
MEGABYTES_50 = 50_000_000


class Curl:
    """One call: exit code, body, and what -v told."""

    def __init__(self, *arguments, stdin=b""):
        done = subprocess.run(["curl", "-sv", "--noproxy", "*", "--max-time", "30", *map(str, arguments)], input=stdin, capture_output=True, timeout=60)
        self.code, self.body, self.told = done.returncode, done.stdout, done.stderr.decode("utf8", "replace")

    def ends(self, code=0):
        assert self.code == code, f"exit code {self.code}, expected {code}: {self.told[-2000:]}"
        return self

    def json(self):
        self.ends()
        return json.loads(self.body)

    def status(self):
        return [int(line.split()[2]) for line in self.told.splitlines() if line.startswith("< HTTP/")]


class World:
    def __init__(self, folder, upstream, ports):
        self.upstream, self.tls = upstream, ports[1]
        self.http, self.https = f"http://127.0.0.1:{ports[0]}", f"https://127.0.0.1:{ports[1]}"
        self.small, self.large = folder / "small", folder / "large"
        self.small.write_bytes(b"".join(octets(3000)))
        self.large.write_bytes(b"".join(octets(MEGABYTES_50)))


def every_method_passes_with_its_body(world):
    for method in ("GET", "DELETE", "OPTIONS", "REPORT"):
        expect("method", Curl("-X", method, world.http + "/echo?a=1&b=%20").json()["method"], method)
    for method in ("POST", "PUT", "PATCH"):
        answer = Curl("-X", method, "--data-binary", f"@{world.small}", world.http + "/echo").json()
        expect("body", (answer["method"], answer["length"], answer["sha256"]), (method, 3000, digest(3000)))


def head_has_the_length_of_get_and_no_body(world):
    answer = Curl("-I", world.http + "/bytes/1234").ends()
    assert "Content-Length: 1234" in answer.told, answer.told
    both = Curl("-I", world.http + "/bytes/1234", "--next", "-sv", world.http + "/bytes/10").ends()
    assert "Re-using existing connection" in both.told and both.body.endswith(bytes(range(10))), both.told


def forms_and_files_are_uploaded(world):
    form = Curl("-F", "name=value", "-F", f"file=@{world.small}", world.http + "/echo").json()
    assert form["headers"]["content-type"].startswith("multipart/form-data; boundary="), form
    assert form["length"] > 3000


def an_upload_of_unknown_length_is_chunked_on_both_sides(world):
    answer = Curl("-T", "-", world.http + "/echo", stdin=b"".join(octets(1_000_000))).json()
    expect("framing", (answer["headers"].get("transfer-encoding"), answer["headers"].get("content-length")), ("chunked", None))
    expect("body", (answer["method"], answer["length"], answer["sha256"]), ("PUT", 1_000_000, digest(1_000_000)))


def expect_100_continue_is_answered_once_and_the_body_follows(world):
    answer = Curl("-T", world.large, "-H", "Expect: 100-continue", world.http + "/echo")
    expect("body", answer.json()["sha256"], digest(MEGABYTES_50))
    expect("statuses", answer.status(), [100, 200])


def an_upload_that_the_upstream_refuses_ends_with_its_answer(world):
    answer = Curl("-T", world.large, "-H", "Expect: 100-continue", world.http + "/refuse")
    expect("last status", answer.status()[-1:], [413])
    expect("body", answer.body, b"full")


def an_old_client_gets_a_body_without_chunks(world):
    answer = Curl("--http1.0", world.http + "/chunked/200000").ends()
    expect("body", hashlib.sha256(answer.body).hexdigest(), digest(200_000))
    assert "Transfer-Encoding" not in answer.told, answer.told


def two_requests_use_one_connection_on_both_sides(world):
    answer = Curl(world.http + "/echo", world.http + "/echo").ends()
    assert "Re-using existing connection" in answer.told, answer.told
    numbers = {line for line in answer.told.splitlines() if "X-Connection" in line}
    expect("upstream connections", len(numbers), 1)


def large_downloads_arrive_whole(world):
    for url in (world.http + f"/bytes/{MEGABYTES_50}", world.http + f"/chunked/{MEGABYTES_50}", world.https + f"/bytes/{MEGABYTES_50}"):
        answer = Curl("-k", "--http1.1", url).ends()
        expect(f"digest of {url}", hashlib.sha256(answer.body).hexdigest(), digest(MEGABYTES_50))


def trailers_do_no_harm(world):
    answer = Curl(world.http + "/chunked/70000", world.http + "/bytes/5").ends()
    expect("bodies", (hashlib.sha256(answer.body[:70_000]).hexdigest(), answer.body[70_000:]), (digest(70_000), bytes(range(5))))
    sent = Curl("-T", "-", "-H", "Trailer: X-Sum", world.http + "/echo", stdin=b"body").json()
    expect("body", sent["length"], 4)


def early_hints_come_before_the_answer(world):
    answer = Curl(world.http + "/early").ends()
    expect("last status", answer.status()[-1], 200)
    expect("body", answer.body, b"ok")


def https_is_spoken_and_routed_by_server_name(world):
    answer = Curl("-k", world.https + "/echo").json()
    expect("scheme", answer["headers"]["x-forwarded-proto"], "https")
    url = f"https://secure.example:{world.tls}/secure/echo"
    named = Curl("-k", "--resolve", f"secure.example:{world.tls}:127.0.0.1", url).json()
    expect("path", named["path"], "/echo")
    expect("host of the client", named["headers"]["x-forwarded-host"], "secure.example")
    expect("by the wrong name", Curl("-k", world.https + "/secure/echo").json()["path"], "/secure/echo")


def a_plain_request_at_the_tls_port_is_told_so(world):
    expect("status", Curl(f"http://127.0.0.1:{world.tls}/echo").status(), [400])


def a_body_that_the_upstream_cuts_is_never_taken_for_whole(world):
    for path in ("/cut/100000", "/cut-chunked"):
        expect(f"exit code of {path}", Curl(world.http + path).code, 18)  # curl: the transfer ended with data outstanding
    old = Curl("--http1.0", world.http + "/cut/100000")
    expect("exit code with HTTP/1.0", old.code, 18)
    # Without a length the end of an HTTP/1.0 answer is the end of its connection: only a reset tells that this is none.
    expect("exit code with HTTP/1.0 and no length", Curl("--http1.0", world.http + "/cut-chunked").code, 56)
    Curl(world.http + "/echo").ends()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary, ScriptedUpstream() as scripted, running(sys.argv[1], CONFIG.format(scripted.port)) as node:
        sys.exit(run_all((every_method_passes_with_its_body, head_has_the_length_of_get_and_no_body, forms_and_files_are_uploaded,
                          an_upload_of_unknown_length_is_chunked_on_both_sides, expect_100_continue_is_answered_once_and_the_body_follows,
                          an_upload_that_the_upstream_refuses_ends_with_its_answer, an_old_client_gets_a_body_without_chunks,
                          two_requests_use_one_connection_on_both_sides, large_downloads_arrive_whole, trailers_do_no_harm, early_hints_come_before_the_answer,
                          https_is_spoken_and_routed_by_server_name, a_plain_request_at_the_tls_port_is_told_so,
                          a_body_that_the_upstream_cuts_is_never_taken_for_whole), World(pathlib.Path(temporary), scripted, node)))
