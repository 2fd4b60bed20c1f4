#include "gateway/proxy/upstream_head.h"

#include <charconv>

#include "gateway/http/authority.h"
#include "gateway/http/h1_fields.h"
#include "gateway/http/hop_by_hop.h"
#include "gateway/http/write.h"
#include "gateway/proxy/product.h"

namespace proxy {

namespace {

using http::Name;

void line(http::Out& out, std::string_view name, uint64_t value) {
  char digits[20];
  out.line(name, {digits, static_cast<size_t>(std::to_chars(digits, digits + sizeof digits, value).ptr - digits)});
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

// A trusted peer's word, else what the client asked for in lower case.
void write_forwarded_host(std::string_view trusted, std::string_view host, http::Out& out) {
  if (!trusted.empty()) return out.line("X-Forwarded-Host", trusted);
  char* lower = out.line_to_fill("X-Forwarded-Host", host.size());
  for (char c : host) *lower++ = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

void write_forwarded(const plugins::Exchange& exchange, http::Out& out) {
  const http::Headers& headers = exchange.request.headers;
  const plugins::Client& client = exchange.client;
  out.line("X-Real-IP", client.ip);
  if (!headers.has(Name::x_forwarded_for)) {
    out.line("X-Forwarded-For", client.peer_ip);
  } else {
    std::string chain = joined(headers, Name::x_forwarded_for);
    chain.append(chain.empty() ? "" : ", ").append(client.peer_ip);
    out.line("X-Forwarded-For", chain);
  }
  auto trusted = [&](Name id) { return client.trusted ? headers.get(id) : std::string_view(); };
  auto or_else = [](std::string_view given, std::string_view own) { return given.empty() ? own : given; };
  out.line("X-Forwarded-Proto", or_else(trusted(Name::x_forwarded_proto), client.scheme));
  write_forwarded_host(trusted(Name::x_forwarded_host), http::host_of(exchange.request.host), out);
  if (auto port = trusted(Name::x_forwarded_port); !port.empty())
    out.line("X-Forwarded-Port", port);
  else
    line(out, "X-Forwarded-Port", client.server_port);
  std::string_view target = exchange.original_target;
  out.line("X-Forwarded-Path", or_else(trusted(Name::x_forwarded_path), target.substr(0, target.find('?'))));
  std::string_view prefix = trusted(Name::x_forwarded_prefix);
  if (prefix.empty() && exchange.route != nullptr && exchange.route->strip_path && exchange.match.matched_prefix.size() > 1)
    prefix = exchange.match.matched_prefix;
  if (!prefix.empty()) out.line("X-Forwarded-Prefix", prefix);
}

void write_framing(const UpstreamHead& head, http::Out& out) {
  switch (head.framing.kind) {
    case http::Framing::length: line(out, "Content-Length", head.framing.length); break;
    case http::Framing::chunked: out.text("Transfer-Encoding: chunked\r\n"); break;
    default: break;
  }
}

// Plugins make paths and queries of what clients send: an octet that would end the target, or the line, leaves escaped.
void write_target_part(std::string_view part, http::Out& out) {
  if (http::is_field_value(part) && part.find_first_of(" \t") == std::string_view::npos) return out.text(part);
  for (char c : part) {
    const auto octet = static_cast<unsigned char>(c);
    const char escape[] = {'%', "0123456789ABCDEF"[octet >> 4], "0123456789ABCDEF"[octet & 15]};
    out.text(octet <= 0x20 || octet == 0x7f ? std::string_view(escape, 3) : std::string_view(&c, 1));
  }
}

void write_request_line(const plugins::Exchange& exchange, http::Out& out) {
  out.text(exchange.request.method);
  out.text(" ");
  write_target_part(exchange.upstream_path, out);
  if (exchange.has_query) {
    out.text("?");
    write_target_part(exchange.query, out);
  }
  out.text(" HTTP/1.1\r\n");
}

}  // namespace

void write_upstream_head(const plugins::Exchange& exchange, const UpstreamHead& head, const Options& options, http::Out& out) {
  const http::RequestHead& request = exchange.request;
  const http::Headers& headers = request.headers;
  write_request_line(exchange, out);
  http::write_field("Host", head.host, out);
  out.text(head.websocket ? "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n" : "Connection: keep-alive\r\n");
  write_forwarded(exchange, out);

  // A client that names no field of its own in Connection is the rule, and then nothing has to be looked up.
  const bool nominates = headers.has(Name::connection);
  http::write_fields(headers, out, [&](const http::Header& header) {
    return !is_ours(header, options) && !(nominates && http::is_nominated(headers, header));
  });

  const std::string_view via = request.minor_version == 0 ? via_product_1_0 : via_product;
  if (!headers.has(Name::via)) out.line("Via", via);
  else out.line("Via", joined(headers, Name::via).append(", ").append(via));
  if (headers.has(Name::te) && http::field_lists(headers, Name::te, "trailers")) out.text("TE: trailers\r\n");
  if (options.request_id_upstream) out.line("X-Kong-Request-Id", exchange.request_id);
  write_framing(head, out);
  out.text("\r\n");
}

}  // namespace proxy
