#pragma once
// What lint looks for: one table of rules, from which the checks run and the documentation is printed.

#include <cstdint>
#include <span>
#include <string_view>

namespace deckctl::lint {

class Scene;
class Findings;

enum class Severity : uint8_t { info, warning, error };

std::string_view name_of(Severity severity);

struct Rule {
  std::string_view name;
  Severity severity;
  std::string_view what;  // it finds; a noun phrase
  std::string_view why;   // that matters, and what to do
  void (*check)(const Scene& scene, Findings& findings);
};

// In the order of the documentation.
std::span<const Rule> rules();
const Rule* find_rule(std::string_view name);  // nullptr: there is none

}  // namespace deckctl::lint
