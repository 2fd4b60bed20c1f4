#pragma once
// Counters and histograms that cost a few nanoseconds: every thread adds to cells of its own, a scrape sums them up. A series is looked up
// once by its label values; the handle that comes back is kept by the caller and valid as long as the registry.

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

namespace observe {

class Metrics;

class Counter {
 public:
  Counter() = default;
  void add(uint64_t amount = 1) const;

 private:
  friend class Metrics;
  Counter(Metrics* owner, uint32_t cell) : owner_(owner), cell_(cell) {}
  Metrics* owner_ = nullptr;  // nullptr: counts nothing
  uint32_t cell_ = 0;
};

class Histogram {
 public:
  Histogram() = default;
  void observe(uint64_t value) const;

 private:
  friend class Metrics;
  Histogram(Metrics* owner, uint32_t cell, std::span<const uint32_t> bounds) : owner_(owner), cell_(cell), bounds_(bounds) {}
  Metrics* owner_ = nullptr;
  uint32_t cell_ = 0;  // one for each bound, one for the rest, one for the sum
  std::span<const uint32_t> bounds_;
};

// Where a gauge's callback puts its samples at the time of a scrape.
class Samples {
 public:
  using Label = std::pair<std::string_view, std::string_view>;
  void add(std::initializer_list<Label> labels, double value);

 private:
  friend class Metrics;
  Samples(std::string_view name, std::string& out) : name_(name), out_(out) {}
  std::string_view name_;
  std::string& out_;
};

class Metrics {
 public:
  // Cells over all series; beyond it new series count nothing and `series_refused` grows: labels cannot fill the memory.
  static constexpr uint32_t cells_max = 1u << 21;

  struct Family;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Declares a family; the same name again returns the family that is there. Full names ("kong_bandwidth_bytes").
  Family* counters(std::string_view name, std::string_view help, std::initializer_list<std::string_view> labels);
  Family* histograms(std::string_view name, std::string_view help, std::initializer_list<std::string_view> labels,
                     std::span<const uint32_t> bounds);
  // The series of these label values (as many as the family has labels). Takes a lock: keep the handle.
  Counter counter(Family* family, std::initializer_list<std::string_view> values);
  Histogram histogram(Family* family, std::initializer_list<std::string_view> values);
  // `fill` runs at each scrape, on the scraping thread. The same name again replaces it; an empty function takes the gauge away.
  void gauge(std::string_view name, std::string_view help, std::function<void(Samples&)> fill);
  // The same for counters that live elsewhere (connections accepted, lines dropped).
  void counter_callback(std::string_view name, std::string_view help, std::function<void(Samples&)> fill);

  // Everything in Prometheus's text exposition format 0.0.4, families and series sorted by name.
  std::string text() const;
  uint64_t series_refused() const { return series_refused_.load(std::memory_order_relaxed); }

 private:
  friend class Counter;
  friend class Histogram;
  struct Shard;

  std::atomic<uint64_t>& cell(uint32_t number);
  Shard& shard_of_this_thread();
  uint32_t series(Family& family, std::initializer_list<std::string_view> values);
  uint64_t sum(uint32_t number) const;
  Family* declare(std::string_view name, std::string_view help, std::initializer_list<std::string_view> labels, int kind);
  void write(const Family& family, std::string& out) const;

  const uint64_t number_;  // tells registries apart in the threads' caches, also when one takes the place of another
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Family>, std::less<>> families_;
  std::unordered_map<std::thread::id, std::unique_ptr<Shard>> shards_;
  uint32_t next_cell_ = 0;
  std::atomic<uint64_t> series_refused_{0};
};

}  // namespace observe
