#include "gateway/admin/access.h"

#include <filesystem>
#include <fstream>

#include "tests/unit/admin/served.h"

using admin::Role;

namespace {

const admin::Access guarded{{"first-full-token", "second-full-token"}, {"reading-token"}};

httplib::Headers bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }

// An Admin API that asks for tokens and writes down who changed what.
struct Guarded {
  FakeNode node;
  std::string log = std::string(std::tmpnam(nullptr)) + ".audit";
  admin::Api api;
  httplib::Client client;

  Guarded() : api(node, options(log)), client("127.0.0.1", Served::started(api)) { client.set_keep_alive(true); }
  ~Guarded() {
    api.stop();
    std::filesystem::remove(log);
  }
  static admin::Options options(const std::string& log) {
    admin::Options options = Served::options(false, 1 << 20, 8);
    options.access = guarded;
    options.audit_log = log;
    return options;
  }
  std::vector<json> audited() const {
    std::vector<json> lines;
    std::ifstream file(log);
    for (std::string line; std::getline(file, line);) lines.push_back(json::parse(line));
    return lines;
  }
};

}  // namespace

TEST_CASE("a token is known by either header, whatever the case of the scheme, and by nothing less") {
  CHECK(identify(guarded, {"Bearer first-full-token", "", "", ""}).role == Role::full);
  CHECK(identify(guarded, {"bearer   second-full-token", "", "", ""}).role == Role::full);
  CHECK(identify(guarded, {"", "second-full-token", "", ""}).role == Role::full);
  CHECK(identify(guarded, {"Bearer reading-token", "", "", ""}).role == Role::reader);
  for (const char* wrong : {"", "Bearer", "Bearer ", "Bearer first-full-toke", "Bearer first-full-tokens",
                            "Basic first-full-token", "first-full-token", "Bearer first-full-token,reading-token"})
    CHECK_MESSAGE(identify(guarded, {wrong, "", "", ""}).role == Role::none, wrong);
  CHECK(identify(guarded, {"", "", "CN=ci", ""}).role == Role::none);
}

TEST_CASE("without tokens everybody is let in, under the name that is known") {
  CHECK(admin::identify({}, {"", "", "", "10.0.0.1"}).name == "anonymous");
  CHECK(admin::identify({}, {"", "", "CN=ci", "10.0.0.1"}).name == "certificate CN=ci");
  CHECK(admin::identify({}, {"", "", "", "unix:uid=1000"}).name == "unix:uid=1000");
  CHECK(admin::identify({}, {"", "", "", ""}).role == Role::full);
}

TEST_CASE("who shows no token gets 401, who may only read gets 403 for a change") {
  Guarded api;
  const auto refused = api.client.Get("/services");
  REQUIRE(refused);
  CHECK(refused->status == 401);
  CHECK(refused->get_header_value("WWW-Authenticate").starts_with("Bearer"));
  CHECK(api.client.Get("/services", bearer("wrong"))->status == 401);
  CHECK(api.client.Get("/nowhere")->status == 401);
  CHECK(api.client.Get("/services", bearer("first-full-token"))->status == 200);
  CHECK(api.client.Get("/services", {{"Kong-Admin-Token", "reading-token"}})->status == 200);
  CHECK(api.client.Post("/config", document, "text/yaml")->status == 401);
  CHECK(api.client.Post("/config", bearer("reading-token"), document, "text/yaml")->status == 403);
  CHECK(api.client.Post("/gateway/rollback", bearer("reading-token"), "", "text/yaml")->status == 403);
  CHECK(api.client.Post("/config", bearer("second-full-token"), document, "text/yaml")->status == 201);
  CHECK(api.node.history.back().provenance.identity == "admin_token");
}

TEST_CASE("a body of somebody unknown is not read") {
  Guarded api;
  const auto refused = api.client.Post("/config", std::string(900'000, 'x'), "text/yaml");
  REQUIRE(refused);
  CHECK(refused->status == 401);
  CHECK(refused->get_header_value("Connection") == "close");
}

TEST_CASE("who may only read sees no secret") {
  Guarded api;
  for (const char* path : {"/key-auths", "/consumers/ann/key-auth", "/config", "/config?format=json"}) {
    const auto masked = api.client.Get(path, bearer("reading-token")),
               whole = api.client.Get(path, bearer("first-full-token"));
    REQUIRE(masked->status == 200);
    CHECK_MESSAGE(masked->body.find("ann-key") == std::string::npos, path);
    CHECK_MESSAGE(masked->body.find("******") != std::string::npos, path);
    CHECK_MESSAGE(whole->body.find("ann-key") != std::string::npos, path);
  }
}

TEST_CASE("each attempt to change something is a line of the audit log, reading is none") {
  Guarded api;
  const std::string before = api.node.config()->hash, changed = std::string(document) + "\n";
  api.client.Get("/services", bearer("first-full-token"));
  api.client.Post("/config?commit=c0ffee", bearer("first-full-token"), changed, "text/yaml");
  api.client.Post("/config", bearer("reading-token"), document, "text/yaml");
  api.client.Post("/config", document, "text/yaml");
  api.api.reopen_logs();
  api.client.Post("/config", bearer("first-full-token"), "{bad", "application/json");
  const std::vector<json> lines = api.audited();
  REQUIRE(lines.size() == 4);
  CHECK(lines[0]["who"] == "admin_token");
  CHECK(lines[0]["from"].get<std::string>().starts_with("127.0.0.1:"));
  CHECK(lines[0]["target"] == "/config?commit=c0ffee");
  CHECK(lines[0]["status"] == 201);
  CHECK(lines[0]["hash_before"] == before);
  CHECK(lines[0]["hash_after"] == api.node.config()->hash);
  CHECK(lines[1]["who"] == "admin_read_token");
  CHECK(lines[1]["status"] == 403);
  CHECK(lines[2]["who"] == "anonymous");
  CHECK(lines[2]["status"] == 401);
  CHECK(lines[3]["status"] == 400);
  CHECK(lines[3]["hash_before"] == lines[3]["hash_after"]);
  std::ifstream file(api.log);
  const std::string all(std::istreambuf_iterator<char>(file), {});
  CHECK(all.find("full-token") == std::string::npos);
}

TEST_CASE("an audit log that cannot be written is an error of the start") {
  FakeNode node;
  admin::Options options = Served::options(false, 1 << 20, 8);
  options.audit_log = "/nowhere/audit.log";
  admin::Api api(node, options);
  std::vector<std::string> errors;
  CHECK_FALSE(api.start(errors));
  CHECK(errors == std::vector<std::string>{"/nowhere/audit.log: the audit log cannot be written"});
}
