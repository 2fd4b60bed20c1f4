#include "gateway/proxy/upstream_head.h"

#include <charconv>

#include "gateway/proxy/product.h"

namespace proxy {

namespace {

using http::Name;

void line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void line(std::string& out, std::string_view name, uint64_t value) {
  char digits[20];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  line(out, name, std::string_view(digits, static_cast<size_t>(end - digits)));
}

// Fields we write ourselves or that end at this hop. X-Forwarded-* stay with the decision made below.
bool is_ours(const http::Header& header, const Options& options) {
  switch (header.id) {
    case Name::host: case Name::connection: case Name::proxy_connection: case Name::keep_alive: case Name::te: case Name::trailer:
    case Name::transfer_encoding: case Name::content_length: case Name::upgrade: case Name::expect: case Name::proxy: case Name::via:
    case Name::http2_settings: case Name::x_real_ip: case Name::x_forwarded_for: case Name::x_forwarded_host: case Name::x_forwarded_path:
    case Name::x_forwarded_port: case Name::x_forwarded_prefix: case Name::x_forwarded_proto:
      return true;
    case Name::x_kong_request_id:
      return options.request_id_upstream;
    default:
      return false;
  }
}

// True when the client's Connection field names this one as meant for this hop only.
bool nominated(const http::Header& header, std::string_view connection) {
  if (connection.empty()) return false;
  bool found = false;
  http::each_element(connection, [&](std::string_view name) {
    found = http::equal_names(name, header.name);
    return !found;
  });
  return found;
}

// Several lines of one list field, joined.
std::string joined(const http::Headers& headers, Name id) {
  std::string all;
  for (const http::Header& header : headers.all()) {
    if (header.id != id || header.value.empty()) continue;
    if (!all.empty()) all += ", ";
    all += header.value;
  }
  return all;
}

void write_forwarded(const plugins::Exchange& exchange, std::string& out) {
  const http::Headers& headers = exchange.request.headers;
  const plugins::Client& client = exchange.client;
  line(out, "X-Real-IP", client.ip);
  if (!headers.has(Name::x_forwarded_for)) {
    line(out, "X-Forwarded-For", client.peer_ip);
  } else {
    std::string chain = joined(headers, Name::x_forwarded_for);
    chain.append(chain.empty() ? "" : ", ").append(client.peer_ip);
    line(out, "X-Forwarded-For", chain);
  }
  auto trusted = [&](Name id) { return client.trusted ? headers.get(id) : std::string_view(); };
  auto or_else = [](std::string_view given, std::string_view own) { return given.empty() ? own : given; };
  std::string_view host = exchange.request.host;
  size_t colon = host.rfind(':');
  std::string_view bare = colon == std::string_view::npos || host.back() == ']' ? host : host.substr(0, colon);
  line(out, "X-Forwarded-Proto", or_else(trusted(Name::x_forwarded_proto), client.scheme));
  std::string lower(bare);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  line(out, "X-Forwarded-Host", or_else(trusted(Name::x_forwarded_host), lower));
  if (auto port = trusted(Name::x_forwarded_port); !port.empty())
    line(out, "X-Forwarded-Port", port);
  else
    line(out, "X-Forwarded-Port", client.server_port);
  std::string_view target = exchange.original_target;
  line(out, "X-Forwarded-Path", or_else(trusted(Name::x_forwarded_path), target.substr(0, target.find('?'))));
  std::string_view prefix = trusted(Name::x_forwarded_prefix);
  if (prefix.empty() && exchange.route != nullptr && exchange.route->strip_path && exchange.match.matched_prefix.size() > 1)
    prefix = exchange.match.matched_prefix;
  if (!prefix.empty()) line(out, "X-Forwarded-Prefix", prefix);
}

void write_framing(const UpstreamHead& head, std::string& out) {
  switch (head.framing.kind) {
    case http::Framing::length: line(out, "Content-Length", head.framing.length); break;
    case http::Framing::chunked: out.append("Transfer-Encoding: chunked\r\n"); break;
    default: break;
  }
}

}  // namespace

void write_upstream_head(const plugins::Exchange& exchange, const UpstreamHead& head, const Options& options, std::string& out) {
  const http::RequestHead& request = exchange.request;
  out.append(request.method).append(" ").append(exchange.upstream_path);
  if (exchange.has_query) out.append("?").append(exchange.query);
  out.append(" HTTP/1.1\r\n");
  line(out, "Host", head.host);
  out.append(head.websocket ? "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n" : "Connection: keep-alive\r\n");
  write_forwarded(exchange, out);

  std::string connection = request.headers.has(Name::connection) ? joined(request.headers, Name::connection) : std::string();
  for (const http::Header& header : request.headers.all())
    if (!is_ours(header, options) && !nominated(header, connection)) line(out, header.name, header.value);

  std::string via = joined(request.headers, Name::via);
  via.append(via.empty() ? "" : ", ").append(request.minor_version == 0 ? "1.0 " : "1.1 ").append(product);
  line(out, "Via", via);
  bool trailers = false;
  http::each_element(joined(request.headers, Name::te), [&](std::string_view coding) {
    trailers = http::equal_names(coding, "trailers");
    return !trailers;
  });
  if (trailers) out.append("TE: trailers\r\n");
  if (options.request_id_upstream) line(out, "X-Kong-Request-Id", exchange.request_id);
  write_framing(head, out);
  out.append("\r\n");
}

std::string upstream_uri(const plugins::Exchange& exchange) {
  std::string uri(exchange.upstream_path);
  if (exchange.has_query) uri.append("?").append(exchange.query);
  return uri;
}

}  // namespace proxy
