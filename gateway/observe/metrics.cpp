#include "gateway/observe/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>

namespace observe {
namespace {

constexpr uint32_t chunk_cells = 1024;
constexpr uint32_t no_cell = UINT32_MAX;
enum Kind { kind_counter, kind_histogram, kind_gauge, kind_counter_callback };

// The name of a registry for the threads' caches; an address could be used again by the next registry.
uint64_t next_number() {
  static std::atomic<uint64_t> numbers{0};
  return ++numbers;
}

void append_escaped(std::string& out, std::string_view value) {
  for (char c : value) {
    if (c == '\\') out += "\\\\";
    else if (c == '"') out += "\\\"";
    else if (c == '\n') out += "\\n";
    else out += c;
  }
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty()) out += ',';
  out += name;
  out += "=\"";
  append_escaped(out, value);
  out += '"';
}

void append_number(std::string& out, double value) {
  if (value == static_cast<double>(static_cast<int64_t>(value))) fmt::format_to(std::back_inserter(out), "{}", static_cast<int64_t>(value));
  else fmt::format_to(std::back_inserter(out), "{}", value);
}

}  // namespace

struct Metrics::Shard {
  std::array<std::atomic<std::atomic<uint64_t>*>, cells_max / chunk_cells> chunks{};
  ~Shard() {
    for (auto& chunk : chunks) delete[] chunk.load();
  }
};

struct Metrics::Family {
  std::string name, help;
  int kind = kind_counter;
  std::vector<std::string> labels;
  std::vector<uint32_t> bounds;
  std::map<std::string, uint32_t, std::less<>> series;  // rendered labels -> first cell
  std::function<void(Samples&)> fill;
};

void Counter::add(uint64_t amount) const {
  if (owner_ == nullptr) return;
  // Only this thread writes its cells, so a plain load and store do; atomics only keep the scrape from seeing half a value.
  std::atomic<uint64_t>& cell = owner_->cell(cell_);
  cell.store(cell.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

void Histogram::observe(uint64_t value) const {
  if (owner_ == nullptr) return;
  uint32_t at = 0;
  while (at < bounds_.size() && value > bounds_[at]) ++at;
  std::atomic<uint64_t>& bucket = owner_->cell(cell_ + at);
  bucket.store(bucket.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  std::atomic<uint64_t>& total = owner_->cell(cell_ + static_cast<uint32_t>(bounds_.size()) + 1);
  total.store(total.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

void Samples::add(std::initializer_list<Label> labels, double value) {
  std::string rendered;
  for (const Label& label : labels) append_label(rendered, label.first, label.second);
  out_ += name_;
  if (!rendered.empty()) out_ += '{' + rendered + '}';
  out_ += ' ';
  append_number(out_, value);
  out_ += '\n';
}

Metrics::Metrics() : number_(next_number()) {}
Metrics::~Metrics() = default;

Metrics::Shard& Metrics::shard_of_this_thread() {
  struct Cached {
    uint64_t number = 0;
    Shard* shard = nullptr;
  };
  thread_local Cached cached;
  if (cached.number != number_) {
    std::lock_guard lock(mutex_);
    std::unique_ptr<Shard>& shard = shards_[std::this_thread::get_id()];
    if (!shard) shard = std::make_unique<Shard>();
    cached = {number_, shard.get()};
  }
  return *cached.shard;
}

std::atomic<uint64_t>& Metrics::cell(uint32_t number) {
  auto& slot = shard_of_this_thread().chunks[number / chunk_cells];
  std::atomic<uint64_t>* chunk = slot.load(std::memory_order_relaxed);
  if (chunk == nullptr) {
    chunk = new std::atomic<uint64_t>[chunk_cells]();
    slot.store(chunk, std::memory_order_release);
  }
  return chunk[number % chunk_cells];
}

uint64_t Metrics::sum(uint32_t number) const {
  uint64_t total = 0;
  for (const auto& [thread, shard] : shards_) {
    const std::atomic<uint64_t>* chunk = shard->chunks[number / chunk_cells].load(std::memory_order_acquire);
    if (chunk != nullptr) total += chunk[number % chunk_cells].load(std::memory_order_relaxed);
  }
  return total;
}

Metrics::Family* Metrics::declare(std::string_view name, std::string_view help, std::initializer_list<std::string_view> labels, int kind) {
  auto found = families_.find(name);
  if (found != families_.end()) return found->second.get();
  auto family = std::make_unique<Family>();
  family->name = name;
  family->help = help;
  family->kind = kind;
  for (std::string_view label : labels) family->labels.emplace_back(label);
  Family* made = family.get();
  families_.emplace(std::string(name), std::move(family));
  return made;
}

Metrics::Family* Metrics::counters(std::string_view name, std::string_view help, std::initializer_list<std::string_view> labels) {
  std::lock_guard lock(mutex_);
  return declare(name, help, labels, kind_counter);
}

Metrics::Family* Metrics::histograms(std::string_view name, std::string_view help, std::initializer_list<std::string_view> labels,
                                     std::span<const uint32_t> bounds) {
  std::lock_guard lock(mutex_);
  Family* family = declare(name, help, labels, kind_histogram);
  if (family->bounds.empty()) family->bounds.assign(bounds.begin(), bounds.end());
  return family;
}

uint32_t Metrics::series(Family& family, std::initializer_list<std::string_view> values) {
  assert(values.size() == family.labels.size());
  std::string rendered;
  auto label = family.labels.begin();
  for (std::string_view value : values) append_label(rendered, *label++, value);
  auto found = family.series.find(rendered);
  if (found != family.series.end()) return found->second;
  uint32_t cells = family.kind == kind_histogram ? static_cast<uint32_t>(family.bounds.size()) + 2 : 1;
  if (next_cell_ + cells > cells_max) {
    series_refused_.fetch_add(1, std::memory_order_relaxed);
    return no_cell;
  }
  uint32_t first = next_cell_;
  next_cell_ += cells;
  family.series.emplace(std::move(rendered), first);
  return first;
}

Counter Metrics::counter(Family* family, std::initializer_list<std::string_view> values) {
  std::lock_guard lock(mutex_);
  uint32_t cell = series(*family, values);
  return cell == no_cell ? Counter() : Counter(this, cell);
}

Histogram Metrics::histogram(Family* family, std::initializer_list<std::string_view> values) {
  std::lock_guard lock(mutex_);
  uint32_t cell = series(*family, values);
  return cell == no_cell ? Histogram() : Histogram(this, cell, family->bounds);
}

void Metrics::gauge(std::string_view name, std::string_view help, std::function<void(Samples&)> fill) {
  std::lock_guard lock(mutex_);
  declare(name, help, {}, kind_gauge)->fill = std::move(fill);
}

void Metrics::counter_callback(std::string_view name, std::string_view help, std::function<void(Samples&)> fill) {
  std::lock_guard lock(mutex_);
  declare(name, help, {}, kind_counter_callback)->fill = std::move(fill);
}

void Metrics::write(const Family& family, std::string& out) const {
  auto sample = [&out, &family](std::string_view suffix, std::string_view labels, uint64_t value) {
    fmt::format_to(std::back_inserter(out), "{}{}{{{}}} {}\n", family.name, suffix, labels, value);
  };
  for (const auto& [labels, first] : family.series) {
    if (family.kind == kind_counter) {
      if (labels.empty()) fmt::format_to(std::back_inserter(out), "{} {}\n", family.name, sum(first));
      else sample("", labels, sum(first));
      continue;
    }
    uint64_t count = 0;
    std::string separated = labels.empty() ? "" : labels + ",";
    for (uint32_t i = 0; i <= family.bounds.size(); ++i) {
      count += sum(first + i);  // buckets are cumulative in the exposition
      std::string bound = i < family.bounds.size() ? std::to_string(family.bounds[i]) : "+Inf";
      sample("_bucket", separated + "le=\"" + bound + "\"", count);
    }
    sample("_count", labels, count);
    sample("_sum", labels, sum(first + static_cast<uint32_t>(family.bounds.size()) + 1));
  }
}

std::string Metrics::text() const {
  std::string out;
  // Callbacks run without the lock: they may ask the registry or take locks of their own.
  std::vector<std::pair<std::string, std::string>> blocks;
  std::vector<std::pair<const Family*, std::function<void(Samples&)>>> callbacks;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [name, family] : families_) {
      if (family->fill) callbacks.emplace_back(family.get(), family->fill);
      std::string block;
      write(*family, block);
      if (!block.empty()) blocks.emplace_back(name, std::move(block));
    }
  }
  for (const auto& [family, fill] : callbacks) {
    std::string block;
    Samples samples(family->name, block);
    fill(samples);
    if (!block.empty()) blocks.emplace_back(family->name, std::move(block));
  }
  std::sort(blocks.begin(), blocks.end());
  std::lock_guard lock(mutex_);
  for (const auto& [name, block] : blocks) {
    const Family& family = *families_.find(name)->second;
    std::string_view type = family.kind == kind_histogram ? "histogram" : family.kind == kind_gauge ? "gauge" : "counter";
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, family.help, name, type);
    out += block;
  }
  return out;
}

}  // namespace observe
