#include "gateway/balancing/load.h"

#include <algorithm>
#include <cmath>

namespace balancing {

namespace {

// The clock ticks in milliseconds: what is faster took half of one.
constexpr double least_ms = 0.5;

double rank_of(double average_ms, uint64_t now_ms) {
  return std::log(average_ms) + static_cast<double>(now_ms) / Load::decay_ms;
}

}  // namespace

void Load::sample(double took_ms, uint64_t now_ms) {
  took_ms = std::max(took_ms, least_ms);
  // Only forward: the clocks of two workers may be a tick apart, and no time must count twice.
  uint64_t before_ms = sampled_ms_.load(std::memory_order_relaxed);
  while (before_ms < now_ms && !sampled_ms_.compare_exchange_weak(before_ms, now_ms, std::memory_order_relaxed)) {
  }
  const double age_ms = static_cast<double>(now_ms - std::min(before_ms, now_ms));
  const double fresh = 1 - std::exp(-age_ms / decay_ms);
  double rank = rank_.load(std::memory_order_relaxed), next;
  do {
    const double average =
        rank == unknown ? took_ms : std::exp(rank - static_cast<double>(now_ms) / decay_ms) + took_ms * fresh;
    next = rank_of(std::max(average, std::numeric_limits<double>::min()), now_ms);
  } while (!rank_.compare_exchange_weak(rank, next, std::memory_order_relaxed));
}

double Load::average_ms(uint64_t now_ms) const { return std::exp(rank() - static_cast<double>(now_ms) / decay_ms); }

void Load::presume(double average_ms, uint64_t now_ms) {
  double none = unknown;
  if (rank_.compare_exchange_strong(none, rank_of(std::max(average_ms, least_ms), now_ms), std::memory_order_relaxed))
    sampled_ms_.store(now_ms, std::memory_order_relaxed);
}

void Lease::note(uint64_t now_ms, uint64_t at_least_ms) {
  load_->sample(static_cast<double>(std::max(now_ms - started_ms_, at_least_ms)), now_ms);
}

Loads::Hold Loads::hold(std::string_view upstream_id, std::string_view address) {
  std::scoped_lock guard(mutex_);
  if (all_.size() >= sweep_at_) {
    std::erase_if(all_, [](const auto& one) {
      return one.second.holders_ == 0 && one.second.open_.load(std::memory_order_acquire) == 0;
    });
    sweep_at_ = std::max<size_t>(64, 2 * all_.size());
  }
  Load& load = all_.try_emplace(std::string(upstream_id).append(" ").append(address)).first->second;
  ++load.holders_;
  return Hold(this, &load);
}

// It is not erased here: requests may still be open, and their leases come back to it.
void Loads::let_go(Load& load) {
  std::scoped_lock guard(mutex_);
  --load.holders_;
}

size_t Loads::size() const {
  std::scoped_lock guard(mutex_);
  return all_.size();
}

uint64_t Loads::open() const {
  std::scoped_lock guard(mutex_);
  uint64_t sum = 0;
  for (const auto& [key, load] : all_) sum += load.open();
  return sum;
}

}  // namespace balancing
