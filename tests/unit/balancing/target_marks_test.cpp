#include "gateway/balancing/target_marks.h"

#include <doctest/doctest.h>

using balancing::TargetMarks;

TEST_CASE("a target stays out until it is put back") {
  TargetMarks marks;
  const uint64_t before = marks.version();
  marks.set("u", "a:1", false);
  CHECK(marks.is_out("u", "a:1"));
  CHECK_FALSE(marks.is_out("u", "a:2"));
  CHECK_FALSE(marks.is_out("v", "a:1"));
  CHECK(marks.version() > before);
  marks.set("u", "a:1", true);
  CHECK_FALSE(marks.is_out("u", "a:1"));
}

TEST_CASE("saying again what is so changes nothing for the workers") {
  TargetMarks marks;
  const uint64_t before = marks.version();
  marks.set("u", "a:1", true);
  CHECK(marks.version() == before);
}

TEST_CASE("a configuration without the target ends its mark, one with it does not") {
  const auto load = [](const char* targets) {
    schema::Problems problems;
    auto config = schema::load({{"test", "_format_version: \"3.0\"\nupstreams: [{name: up, targets: [" + std::string(targets) + "]}]\n", schema::Syntax::yaml}}, problems);
    REQUIRE(config != nullptr);
    return config;
  };
  const auto both = load("{target: 'a:1'}, {target: 'b:2'}"), one = load("{target: 'b:2'}");
  const std::string id(both->upstreams[0].id);
  TargetMarks marks;
  marks.set(id, "a:1", false);
  marks.set(id, "b:2", false);
  marks.keep_only(*both);
  CHECK(marks.is_out(id, "a:1"));
  marks.keep_only(*one);
  CHECK_FALSE(marks.is_out(id, "a:1"));
  CHECK(marks.is_out(id, "b:2"));
}
