#include <doctest/doctest.h>

#include <map>
#include <set>

#include "tests/unit/proxy/memory_node.h"

namespace {

constexpr std::string_view hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

// An upstream `up` of three targets, balanced as `algorithm` says; /r leads to it, and a regex route with a capture.
std::string balanced(
    std::string_view algorithm,
    std::string_view targets = "{target: '10.0.0.1:80'}, {target: '10.0.0.2:80'}, {target: '10.0.0.3:80'}") {
  return "upstreams: [{name: up, " + std::string(algorithm) + ", targets: [" + std::string(targets) + R"(]}]
services:
- {name: s, host: up, retries: 5, connect_timeout: 1000, routes: [{name: r, paths: [/r], strip_path: false}, {name: c, paths: ['~/c/(?<id>[a-z0-9]+)(/.*)?$'], strip_path: false}]}
consumers: [{username: ann, keyauth_credentials: [{key: ka}]}, {username: bob, keyauth_credentials: [{key: kb}]}]
plugins: [{name: key-auth, route: c, config: {anonymous: ann}}]
)";
}

struct Balanced : proxy::MemoryNode {
  explicit Balanced(const std::string& text) {
    REQUIRE(load(text));
    worker.connector = &network;
  }
  // Remembers where connections go; what `refused` names is refused.
  struct Network final : net::Connector {
    async::Task<async::Result<std::unique_ptr<net::Stream>>> open(net::Loop& loop, net::Address address,
                                                                  uint32_t timeout_ms) override {
      asked.push_back(address.ip());
      if (refused.contains(address.ip()))
        co_return async::Error{.side = async::Side::upstream, .what = "connect", .code = 111, .retry_safe = true};
      auto opening = inner.open(loop, address, timeout_ms);
      auto opened = co_await opening;
      co_return opened;
    }
    proxy::MemoryConnector inner;
    std::vector<std::string> asked;
    std::set<std::string> refused;
  };
  // Sends a request on a connection of its own and answers it; the last digit of the address that was asked, '-' for
  // nobody.
  char ask(std::string_view target, std::string_view headers = "", std::string* answer = nullptr) {
    auto client = connect();
    client->put("GET " + std::string(target) + " HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n" + std::string(headers) +
                "\r\n");
    run();
    const size_t before = answered;
    answer_all();
    if (answer != nullptr) *answer = client->take();
    return answered == before ? '-' : network.asked.back().back();
  }
  void answer_all() {
    for (; answered < network.inner.accepted.size(); ++answered) {
      network.inner.accepted[answered]->put("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      network.inner.accepted[answered]->shutdown_write();
    }
    run();
  }
  std::string places(std::string_view target, int count, std::string_view headers = "") {
    std::string all;
    for (int i = 0; i < count; ++i) all += ask(target, headers);
    return all;
  }
  Network network;
  size_t answered = 0;
};

// Keys stay where they are, different ones go to different places.
void check_keys(Balanced& node, const std::function<char(Balanced&, int)>& ask) {
  std::map<int, char> where;
  std::set<char> places;
  for (int round = 0; round < 2; ++round)
    for (int key = 0; key < 20; ++key) {
      const char place = ask(node, key);
      if (round == 1) CHECK(where[key] == place);
      where[key] = place;
      places.insert(place);
    }
  CHECK(places.size() == 3);
}

std::string cookie_of(const std::string& answer) {
  const size_t at = answer.find("Set-Cookie: ");
  return at == std::string::npos ? "" : answer.substr(at + 12, answer.find("\r\n", at) - at - 12);
}

}  // namespace

TEST_CASE("hashing recognises a request by a header, also one with a dash in its name") {
  Balanced node(balanced("hash_on: header, hash_on_header: x-key"));
  check_keys(node, [](Balanced& n, int key) { return n.ask("/r", "X-Key: key-" + std::to_string(key) + "\r\n"); });
}

TEST_CASE("hashing by path looks at the whole path, not at the query") {
  Balanced node(balanced("hash_on: path"));
  check_keys(node, [](Balanced& n, int key) { return n.ask("/r/" + std::to_string(key)); });
  CHECK(node.ask("/r/7") == node.ask("/r/7?x=1"));
}

TEST_CASE("hashing by an argument takes its values in order, however they are sorted or written") {
  Balanced node(balanced("hash_on: query_arg, hash_on_query_arg: q"));
  check_keys(node, [](Balanced& n, int key) { return n.ask("/r?q=" + std::to_string(key)); });
  for (int key = 0; key < 10; ++key) {
    const std::string k = std::to_string(key);
    CHECK(node.ask("/r?q=a&q=" + k) == node.ask("/r?x=1&q=" + k + "&%71=%61"));
  }
}

TEST_CASE("hashing by a capture takes it by its name or its number") {
  for (const char* name : {"id", "'1'"}) {
    Balanced node(balanced("hash_on: uri_capture, hash_on_uri_capture: " + std::string(name)));
    check_keys(node, [](Balanced& n, int key) { return n.ask("/c/x" + std::to_string(key)); });
    CHECK(node.ask("/c/x3/y") == node.ask("/c/x3"));
  }
}

TEST_CASE("hashing by consumer, by address") {
  Balanced node(balanced("hash_on: consumer"));
  CHECK(node.places("/c/x", 5, "apikey: kb\r\n").find_first_not_of(node.ask("/c/y", "apikey: kb\r\n")) ==
        std::string::npos);
  // The anonymous consumer is one as well.
  CHECK(node.places("/c/x", 5).find_first_not_of(node.ask("/c/y", "apikey: ka\r\n")) == std::string::npos);
  Balanced by_ip(balanced("hash_on: ip"));
  CHECK(by_ip.places("/r", 5).find_first_not_of(by_ip.ask("/r")) == std::string::npos);
}

TEST_CASE("what a request has nothing for falls back, and at last requests take turns") {
  Balanced node(
      balanced("hash_on: header, hash_on_header: x-key, hash_fallback: query_arg, hash_fallback_query_arg: q"));
  check_keys(node, [](Balanced& n, int key) { return n.ask("/r?q=" + std::to_string(key)); });
  const std::string without = node.places("/r", 6);
  for (const char place : {'1', '2', '3'}) CHECK(std::count(without.begin(), without.end(), place) == 2);
}

TEST_CASE("a cookie is made for who has none, and leads back to the same target") {
  Balanced node(balanced("hash_on: cookie, hash_on_cookie: sess, hash_on_cookie_path: /shop"));
  std::set<std::string> cookies;
  for (int i = 0; i < 5; ++i) {
    std::string answer;
    const char place = node.ask("/r", "Cookie: other=sess=1; xsess=2\r\n", &answer);
    const std::string cookie = cookie_of(answer);
    CHECK(cookie.starts_with("sess="));
    CHECK(cookie.ends_with("; Path=/shop; Same-Site=Lax; HttpOnly"));
    const std::string pair = cookie.substr(0, cookie.find(';'));
    CHECK(pair.size() == 5 + 36);
    CHECK(pair[5 + 14] == '4');
    cookies.insert(pair);
    CHECK(node.ask("/r", "Cookie: a=b; " + pair + "\r\n", &answer) == place);
    CHECK(cookie_of(answer).empty());
  }
  CHECK(cookies.size() == 5);
}

TEST_CASE("a retry keeps its cookie and goes to the next target of the ring") {
  Balanced node(balanced("hash_on: cookie, hash_on_cookie: sess"));
  std::string answer;
  const char owner = node.ask("/r", "Cookie: sess=abc\r\n");
  node.network.refused.insert(std::string("10.0.0.") + owner);
  const char next = node.ask("/r", "Cookie: sess=abc\r\n");
  CHECK(next != owner);
  CHECK(next != '-');
  CHECK(node.ask("/r", "Cookie: sess=abc\r\n") == next);
  node.network.asked.clear();
  node.network.refused = {"10.0.0.1", "10.0.0.2", "10.0.0.3"};
  CHECK(node.ask("/r", "", &answer) == '-');
  CHECK(answer.find("Set-Cookie") == answer.rfind("Set-Cookie"));
  REQUIRE(node.network.asked.size() == 6);
  CHECK(std::set<std::string>(node.network.asked.begin(), node.network.asked.begin() + 3).size() == 3);
}

TEST_CASE("a key stays with its target over a reload, and a target that goes moves no other keys") {
  Balanced node(balanced("hash_on: header, hash_on_header: x-key"));
  std::map<int, char> where;
  const auto ask = [&node](int key) { return node.ask("/r", "X-Key: key-" + std::to_string(key) + "\r\n"); };
  for (int key = 0; key < 30; ++key) where[key] = ask(key);
  REQUIRE(node.load(
      balanced("hash_on: header, hash_on_header: x-key", "{target: '10.0.0.3:80'}, {target: '10.0.0.1:80'}")));
  for (int key = 0; key < 30; ++key)
    if (where[key] != '2') CHECK(ask(key) == where[key]);
}

TEST_CASE("turns go on after a reload that keeps the targets") {
  Balanced node(balanced("algorithm: round-robin"));
  CHECK(node.places("/r", 4) == "1231");
  REQUIRE(node.load(balanced("algorithm: round-robin")));
  CHECK(node.places("/r", 3) == "231");
}

TEST_CASE("least-connections counts what is open until its answer has ended") {
  Balanced node(balanced("algorithm: least-connections"));
  std::vector<std::unique_ptr<net::MemoryStream>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(node.connect());
    clients.back()->put("GET /r HTTP/1.1\r\nHost: gw\r\n\r\n");
    node.run();
  }
  CHECK(node.loads.open() == 6);
  std::multiset<std::string> asked(node.network.asked.begin(), node.network.asked.end());
  for (const char* ip : {"10.0.0.1", "10.0.0.2", "10.0.0.3"}) CHECK(asked.count(ip) == 2);
  // The first answer ends at once, the fourth in two steps.
  node.network.inner.accepted[0]->put(hello);
  node.network.inner.accepted[3]->put("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
  node.run();
  CHECK(node.loads.open() == 5);
  node.network.inner.accepted[3]->put("llo");
  node.run();
  CHECK(node.loads.open() == 4);
  // A client that leaves takes its request with it.
  clients[1].reset();
  node.run();
  CHECK(node.loads.open() == 3);
  clients.clear();
  node.run();
  CHECK(node.loads.open() == 0);
}

TEST_CASE("open requests count on over a reload, and a failed attempt gives back what it had") {
  Balanced node(balanced("algorithm: least-connections", "{target: '10.0.0.1:80'}, {target: '10.0.0.2:80'}"));
  auto waiting = node.connect();
  waiting->put("GET /r HTTP/1.1\r\nHost: gw\r\n\r\n");
  node.run();
  const char busy = node.network.asked.back().back();
  node.answered = 1;  // it is not answered yet
  REQUIRE(node.load(balanced("algorithm: least-connections", "{target: '10.0.0.1:80'}, {target: '10.0.0.2:80'}")));
  CHECK(node.places("/r", 4).find(busy) == std::string::npos);
  node.network.refused = {"10.0.0.1", "10.0.0.2"};
  CHECK(node.ask("/r") == '-');
  CHECK(node.loads.open() == 1);
  waiting.reset();
  node.run();
  CHECK(node.loads.open() == 0);
}

TEST_CASE("latency finds the fastest and remembers it over a reload") {
  Balanced node(balanced("algorithm: latency"));
  const auto ask = [&node](uint32_t slow_ms) {
    auto client = node.connect();
    client->put("GET /r HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n\r\n");
    node.run();
    const char place = node.network.asked.back().back();
    node.pass(place == '2' ? 5 : slow_ms);
    node.answer_all();
    return place;
  };
  std::string first;
  for (int i = 0; i < 3; ++i) first += ask(100);
  CHECK(first == "123");
  for (int i = 0; i < 5; ++i) CHECK(ask(100) == '2');
  REQUIRE(node.load(balanced("algorithm: latency")));
  for (int i = 0; i < 5; ++i) CHECK(ask(100) == '2');
  CHECK(node.loads.open() == 0);
}

TEST_CASE("no targets, none with weight, none in service: 503 at once, with every algorithm") {
  for (const char* algorithm : {"round-robin", "consistent-hashing", "least-connections", "latency"})
    for (const char* targets : {"", "{target: '10.0.0.1:80', weight: 0}"}) {
      Balanced node(balanced("algorithm: " + std::string(algorithm), targets));
      std::string answer;
      CHECK(node.ask("/r", "", &answer) == '-');
      CHECK(answer.starts_with("HTTP/1.1 503 "));
      CHECK(answer.find("failure to get a peer from the ring-balancer") != std::string::npos);
    }
  balancing::TargetMarks marks;
  Balanced node(balanced("algorithm: round-robin", "{target: '10.0.0.1:80'}, {target: '10.0.0.2:80'}"));
  node.worker.marks = &marks;
  const std::string id(node.worker.snapshots.pin()->config->upstreams[0].id);
  marks.set(id, "10.0.0.1:80", false);
  CHECK(node.places("/r", 3) == "222");
  marks.set(id, "10.0.0.2:80", false);
  CHECK(node.ask("/r") == '-');
  marks.set(id, "10.0.0.1:80", true);
  CHECK(node.places("/r", 3) == "111");
}
