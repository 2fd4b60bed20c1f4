#!/usr/bin/env python3
"""`gateway health` asks the node of the same settings, wherever those let it listen. Usage: health.py GATEWAY"""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
from client import ask, eventually, expect, free_ports, run_all, running  # noqa: E402

GATEWAY = sys.argv[1]
CONFIG = '_format_version: "3.0"\nservices: [{name: s, url: "http://127.0.0.1:9", routes: [{name: r, paths: [/]}]}]\n'


def settings_of(process):
    with open(f"/proc/{process.pid}/environ", encoding="utf8") as variables:
        return dict(pair.split("=", 1) for pair in variables.read().split("\0") if "=" in pair)


def health(environment):
    done = subprocess.run([GATEWAY, "health"], env=environment, capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout + done.stderr


def a_node_with_a_configuration_is_ready_until_it_ends():
    with running(GATEWAY, CONFIG) as (*_, process):
        environment = settings_of(process)
        expect("ready", health(environment), (0, "ready\n"))
    code, said = health(environment)
    assert code == 1 and "no answer" in said, said


def a_node_without_a_configuration_says_why_it_is_not_ready():
    with running(GATEWAY, '_format_version: "3.0"\n') as (*_, process):
        code, said = health(settings_of(process))
        assert code == 1 and "503" in said and "configuration" in said, said


def a_node_that_is_told_to_drain_is_not_ready():
    with running(GATEWAY, CONFIG, drain_delay="2") as (_, _, _, status, process):
        environment = settings_of(process)
        os.kill(process.pid, signal.SIGTERM)
        eventually("not ready", lambda: health(environment)[0] == 1, 2)
        expect("while it drains", ask(status, "/status/ready").status, 503)


def the_admin_api_is_asked_where_there_is_no_status_api():
    for settings in ({}, {"admin_token": "one"}, {"admin_token": "one", "admin_read_token": "two"}):
        with running(GATEWAY, CONFIG, status_listen="off", **settings) as (*_, process):
            eventually("ready", lambda: health(settings_of(process))[0] == 0)


def an_address_that_means_all_is_asked_by_loopback():
    port, = free_ports(1)
    with running(GATEWAY, CONFIG, status_listen=f"0.0.0.0:{port}") as (*_, process):
        expect("ready", health(settings_of(process))[0], 0)


def tls_and_unix_sockets_are_asked_as_well():
    port, = free_ports(1)
    with tempfile.TemporaryDirectory() as folder:
        for listen in (f"127.0.0.1:{port} ssl", f"unix:{folder}/status"):
            with running(GATEWAY, CONFIG, status_listen=listen) as (*_, process):
                # The proxy is waited for; this listener opens beside it.
                eventually(f"{listen} is ready", lambda: health(settings_of(process)) == (0, "ready\n"))


def without_any_listener_nobody_can_be_asked():
    code, said = health({"GATEWAY_STATUS_LISTEN": "off", "GATEWAY_ADMIN_LISTEN": "off"})
    assert code == 1 and "nobody can be asked" in said, said


if __name__ == "__main__":
    sys.exit(run_all((a_node_with_a_configuration_is_ready_until_it_ends, a_node_without_a_configuration_says_why_it_is_not_ready,
                      a_node_that_is_told_to_drain_is_not_ready, the_admin_api_is_asked_where_there_is_no_status_api,
                      an_address_that_means_all_is_asked_by_loopback, tls_and_unix_sockets_are_asked_as_well, without_any_listener_nobody_can_be_asked)))
