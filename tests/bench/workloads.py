"""What is measured: for each workload the configuration of every peer, and the requests of the load generator.

A workload names the native means of each peer for the same duty; `None` leaves a peer out where it has none."""
import json

KEYS = [f"key-{n:04d}-abcdefghijklmnop" for n in range(1000)]
ROUTES = 10_000
HEADERS = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.5",
    "Accept-Encoding": "gzip, deflate, br",
    "Referer": "https://shop.example/catalogue/shoes?page=3&sort=price",
    "Cookie": "session=4f2b9c1e7a6d4c0f8e3b2a1d5c6f7e8d; theme=dark; cart=18273645; consent=all; _ga=GA1.2.1234567890.1700000000",
    "Authorization": "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "Cache-Control": "no-cache",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "X-Request-Start": "1700000000.123",
    "X-Device": "desktop",
}


def service(port, routes, **more):
    return {"name": more.pop("name", "s"), "url": f"http://127.0.0.1:{port}", "routes": routes, **more}


def gateway_config(port, routes=None, plugins=(), services=None, consumers=()):
    document = {"_format_version": "3.0", "services": services or [service(port, routes or [{"name": "r", "paths": ["/"], "strip_path": False}])]}
    if plugins:
        document["plugins"] = list(plugins)
    if consumers:
        document["consumers"] = list(consumers)
    return json.dumps(document)


def many(port, regex=False):
    path = "~/r{0}/[a-z]+/[0-9]+$" if regex else "/r{0}/"
    return [service(port, [{"name": f"r{n}", "paths": [path.format(n)], "strip_path": False}], name=f"s{n}") for n in range(ROUTES)]


def key_consumers():
    return [{"username": f"c{n}", "keyauth_credentials": [{"key": key}]} for n, key in enumerate(KEYS)]


def auth_plugins():
    return [{"name": "key-auth", "config": {"key_names": ["apikey"]}}, {"name": "rate-limiting", "config": {"minute": 100_000_000, "policy": "local", "limit_by": "consumer"}}]


NGINX_KEYS = "map $http_apikey $consumer { default ''; %s }\nlimit_req_zone $consumer zone=limit:10m rate=1000000r/s;\n" % " ".join(
    f'"{key}" "c{n}";' for n, key in enumerate(KEYS))
NGINX_AUTH = "if ($consumer = '') { return 401; } limit_req zone=limit burst=1000000 nodelay; "
HAPROXY_AUTH = """  http-request set-var(txn.consumer) req.hdr(apikey),map_str(FOLDER/keys.map)
  http-request deny deny_status 401 unless { var(txn.consumer) -m found }
  http-request track-sc0 var(txn.consumer)
  http-request deny deny_status 429 if { sc0_http_req_rate gt 100000000 }
"""
HAPROXY_TABLE = "  stick-table type string len 32 size 100k expire 60s store http_req_rate(60s)\n"


class Workload:
    """`requests`: a Lua body of wrk's `request`, or None for one fixed request."""

    def __init__(self, name, gateway, path="/b/100", headers=None, lua=None, nginx="", nginx_http="", haproxy="", close=False, body=0, status=200,
                 settings=None, peers=("nginx", "haproxy"), splice=False):
        self.name, self.gateway, self.path, self.headers, self.lua = name, gateway, path, headers or {}, lua
        self.nginx, self.nginx_http, self.haproxy = nginx, nginx_http, haproxy
        self.close, self.body, self.status, self.settings, self.peers, self.splice = close, body, status, settings or {}, peers, splice

    def script(self):
        """The wrk script: fixed requests are made once; totals leave as one line of JSON."""
        headers = dict(self.headers)
        if self.close:
            headers["Connection"] = "close"
        method = "POST" if self.body else "GET"
        lines = [f"wrk.method = {json.dumps(method)}", f"wrk.path = {json.dumps(self.path)}"]
        lines += [f"wrk.headers[{json.dumps(k)}] = {json.dumps(v)}" for k, v in headers.items()]
        if self.body:
            lines.append(f"wrk.body = string.rep('x', {self.body})")
        if self.lua:
            lines.append(self.lua)
        lines.append("function done(s, l, r)\n  io.write(string.format('TOTALS {\"requests\": %d, \"duration_us\": %d, \"status\": %d, \"socket\": %d, \"p50_us\": %d, \"p99_us\": %d}\\n',"
                     " s.requests, s.duration, s.errors.status, s.errors.connect + s.errors.read + s.errors.write + s.errors.timeout, l:percentile(50), l:percentile(99)))\nend")
        return "\n".join(lines)


def lua_requests(make):
    """Prepares a thousand requests and sends them in a shuffled order: no work in the load generator's loop."""
    return ("local all, at = {}, 0\nfunction init(args)\n  math.randomseed(7)\n  for i = 1, 1000 do\n    " + make +
            "\n    all[i] = wrk.format(nil, path, headers)\n  end\nend\nfunction request()\n  at = at % 1000 + 1\n  return all[at]\nend")


WITH_KEY = "local path, headers = wrk.path, {}\n    for k, v in pairs(wrk.headers) do headers[k] = v end\n    headers['apikey'] = string.format('key-%04d-abcdefghijklmnop', math.random(0, 999))"
ANY_ROUTE = "local path, headers = string.format('/r%d/b/100', math.random(0, 9999)), wrk.headers"
ANY_REGEX = "local path, headers = string.format('/r%d/b/100', math.random(0, 9999)), wrk.headers"
BOTH = WITH_KEY + "\n    path = string.format('/r%d/b/100', math.random(0, 9999))"


def workloads(port, folder):
    log = {"name": "file-log", "config": {"path": f"{folder}/access.json"}}
    everything = auth_plugins() + [{"name": "cors"}, {"name": "correlation-id", "config": {"header_name": "X-Trace"}}, {"name": "prometheus"}, log]
    plain = gateway_config(port)
    return [
        Workload("plain GET, 100 B", plain),
        Workload("12 request headers", plain, headers=HEADERS),
        Workload("10 KiB response", plain, path="/b/10240"),
        Workload("10 KiB POST", plain, body=10240),
        Workload("1 MiB response", plain, path="/b/1048576", splice=True),
        Workload("key-auth + rate-limiting", gateway_config(port, plugins=auth_plugins(), consumers=key_consumers()), lua=lua_requests(WITH_KEY), nginx=NGINX_AUTH,
                 nginx_http=NGINX_KEYS, haproxy=HAPROXY_AUTH),
        Workload("refused, 401", gateway_config(port, plugins=auth_plugins(), consumers=key_consumers()), status=401, nginx=NGINX_AUTH, nginx_http=NGINX_KEYS,
                 haproxy=HAPROXY_AUTH),
        Workload("refused, 429", gateway_config(port, plugins=[{"name": "rate-limiting", "config": {"hour": 1, "policy": "local"}}]), status=429,
                 nginx="limit_req zone=one; limit_req_status 429; ", nginx_http="limit_req_zone $server_port zone=one:1m rate=1r/m;\n", peers=("nginx",)),
        Workload("10,000 routes, prefix", gateway_config(port, services=many(port)), lua=lua_requests(ANY_ROUTE), peers=()),
        Workload("10,000 routes, regex", gateway_config(port, services=many(port, True)), lua=lua_requests(ANY_REGEX), peers=()),
        Workload("file-log on", gateway_config(port, plugins=[log]), peers=()),
        Workload("prometheus on", gateway_config(port, plugins=[{"name": "prometheus"}]), peers=()),
        Workload("everything on", gateway_config(port, services=many(port), plugins=everything, consumers=key_consumers()), headers=HEADERS, lua=lua_requests(BOTH)),
        Workload("new connection per request", plain, close=True),
    ]
