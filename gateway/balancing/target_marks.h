#pragma once
// Targets that people took out of service by hand. One object for the node; it outlives every configuration, so a reload puts nothing
// back into service that was taken out.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "schema/config.h"

namespace balancing {

class TargetMarks {
 public:
  // All functions may be called from any thread.
  void set(std::string_view upstream_id, std::string_view target, bool healthy);
  bool is_out(std::string_view upstream_id, std::string_view target) const;
  // Grows with every change: a worker asks again only then.
  uint64_t version() const { return version_.load(std::memory_order_acquire); }
  // Forgets marks of targets that `config` does not have any more.
  void keep_only(const schema::Config& config);

 private:
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> out_;  // "UPSTREAM_ID TARGET"
  std::atomic<uint64_t> version_{1};
};

}  // namespace balancing
