#include "gateway/proxy/access_log.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "tests/unit/proxy/memory_node.h"

using namespace proxy;

namespace {

constexpr const char* config = R"(
services:
- name: s
  url: http://10.0.0.1
  routes:
  - name: open
    paths: [/open]
  - name: keyed
    paths: [/keyed]
    plugins:
    - name: key-auth
      config: {key_names: [apikey, X-Key]}
)";

struct LoggingNode : MemoryNode {
  LoggingNode() {
    REQUIRE(load(config));
    worker.access_log = std::make_unique<AccessLog>(loop, plugin_state.log_files, plugin_state.log_files.file(path));
  }
  ~LoggingNode() { unlink(path.c_str()); }
  // The answer to a request that the upstream answers, if it is asked.
  std::string ask(const std::string& request, const std::string& upstream_answer = {}) {
    auto client = connect();
    client->put(request);
    run();
    if (!upstream_answer.empty()) {
      connector.accepted.back()->put(upstream_answer);
      run();
    }
    return client->take();
  }
  std::string written() {
    pass(AccessLog::flush_after_ms);
    plugin_state.log_files.flush();
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  std::string path = "/tmp/access-log-test-" + std::to_string(getpid());
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("each request leaves a line with its status, its body's bytes and its id") {
  LoggingNode node;
  const std::string answer =
      node.ask("GET /open?a=1 HTTP/1.1\r\nHost: gw\r\nReferer: http://here/?q\r\nUser-Agent: t\"1\r\n\r\n",
               "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello");
  const size_t at = answer.find("X-Kong-Request-Id: ");
  REQUIRE(at != std::string::npos);
  const std::string id = answer.substr(at + 19, 32);
  node.ask("GET /nowhere HTTP/1.0\r\nHost: gw\r\n\r\n");
  const std::string text = node.written();
  CHECK(text.starts_with("192.0.2.1 - - ["));
  CHECK(
      has(text, "] \"GET /open?a=1 HTTP/1.1\" 201 5 \"http://here/?q\" \"t\\x221\" kong_request_id: \"" + id + "\"\n"));
  CHECK(has(text, "] \"GET /nowhere HTTP/1.0\" 404 "));
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}

TEST_CASE("a line waits for company, not for ever, and is not lost with its worker") {
  LoggingNode node;
  node.ask("GET /nowhere HTTP/1.1\r\nHost: gw\r\n\r\n");
  node.plugin_state.log_files.flush();
  CHECK_FALSE(std::ifstream(node.path).good());
  CHECK(has(node.written(), "GET /nowhere"));
  node.ask("GET /last HTTP/1.1\r\nHost: gw\r\n\r\n");
  node.worker.access_log.reset();
  CHECK(has(node.written(), "GET /last"));
}

TEST_CASE("keys in the query are never logged, whichever route is asked and however their names are spelled") {
  LoggingNode node;
  node.ask("GET /keyed?a=1&apikey=SECRET&b=2 HTTP/1.1\r\nHost: gw\r\n\r\n");
  node.ask("GET /nowhere?APIKEY=SECRET HTTP/1.1\r\nHost: gw\r\nReferer: http://gw/x?x-key=SECRET&z\r\n\r\n");
  node.ask("GET /open?%61pikey=SECRET&apikey= HTTP/1.1\r\nHost: gw\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n");
  node.ask("GET /open?apikey=SECRET HTTP/1.1\r\nBroken head\r\n\r\n");
  const std::string text = node.written();
  CHECK_FALSE(has(text, "SECRET"));
  CHECK(has(text, "\"GET /keyed?a=1&apikey=REDACTED&b=2 HTTP/1.1\" 401 "));
  CHECK(has(text, "\"GET /nowhere?APIKEY=REDACTED HTTP/1.1\" 404 "));
  CHECK(has(text, "\"http://gw/x?x-key=REDACTED&z\""));
  CHECK(has(text, "%61pikey=REDACTED&apikey=REDACTED HTTP/1.1\" 204 0 "));
  CHECK(has(text, "\"GET /open?apikey=REDACTED\" 400 "));
}

TEST_CASE("requests that cannot be understood and clients that leave are logged too") {
  LoggingNode node;
  node.ask("nonsense\r\n\r\n");
  {
    auto client = node.connect();
    client->put("GET /open HTTP/1.1\r\nHost: gw\r\n\r\n");
    node.run();
    client->close();
    node.run();
    if (!node.connector.accepted.empty())
      node.connector.accepted.back()->put("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    node.run();
  }
  const std::string text = node.written();
  CHECK(has(text, "\"nonsense\" 400 "));
  CHECK(has(text, "\"GET /open HTTP/1.1\" "));
}

TEST_CASE("a block is handed over when it is full, without waiting for the timer") {
  LoggingNode node;
  const std::string target(1000, 'x');
  for (int i = 0; i < 40; ++i) node.ask("GET /" + target + " HTTP/1.1\r\nHost: gw\r\n\r\n");
  node.plugin_state.log_files.flush();
  std::stringstream text;
  text << std::ifstream(node.path).rdbuf();
  CHECK(text.str().size() > 32 * 1024);
  const std::string all = node.written();
  CHECK(std::count(all.begin(), all.end(), '\n') == 40);
}
