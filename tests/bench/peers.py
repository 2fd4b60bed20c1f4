"""Starts gateway, nginx and HAProxy for one workload, each with one worker on core 0."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compat"))
from node import free_ports, wait_for
from workloads import HAPROXY_TABLE, KEYS

PROXY_CORE, LOAD_CORE = "0", "1"


def pinned(core, command, **options):
    return subprocess.Popen(["taskset", "-c", core, *command], **options)


class Peer:
    def __init__(self, name, folder):
        self.name, self.folder, self.port, self.process = name, folder, free_ports(1)[0], None

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf8") as file:
            file.write(text)
        return path

    def start(self, workload, upstream):
        with open(os.path.join(self.folder, "stderr"), "ab") as log:
            self.process = pinned(PROXY_CORE, self.command(workload, upstream), stdout=log, stderr=log, env=self.environment(workload))
        try:
            wait_for(self.port, self.process, 60)
        except RuntimeError as error:
            with open(os.path.join(self.folder, "stderr"), encoding="utf8", errors="replace") as log:
                raise RuntimeError(f"{self.name}: {error}\n{log.read()[-2000:]}") from None

    def environment(self, _workload):
        return dict(os.environ)

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Gateway(Peer):
    def __init__(self, folder, binary):
        super().__init__("gateway", folder)
        self.binary = binary

    def command(self, workload, _upstream):
        return [self.binary]

    def environment(self, workload):
        path = self.write("kong.json", workload.gateway)
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("KONG_", "GATEWAY_"))}
        return {**clean, "GATEWAY_PREFIX": self.folder, "GATEWAY_PROXY_LISTEN": f"127.0.0.1:{self.port}", "GATEWAY_ADMIN_LISTEN": "off", "GATEWAY_STATUS_LISTEN": "off",
                "GATEWAY_PROXY_ERROR_LOG": "/dev/stderr", "GATEWAY_PROXY_ACCESS_LOG": "off", "GATEWAY_NGINX_WORKER_PROCESSES": "1",
                "GATEWAY_DECLARATIVE_CONFIG": path, **workload.settings}


class Nginx(Peer):
    def __init__(self, folder):
        super().__init__("nginx", folder)

    def command(self, workload, upstream):
        text = f"""worker_processes 1; daemon off; pid {self.folder}/nginx.pid; error_log {self.folder}/error.log crit; worker_rlimit_nofile 65536;
events {{ worker_connections 16384; multi_accept on; }}
http {{
  access_log off; keepalive_requests 1000000000; proxy_max_temp_file_size 0; map_hash_bucket_size 128;
  client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy; fastcgi_temp_path {self.folder}/f; uwsgi_temp_path {self.folder}/u; scgi_temp_path {self.folder}/s;
  {workload.nginx_http}
  upstream u {{ server 127.0.0.1:{upstream}; keepalive 256; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{self.port} backlog=4096; location / {{ {workload.nginx} proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}
}}
"""
        return ["nginx", "-p", self.folder, "-c", self.write("nginx.conf", text)]


class Haproxy(Peer):
    def __init__(self, folder):
        super().__init__("haproxy", folder)

    def command(self, workload, upstream):
        self.write("keys.map", "".join(f"{key} c{n}\n" for n, key in enumerate(KEYS)))
        table = HAPROXY_TABLE if "sc0" in workload.haproxy else ""
        splice = "  option splice-auto\n" if workload.splice else ""
        text = f"""global
  nbthread 1
  maxconn 4000
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
  option http-keep-alive
  http-reuse always
{splice}frontend f
  bind 127.0.0.1:{self.port}
{table}{workload.haproxy.replace("FOLDER", self.folder)}  default_backend b
backend b
  server u 127.0.0.1:{upstream} pool-max-conn 256
"""
        return ["haproxy", "-db", "-f", self.write("haproxy.cfg", text)]


def available():
    return {name for name in ("nginx", "haproxy", "wrk", "taskset") if shutil.which(name) or os.path.exists(f"/usr/sbin/{name}")}
