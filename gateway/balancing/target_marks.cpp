#include "gateway/balancing/target_marks.h"

namespace balancing {

namespace {

std::string key_of(std::string_view upstream_id, std::string_view target) { return std::string(upstream_id).append(" ").append(target); }

}  // namespace

void TargetMarks::set(std::string_view upstream_id, std::string_view target, bool healthy) {
  std::scoped_lock guard(mutex_);
  const bool changed = healthy ? out_.erase(key_of(upstream_id, target)) > 0 : out_.insert(key_of(upstream_id, target)).second;
  if (changed) version_.fetch_add(1, std::memory_order_release);
}

bool TargetMarks::is_out(std::string_view upstream_id, std::string_view target) const {
  std::scoped_lock guard(mutex_);
  return !out_.empty() && out_.contains(key_of(upstream_id, target));
}

void TargetMarks::keep_only(const schema::Config& config) {
  std::scoped_lock guard(mutex_);
  if (out_.empty()) return;
  std::set<std::string, std::less<>> kept;
  for (const schema::Upstream& upstream : config.upstreams)
    for (const schema::Target& target : upstream.targets)
      if (auto key = key_of(upstream.id, target.target); out_.contains(key)) kept.insert(std::move(key));
  if (kept.size() == out_.size()) return;
  out_ = std::move(kept);
  version_.fetch_add(1, std::memory_order_release);
}

}  // namespace balancing
