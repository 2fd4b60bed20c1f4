#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gateway/observe/log.h"
#include "tests/unit/proxy/memory_node.h"

namespace {

constexpr std::string_view shop = R"(
services:
- name: shop
  url: http://10.0.0.1:80
  read_timeout: 2000
  retries: 1
  routes:
  - name: all
    paths: [/]
)";

proxy::Options tight() {
  proxy::Options options;
  options.body_bytes_max = 10;
  options.head.header_bytes_max = 2000;
  options.head.target_bytes_max = 1000;
  options.header_timeout_ms = 3'000;
  return options;
}

// A node whose error log is a file.
struct Fixture : proxy::MemoryNode {
  explicit Fixture(observe::Level level = observe::Level::info) : MemoryNode(tight()), log(path(), level) {
    worker.fault_log = std::make_unique<proxy::FaultLog>(log, loop);
    REQUIRE(load(std::string(shop)));
  }
  ~Fixture() {
    loop.scope().cancel_all();
    std::filesystem::remove(path());
  }
  static std::string path() { return (std::filesystem::temp_directory_path() / ("fault_log_test." + std::to_string(getpid()))).string(); }
  std::string said() {
    std::ostringstream text;
    text << std::ifstream(path()).rdbuf();
    std::filesystem::resize_file(path(), 0);
    return text.str();
  }
  void ask(std::string_view request) {
    auto client = connect();
    client->put(request);
    run();
    clients.push_back(std::move(client));
  }
  observe::Log log;
  std::vector<std::unique_ptr<net::MemoryStream>> clients;
};

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a request beyond a limit leaves a line that names the setting") {
  Fixture node;
  node.ask("GET /" + std::string(1500, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string said = node.said();
  CHECK(holds(said, "[warn]"));
  CHECK(holds(said, "request refused: request line too long (limits: nginx_http_large_client_header_buffers)"));
  CHECK(holds(said, "request_id: "));
  node.ask("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(3000, 'a') + "\r\n\r\n");
  CHECK(holds(node.said(), "head too large (limits: nginx_http_large_client_header_buffers, headers_max)"));
  node.ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n01234567890123456789\r\n0\r\n\r\n");
  said = node.said();
  CHECK(holds(said, "body too large (limits: nginx_http_client_max_body_size)"));
  CHECK(holds(said, "route: all"));
  node.ask("GET / HTTP/1.1\r\nHost");
  node.pass(3'100);
  CHECK(holds(node.said(), "[info] " + std::to_string(getpid()) + ": request refused: the head did not come in time (nginx_http_client_header_timeout)"));
}

TEST_CASE("a malformed request leaves a line for those who ask for it, and nothing of the request is in it") {
  Fixture node;
  node.ask("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: SECRET\r\n\r\n");
  const std::string said = node.said();
  CHECK(holds(said, "request refused: ambiguous or malformed Content-Length"));
  CHECK_FALSE(holds(said, "SECRET"));
  Fixture usual(observe::Level::notice);
  usual.ask("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n");
  CHECK(usual.said().empty());
}

TEST_CASE("each attempt that fails leaves a line with its service, route, target and what became of the request") {
  Fixture node;
  node.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  node.upstream(0).put("HTTP/1.1 banana\r\n\r\n");
  node.run();
  std::string said = node.said();
  CHECK(holds(said, "[error]"));
  CHECK(holds(said, "service shop: upstream failed: malformed answer; the request is sent again"));
  CHECK(holds(said, "peer: 10.0.0.1:80"));
  CHECK(holds(said, "route: all"));
  node.pass(2'100);
  said = node.said();
  CHECK(holds(said, "service shop: upstream failed: timed out"));
  CHECK_FALSE(holds(said, "sent again"));
}

TEST_CASE("names that an environment filled in are masked in these lines") {
  Fixture node;
  REQUIRE(node.load(R"(
_info: {masked: [/services/0/name, /services/0/routes/0/name]}
services: [{name: hidden-service, url: "http://10.0.0.1:80", retries: 0, routes: [{name: hidden-route, paths: [/]}]}]
)"));
  node.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  node.upstream(0).put("HTTP/1.1 banana\r\n\r\n");
  node.run();
  const std::string said = node.said();
  CHECK(holds(said, "service ******: upstream failed"));
  CHECK_FALSE(holds(said, "hidden"));
}

TEST_CASE("an answer that ends in the middle leaves a line") {
  Fixture node;
  node.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  node.upstream(0).put("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  node.run();
  node.upstream(0).shutdown_write();
  node.run();
  CHECK(holds(node.said(), "service shop: upstream failed in the middle of its answer: connection ended"));
}

TEST_CASE("lines about failed requests are bounded, and those left out are counted") {
  Fixture node;
  for (uint32_t i = 0; i < proxy::FaultLog::lines_a_second_max + 20; ++i) node.ask("BAD\r\n\r\n");
  const std::string said = node.said();
  CHECK(std::count(said.begin(), said.end(), '\n') == proxy::FaultLog::lines_a_second_max);
  node.pass(1'000);
  node.ask("BAD\r\n\r\n");
  CHECK(holds(node.said(), "20 lines about failed requests were left out: more than 100 in a second"));
}
