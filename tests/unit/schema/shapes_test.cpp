#include "schema/shape.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "schema/check.h"
#include "schema/reader.h"
#include "schema/rule.h"

TEST_CASE("every entity and plugin has a shape") {
  CHECK(schema::shapes().entities().size() == 29);
  CHECK(schema::shapes().plugins().size() == 45);
  CHECK(schema::shapes().entity("nosuch") == nullptr);
  CHECK(schema::shapes().plugin("nosuch") == nullptr);
}

TEST_CASE("what is referred to stands before what refers to it") {
  const auto& entities = schema::shapes().entities();
  auto position = [&](std::string_view collection) {
    return std::find_if(entities.begin(), entities.end(), [&](const auto& one) { return one.collection == collection; }) - entities.begin();
  };
  CHECK(position("certificates") < position("services"));
  CHECK(position("services") < position("routes"));
  CHECK(position("routes") < position("plugins"));
  CHECK(position("consumers") < position("keyauth_credentials"));
  CHECK(position("upstreams") < position("targets"));
}

TEST_CASE("every named check and rule of the schemas is known, but for those that nothing can check here") {
  auto walk = [](auto&& self, const schema::Value& node) -> void {
    if (node.is_array())
      for (const schema::Value& item : node.items()) self(self, item);
    if (!node.is_object()) return;
    if (const schema::Value* name = node.find("x-check"); name != nullptr && name->is_text()) {
      const std::string_view text = name->as_text();
      const bool left_out = text == "lua_chunk" || text == "shm_exists";
      CHECK_MESSAGE(bool(left_out || schema::named_check(text) != nullptr), std::string(text));
    }
    if (const schema::Value* kind = node.find("kind"); kind != nullptr && kind->is_text() && kind->as_text() == "custom")
      CHECK_MESSAGE(bool(schema::custom_rule(node.find("name")->as_text()) != nullptr), std::string(node.find("name")->as_text()));
    for (const schema::Member& member : node.members()) self(self, member.value);
  };
  for (const auto& entity : schema::shapes().entities()) walk(walk, *entity.shape->schema);
  for (const auto& plugin : schema::shapes().plugins()) walk(walk, *plugin.config->schema);
}

TEST_CASE("a reader takes what is given, else the default; null is unset") {
  schema::Member members[] = {{"host", {}, schema::Value::text("h")}, {"retries", {}, schema::Value()}};
  const schema::Value given = schema::Value::object(members);
  const schema::Reader service(schema::shapes().entity("services")->shape, &given);
  CHECK(service.text("host") == "h");
  CHECK(service.integer("port") == 80);
  CHECK_FALSE(service.integer("retries").has_value());
  CHECK(service.boolean("enabled"));
  CHECK(service.text("path").empty());
}

TEST_CASE("records are made with their defaults at every depth") {
  const schema::Value nothing = schema::Value::object({});
  const schema::Reader upstream(schema::shapes().entity("upstreams")->shape, &nothing);
  const schema::Reader active = upstream.record("healthchecks").record("active");
  CHECK(active.text("http_path") == "/");
  CHECK(active.record("unhealthy").value("http_statuses")->items().size() == 8);
}
