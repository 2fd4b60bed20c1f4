#include "gateway/plugins/access_record.h"

#include <algorithm>

#include "gateway/http/authority.h"
#include "gateway/http/query.h"
#include "gateway/plugins/entity_texts.h"
#include "gateway/plugins/json_text.h"

namespace plugins {
namespace {

constexpr std::string_view redacted = "REDACTED";

class Record {
 public:
  Record(const Exchange& exchange, http::Out& out) : exchange_(exchange), out_(out) {}

  void write() {
    open('{');
    write_request();
    text("upstream_uri", exchange_.route == nullptr ? std::string_view() : uri(exchange_.upstream_path, exchange_.query, exchange_.has_query));
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
    out_.text({&bracket, 1});
    first_ = true;
  }
  void close(char bracket) {
    out_.text({&bracket, 1});
    first_ = false;
  }
  void separate() {
    if (!first_) out_.literal(",");
    first_ = false;
  }
  // A name of our own, which needs no escapes.
  template <size_t Size>
  void field(const char (&name)[Size]) {
    separate();
    out_.literal("\"");
    out_.literal(name);
    out_.literal("\":");
  }
  void foreign_field(std::string_view name) {
    separate();
    quoted(name);
    out_.literal(":");
  }
  void quoted(std::string_view value) {
    if (plain_json_octets(value) == value.size()) {
      out_.literal("\"");
      out_.text(value);
      out_.literal("\"");
    } else {
      std::string escaped;
      append_json_text(escaped, value);
      out_.text(escaped);
    }
  }
  template <size_t Size>
  void text(const char (&name)[Size], std::string_view value) {
    field(name);
    quoted(value);
  }
  template <size_t Size>
  void number(const char (&name)[Size], int64_t value) {
    field(name);
    if (value < 0) out_.literal("-");
    out_.number(static_cast<uint64_t>(value < 0 ? -value : value));
  }

  bool secret(std::string_view name) const {
    return std::ranges::any_of(exchange_.secret_names, [name](const std::string& known) { return http::equal_names(known, name); });
  }
  bool secret_header(const http::Header& header) const {
    return header.id == http::Name::authorization || header.id == http::Name::proxy_authorization || secret(header.name);
  }

  // Path and query, with the values of key parameters blotted out; everything else as it was sent. Valid until the next call.
  std::string_view uri(std::string_view path, std::string_view query, bool has_query) {
    if (!has_query) return path;
    uri_.assign(path).append("?");
    if (exchange_.secret_names.empty()) return uri_.append(query);
    bool first = true;
    http::each_parameter(query, [&](const http::Parameter& parameter) {
      if (!first) uri_ += '&';
      first = false;
      bool hide = parameter.has_value && secret(http::decode(parameter.name, true));
      if (hide) uri_.append(parameter.name).append("=").append(redacted);
      else uri_.append(parameter.text);
      return true;
    });
    return uri_;
  }

  void write_request() {
    field("request");
    open('{');
    http::Target target = http::split_target(exchange_.original_target);
    const std::string_view sent = uri(target.raw_path, target.query, target.has_query);
    text("id", exchange_.request_id);
    text("uri", sent);
    // The port of the Host field gives way to the one we listen on; an IPv6 address keeps its colons.
    url_.assign(exchange_.client.scheme).append("://").append(http::host_of(exchange_.request.host)).append(":");
    append_json_number(url_, exchange_.client.server_port);
    text("url", url_.append(sent));
    field("querystring");
    write_querystring(target.query);
    text("method", exchange_.original_method);
    field("headers");
    write_headers(exchange_.request.headers, exchange_.request.host);
    number("size", static_cast<int64_t>(exchange_.request_bytes));
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
    number("size", static_cast<int64_t>(exchange_.response_bytes));
    close('}');
  }

  static bool same_name(const http::Header& one, const http::Header& other) {
    return one.id == other.id && (one.id != http::Name::other || http::equal_names(one.name, other.name));
  }
  void write_value(const http::Header& header) { quoted(secret_header(header) ? redacted : header.value); }
  void write_name(std::string_view name) {
    const size_t begin = out_.size();
    foreign_field(name);
    for (char& c : out_.written(begin)) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }

  // One member for each name; a repeated one holds an array.
  void write_headers(const http::Headers& headers, std::string_view host) {
    open('{');
    if (!host.empty() && !headers.has(http::Name::host)) text("host", host);
    const std::span<const http::Header> all = headers.all();
    // Names that fall on a mark alone cannot be repeated, which spares most of them the look around.
    const auto mark_of = [](const http::Header& header) { return uint64_t{1} << ((static_cast<size_t>(header.id) * 5 + header.name.size()) & 63); };
    uint64_t marked = 0, shared = 0;
    for (const http::Header& header : all) {
      shared |= marked & mark_of(header);
      marked |= mark_of(header);
    }
    for (size_t i = 0; i < all.size(); ++i) {
      if ((shared & mark_of(all[i])) != 0) {
        write_grouped(all, i);
        continue;
      }
      write_name(all[i].name);
      write_value(all[i]);
    }
    close('}');
  }
  void write_grouped(std::span<const http::Header> all, size_t at) {
    const auto again = [&](const http::Header& other) { return same_name(all[at], other); };
    if (std::ranges::any_of(all.first(at), again)) return;
    write_name(all[at].name);
    if (std::ranges::none_of(all.subspan(at + 1), again)) return write_value(all[at]);
    open('[');
    for (const http::Header& header : all.subspan(at)) {
      if (!again(header)) continue;
      separate();
      write_value(header);
    }
    close(']');
  }

  void write_querystring(std::string_view query) {
    if (query.empty()) {
      out_.literal("{}");
      return;
    }
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
      if (!parameter.has_value) out_.literal("true");
      else quoted(secret(parameter.name) ? redacted : std::string_view(parameter.value));
    };
    open('{');
    for (size_t i = 0; i < parameters.size(); ++i) {
      auto same = [&](const Decoded& other) { return other.name == parameters[i].name; };
      auto end = parameters.begin() + static_cast<ptrdiff_t>(i);
      if (std::any_of(parameters.begin(), end, same)) continue;
      foreign_field(parameters[i].name);
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
      number("balancer_latency_ns", int64_t{attempt.latency_us} * 1000);
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
    if (exchange_.route != nullptr) entity("route", *exchange_.route, workspace_id);
    if (exchange_.service != nullptr) entity("service", *exchange_.service, workspace_id);
    if (exchange_.consumer != nullptr) entity("consumer", *exchange_.consumer, {});
  }
  template <size_t Size, typename Kind>
  void entity(const char (&name)[Size], const Kind& one, std::string_view workspace) {
    field(name);
    if (exchange_.entity_texts != nullptr) return out_.text(exchange_.entity_texts->of(one));
    std::string text;
    append_json(text, *one.entity, workspace);
    out_.text(text);
  }

  const Exchange& exchange_;
  http::Out& out_;
  std::string uri_, url_;
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

void write_access_record(const Exchange& exchange, http::Out& out) { Record(exchange, out).write(); }

}  // namespace plugins
