#include "deckctl/nodes/address.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "deckctl/nodes/node_file.h"

using deckctl::NodeAddress;

namespace {

NodeAddress parsed(std::string_view url) {
  NodeAddress address;
  REQUIRE_MESSAGE(deckctl::parse_url(url, address).empty(), url);
  return address;
}

// A nodes file that is gone at the end of the test.
struct File {
  explicit File(std::string_view text) : path(std::filesystem::temp_directory_path() / ("nodes-" + std::to_string(getpid()) + ".yml")) { std::ofstream(path) << text; }
  ~File() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

std::vector<NodeAddress> listed(std::string_view text, schema::Problems& problems, const std::vector<std::string>& tags = {}) {
  const File file(text);
  std::vector<NodeAddress> nodes;
  const auto environment = [](std::string_view name) { return name == "DECK_TOKEN" ? std::optional<std::string>("t0ken") : std::nullopt; };
  deckctl::read_node_file(file.path, {}, tags, environment, nodes, problems);
  return nodes;
}

}  // namespace

TEST_CASE("a node's URL says scheme, host, port and prefix") {
  const NodeAddress plain = parsed("http://edge-1:8001/");
  CHECK(plain.host == "edge-1");
  CHECK(plain.port == 8001);
  CHECK(plain.base_path.empty());
  CHECK(plain.name == "http://edge-1:8001");
  CHECK(parsed("edge-1:8001").name == "http://edge-1:8001");
  CHECK(parsed("https://edge-1").port == 443);
  CHECK(parsed("http://edge-1").port == 80);
  CHECK(parsed("https://proxy.internal/admin/").base_path == "/admin");
  CHECK(parsed("http://[::1]:8001").host == "::1");
  CHECK(parsed("http://[::1]:8001").name == "http://[::1]:8001");
  CHECK(parsed("unix:/run/admin.sock").host == "/run/admin.sock");
  CHECK(parsed("unix:///run/admin.sock").name == "unix:/run/admin.sock");
}

TEST_CASE("credentials in a URL are used and not shown") {
  const NodeAddress address = parsed("https://me:p%40ss@edge-1:8444/x");
  CHECK(address.user == "me");
  CHECK(address.password == "p@ss");
  CHECK(address.name == "https://edge-1:8444/x");
}

TEST_CASE("what is no URL of a node is refused without repeating it") {
  for (const char* url : {"", "ftp://x", "http://", "http://:8001", "http://x:0", "http://x:70000", "http://x:8001x", "http://[::1", "http://[::1]8001", "http://x/?token=secret", "http://x y", "unix:"}) {
    NodeAddress address;
    const std::string wrong = deckctl::parse_url(url, address);
    CHECK_MESSAGE(!wrong.empty(), url);
    CHECK(wrong.find("secret") == std::string::npos);
  }
}

TEST_CASE("a header is a name and a value of one line") {
  NodeAddress address;
  CHECK(deckctl::add_header("Kong-Admin-Token: abc ", address).empty());
  REQUIRE(address.headers.size() == 1);
  CHECK(address.headers[0] == std::pair<std::string, std::string>("Kong-Admin-Token", "abc"));
  for (const char* line : {"", "no colon", ":value", "na me:value", "name:va\r\nlue", "name\n:x"}) {
    CHECK_FALSE(deckctl::add_header(line, address).empty());
  }
  CHECK(address.headers.size() == 1);
}

TEST_CASE("a nodes file tells where nodes are and how to be let in") {
  schema::Problems problems;
  const auto nodes = listed(R"(nodes:
  - https://edge-0:8444
  - url: https://edge-1:8444
    tags: [eu]
    token: ${{ env "DECK_TOKEN" }}
    headers: {X-Team: a}
    ca_cert: ca.pem
    client_cert: /etc/us.pem
    tls_skip_verify: true
    timeout: 3
)", problems);
  CHECK(problems.all().empty());
  REQUIRE(nodes.size() == 2);
  CHECK(nodes[0].name == "https://edge-0:8444");
  const NodeAddress& node = nodes[1];
  CHECK(node.headers == decltype(node.headers){{"Kong-Admin-Token", "t0ken"}, {"X-Team", "a"}});
  CHECK(node.ca_cert == (std::filesystem::temp_directory_path() / "ca.pem").string());
  CHECK(node.client_cert == "/etc/us.pem");
  CHECK(node.tls_skip_verify);
  CHECK(node.timeout_s == 3);
}

TEST_CASE("of a nodes file only those with a tag can be taken") {
  schema::Problems problems;
  constexpr const char* text = "nodes:\n  - {url: http://a, tags: [eu, canary]}\n  - {url: http://b, tags: [us]}\n  - http://c\n";
  CHECK(listed(text, problems).size() == 3);
  CHECK(listed(text, problems, {"canary"}).size() == 1);
  CHECK(listed(text, problems, {"canary", "us"}).size() == 2);
  CHECK(listed(text, problems, {"none"}).empty());
  CHECK(problems.all().empty());
}

TEST_CASE("everything that is wrong with a nodes file is told with its place") {
  schema::Problems problems;
  listed(R"(nodes:
  - {tags: [a]}
  - {url: "ftp://x"}
  - {url: http://a, port: 1}
  - {url: http://a, timeout: 0}
  - {url: http://a, token: 5}
  - {url: http://a, headers: [x]}
  - 5
other: 1
)", problems);
  CHECK(problems.errors() == 8);
  for (const schema::Problem& problem : problems.all()) CHECK(problem.place.line != 0);
  schema::Problems missing;
  listed("nodes:\n  - {url: http://a, token: '${{ env \"DECK_MISSING\" }}'}\n", missing);
  CHECK(missing.errors() == 1);
}
