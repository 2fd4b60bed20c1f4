#include "deckctl/lint/run.h"

#include <algorithm>

#include "deckctl/lint/scene.h"

namespace deckctl::lint {

bool Selection::holds(std::string_view rule) const {
  if (std::ranges::find(disabled, rule) != disabled.end()) return false;
  return only.empty() || std::ranges::find(only, rule) != only.end();
}

Findings run(const schema::Config& config, const Selection& selection) {
  const Scene scene(config);
  Findings findings(config);
  for (const Rule& rule : rules()) {
    if (!selection.holds(rule.name)) continue;
    findings.begin(rule);
    rule.check(scene, findings);
  }
  findings.sort();
  return findings;
}

}  // namespace deckctl::lint
