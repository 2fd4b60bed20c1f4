#pragma once
// Where the time of one request went, told in the answer's header X-Kong-Request-Debug-Output to a client that asks by
// X-Kong-Request-Debug. Most requests have none; whatever is measured here is measured only for one that does.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/plugins/chain.h"
#include "gateway/proxy/options.h"

namespace net {
class Loop;
}

namespace proxy {

// What happened on the way to an answer, besides plugins.
enum class Part : uint8_t { router, dns, connect, tls, first_byte };

class TimeReport final : public plugins::HookWatch {
 public:
  // What the exchange's client asks for: "*", or phases (access, balancer, upstream, header_filter ...). nullptr: it
  // does not ask, may not, or names something unknown. It may from a loopback address, or with the token. The asking
  // fields are taken off the request: they are for us, and the token is for nobody else.
  static std::unique_ptr<TimeReport> asked(plugins::Exchange& exchange, const Options& options, const net::Loop& loop);

  uint64_t now_us() override;
  void took(plugins::Hook hook, const schema::Plugin& plugin, uint64_t us) override;
  // `detail`: a name or an address.
  void took(Part part, std::string_view detail, uint64_t us) { steps_.push_back({part, std::string(detail), us}); }
  // Request hooks are over; what it says more than once counts the first time.
  void leave_access() {
    if (access_us_ == 0) access_us_ = now_us() - begun_us_;
  }

  // JSON on one line, ASCII; times in milliseconds.
  std::string text(const plugins::Exchange& exchange);

 private:
  struct Step {
    Part part;
    std::string detail;
    uint64_t us;
  };
  struct HookTime {
    plugins::Hook hook;
    const schema::Plugin* plugin;
    uint64_t us;
  };

  TimeReport(const net::Loop& loop, std::vector<std::string> phases);
  bool wants(std::string_view phase) const;

  const net::Loop& loop_;
  const std::vector<std::string> phases_;  // none: all
  const uint64_t begun_us_;
  uint64_t access_us_ = 0;
  std::vector<Step> steps_;
  std::vector<HookTime> hooks_;
};

// Measures from here to the end of its life, when there is a report.
class Measured {
 public:
  Measured(TimeReport* report, Part part, std::string_view detail = {})
      : report_(report), part_(part), detail_(detail), begun_us_(report != nullptr ? report->now_us() : 0) {}
  ~Measured() {
    if (report_ != nullptr) report_->took(part_, detail_, report_->now_us() - begun_us_);
  }
  Measured(const Measured&) = delete;
  Measured& operator=(const Measured&) = delete;

 private:
  TimeReport* const report_;
  const Part part_;
  const std::string_view detail_;  // must outlive this
  const uint64_t begun_us_;
};

}  // namespace proxy
