#!/usr/bin/env python3
"""TLS at the door and towards upstreams. Usage: tls.py GATEWAY"""
import pathlib
import ssl
import subprocess
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
from client import ask, expect, run_all, running  # noqa: E402
from scripted_upstream import ScriptedUpstream, digest  # noqa: E402

CONFIG = """
_format_version: "3.0"
services:
- {{name: trusting, url: "https://127.0.0.1:{port}", routes: [{{name: trusting, paths: [/trusting]}}]}}
- {{name: checking, url: "https://127.0.0.1:{port}", tls_verify: true, routes: [{{name: checking, paths: [/checking]}}]}}
- {{name: plain, url: "http://127.0.0.1:{port}", routes: [{{name: plain, paths: [/plain]}}]}}
"""


class TlsUpstream(ScriptedUpstream):
    def __init__(self, certificate, key):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        super().__init__()

    def get_request(self):
        stream, address = super().get_request()
        return self.context.wrap_socket(stream, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, *_):
        pass  # a refused handshake is what some tests are about


class World:
    def __init__(self, upstream, certificate, node):
        self.upstream, self.certificate = upstream, certificate
        self.http, self.tls = node[:2]

    def curl(self, *arguments, name="gateway.example", path="/trusting/echo"):
        url = f"https://{name}:{self.tls}{path}"
        command = ["curl", "-sv", "--noproxy", "*", "--max-time", "20", "--resolve", f"{name}:{self.tls}:127.0.0.1", *map(str, arguments), url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr


def self_signed(folder, name):
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", certificate], check=True, capture_output=True, timeout=60)
    return certificate, key


def the_certificate_of_the_settings_is_shown_and_holds(world):
    expect("trusting it", world.curl("--cacert", world.certificate)[0], 0)
    expect("without trust", world.curl()[0], 60)  # curl: the peer's certificate cannot be verified
    expect("by another name", world.curl("--cacert", world.certificate, name="other.example")[0], 60)


def both_current_versions_are_spoken(world):
    for version in ("1.2", "1.3"):
        code, _, told = world.curl("-k", f"--tlsv{version}", "--tls-max", version)
        expect(f"exit code of {version}", code, 0)
        assert f"SSL connection using TLSv{version}" in told, told


def a_client_that_offers_http_2_is_answered_in_http_1(world):
    code, _, told = world.curl("-k", "--http2")
    expect("exit code", code, 0)
    assert "< HTTP/1.1 200" in told, told


def an_upstream_is_taken_unverified_unless_the_service_asks_for_it(world):
    expect("without tls_verify", ask(world.http, "/trusting/echo").status, 200)
    expect("with tls_verify", ask(world.http, "/checking/echo").status, 502)
    expect("without it again", ask(world.http, "/trusting/echo").status, 200)


def a_kept_connection_never_serves_a_service_that_verifies(world):
    for _ in range(5):
        expect("without tls_verify", ask(world.http, "/trusting/echo").status, 200)
        expect("with tls_verify", ask(world.http, "/checking/echo").status, 502)


def connections_to_tls_upstreams_are_kept(world):
    numbers = {ask(world.http, "/trusting/echo").headers["X-Connection"] for _ in range(5)}
    expect("connections", len(numbers), 1)


def large_bodies_pass_both_ways(world):
    body = bytes(range(256)) * 20_000
    answer = ask(world.http, "/trusting/echo", "POST", body).json()
    expect("upload", (answer["length"], answer["sha256"]), (len(body), digest(len(body))))
    code, out, _ = world.curl("-k", "-o", "/dev/null", "-w", "%{size_download}", path="/trusting/bytes/20000000")
    expect("download", (code, out), (0, "20000000"))


def a_plain_service_at_a_tls_port_is_a_bad_gateway(world):
    expect("status", ask(world.http, "/plain/echo").status, 502)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        place = pathlib.Path(temporary)
        door, door_key = self_signed(place, "gateway.example")
        with TlsUpstream(*self_signed(place, "upstream.example")) as scripted:
            with running(sys.argv[1], CONFIG.format(port=scripted.port), ssl_cert=str(door), ssl_cert_key=str(door_key)) as started:
                sys.exit(run_all((the_certificate_of_the_settings_is_shown_and_holds, both_current_versions_are_spoken,
                                  a_client_that_offers_http_2_is_answered_in_http_1, an_upstream_is_taken_unverified_unless_the_service_asks_for_it,
                                  a_kept_connection_never_serves_a_service_that_verifies, connections_to_tls_upstreams_are_kept, large_bodies_pass_both_ways,
                                  a_plain_service_at_a_tls_port_is_a_bad_gateway), World(scripted, door, started)))
