#include "gateway/balancing/round_robin.h"

namespace balancing {

RoundRobin::RoundRobin(std::vector<uint32_t> weights) {
  entries_.reserve(weights.size());
  for (uint32_t weight : weights) entries_.push_back({weight});
}

std::optional<size_t> RoundRobin::pick(const std::vector<bool>& tried) {
  if (auto fresh = pick_where(tried, true)) return fresh;
  return tried.empty() ? std::nullopt : pick_where(tried, false);
}

std::optional<size_t> RoundRobin::pick_where(const std::vector<bool>& tried, bool avoid_tried) {
  int64_t sum = 0;
  Entry* best = nullptr;
  for (size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    if (entry.weight == 0 || (avoid_tried && i < tried.size() && tried[i])) continue;
    entry.current += entry.weight;
    sum += entry.weight;
    if (best == nullptr || entry.current > best->current) best = &entry;
  }
  if (best == nullptr) return std::nullopt;
  best->current -= sum;
  return static_cast<size_t>(best - entries_.data());
}

}  // namespace balancing
