#include "gateway/plugins/correlation_id.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "gateway/plugins/settings.h"

namespace plugins {
namespace {

// Random octets are fetched from the kernel in blocks: a system call for each identifier would cost more than the rest.
void random_octets(std::array<uint8_t, 16>& octets) {
  struct Store {
    std::array<uint8_t, 1024> block;
    size_t used = 1024;
  };
  thread_local Store store;
  if (store.used == store.block.size()) {
    size_t filled = 0;
    while (filled < store.block.size()) {
      ssize_t got = getrandom(store.block.data() + filled, store.block.size() - filled, 0);
      if (got > 0) filled += static_cast<size_t>(got);
    }
    store.used = 0;
  }
  std::copy_n(store.block.begin() + static_cast<ptrdiff_t>(store.used), octets.size(), octets.begin());
  store.used += octets.size();
}

// Version 4 (RFC 9562 section 5.4).
void random_uuid(std::array<char, 36>& text) {
  std::array<uint8_t, 16> octets;
  random_octets(octets);
  octets[6] = static_cast<uint8_t>((octets[6] & 0x0f) | 0x40);
  octets[8] = static_cast<uint8_t>((octets[8] & 0x3f) | 0x80);
  constexpr std::string_view digits = "0123456789abcdef";
  size_t at = 0;
  for (size_t i = 0; i < octets.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text[at++] = '-';
    text[at++] = digits[octets[i] >> 4];
    text[at++] = digits[octets[i] & 15];
  }
}

enum class Generator : uint8_t { uuid, uuid_counter, tracker };

class CorrelationId final : public Plugin {
 public:
  explicit CorrelationId(const schema::Plugin& plugin)
      : header_name_(plugin.config.text("header_name")), echo_downstream_(plugin.config.boolean("echo_downstream")) {
    if (header_name_.empty()) header_name_ = "Kong-Request-ID";
    std::string_view generator = plugin.config.text("generator");
    generator_ = generator == "uuid" ? Generator::uuid : generator == "tracker" ? Generator::tracker : Generator::uuid_counter;
    random_uuid(own_uuid_);
  }

  Step on_request(Exchange& exchange) const override {
    if (take_over(exchange)) return Verdict::go_on;
    exchange.request.headers.set(header_name_, exchange.correlation_id);
    return Verdict::go_on;
  }

  // Request hooks do not run when no route matched; the answer carries an identifier all the same.
  void on_response(Exchange& exchange) const override {
    if (!echo_downstream_) return;
    if (exchange.correlation_id.empty()) take_over(exchange);
    exchange.response.headers.set(header_name_, exchange.correlation_id);
  }

 private:
  // True when the client brought the identifier.
  bool take_over(Exchange& exchange) const {
    std::string_view brought = exchange.request.headers.get(header_name_);
    exchange.correlation_id = brought.empty() ? make(exchange) : brought;
    return !brought.empty();
  }

  std::string_view make(Exchange& exchange) const {
    if (generator_ == Generator::uuid_counter) {
      uint64_t count = counter_.fetch_add(1, std::memory_order_relaxed) + 1;
      std::string_view number = exchange.arena.number(count);
      return exchange.arena.join({{own_uuid_.data(), own_uuid_.size()}, "#", number});
    }
    if (generator_ == Generator::uuid) {
      std::array<char, 36> text;
      random_uuid(text);
      return exchange.arena.copy({text.data(), text.size()});
    }
    const Client& client = exchange.client;
    fmt::basic_memory_buffer<char, 128> text;
    fmt::format_to(std::back_inserter(text), "{}-{}-{}-{}-{}-{:.3f}", client.server_ip, client.server_port, getpid(), client.connection,
                   client.request_number, static_cast<double>(exchange.timings.started_wall_ms) / 1000);
    return exchange.arena.copy({text.data(), text.size()});
  }

  std::string_view header_name_;
  Generator generator_ = Generator::uuid_counter;
  bool echo_downstream_;
  std::array<char, 36> own_uuid_;
  mutable std::atomic<uint64_t> counter_{0};
};

}  // namespace

std::unique_ptr<Plugin> make_correlation_id(const schema::Plugin& plugin, Building&) { return std::make_unique<CorrelationId>(plugin); }

}  // namespace plugins
