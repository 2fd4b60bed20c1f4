#include "gateway/routing/check_routes.h"

#include "schema/masked.h"

namespace routing {

namespace {

// Normalising moves values about but keeps where they were written, so the way to a value is found by its place.
bool find_path(const schema::Value& value, const schema::Place& place, schema::Path& path) {
  if (value.place.line == place.line && value.place.column == place.column && value.place.file == place.file && value.is_text()) return true;
  if (value.is_object()) {
    for (const schema::Member& member : value.members()) {
      path.emplace_back(std::string(member.name));
      if (find_path(member.value, place, path)) return true;
      path.pop_back();
    }
  } else if (value.is_array()) {
    for (size_t i = 0; i < value.items().size(); ++i) {
      path.emplace_back(i);
      if (find_path(value.items()[i], place, path)) return true;
      path.pop_back();
    }
  }
  return false;
}

// The text within a field's value, whatever list or map it stands in.
const schema::Value* find_text(const schema::Value& value, std::string_view text) {
  if (value.is_text()) return value.as_text() == text ? &value : nullptr;
  const schema::Value* found = nullptr;
  if (value.is_object()) {
    for (const schema::Member& member : value.members())
      if (found == nullptr) found = find_text(member.value, text);
  } else if (value.is_array()) {
    for (const schema::Value& item : value.items())
      if (found == nullptr) found = find_text(item, text);
  }
  return found;
}

schema::Problem problem_of(const schema::Config& config, const schema::Route& route, const Fault& fault) {
  schema::Problem problem;
  problem.what = fault.what;
  problem.hint = fault.hint;
  problem.entity_type = "route";
  problem.entity_name = schema::shown_name(route.entity, route.name, route.id);
  const schema::Value* field = route.entity != nullptr ? route.entity->given.find(fault.field) : nullptr;
  const schema::Value* value = field != nullptr ? find_text(*field, fault.text) : nullptr;
  if (value != nullptr) problem.place = value->place;
  if (value != nullptr && value->from_secret) {
    problem.what = "cannot be compiled";
    problem.hint.clear();
  }
  if (value == nullptr || value->place.line == 0 || !find_path(config.document.root, value->place, problem.path))
    problem.what = "route " + problem.entity_name + ": " + fault.field + ": " + problem.what;
  return problem;
}

}  // namespace

void compile_routes(const schema::Config& config, Flavor flavor, Traffic traffic, std::vector<Compiled>& matchers, schema::Problems& problems) {
  for (const schema::Route& route : config.routes) {
    if (!concerns(route, traffic)) continue;
    std::vector<Fault> faults;
    compile_route(route, flavor, traffic, matchers, faults);
    for (const Fault& fault : faults) problems.add(problem_of(config, route, fault));
  }
}

void check_routes(const schema::Config& config, Flavor flavor, schema::Problems& problems) {
  for (Traffic traffic : {Traffic::web, Traffic::stream}) {
    std::vector<Compiled> matchers;
    compile_routes(config, flavor, traffic, matchers, problems);
  }
}

}  // namespace routing
