#pragma once
// Smooth weighted round-robin: each turn every candidate gains its weight, the richest is picked and pays the sum. Spreads a heavy
// target's turns evenly instead of in bursts.

#include <cstdint>
#include <optional>
#include <vector>

namespace balancing {

class RoundRobin {
 public:
  // One weight for each candidate; 0 is never picked.
  explicit RoundRobin(std::vector<uint32_t> weights);

  // The next candidate; `tried[i]` true is avoided as long as another one is left (a retry goes elsewhere).
  // nullopt: no candidate has weight.
  std::optional<size_t> pick(const std::vector<bool>& tried);
  std::optional<size_t> pick() { return pick({}); }

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    uint32_t weight;
    int64_t current = 0;
  };
  std::optional<size_t> pick_where(const std::vector<bool>& tried, bool avoid_tried);

  std::vector<Entry> entries_;
};

}  // namespace balancing
