#include "gateway/plugins/access_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "gateway/plugins/json_text.h"
#include "gateway/http/query.h"

namespace plugins {
namespace {

constexpr std::string_view redacted = "REDACTED";

class Record {
 public:
  Record(const Exchange& exchange, std::string& out) : exchange_(exchange), out_(out) {}

  void write() {
    open('{');
    write_request();
    field("upstream_uri");
    append_json_text(out_, exchange_.route == nullptr ? "" : uri(exchange_.upstream_path, exchange_.query, exchange_.has_query));
    text("upstream_status", upstream_statuses());
    write_response();
    write_latencies();
    if (exchange_.route != nullptr) write_tries();
    write_entities();
    text("client_ip", exchange_.client.ip);
    number("started_at", exchange_.timings.started_wall_ms);
    text("source", exchange_.origin == Origin::upstream ? "upstream" : "kong");
    text("workspace", workspace_id);
    text("workspace_name", "default");
    if (!exchange_.correlation_id.empty()) text("correlation_id", exchange_.correlation_id);
    close('}');
  }

 private:
  void open(char bracket) {
    out_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }
  void separate() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  void field(std::string_view name) {
    separate();
    append_json_text(out_, name);
    out_ += ':';
  }
  void text(std::string_view name, std::string_view value) {
    field(name);
    append_json_text(out_, value);
  }
  template <typename Number>
  void number(std::string_view name, Number value) {
    field(name);
    fmt::format_to(std::back_inserter(out_), "{}", value);
  }

  bool secret(std::string_view name) const {
    return std::ranges::any_of(exchange_.secret_names, [name](const std::string& known) { return http::equal_names(known, name); });
  }
  bool secret_header(const http::Header& header) const {
    return header.id == http::Name::authorization || header.id == http::Name::proxy_authorization || secret(header.name);
  }

  // Path and query, with the values of key parameters blotted out; everything else as it was sent.
  std::string uri(std::string_view path, std::string_view query, bool has_query) const {
    std::string result(path);
    if (!has_query) return result;
    result += '?';
    if (exchange_.secret_names.empty()) return result.append(query);
    bool first = true;
    http::each_parameter(query, [&](const http::Parameter& parameter) {
      if (!first) result += '&';
      first = false;
      bool hide = parameter.has_value && secret(http::decode(parameter.name, true));
      if (hide) result.append(parameter.name).append("=").append(redacted);
      else result.append(parameter.text);
      return true;
    });
    return result;
  }

  void write_request() {
    field("request");
    open('{');
    http::Target target = http::split_target(exchange_.original_target);
    std::string sent = uri(target.raw_path, target.query, target.has_query);
    text("id", exchange_.request_id);
    text("uri", sent);
    std::string_view host = exchange_.request.host;
    // The port of the Host field gives way to the one we listen on; an IPv6 address keeps its colons.
    size_t colon = host.rfind(':');
    if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) host = host.substr(0, colon);
    text("url", fmt::format("{}://{}:{}{}", exchange_.client.scheme, host, exchange_.client.server_port, sent));
    field("querystring");
    write_querystring(target.query);
    text("method", exchange_.original_method);
    field("headers");
    write_headers(exchange_.request.headers, exchange_.request.host);
    number("size", exchange_.request_bytes);
    if (!exchange_.client.tls_version.empty()) {
      field("tls");
      open('{');
      text("version", exchange_.client.tls_version);
      text("cipher", exchange_.client.tls_cipher);
      text("client_verify", "NONE");
      close('}');
    }
    close('}');
  }

  void write_response() {
    field("response");
    open('{');
    number("status", exchange_.response.status);
    field("headers");
    write_headers(exchange_.response.headers, {});
    number("size", exchange_.response_bytes);
    close('}');
  }

  // One member for each name; a repeated one holds an array. Heads are short, so looking back is cheaper than a map.
  template <typename Items, typename NameOf, typename WriteValue>
  void write_grouped(const Items& items, NameOf name_of, WriteValue write_value) {
    for (size_t i = 0; i < items.size(); ++i) {
      bool seen = false, repeated = false;
      for (size_t j = 0; j < items.size(); ++j) {
        if (j == i || !http::equal_names(name_of(items[j]), name_of(items[i]))) continue;
        (j < i ? seen : repeated) = true;
      }
      if (seen) continue;
      std::string lower(name_of(items[i]));
      std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      field(lower);
      if (!repeated) {
        write_value(items[i]);
        continue;
      }
      open('[');
      for (size_t j = i; j < items.size(); ++j) {
        if (!http::equal_names(name_of(items[j]), name_of(items[i]))) continue;
        separate();
        write_value(items[j]);
      }
      close(']');
    }
  }

  void write_headers(const http::Headers& headers, std::string_view host) {
    open('{');
    if (!host.empty() && !headers.has(http::Name::host)) text("host", host);
    write_grouped(headers.all(), [](const http::Header& header) { return header.name; },
                  [this](const http::Header& header) { append_json_text(out_, secret_header(header) ? redacted : header.value); });
    close('}');
  }

  void write_querystring(std::string_view query) {
    constexpr size_t parameters_max = 100;
    struct Decoded {
      std::string name, value;
      bool has_value;
    };
    std::vector<Decoded> parameters;
    http::each_parameter(query, [&](const http::Parameter& parameter) {
      parameters.push_back({http::decode(parameter.name, true), http::decode(parameter.value, true), parameter.has_value});
      return parameters.size() < parameters_max;
    });
    auto write_value = [this](const Decoded& parameter) {
      if (!parameter.has_value) out_ += "true";
      else append_json_text(out_, secret(parameter.name) ? redacted : std::string_view(parameter.value));
    };
    open('{');
    for (size_t i = 0; i < parameters.size(); ++i) {
      auto same = [&](const Decoded& other) { return other.name == parameters[i].name; };
      auto end = parameters.begin() + static_cast<ptrdiff_t>(i);
      if (std::any_of(parameters.begin(), end, same)) continue;
      field(parameters[i].name);
      bool repeated = std::any_of(end + 1, parameters.end(), same);
      if (repeated) open('[');
      for (size_t j = i; j < parameters.size(); ++j) {
        if (!same(parameters[j])) continue;
        if (repeated) separate();
        write_value(parameters[j]);
      }
      if (repeated) close(']');
    }
    close('}');
  }

  // Every status that an attempt brought, in order: "502, 502, 200".
  std::string upstream_statuses() const {
    std::string statuses;
    auto add = [&statuses](int status) {
      if (!statuses.empty()) statuses += ", ";
      statuses += std::to_string(status);
    };
    for (const Try& attempt : exchange_.tries) {
      if (attempt.code != 0) add(attempt.code);
    }
    bool last_failed = !exchange_.tries.empty() && exchange_.tries.back().code != 0;
    if (exchange_.upstream_status != 0 && !last_failed) add(exchange_.upstream_status);
    return statuses;
  }

  void write_latencies() {
    Latencies latencies = latencies_of(exchange_);
    field("latencies");
    open('{');
    number("kong", latencies.gateway);
    number("proxy", latencies.proxy);
    number("request", latencies.request);
    number("receive", latencies.receive);
    close('}');
  }

  void write_tries() {
    field("tries");
    open('[');
    for (const Try& attempt : exchange_.tries) {
      separate();
      open('{');
      number("balancer_start", attempt.start_ms);
      number("balancer_start_ns", attempt.start_ms * 1'000'000);
      number("balancer_latency", attempt.latency_us / 1000);
      number("balancer_latency_ns", static_cast<uint64_t>(attempt.latency_us) * 1000);
      text("ip", attempt.ip);
      number("port", attempt.port);
      if (!attempt.state.empty()) text("state", attempt.state);
      if (attempt.code != 0) number("code", attempt.code);
      close('}');
    }
    close(']');
  }

  void write_entities() {
    if (exchange_.credential != nullptr) {
      field("authenticated_entity");
      open('{');
      text("id", exchange_.credential->id);
      close('}');
    }
    if (exchange_.route != nullptr) entity("route", *exchange_.route->entity, workspace_id);
    if (exchange_.service != nullptr) entity("service", *exchange_.service->entity, workspace_id);
    if (exchange_.consumer != nullptr) entity("consumer", *exchange_.consumer->entity, {});
  }
  void entity(std::string_view name, const schema::Entity& entity, std::string_view workspace) {
    field(name);
    append_json(out_, entity, workspace);
  }

  const Exchange& exchange_;
  std::string& out_;
  bool first_ = true;
};

}  // namespace

Latencies latencies_of(const Exchange& exchange) {
  const Timings& timings = exchange.timings;
  auto between = [](uint64_t from, uint64_t to) { return to > from ? static_cast<int64_t>(to - from) : 0; };
  Latencies latencies;
  latencies.request = between(timings.started_ms, timings.finished_ms);
  if (timings.forwarded_ms == 0) {
    latencies.gateway = latencies.request;
    return latencies;
  }
  uint64_t answered = timings.answered_ms != 0 ? timings.answered_ms : timings.finished_ms;
  latencies.gateway = between(timings.started_ms, timings.forwarded_ms);
  latencies.proxy = between(timings.forwarded_ms, answered);
  latencies.receive = between(answered, timings.finished_ms);
  return latencies;
}

void append_access_record(const Exchange& exchange, std::string& out) { Record(exchange, out).write(); }

}  // namespace plugins
