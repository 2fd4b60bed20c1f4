#!/usr/bin/env python3
"""The Admin API asks who somebody is, and hostile clients harm neither it nor the proxy. Usage: admin_protection.py GATEWAY DECKCTL"""
import contextlib
import http.client
import json
import os
import pathlib
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
from client import ask, eventually, expect, free_ports, run_all, running  # noqa: E402
from kept_node import configuration  # noqa: E402

GATEWAY, DECKCTL = map(os.path.abspath, sys.argv[1:3])
TOKEN = "token-of-the-admins"


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def certificate(folder, name, authority=None):
    """NAME.pem and NAME.key below `folder`; signed by the authority of that name, else by itself."""
    key, pem, request = folder / f"{name}.key", folder / f"{name}.pem", folder / f"{name}.csr"
    if authority is None:
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", key, "-out", pem)
    else:
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", folder / f"{authority}.pem", "-CAkey", folder / f"{authority}.key", "-CAcreateserial", "-days", "2", "-out", pem)


def secure(port, folder=None, name=None):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if name is not None:
        context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    with contextlib.closing(connection):
        connection.request("POST", "/config", configuration("one"), {"Content-Type": "text/yaml"})
        answer = connection.getresponse()
        answer.read()
        return answer.status


def on_the_network_it_is_not_open_by_accident():
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("KONG_", "GATEWAY_"))}
    listen = {"KONG_ADMIN_LISTEN": "0.0.0.0:0", "KONG_PROXY_LISTEN": "off", "KONG_STATUS_LISTEN": "off"}
    refused = subprocess.run([GATEWAY], env={**environment, **listen}, capture_output=True, text=True, timeout=30)
    assert refused.returncode == 1 and "admin_unprotected=on" in refused.stderr and "admin_token" in refused.stderr, refused.stderr


def tokens_and_the_audit_log_from_outside():
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "audit.log")
        with running(GATEWAY, configuration("file"), admin_token=TOKEN, admin_read_token="reader", admin_audit_log=log) as (proxy, _, admin, status, _):
            expect("unknown", ask(admin, "/status").status, 401)
            expect("reader", ask(admin, "/status", Authorization="Bearer reader").status, 200)
            expect("full", ask(admin, "/config", "POST", configuration("one").encode(), Content_Type="text/yaml", Kong_Admin_Token=TOKEN).status, 201)
            expect("served", ask(proxy, "/").body, "one")
            expect("who", ask(admin, "/gateway/status", Kong_Admin_Token=TOKEN).json()["identity"], "admin_token")
            expect("readiness needs none", ask(status, "/status/ready").status, 200)
            assert TOKEN not in ask(admin, "/", Kong_Admin_Token=TOKEN).body
            with open(log, encoding="utf8") as file:
                (line,) = [json.loads(each) for each in file]
            expect("audited", (line["who"], line["method"], line["target"], line["status"]), ("admin_token", "POST", "/config", 201))
            assert line["hash_before"] != line["hash_after"]
            expect("mode", os.stat(log).st_mode & 0o777, 0o600)


def client_certificates_are_asked_for():
    (tls,) = free_ports(1)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        certificate(folder, "authority")
        certificate(folder, "ci", "authority")
        certificate(folder, "stranger")
        log = folder / "audit.log"
        with running(GATEWAY, configuration("file"), more_admin=f", 127.0.0.1:{tls} ssl", admin_client_ca=folder / "authority.pem", admin_audit_log=log) as (_, _, admin, _, _):
            expect("ours", secure(tls, folder, "ci"), 201)
            for other in ("stranger", None):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    raise AssertionError(f"{other} was let in: {secure(tls, folder, other)}")
            identity = ask(admin, "/gateway/status").json()["identity"]
            expect("who", identity, "certificate CN=ci")
            expect("audited", [json.loads(line)["who"] for line in log.read_text().splitlines()], ["certificate CN=ci"])
            ping = [DECKCTL, "ping", "--node", f"https://127.0.0.1:{tls}", "--tls-skip-verify", "--tls-client-cert", folder / "ci.pem", "--tls-client-key", folder / "ci.key"]
            done = subprocess.run(ping, capture_output=True, text=True, timeout=30)
            expect(f"deckctl with its certificate: {done.stdout}{done.stderr}", done.returncode, 0)
            expect("deckctl without", subprocess.run(ping[:5], capture_output=True, timeout=30).returncode, 1)


def a_unix_socket_knows_who_asks():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "admin.sock")
        with running(GATEWAY, configuration("file"), more_admin=f", unix:{path}") as (_, _, admin, _, _):
            source = os.path.join(folder, "kong.yml")
            with open(source, "w", encoding="utf8") as file:
                file.write(configuration("one"))
            done = subprocess.run([DECKCTL, "sync", source, "--node", f"unix:{path}", "--yes"], capture_output=True, text=True, timeout=60)
            expect(f"sync: {done.stdout}{done.stderr}", done.returncode, 0)
            expect("who", ask(admin, "/gateway/status").json()["identity"], f"unix:uid={os.getuid()}")


SAID = [b"", b"GET /status HTTP/1.1\r\nX: ", b"\x00" * 2000, b"POST /config HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST /config HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx",
        b"POST /config HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nxxxxx\r\n0\r\n\r\n",
        b"POST /config HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\nx", b"GET " + b"/" * 100000 + b" HTTP/1.1\r\n\r\n"]


def a_thousand_hostile_clients_harm_neither_it_nor_the_proxy():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    for settings in ({}, {"admin_token": TOKEN}):
        with running(GATEWAY, configuration("one"), admin_body_bytes_max="1m", **settings) as (proxy, _, admin, _, process):
            faults, going = [], True

            def traffic():
                while going:
                    answer = ask(proxy, "/")
                    if (answer.status, answer.body) != (200, "one"):
                        faults.append(answer.body)

            client = threading.Thread(target=traffic)
            client.start()
            hostile = []
            for i in range(1000):
                connection = socket.create_connection(("127.0.0.1", admin), 10)
                with contextlib.suppress(OSError):
                    connection.sendall(SAID[i % len(SAID)])
                hostile.append(connection)
            for _ in range(20):
                expect("the Admin API", ask(admin, "/status", Kong_Admin_Token=TOKEN).status, 200)
            with socket.create_connection(("127.0.0.1", admin), 10) as large:
                large.sendall(f"POST /config HTTP/1.1\r\nHost: a\r\nContent-Type: text/yaml\r\nKong-Admin-Token: {TOKEN}\r\nContent-Length: {2 << 20}\r\n\r\nx".encode())
                expect("a body over the limit", large.recv(100).split()[1], b"413")
            expect("a change", ask(admin, "/config", "POST", configuration("one").encode() + b"# again", Content_Type="text/yaml", Kong_Admin_Token=TOKEN).status, 201)
            going = False
            client.join()
            expect("what clients of the proxy saw", faults, [])
            expect("still there", process.poll(), None)
            for connection in hostile:
                connection.close()
            # Who has gone leaves nothing behind.
            eventually("descriptors", lambda: len(os.listdir(f"/proc/{process.pid}/fd")) < 60)


if __name__ == "__main__":
    sys.exit(run_all((on_the_network_it_is_not_open_by_accident, tokens_and_the_audit_log_from_outside, client_certificates_are_asked_for, a_unix_socket_knows_who_asks,
                      a_thousand_hostile_clients_harm_neither_it_nor_the_proxy)))
