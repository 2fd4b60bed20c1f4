#include "deckctl/explain/asked.h"

#include <algorithm>
#include <charconv>

#include "gateway/http/authority.h"
#include "gateway/http/uri.h"

namespace deckctl::explain {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

size_t port_colon(std::string_view host) {
  const size_t colon = host.rfind(':');
  return colon == std::string_view::npos || host.back() == ']' ? std::string_view::npos : colon;
}

std::string take_url(std::string_view url, Asked& asked) {
  if (url.starts_with('/')) {
    asked.host = "localhost";
    asked.target = url;
    return {};
  }
  const size_t scheme = url.find("://");
  asked.scheme = url.substr(0, scheme);
  if (scheme == std::string_view::npos || (asked.scheme != "http" && asked.scheme != "https")) return std::string(url) + " is neither an http(s) URL nor a path";
  url.remove_prefix(scheme + 3);
  const size_t path = std::min(url.find_first_of("/?"), url.size());
  asked.host = url.substr(0, path);
  asked.target = url.substr(path);
  if (!asked.target.starts_with('/')) asked.target.insert(0, "/");
  asked.port = asked.scheme == "https" ? 443 : 80;
  return http::is_authority(asked.host) ? std::string() : "'" + asked.host + "' is not a host";
}

}  // namespace

std::string_view Asked::host_name() const { return std::string_view(host).substr(0, port_colon(host)); }

std::string parse(std::string_view method, std::string_view url, const std::vector<std::string>& headers, Asked& asked) {
  asked.method = method;
  if (asked.method.empty() || std::ranges::any_of(asked.method, [](char c) { return c < 'A' || c > 'Z'; })) return "'" + asked.method + "' is not a method; they are written in capitals";
  if (std::string wrong = take_url(url.substr(0, url.find('#')), asked); !wrong.empty()) return wrong;
  for (std::string_view header : headers) {
    const size_t colon = header.find(':');
    if (colon == 0 || colon == std::string_view::npos) return "header '" + std::string(header) + "' is not 'Name: value'";
    const std::string_view name = header.substr(0, colon), value = trimmed(header.substr(colon + 1));
    if (http::equal_names(name, "host")) asked.host = value;
    else asked.headers.emplace_back(name, value);
  }
  // The port of the Host header is where the client meant to connect to.
  if (const size_t colon = port_colon(asked.host); colon != std::string_view::npos)
    std::from_chars(asked.host.data() + colon + 1, asked.host.data() + asked.host.size(), asked.port);
  if (asked.scheme == "https" && asked.sni.empty()) asked.sni = asked.host_name();
  return {};
}

http::Headers fields_of(const Asked& asked) {
  http::Headers fields;
  for (const auto& [name, value] : asked.headers) fields.add(name, value);
  return fields;
}

routing::Query query_of(const Asked& asked, std::string_view path, const http::Headers& fields) {
  routing::Query query;
  query.method = asked.method;
  query.host = asked.host_name();
  query.path = path;
  query.scheme = asked.scheme;
  query.sni = asked.sni;
  query.headers = &fields;
  query.query_string = http::split_target(asked.target).query;
  query.source = {asked.source_ip, 40000};
  query.destination = {"127.0.0.1", asked.port};
  return query;
}

}  // namespace deckctl::explain
