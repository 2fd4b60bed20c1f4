#include "gateway/plugins/request_termination.h"

#include <algorithm>
#include <array>

#include "gateway/http/query.h"
#include "gateway/plugins/request_echo.h"
#include "gateway/plugins/settings.h"

namespace plugins {
namespace {

constexpr size_t echo_body_bytes_max = 1u << 20;

// Statuses that the HTTP layer has words for; others show a short page.
bool has_error_text(int status) {
  constexpr std::array known = {400, 404, 405, 408, 411, 412, 413, 414, 417, 500, 502, 504};
  return std::ranges::find(known, status) != known.end();
}

class RequestTermination final : public Plugin {
 public:
  RequestTermination(const schema::Plugin& plugin, Building& building) : node_id_(building.node_id) {
    const schema::Reader& config = plugin.config;
    status_ = static_cast<int>(config.integer("status_code").value_or(503));
    message_ = config.text("message");
    content_type_ = config.text("content_type");
    body_ = config.text("body");
    echo_ = config.boolean("echo");
    trigger_ = config.text("trigger");
  }

  Step on_request(Exchange& exchange) const override {
    if (!trigger_.empty() && !triggered(exchange)) return Verdict::go_on;
    if (echo_) {
      if (exchange.body != nullptr) return echo_with_body(exchange);
      return echo(exchange, {});
    }
    if (!body_.empty()) return exchange.answer_raw(status_, content_type_, body_);
    if (!message_.empty()) return exchange.exit(status_, message_);
    if (status_ == 503) return exchange.exit(status_, "Service unavailable");
    if (has_error_text(status_)) return exchange.answer_http_error(status_, http::http_layer_message(status_));
    if (status_ >= 300) {
      const http::ErrorBody page = http::stock_page(status_);
      return exchange.answer_raw(status_, page.content_type, exchange.arena.copy(page.body));
    }
    return exchange.answer_raw(status_, {}, {});
  }

 private:
  bool triggered(const Exchange& exchange) const {
    if (exchange.request.headers.has(trigger_)) return true;
    bool found = false;
    http::each_parameter(exchange.query, [&](const http::Parameter& parameter) {
      found = http::decode(parameter.name, true) == trigger_;
      return !found;
    });
    return found;
  }

  async::Task<Verdict> echo_with_body(Exchange& exchange) const {
    auto reading = exchange.body->read_all(echo_body_bytes_max);
    auto read = co_await reading;
    std::string_view body;
    if (read) body = *read;
    co_return echo(exchange, body);
  }

  Verdict echo(Exchange& exchange, std::string_view body) const {
    return exchange.answer_raw(status_, "application/json; charset=utf-8", exchange.arena.copy(describe_request(exchange, body, node_id_)));
  }

  int status_ = 503;
  std::string_view message_, content_type_, body_, trigger_;
  bool echo_ = false;
  std::string node_id_;
};

}  // namespace

std::unique_ptr<Plugin> make_request_termination(const schema::Plugin& plugin, Building& building) {
  return std::make_unique<RequestTermination>(plugin, building);
}

}  // namespace plugins
