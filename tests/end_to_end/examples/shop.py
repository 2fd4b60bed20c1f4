#!/usr/bin/env python3
"""examples/shop as people run it: the folder, five upstreams, requests of every kind of caller. Usage: shop.py GATEWAY DECKCTL"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent)]
from client import ROOT, ask, demo_upstreams, eventually, expect, run_all, running, within_one_minute  # noqa: E402

GATEWAY, DECKCTL = sys.argv[1:3]
SHOP = ROOT / "examples" / "shop"
KEYS = {"DECK_WEBSHOP_KEY": "webshop-key", "DECK_PARTNER_KEY": "partner-key", "DECK_STAFF_KEY": "staff-key"}


class Shop:
    def __init__(self, folder, upstreams):
        """A copy of the folder whose upstreams listen where the kernel allowed it."""
        self.upstreams = dict(zip(("9101", "9102", "9103", "9104", "9105"), upstreams))
        self.folder = pathlib.Path(folder) / "shop"
        self.log = pathlib.Path(folder) / "requests.log"
        self.folder.mkdir()
        for file in SHOP.glob("*.yml"):
            text = file.read_text(encoding="utf8").replace("/dev/stdout", str(self.log))
            for port, real in self.upstreams.items():
                text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{real}")
            (self.folder / file.name).write_text(text, encoding="utf8")
        self.port = self.status = None


def deckctl(*arguments):
    return subprocess.run([DECKCTL, *map(str, arguments)], capture_output=True, text=True, timeout=60)


def explain_tells_what_the_gateway_does(shop):
    done = deckctl("explain", "GET", "http://shop.example/orders/7", "--source", shop.folder)
    expect("exit code", done.returncode, 0)
    assert "orders" in done.stdout and "key-auth" in done.stdout, done.stdout


def products_are_open_and_come_from_both_targets(shop):
    answers = [ask(shop.port, "/products/7?size=2") for _ in range(4)]
    expect("statuses", {answer.status for answer in answers}, {200})
    expect("targets", {answer.json()["port"] for answer in answers}, {shop.upstreams["9101"], shop.upstreams["9102"]})
    expect("path", answers[0].json()["path"], "/api/products/7?size=2")


def every_answer_has_the_correlation_id_of_its_request(shop):
    answer = ask(shop.port, "/products", X_Request_ID="from-the-client")
    expect("id in the answer", answer.headers["X-Request-ID"], "from-the-client")
    made = ask(shop.port, "/products")
    sent = {name.lower(): value for name, value in made.json()["headers"].items()}
    expect("id upstream", sent["x-request-id"], made.headers["X-Request-ID"])


def browsers_of_the_shop_may_read_products(shop):
    preflight = ask(shop.port, "/products", "OPTIONS", Origin="https://www.shop.example", Access_Control_Request_Method="GET")
    expect("status", preflight.status, 200)
    expect("origin", preflight.headers["Access-Control-Allow-Origin"], "https://www.shop.example")
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET,HEAD", preflight.headers
    assert "X-RateLimit-Limit-Minute" in ask(shop.port, "/products", Origin="https://www.shop.example").headers


def products_are_changed_by_the_staff_only(shop):
    for key, status in ((None, 401), ("webshop-key", 403), ("staff-key", 200)):
        headers = {"apikey": key} if key else {}
        expect(f"status with {key}", ask(shop.port, "/products/7", "PUT", b"{}", **headers).status, status)


def orders_know_their_consumer_and_never_see_the_key(shop):
    expect("without a key", ask(shop.port, "/orders").status, 401)
    expect("with a wrong key", ask(shop.port, "/orders", apikey="wrong").status, 401)
    expect("of the wrong group", ask(shop.port, "/orders", apikey="staff-key").status, 403)
    answer = ask(shop.port, "/cart/items", "POST", b"apples", apikey="webshop-key")
    sent = {name.lower(): value for name, value in answer.json()["headers"].items()}
    expect("consumer", sent["x-consumer-username"], "webshop")
    expect("body", answer.json()["body"], "apples")
    assert "apikey" not in sent, sent
    expect("limit", answer.headers["X-RateLimit-Limit-Minute"], "60")


def a_partner_has_a_limit_of_its_own(shop):
    within_one_minute()
    statuses = [ask(shop.port, "/orders", apikey="partner-key").status for _ in range(4)]
    expect("statuses", statuses, [200, 200, 200, 429])
    expect("another consumer", ask(shop.port, "/orders", apikey="webshop-key").status, 200)


def payments_get_what_their_upstream_wants(shop):
    answer = ask(shop.port, "/payments/1", "POST", b"{}", apikey="webshop-key", X_Internal_Token="forged")
    sent = {name.lower(): value for name, value in answer.json()["headers"].items()}
    expect("path", answer.json()["path"], "/payments/1?currency=EUR")
    expect("version", sent["x-payments-version"], "2")
    expect("template", sent["x-shop-host"], f"127.0.0.1:{shop.port}")
    assert "x-internal-token" not in sent and "x-consumer-groups" not in sent, sent


def the_webhook_is_hidden_from_everybody_but_the_provider(shop):
    answer = ask(shop.port, "/webhooks/payments", "POST", b"{}")
    expect("status", answer.status, 404)
    assert "Not found" in answer.body, answer.body


def the_back_office_is_reached_from_inside_by_the_staff(shop):
    expect("customer", ask(shop.port, "/backoffice", apikey="webshop-key").status, 403)
    answer = ask(shop.port, "/backoffice/reports", apikey="staff-key")
    expect("status", answer.status, 200)
    expect("stripped path", answer.json()["path"], "/reports")


def requests_are_counted_and_logged(shop):
    metrics = ask(shop.status, "/metrics").body
    assert 'kong_http_requests_total{service="orders",route="orders",code="200"' in metrics, metrics[:2000]
    eventually("an access log", lambda: shop.log.exists() and shop.log.read_text().count("\n") > 10)
    entries = [json.loads(line) for line in shop.log.read_text().splitlines()]
    assert any(entry.get("consumer", {}).get("username") == "partner" and entry["response"]["status"] == 429 for entry in entries), entries[-1]
    assert "webshop-key" not in shop.log.read_text()


if __name__ == "__main__":
    os.environ.update(KEYS)
    with tempfile.TemporaryDirectory() as place, demo_upstreams(5) as ports:
        example = Shop(place, ports)
        with running(GATEWAY, declarative_config=str(example.folder)) as (example.port, _, _, example.status, _):
            sys.exit(run_all((explain_tells_what_the_gateway_does, products_are_open_and_come_from_both_targets,
                              every_answer_has_the_correlation_id_of_its_request, browsers_of_the_shop_may_read_products, products_are_changed_by_the_staff_only,
                              orders_know_their_consumer_and_never_see_the_key, a_partner_has_a_limit_of_its_own, payments_get_what_their_upstream_wants,
                              the_webhook_is_hidden_from_everybody_but_the_provider, the_back_office_is_reached_from_inside_by_the_staff,
                              requests_are_counted_and_logged), example))
