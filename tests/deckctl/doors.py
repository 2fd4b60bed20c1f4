#!/usr/bin/env python3
"""The ways to a node's Admin API: TLS with a CA of one's own, a client certificate, a unix socket. Usage: doors.py DECKCTL GATEWAY"""
import contextlib
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent / "compat")]
from fake_node import FakeNode  # noqa: E402
from node import kept_ports, running  # noqa: E402

DECKCTL, GATEWAY = sys.argv[1:3]


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)


def make_pair(folder, name, *extra):
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", str(key), "-out", str(certificate), *extra)
    return certificate, key


def deckctl(code, *arguments, says="", **environment):
    done = subprocess.run([DECKCTL, *map(str, arguments)], capture_output=True, text=True, timeout=60, env={**os.environ, **environment})
    assert done.returncode == code and says in done.stdout + done.stderr, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def main():
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        certificate, key = make_pair(folder, "node", "-addext", "subjectAltName=IP:127.0.0.1")
        stranger, _ = make_pair(folder, "stranger")
        source = folder / "kong.yml"
        source.write_text('_format_version: "3.0"\nservices: [{name: s, host: h.internal}]\n', encoding="utf8")
        [tls] = stack.enter_context(kept_ports(1))
        door = folder / "admin.sock"
        _, _, plain, _, _ = stack.enter_context(running(GATEWAY, more_admin=f", 127.0.0.1:{tls} ssl, unix:{door}", admin_ssl_cert=str(certificate), admin_ssl_cert_key=str(key)))
        url = f"https://127.0.0.1:{tls}"
        deckctl(1, "ping", "--node", url, says="not trusted")
        deckctl(1, "ping", "--node", url, "--ca-cert", stranger, says="not trusted")
        deckctl(1, "ping", "--node", url, "--ca-cert", folder / "missing.pem", says="cannot be read")
        deckctl(1, "ping", "--node", f"https://127.0.0.1:{plain}", "--timeout", "3", says="no TLS connection")
        deckctl(0, "ping", "--node", url, "--ca-cert", certificate, says="gateway")
        deckctl(0, "ping", "--node", url, "--ca-cert", certificate.read_text(encoding="utf8"), says="gateway")
        deckctl(0, "ping", "--node", url, "--tls-skip-verify", says="gateway")
        deckctl(0, "ping", DECK_KONG_ADDR=url, DECK_CA_CERT=str(certificate), says=url)
        print("ok   a node behind TLS is asked only when its certificate is trusted")

        deckctl(0, "sync", source, "--node", f"unix:{door}", says="synced")
        deckctl(0, "diff", source, "--node", url, "--tls-skip-verify", says="no changes")
        print("ok   a unix socket is a way to the same node")

        ours, our_key = make_pair(folder, "ours")
        with FakeNode() as guarded:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(ours)
            guarded.server.socket = context.wrap_socket(guarded.server.socket, server_side=True)
            there = guarded.url.replace("http://", "https://")
            deckctl(1, "ping", "--node", there, "--ca-cert", certificate, "--timeout", "3")
            deckctl(0, "ping", "--node", there, "--ca-cert", certificate, "--tls-client-cert", ours, "--tls-client-key", our_key, says="gateway")
            deckctl(1, "ping", "--node", there, "--ca-cert", certificate, "--tls-client-cert", ours, says="needed together")
            nodes = folder / "nodes.yml"
            nodes.write_text(f"nodes: [{{url: '{there}', ca_cert: node.pem, client_cert: ours.pem, client_key: ours.key}}]\n", encoding="utf8")
            deckctl(0, "ping", "--nodes", nodes, says="gateway")
        print("ok   a node that wants a client certificate gets one")


if __name__ == "__main__":
    main()
