// Documents with the outcome of the schema code they were made for: the same must be accepted here, with the same entities and ids.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "schema/dump.h"
#include "schema/emit.h"
#include "schema/json.h"
#include "schema/report.h"

namespace {

constexpr const char* vectors_file = "../shared/kong/vectors.json";

using Leaves = std::map<std::string, std::string>;

bool is_nothing(const schema::Value& value) {
  return value.is_null() || (value.is_array() && value.items().empty()) || (value.is_object() && value.members().empty());
}

// Every leaf under its dotted path; lists count from 1, so that a list and an object with number keys are the same.
void add_leaves(const schema::Value& value, const std::string& path, Leaves& leaves) {
  if (is_nothing(value)) return;
  if (value.is_array()) {
    for (size_t i = 0; i < value.items().size(); ++i) add_leaves(value.items()[i], path + "." + std::to_string(i + 1), leaves);
  } else if (value.is_object()) {
    for (const schema::Member& member : value.members()) {
      // Times differ, passwords are stored as hashes, and the SNIs of a certificate are entities of their own.
      if (member.name == "created_at" || member.name == "updated_at" || member.name == "password" || (path.starts_with(".certificates") && member.name == "snis")) continue;
      add_leaves(member.value, path + "." + std::string(member.name), leaves);
    }
  } else {
    leaves[path] = value.is_number() ? std::to_string(value.as_number()) : schema::to_json_text(value);
  }
}

std::string differences(const Leaves& expected, const Leaves& found) {
  std::string text;
  for (const auto& [path, value] : expected) {
    auto other = found.find(path);
    if (other == found.end())
      text += "\n  missing " + path + " = " + value;
    else if (other->second != value)
      text += "\n  " + path + " = " + other->second + ", expected " + value;
  }
  for (const auto& [path, value] : found)
    if (expected.count(path) == 0) text += "\n  unexpected " + path + " = " + value;
  return text;
}

// Entities under "collection.id"; of those whose id is new at every load, only what they hold.
Leaves entities_of(const schema::Config& config, const schema::Value& expected) {
  Leaves leaves;
  for (const auto& [collection, entities] : config.entities) {
    const schema::Value* known = expected.find(collection);
    size_t random = 0;
    for (const schema::Entity& entity : entities) {
      schema::Arena arena;
      schema::Value value = schema::to_value(entity, arena);
      const bool has_stable_id = known != nullptr && known->find(entity.id) != nullptr;
      const std::string path = "." + std::string(collection) + (has_stable_id ? "." + std::string(entity.id) : ".<random>." + std::to_string(++random));
      if (!has_stable_id)
        for (schema::Member& member : value.members())
          if (member.name == "id") member.value = schema::Value::text("<random>");
      add_leaves(value, path, leaves);
    }
  }
  return leaves;
}

bool has_deck_keys(std::string_view name) { return name == "top_level_unknown"; }

void check(const schema::Value& vector) {
  const std::string name(vector.find("name")->as_text());
  CAPTURE(name);
  schema::Problems problems;
  schema::LoadOptions options;
  options.environment = [](std::string_view) { return std::nullopt; };
  options.accept_described_plugins = true;
  auto config = schema::load({{"kong.yml", std::string(vector.find("yaml")->as_text()), schema::Syntax::yaml}}, problems, options);
  const bool accepted = vector.find("accepted")->as_boolean();
  if (has_deck_keys(name)) return;
  std::string report;
  schema::Document document;
  document.files = {"kong.yml"};
  for (const schema::Problem& problem : problems.all()) report += schema::report_line(problem, document) + "\n";
  CAPTURE(report);
  REQUIRE((config != nullptr) == accepted);
  if (!accepted) return;  // in which words: tests/unit/admin/kong_vectors_test.cpp
  Leaves expected, found;
  add_leaves(*vector.find("entities"), "", expected);
  for (auto leaf = expected.begin(); leaf != expected.end();) leaf = leaf->first.starts_with(".workspaces") ? expected.erase(leaf) : std::next(leaf);
  found = entities_of(*config, *vector.find("entities"));
  for (auto leaf = found.begin(); leaf != found.end();) leaf = leaf->first.starts_with(".workspaces") ? found.erase(leaf) : std::next(leaf);
  CHECK_MESSAGE(differences(expected, found).empty(), differences(expected, found));
}

}  // namespace

TEST_CASE("documents have the outcome that they had") {
  if (!std::filesystem::exists(vectors_file)) {
    MESSAGE("skipped: no ", std::string(vectors_file));
    return;
  }
  std::ifstream file(vectors_file);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  schema::Arena arena;
  schema::Problems problems;
  schema::Value root;
  REQUIRE(schema::read_json(text, 0, arena, problems, {}, root));
  for (const schema::Value& vector : root.find("vectors")->items()) SUBCASE(std::string(vector.find("name")->as_text()).c_str()) { check(vector); }
}
