// Clients that are slow, silent or endless, and ends of the server.

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <deque>

#include "tests/unit/admin/served.h"

namespace {

// A client that says what it is told to and nothing more.
struct RawClient {
  explicit RawClient(uint16_t port, const std::string& said = {}) : socket(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const timeval limit{10, 0};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    say(said);
  }
  ~RawClient() { close(socket); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  bool say(const std::string& bytes) { return send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()); }
  // Everything until the server ends the connection; "..." at the end when it does not.
  std::string hears() {
    std::string heard;
    char bytes[4096];
    ssize_t got;
    while ((got = recv(socket, bytes, sizeof bytes, 0)) > 0) heard.append(bytes, static_cast<size_t>(got));
    return got < 0 && errno != ECONNRESET ? heard + "..." : heard;
  }
  int socket;
};

}  // namespace

TEST_CASE("silent clients, slow heads and slow bodies cannot keep others out") {
  Served api(false, 1 << 20, 3);
  const uint16_t port = api.api.ports()[0];
  const std::string said[] = {"", "GET /status HTTP/1.1\r\nHost: a\r\nX-Slow: ", "POST /config HTTP/1.1\r\nHost: a\r\nContent-Type: text/yaml\r\nContent-Length: 1000\r\n\r\nx"};
  const auto begun = std::chrono::steady_clock::now();
  std::deque<RawClient> hostile;
  for (int i = 0; i < 30; ++i) hostile.emplace_back(port, said[i % 3]);
  for (int i = 0; i < 5; ++i) {
    httplib::Client fresh("127.0.0.1", port);
    const auto answer = fresh.Get("/status");
    REQUIRE(answer);
    CHECK(answer->status == 200);
  }
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(2));
  CHECK(hostile[0].hears().empty());  // the first to come was the first to go
}

TEST_CASE("a head without end is cut off") {
  Served api;
  RawClient client(api.api.ports()[0], "GET /status HTTP/1.1\r\n");
  const std::string line = "X-Filler: " + std::string(1000, 'x') + "\r\n";
  for (int i = 0; i < 200 && client.say(line); ++i) {
  }
  CHECK(client.hears().find("...") == std::string::npos);
  CHECK(api.get("/status").contains("server"));
}

TEST_CASE("a body that ends early or is chunked wrongly is not taken for a configuration") {
  Served api;
  const std::string before = api.node.config()->hash, part = "_format_version: \"3.0\"\nservices: [{name: only, host: this}]\n";
  const std::string head = "POST /config HTTP/1.1\r\nHost: a\r\nContent-Type: text/yaml\r\n";
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", part.size());
  for (const std::string& said : {"Content-Length: " + std::to_string(part.size() + 100) + "\r\n\r\n" + part, "Transfer-Encoding: chunked\r\n\r\n" + (size + part) + "\r\n",
                                  "Transfer-Encoding: chunked\r\n\r\n" + (size + part) + "\r\n-1\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n" + (size + part) + "\r\nzz\r\n"}) {
    RawClient client(api.api.ports()[0], head + said);
    shutdown(client.socket, SHUT_WR);
    const std::string heard = client.hears();
    CHECK_MESSAGE(heard.find("201") == std::string::npos, said);
    CHECK_MESSAGE(api.node.config()->hash == before, said);
  }
  RawClient good(api.api.ports()[0], head + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + (size + part) + "\r\n0\r\n\r\n");
  CHECK(good.hears().find(" 201 ") != std::string::npos);
}

TEST_CASE("many large bodies at once are bounded together, and forgotten when their clients go") {
  Served api(false, 100'000, 16);
  const std::string head = "POST /config HTTP/1.1\r\nHost: a\r\nContent-Type: text/yaml\r\nContent-Length: 90000\r\n\r\n" + std::string(80'000, '#');
  {
    std::deque<RawClient> senders;
    bool refused = false;
    // Bodies are read by other threads, and which of those that do not fit together is refused is theirs to race for: whoever was, another comes.
    for (int tries = 0; tries < 100 && !refused; ++tries) {
      senders.emplace_back(api.api.ports()[0], head);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      const auto answer = api.client.Post("/config", std::string(90'000, '#'), "text/yaml");
      REQUIRE(answer);
      refused = answer->status == 503;
    }
    CHECK(refused);
  }
  int status = 503;
  for (int tries = 0; tries < 100 && status == 503; ++tries) {
    const auto answer = api.client.Post("/config", document, "text/yaml");
    REQUIRE(answer);
    status = answer->status;
    std::this_thread::sleep_for(std::chrono::milliseconds(status == 503 ? 20 : 0));
  }
  CHECK(status == 201);
}

TEST_CASE("the server stops at once, whoever is still connected") {
  const auto begun = std::chrono::steady_clock::now();
  {
    Served api;
    RawClient silent(api.api.ports()[0]), slow(api.api.ports()[0], "GET /status HT");
    CHECK(api.get("/status").contains("server"));
  }
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(2));
}

TEST_CASE("a unix socket is a listener like any other") {
  FakeNode node;
  admin::Options options;
  const std::string path = "/tmp/gateway-admin-test-" + std::to_string(getpid()) + ".sock";
  options.listens = {{"", 0, path, false}};
  admin::Api api(node, options);
  std::vector<std::string> errors;
  REQUIRE(api.start(errors));
  httplib::Client client(path.c_str());
  client.set_address_family(AF_UNIX);
  const auto answer = client.Get("/status");
  REQUIRE(answer);
  CHECK(answer->status == 200);
  api.stop();
  unlink(path.c_str());
}

TEST_CASE("nobody runs the server out of stack by depth") {
  Served api;
  const std::string deep = "{\"a\":" + std::string(300'000, '[') + std::string(300'000, ']') + "}";

  std::string steps;
  for (int i = 0; i < 300'000; ++i) steps += "a.";
  steps += "a=1";
  CHECK(api.post("/config", deep, 400)["message"] == "Cannot parse JSON body");
  CHECK(api.post("/services", deep, 400)["message"] == "Cannot parse JSON body");
  CHECK(api.post("/services", steps, 400, "application/x-www-form-urlencoded")["message"] == "Cannot parse form body");
  const std::string within = "{\"_format_version\":\"3.0\",\"a\":" + std::string(200, '[') + std::string(200, ']') + "}";
  CHECK(api.post("/config", within, 400)["message"].get<std::string>().find("deep") != std::string::npos);
}
