#pragma once
// An Admin API over a node without a proxy, and a client of it.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "gateway/admin/api.h"
#include "gateway/admin/library.h"
#include "tests/unit/admin/fake_node.h"

using nlohmann::json;

struct Served {
  FakeNode node;
  admin::Api api;
  httplib::Client client;

  explicit Served(bool status_only = false, size_t body_bytes_max = 1 << 20, size_t connections_max = 8)
      : api(node, options(status_only, body_bytes_max, connections_max)), client("127.0.0.1", started(api)) {
    client.set_keep_alive(true);
  }
  static admin::Options options(bool status_only, size_t body_bytes_max, size_t connections_max) {
    admin::Options options;
    options.listens = {{"127.0.0.1", 0, "", false}};
    options.status_only = status_only;
    options.body_bytes_max = body_bytes_max;
    options.connections_max = connections_max;
    return options;
  }
  static int started(admin::Api& api) {
    std::vector<std::string> errors;
    REQUIRE(api.start(errors));
    return api.ports().at(0);
  }
  json get(const std::string& path, int status = 200) {
    const auto result = client.Get(path.c_str());
    REQUIRE(result);
    CHECK_MESSAGE(result->status == status, path);
    return json::parse(result->body);
  }
  json post(const std::string& path, const std::string& body, int status, const char* type = "application/json") {
    const auto result = client.Post(path.c_str(), body, type);
    REQUIRE(result);
    CHECK_MESSAGE(result->status == status, result->body);
    return result->body.empty() ? json() : json::parse(result->body);
  }
};
