#include "gateway/plugins/rate_limiting.h"

#include <array>
#include <cmath>

#include "gateway/plugins/rate_counters.h"
#include "gateway/plugins/settings.h"

namespace plugins {
namespace {

constexpr std::string_view nil_id = "00000000-0000-0000-0000-000000000000";

struct PeriodNames {
  std::string_view field, limit_header, remaining_header;
};
constexpr std::array<PeriodNames, period_count> period_names = {{
    {"second", "X-RateLimit-Limit-Second", "X-RateLimit-Remaining-Second"},
    {"minute", "X-RateLimit-Limit-Minute", "X-RateLimit-Remaining-Minute"},
    {"hour", "X-RateLimit-Limit-Hour", "X-RateLimit-Remaining-Hour"},
    {"day", "X-RateLimit-Limit-Day", "X-RateLimit-Remaining-Day"},
    {"month", "X-RateLimit-Limit-Month", "X-RateLimit-Remaining-Month"},
    {"year", "X-RateLimit-Limit-Year", "X-RateLimit-Remaining-Year"},
}};

enum class LimitBy : uint8_t { consumer, credential, ip, service, header, path };

LimitBy limit_by_of(std::string_view text) {
  if (text == "credential") return LimitBy::credential;
  if (text == "ip") return LimitBy::ip;
  if (text == "service") return LimitBy::service;
  if (text == "header") return LimitBy::header;
  if (text == "path") return LimitBy::path;
  return LimitBy::consumer;
}

std::string_view number(async::Arena& arena, double value) {
  if (value == std::floor(value) && value >= 0 && value < 1e15) return arena.number(static_cast<uint64_t>(value));
  std::array<char, 32> text;
  int size = std::snprintf(text.data(), text.size(), "%.14g", value);
  return arena.copy({text.data(), static_cast<size_t>(size)});
}

class RateLimiting final : public Plugin {
 public:
  RateLimiting(const schema::Plugin& plugin, Building& building) : counters_(building.counters) {
    const schema::Reader& config = plugin.config;
    for (size_t i = 0; i < period_count; ++i) {
      auto requests = config.number(period_names[i].field);
      if (requests) limits_[limit_count_++] = {static_cast<Period>(i), *requests};
    }
    limit_by_ = limit_by_of(config.text("limit_by"));
    header_name_ = config.text("header_name");
    path_ = config.text("path");
    hide_client_headers_ = config.boolean("hide_client_headers");
    error_code_ = static_cast<int>(config.number("error_code").value_or(429));
    error_message_ = config.text("error_message");
    if (error_message_.empty()) error_message_ = "API rate limit exceeded";
    // The scope is part of the key, the instance is not: a changed plugin goes on with its counters.
    scope_ = std::string(plugin.route != nullptr ? plugin.route->id : nil_id) + ':' +
             std::string(plugin.service != nullptr ? plugin.service->id : nil_id) + ':';
  }

  Step on_request(Exchange& exchange) const override {
    // Limiting by path is about that path only; others are none of our business.
    if (limit_by_ == LimitBy::path && exchange.path != path_) return Verdict::go_on;
    std::array<uint64_t, period_count> used{};
    std::string_view key = exchange.arena.join({scope_, identifier(exchange)});
    bool passes = counters_.take(key, limits(), exchange.wall_ms, used);
    Tightest tightest = find_tightest(used, exchange.wall_ms);
    if (passes) {
      if (!hide_client_headers_) tell(exchange, exchange.reply_headers, used, tightest);
      return Verdict::go_on;
    }
    exchange.answer(error_code_, error_message_);
    if (!hide_client_headers_) {
      tell(exchange, exchange.response.headers, used, tightest);
      exchange.response.headers.set(http::Name::retry_after, exchange.arena.number(tightest.reset_s));
    }
    return Verdict::answered;
  }

 private:
  struct Tightest {
    double limit = 0, remaining = 0;
    uint64_t reset_s = 1;
  };

  std::span<const Limit> limits() const { return {limits_.data(), limit_count_}; }

  std::string_view identifier(const Exchange& exchange) const {
    std::string_view found;
    if (limit_by_ == LimitBy::consumer && exchange.consumer != nullptr) found = exchange.consumer->id;
    if ((limit_by_ == LimitBy::consumer || limit_by_ == LimitBy::credential) && found.empty() && exchange.credential != nullptr) {
      found = exchange.credential->id;
    }
    if (limit_by_ == LimitBy::service && exchange.service != nullptr) found = exchange.service->id;
    if (limit_by_ == LimitBy::header) found = exchange.request.headers.get(header_name_);
    if (limit_by_ == LimitBy::path) found = exchange.path;
    return found.empty() ? exchange.client.ip : found;
  }

  double remaining(size_t i, const std::array<uint64_t, period_count>& used) const {
    return std::max(0.0, limits_[i].requests - static_cast<double>(used[i]));
  }

  // The window with the least left; the longer one when two have the same.
  Tightest find_tightest(const std::array<uint64_t, period_count>& used, int64_t now_ms) const {
    Tightest tightest;
    Period period = Period::second;
    for (size_t i = 0; i < limit_count_; ++i) {
      double left = remaining(i, used);
      if (i > 0 && left > tightest.remaining) continue;
      tightest.limit = limits_[i].requests;
      tightest.remaining = left;
      period = limits_[i].period;
    }
    int64_t left_ms = window_at(period, now_ms).end_ms - now_ms;
    tightest.reset_s = static_cast<uint64_t>(std::max<int64_t>(1, (left_ms + 999) / 1000));
    return tightest;
  }

  void tell(Exchange& exchange, http::Headers& headers, const std::array<uint64_t, period_count>& used, const Tightest& tightest) const {
    async::Arena& arena = exchange.arena;
    for (size_t i = 0; i < limit_count_; ++i) {
      const PeriodNames& names = period_names[static_cast<size_t>(limits_[i].period)];
      headers.set(names.limit_header, number(arena, limits_[i].requests));
      headers.set(names.remaining_header, number(arena, remaining(i, used)));
    }
    headers.set("RateLimit-Limit", number(arena, tightest.limit));
    headers.set("RateLimit-Remaining", number(arena, tightest.remaining));
    headers.set("RateLimit-Reset", arena.number(tightest.reset_s));
  }

  RateCounters& counters_;
  std::array<Limit, period_count> limits_;
  size_t limit_count_ = 0;
  LimitBy limit_by_ = LimitBy::consumer;
  bool hide_client_headers_ = false;
  int error_code_ = 429;
  std::string_view header_name_, path_, error_message_;
  std::string scope_;
};

}  // namespace

std::unique_ptr<Plugin> make_rate_limiting(const schema::Plugin& plugin, Building& building) {
  if (plugin.config.text("policy") == "redis") {
    not_built(plugin, building, "policy", "policy redis is not built yet; local counts on this node");
    return nullptr;
  }
  return std::make_unique<RateLimiting>(plugin, building);
}

}  // namespace plugins
