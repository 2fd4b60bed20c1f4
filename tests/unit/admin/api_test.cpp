#include "tests/unit/admin/served.h"

TEST_CASE("a list comes in pages that link to the next") {
  Served api;
  const json first = api.get("/services?size=2");
  CHECK(first["data"].size() == 2);
  REQUIRE(first["next"].is_string());
  const json second = api.get(first["next"].get<std::string>());
  CHECK(second["data"].size() == 1);
  CHECK(second["data"][0]["name"] == "gamma");
  CHECK(second["next"].is_null());
  CHECK(api.get("/services?size=0", 400)["code"] == 9);
  CHECK(api.get("/services?size=1001", 400)["code"] == 9);
  CHECK(api.get("/services?offset=nowhere", 400)["code"] == 7);
}

TEST_CASE("tags choose entities, all of them or any of them") {
  Served api;
  CHECK(api.get("/services?tags=one,two")["data"].size() == 1);
  CHECK(api.get("/services?tags=one,three")["data"].empty());
  CHECK(api.get("/services?tags=three/two")["data"].size() == 1);
  CHECK(api.get("/services?tags=a,b/c", 400)["code"] == 11);
  CHECK(api.get("/tags/one")["data"].size() == 3);
  CHECK(api.get("/tags")["data"].size() == 4);
}

TEST_CASE("an entity is found by id and by name, with its defaults") {
  Served api;
  const json service = api.get("/services/alpha");
  CHECK(service["retries"] == 5);
  CHECK(service["path"] == "/base");
  CHECK(api.get("/services/" + service["id"].get<std::string>()) == service);
  CHECK(api.get("/services/nope", 404) == json{{"message", "Not found"}});
  CHECK(api.get("/services/bad%20name", 400)["code"] == 10);
}

TEST_CASE("what hangs together can be walked in both directions") {
  Served api;
  CHECK(api.get("/services/alpha/routes")["data"].size() == 2);
  CHECK(api.get("/services/alpha/routes/r1")["name"] == "r1");
  CHECK(api.get("/services/beta/routes/r1", 404)["message"] == "Not found");
  CHECK(api.get("/routes/r1/service")["name"] == "alpha");
  CHECK(api.get("/consumers/ann/key-auth")["data"].size() == 1);
  CHECK(api.get("/consumers/bea/key-auth")["data"].empty());
  CHECK(api.get("/key-auths/ann-key/consumer")["username"] == "ann");
  CHECK(api.get("/upstreams/up/targets")["data"][0]["weight"] == 20);
  CHECK(api.get("/upstreams/up/targets/all")["data"][0]["weight"] == 10);
  CHECK(api.get("/targets", 404)["message"] == "Not found");
}

TEST_CASE("a write is refused, but what is wrong with the entity is said first") {
  Served api;
  const json refused = api.post("/services", R"({"name":"x","host":"h"})", 405);
  CHECK(refused["code"] == 12);
  CHECK(refused["message"] == "cannot create 'services' entities when not using a database");
  const json wrong = api.post("/services", R"({"port":"x"})", 400);
  CHECK(wrong["message"] == "2 schema violations (host: required field missing; port: expected an integer)");
  CHECK(wrong["fields"]["port"] == "expected an integer");
  CHECK(api.post("/consumers/ann/key-auth", "{}", 405)["code"] == 12);
  CHECK(api.post("/services", "{bad", 400)["message"] == "Cannot parse JSON body");
  const auto removal = api.client.Delete("/services/alpha");
  REQUIRE(removal);
  CHECK(removal->status == 405);
  CHECK(json::parse(removal->body)["message"] == "cannot remove 'services' entities by 'name' when not using a database");
}

TEST_CASE("404 is an unknown path, 405 an unknown method, OPTIONS names the methods") {
  Served api;
  CHECK(api.get("/nowhere", 404)["message"] == "Not found");
  const auto put = api.client.Put("/services", "", "application/json");
  REQUIRE(put);
  CHECK(put->status == 405);
  CHECK(put->reason == "Not Allowed");
  const auto options = api.client.Options("/services/alpha");
  REQUIRE(options);
  CHECK(options->status == 204);
  CHECK(options->get_header_value("Allow") == "DELETE, GET, HEAD, OPTIONS, PATCH, PUT");
  const auto head = api.client.Head("/services/alpha");
  REQUIRE(head);
  CHECK(head->status == 200);
  CHECK(head->get_header_value("Access-Control-Allow-Origin") == "*");
  CHECK(head->has_header("X-Kong-Admin-Latency"));
  CHECK(head->get_header_value("Server").starts_with("gateway/"));
}

TEST_CASE("POST /config takes JSON, YAML, forms and files") {
  Served api;
  const std::string yaml = "_format_version: \"3.0\"\nservices: [{name: s, host: h}]\n";
  CHECK(api.post("/config", json{{"config", yaml}}.dump(), 201)["services"].size() == 1);
  CHECK(api.post("/config", yaml, 201, "text/yaml")["services"].size() == 1);
  CHECK(api.post("/config", R"({"_format_version":"3.0","services":[{"name":"s","host":"h"}]})", 201)["services"].size() == 1);
  CHECK(api.post("/config", "config=_format_version%3A%20%223.0%22", 201, "application/x-www-form-urlencoded") == json::object());
  const auto file = api.client.Post("/config", httplib::MultipartFormDataItems{{"config", yaml, "kong.yml", "application/yaml"}});
  REQUIRE(file);
  CHECK(file->status == 201);
  CHECK(api.get("/services")["data"].size() == 1);
  const auto same = api.client.Post("/config?check_hash=1", yaml, "text/yaml");
  REQUIRE(same);
  CHECK(same->status == 304);
}

TEST_CASE("POST /config refuses what it cannot read") {
  Served api;
  CHECK(api.post("/config", "{bad", 400)["message"] == "Cannot parse JSON body");
  CHECK(api.post("/config", R"({"config":""})", 400)["fields"]["error"] == "failed parsing declarative configuration: expected an object");
  const auto nothing = api.client.Post("/config");
  REQUIRE(nothing);
  CHECK(json::parse(nothing->body)["message"] == "expected a declarative configuration");
  const auto text = api.client.Post("/config", "x", "text/plain");
  REQUIRE(text);
  CHECK(text->status == 415);
  CHECK(text->body.find("<h1>415 Unsupported Media Type</h1>") != std::string::npos);
  api.node.busy = true;
  const auto busy = api.client.Post("/config", document, "text/yaml");
  REQUIRE(busy);
  CHECK(busy->status == 429);
  CHECK(busy->has_header("Retry-After"));
}

TEST_CASE("the running configuration comes as JSON on demand, and can be given back") {
  Served api;
  const std::string text = api.get("/config?format=json")["config"];
  CHECK(json::parse(text)["services"].size() == 3);
  api.post("/config", text, 201);
  CHECK(api.get("/config?format=json")["config"] == text);
}

TEST_CASE("a configuration for a node that runs another one than expected is refused") {
  Served api;
  const std::string running = api.get("/status")["configuration_hash"], other(32, '1');
  api.post("/config?if_hash=" + other, document, 412, "text/yaml");
  api.post("/config?dry_run=1&if_hash=" + other, document, 412, "text/yaml");
  CHECK(api.get("/status")["configuration_hash"] == running);
  api.post("/config?dry_run=1&if_hash=" + running, document, 200, "text/yaml");
  api.post("/config?if_hash=" + running, std::string(document) + "\n", 201, "text/yaml");
  CHECK(api.get("/status")["configuration_hash"] != running);
}

TEST_CASE("a refused configuration is told by field, or by entity, and changes nothing") {
  Served api;
  const std::string yaml = "_format_version: \"3.0\"\nservices:\n- {name: s, host: h, tags: [t], routes: [{name: r, paths: [/a], bar: 2}]}\n- {name: u, host: h, port: 99999}\n";
  const json tree = api.post("/config", yaml, 400, "text/yaml");
  CHECK(tree["code"] == 14);
  CHECK(tree["fields"]["services"][0]["routes"][0]["bar"] == "unknown field");
  CHECK(tree["message"] ==
        "declarative config is invalid: {services={{routes={{bar=\"unknown field\"}}},{port=\"value should be between 0 and 65535\"}}}");
  const json flat = api.post("/config?flatten_errors=1", yaml, 400, "text/yaml");
  CHECK(flat["fields"].empty());
  REQUIRE(flat["flattened_errors"].size() == 2);
  CHECK(flat["flattened_errors"][0]["entity_type"] == "route");
  CHECK(flat["flattened_errors"][0]["entity_name"] == "r");
  CHECK(flat["flattened_errors"][0]["errors"][0]["field"] == "bar");
  CHECK(flat["flattened_errors"][1]["entity"] == json{{"name", "u"}, {"host", "h"}, {"port", 99999}});
  CHECK(api.post("/config?problems=1", yaml, 400, "text/yaml")["problems"].size() == 2);
  CHECK(api.get("/services/alpha")["name"] == "alpha");
}

TEST_CASE("a dry run says what would be, and changes nothing") {
  Served api;
  CHECK(api.post("/config?dry_run=1", "_format_version: \"3.0\"\n", 200, "text/yaml") == json::object());
  CHECK(api.get("/services/alpha")["name"] == "alpha");
}

TEST_CASE("a body beyond the limit is refused, with a length or in chunks") {
  Served api(false, 1000);
  CHECK(api.client.Post("/config", std::string(2000, 'x'), "text/yaml")->status == 413);
  const auto chunked = api.client.Post(
      "/config",
      [](size_t offset, httplib::DataSink& sink) {
        if (offset >= 4000) return sink.done(), true;
        return sink.write(std::string(500, 'x').data(), 500);
      },
      "text/yaml");
  REQUIRE(chunked);
  CHECK(chunked->status == 413);
  CHECK(chunked->get_header_value("Connection") == "close");
}

TEST_CASE("a refused configuration stays in the status until another one is accepted") {
  Served api;
  CHECK_FALSE(api.get("/status").contains("last_refused"));
  api.node.refusal = admin::Refusal{1700000000, "kong.yml", "kong.yml:2:1: services: expected an array", 3};
  const json refused = api.get("/status")["last_refused"];
  CHECK(refused["first"] == "kong.yml:2:1: services: expected an array");
  CHECK(refused["at"] == 1700000000);
  CHECK(refused["problems"] == 3);
}

TEST_CASE("health is shown and can be overruled") {
  Served api;
  const json health = api.get("/upstreams/up/health");
  CHECK(health["node_id"] == api.node.node_id());
  CHECK(health["data"][0]["health"] == "HEALTHY");
  CHECK(health["data"][0]["data"]["weight"]["available"] == 10);
  REQUIRE(api.client.Put("/upstreams/up/targets/127.0.0.1:9101/unhealthy")->status == 204);
  CHECK(api.get("/upstreams/up/health")["data"][0]["data"]["weight"]["unavailable"] == 10);
  const json whole = api.get("/upstreams/up/health?balancer_health=1")["data"];
  CHECK(whole["balancer_health"] == "HEALTHY");
  CHECK(whole["details"]["weight"] == json{{"total", 30}, {"available", 20}, {"unavailable", 10}});
  CHECK(api.client.Put("/upstreams/up/targets/127.0.0.1:9101/127.0.0.1:9101/healthy")->status == 204);
  CHECK(api.client.Put("/upstreams/up/targets/none/healthy")->status == 404);
}

TEST_CASE("schemas are shown, and an entity can be tried against one") {
  Served api;
  CHECK(api.get("/schemas/services")["fields"].size() > 10);
  const json plugin = api.get("/schemas/plugins/key-auth");
  CHECK(plugin["fields"][0]["consumer"]["eq"].is_null());
  CHECK(api.get("/schemas/plugins/nope", 404)["message"] == "No plugin named 'nope'");
  CHECK(api.get("/schemas/vaults/env")["fields"].is_array());
  CHECK(api.post("/schemas/services/validate", R"({"host":"h"})", 200)["message"] == "schema validation successful");
  CHECK(api.post("/schemas/plugins/validate", R"({"name":"rate-limiting","config":{"minute":"x"}})", 400)["message"] ==
        "schema violation (config.minute: expected a number)");
  CHECK(api.get("/plugins/enabled")["enabled_plugins"].size() > 5);
}

TEST_CASE("a plugin that the settings do not offer is not shown") {
  Served api;
  CHECK(api.get("/")["plugins"]["available_on_server"].contains("acl"));
  api.node.missing_plugin = "acl";
  CHECK_FALSE(api.get("/")["plugins"]["available_on_server"].contains("acl"));
  CHECK(api.get("/")["plugins"]["available_on_server"].contains("cors"));
  CHECK(api.get("/schemas/plugins/acl", 404)["message"] == "No plugin named 'acl'");
  const json enabled = api.get("/plugins/enabled")["enabled_plugins"];
  CHECK(std::find(enabled.begin(), enabled.end(), "acl") == enabled.end());
}

TEST_CASE("the node tells about itself, secrets masked") {
  Served api;
  const json root = api.get("/");
  CHECK(root["configuration"]["ssl_cert_key"] == "******");
  CHECK(root["plugins"]["enabled_in_cluster"] == json{"cors"});
  CHECK(api.get("/status")["server"]["total_requests"] == 42);
  CHECK_FALSE(api.get("/status").contains("not_ready"));
  CHECK(api.get("/status")["configuration_hash"] == api.node.config()->hash);
  CHECK(api.get("/status?unit=k&scale=0")["memory"]["workers_lua_vms"][0]["http_allocated_gc"].get<std::string>().ends_with(" KiB"));
  CHECK(api.get("/status?unit=parsec", 400).contains("message"));
  CHECK(api.get("/debug/node/log-level")["message"] == "log level: notice");
  for (const char* path : {"/debug/node/log-level/debug", "/debug/cluster/log-level/debug", "/debug/cluster/control-planes-nodes/log-level/debug"})
    CHECK(api.client.Put(path, "", "application/json")->status == 405);
  const json endpoints = api.get("/endpoints")["data"];
  CHECK(endpoints.size() > 50);
  // Each is there: what is listed and has no such entity says so in other words than a path that nobody knows.
  for (const std::string path : endpoints) CHECK_MESSAGE(api.client.Options(path)->status == 204, path);
  CHECK(api.get("/timers")["stats"]["sys"]["total"] == 0);
  CHECK(api.get("/cache/anything", 404)["message"] == "Not found");
  CHECK(api.client.Delete("/cache")->status == 204);
  CHECK(api.client.Delete("/cache/anything")->status == 204);
  CHECK(api.get("/status/dns", 501)["message"] == "not implemented with the legacy DNS client");
  CHECK(api.client.Get("/metrics")->get_header_value("Content-Type") == "text/plain; charset=UTF-8");
}

TEST_CASE("the Status API knows readiness, and no entities") {
  Served api(true);
  CHECK(api.get("/status/ready")["message"] == "ready");
  CHECK(api.get("/status/dns", 501).contains("message"));
  CHECK(api.get("/services", 404)["message"] == "Not found");
  CHECK(api.client.Post("/status/ready", "status=draining", "application/x-www-form-urlencoded")->status == 204);
  CHECK(api.get("/status/ready", 503)["message"] == "draining");
  CHECK(api.get("/status")["not_ready"] == "draining");
}

TEST_CASE("what cannot be bound is an error with its address") {
  Served api;
  FakeNode node;
  admin::Options options;
  options.listens = {{"127.0.0.1", api.api.ports().at(0), "", false}, {"127.0.0.1", 0, "", true}};
  admin::Api second(node, options);
  std::vector<std::string> errors;
  CHECK_FALSE(second.start(errors));
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].find(": cannot listen") != std::string::npos);
  CHECK(errors[1] == "127.0.0.1:0: the certificate, its key or the certificates of clients cannot be used");
}

TEST_CASE("stopping does not wait for idle connections") {
  Served api;
  api.get("/services");
  const auto before = std::chrono::steady_clock::now();
  api.api.stop();
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(2));
}

TEST_CASE("/gateway/status tells what is served and where it came from") {
  Served api;
  api.post("/config?commit=c0ffee&author=Ann%20%3Cann@example.org%3E&synced_by=ci%0A2", document, 201, "text/yaml");
  const json status = api.get("/gateway/status");
  CHECK(status["hash"] == api.node.config()->hash);
  CHECK(status["generation"] == 2);
  CHECK(status["commit"] == "c0ffee");
  CHECK(status["author"] == "Ann <ann@example.org>");
  CHECK(status["synced_by"] == "ci?2");
  CHECK(status["origin"] == "POST /config");
  CHECK(status["pending"].is_null());
  CHECK(status["warnings"].empty());
  CHECK_FALSE(status.contains("last_refused"));
  api.node.refusal = admin::Refusal{1700000000, "kong.yml", "kong.yml:2:1: services: expected an array", 3};
  CHECK(api.get("/gateway/status")["last_refused"]["problems"] == 3);
  const json listed = api.get("/gateway/generations")["data"];
  REQUIRE(listed.size() == 2);
  CHECK(listed[1]["commit"] == "c0ffee");
  CHECK(listed[1]["serving"] == true);
  CHECK_FALSE(listed[0].contains("commit"));
}

TEST_CASE("texts about a configuration are cut at their limit, between characters") {
  Served api;
  std::string author;
  for (int i = 0; i < 200; ++i) author += "ä";
  api.post("/config?author=" + author, document, 201, "text/yaml");
  CHECK(api.get("/gateway/status")["author"].get<std::string>().size() == 256);
  api.post("/config?author=x" + author, document, 201, "text/yaml");
  CHECK(api.get("/gateway/status")["author"].get<std::string>().size() == 255);
}

TEST_CASE("a rollback and a confirmation say what they did, or why not") {
  Served api;
  api.post("/gateway/confirm", "", 409);
  api.post("/config?confirm_within=30", document, 201, "text/yaml");
  CHECK(api.get("/gateway/status")["pending"]["seconds_left"] == 30);
  CHECK(api.get("/gateway/generations")["data"][1]["confirmed"] == false);
  api.post("/gateway/confirm?hash=1234", "", 412);
  CHECK(api.post("/gateway/confirm", json{{"hash", api.node.config()->hash}}.dump(), 200)["generation"] == 2);
  CHECK(api.get("/gateway/status")["pending"].is_null());
  const json back = api.post("/gateway/rollback?synced_by=ann", "", 200);
  CHECK(back["generation"] == 3);
  CHECK(back["repeats"] == 1);
  CHECK(back["synced_by"] == "ann");
  api.post("/gateway/rollback?generation=77", "", 404);
  api.post("/gateway/rollback?generation=-1", "", 400);
  for (const char* wrong : {"0", "-1", "1.5", "86401", "soon"}) api.post(std::string("/config?confirm_within=") + wrong, document, 400, "text/yaml");
}

TEST_CASE("a configuration that cannot be kept is refused with the reason") {
  Served api;
  api.node.fault = {507, "the configuration could not be kept in data_dir, nothing has changed: /d: No space left on device"};
  CHECK(api.post("/config", document, 507, "text/yaml")["message"].get<std::string>().ends_with("No space left on device"));
  api.post("/config?dry_run=1", document, 200, "text/yaml");
}
