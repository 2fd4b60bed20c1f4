#pragma once
// A route becomes matchers, or complaints that say where.

#include <memory>
#include <string>
#include <vector>

#include "gateway/routing/field.h"
#include "gateway/routing/matcher.h"

namespace routing {

enum class Flavor : uint8_t { traditional_compatible, expressions };

struct Fault {
  std::string field;      // "expression", "paths", "headers"
  std::string_view text;  // the value of it that is wrong
  std::string what, hint;
};

struct Compiled {
  std::unique_ptr<const Matcher> matcher;
  std::string tie;  // id that decides between equal ranks: the greater one first
};

// Appends the matchers of one route to `matchers`, or what is wrong with it to `faults`.
void compile_route(const schema::Route& route, Flavor flavor, Traffic traffic, std::vector<Compiled>& matchers, std::vector<Fault>& faults);
// Whether the route is one for this traffic at all: its protocols say so, and its service is enabled.
bool concerns(const schema::Route& route, Traffic traffic);

}  // namespace routing
