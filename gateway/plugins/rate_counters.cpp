#include "gateway/plugins/rate_counters.h"

#include <openssl/sha.h>

#include <algorithm>
#include <chrono>

namespace plugins {
namespace {

using namespace std::chrono;

int64_t to_ms(year_month_day day) { return duration_cast<milliseconds>(sys_days(day).time_since_epoch()).count(); }

Window fixed(int64_t now_ms, int64_t length_ms) {
  int64_t start = now_ms - now_ms % length_ms;
  return {start, start + length_ms};
}

}  // namespace

Window window_at(Period period, int64_t now_ms) {
  switch (period) {
    case Period::second: return fixed(now_ms, 1000);
    case Period::minute: return fixed(now_ms, 60'000);
    case Period::hour: return fixed(now_ms, 3'600'000);
    case Period::day: return fixed(now_ms, 86'400'000);
    case Period::month:
    case Period::year: break;
  }
  year_month_day today{floor<days>(sys_time<milliseconds>(milliseconds(now_ms)))};
  year_month_day first{today.year(), period == Period::month ? today.month() : January, day{1}};
  year_month_day next = period == Period::month ? first + months{1} : first + years{1};
  return {to_ms(first), to_ms(next)};
}

RateCounters::RateCounters(size_t entries_max)
    : shard_entries_max_(std::max<size_t>(1, entries_max / shard_count)), shards_(std::make_unique<Shard[]>(shard_count)) {}

RateCounters::~RateCounters() = default;

int64_t RateCounters::Entry::expires_ms() const {
  int64_t latest = 0;
  for (const Count& count : counts) latest = std::max(latest, count.end_ms);
  return latest;
}

bool RateCounters::take(std::string_view key, std::span<const Limit> limits, int64_t now_ms, std::span<uint64_t> used) {
  std::array<char, SHA256_DIGEST_LENGTH> digest;
  if (key.size() > key_bytes_max) {
    SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), reinterpret_cast<unsigned char*>(digest.data()));
    key = {digest.data(), digest.size()};
  }
  size_t hash = Hash()(key);
  // The map uses the low bits of the same hash; the shard takes high ones so that its buckets stay evenly filled.
  Shard& shard = shards_[(hash >> 48) % shard_count];
  std::array<Window, period_count> windows;
  for (const Limit& limit : limits) windows[static_cast<size_t>(limit.period)] = window_at(limit.period, now_ms);

  std::lock_guard lock(shard.mutex);
  auto found = shard.entries.find(key);
  if (found == shard.entries.end()) {
    make_room(shard, now_ms);
    found = shard.entries.emplace(std::string(key), Entry{}).first;
  }
  Entry& entry = found->second;
  bool passes = true;
  for (const Limit& limit : limits) {
    Count& count = entry.counts[static_cast<size_t>(limit.period)];
    int64_t end_ms = windows[static_cast<size_t>(limit.period)].end_ms;
    // A clock of another worker may lag behind by a tick: never go back to a window that has ended.
    if (count.end_ms < end_ms) count = {end_ms, 0};
    if (limit.requests - static_cast<double>(count.used) <= 0) passes = false;
  }
  for (size_t i = 0; i < limits.size(); ++i) {
    Count& count = entry.counts[static_cast<size_t>(limits[i].period)];
    if (passes) ++count.used;
    used[i] = count.used;
  }
  return passes;
}

// Sweeping when the shard has doubled keeps the cost of an insertion constant on average.
void RateCounters::make_room(Shard& shard, int64_t now_ms) {
  size_t size = shard.entries.size();
  if (size < std::min(shard.sweep_at, shard_entries_max_)) return;
  if (now_ms >= shard.first_expiry_ms) sweep(shard, now_ms);
  shard.sweep_at = std::max<size_t>(1024, shard.entries.size() * 2);
  if (shard.entries.size() < shard_entries_max_) return;
  // Full of live counters: of a few neighbours the one that ends first goes, so short windows give way before long ones.
  constexpr size_t candidates = 16;
  auto victim = shard.entries.begin();
  auto at = victim;
  for (size_t i = 0; i < candidates && at != shard.entries.end(); ++i, ++at) {
    if (at->second.expires_ms() < victim->second.expires_ms()) victim = at;
  }
  shard.entries.erase(victim);
}

void RateCounters::sweep(Shard& shard, int64_t now_ms) {
  int64_t first = INT64_MAX;
  std::erase_if(shard.entries, [&](const auto& item) {
    int64_t expires = item.second.expires_ms();
    if (expires <= now_ms) return true;
    first = std::min(first, expires);
    return false;
  });
  shard.first_expiry_ms = first;
}

void RateCounters::sweep(int64_t now_ms) {
  for (size_t i = 0; i < shard_count; ++i) {
    std::lock_guard lock(shards_[i].mutex);
    sweep(shards_[i], now_ms);
  }
}

size_t RateCounters::entries() const {
  size_t total = 0;
  for (size_t i = 0; i < shard_count; ++i) {
    std::lock_guard lock(shards_[i].mutex);
    total += shards_[i].entries.size();
  }
  return total;
}

}  // namespace plugins
