#pragma once
// Counts requests in fixed, UTC-aligned windows for the whole node. Outlives reloads: a counter belongs to a key (scope and identifier),
// not to a plugin object. Sharded by key; taking from all windows of a key is one step under one lock.

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace plugins {

enum class Period : uint8_t { second, minute, hour, day, month, year };
constexpr size_t period_count = 6;

// The window that `now_ms` (since 1970, UTC) lies in; months and years are those of the calendar.
struct Window {
  int64_t start_ms = 0, end_ms = 0;
};
Window window_at(Period period, int64_t now_ms);

struct Limit {
  Period period = Period::second;
  double requests = 0;  // per window; may have a fraction, as the settings allow
};

class RateCounters {
 public:
  static constexpr size_t entries_max_default = 1'000'000;
  static constexpr size_t key_bytes_max = 160;  // longer keys are replaced by their SHA-256

  // Beyond `entries_max` keys, expired ones go first, then those that end soonest.
  explicit RateCounters(size_t entries_max = entries_max_default);
  ~RateCounters();

  // Counts one request in every window, unless one of them is already used up; then nothing is counted. Returns whether it was counted.
  // `used[i]` is the count of limits[i] afterwards. Atomic over all threads. At most one limit for each period.
  bool take(std::string_view key, std::span<const Limit> limits, int64_t now_ms, std::span<uint64_t> used);

  // Forgets what has expired. For a timer; take() also does it now and then.
  void sweep(int64_t now_ms);
  size_t entries() const;

 private:
  struct Count {
    int64_t end_ms = 0;
    uint64_t used = 0;
  };
  struct Entry {
    std::array<Count, period_count> counts;
    int64_t expires_ms() const;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries;
    size_t sweep_at = 1024;          // entries
    int64_t first_expiry_ms = 0;     // nothing of this shard expires before
  };
  static constexpr size_t shard_count = 64;

  void make_room(Shard& shard, int64_t now_ms);
  static void sweep(Shard& shard, int64_t now_ms);

  const size_t shard_entries_max_;
  std::unique_ptr<Shard[]> shards_;
};

}  // namespace plugins
