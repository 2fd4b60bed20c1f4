#include "gateway/proxy/hash_key.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "gateway/balancing/hash.h"
#include "gateway/http/cookie.h"
#include "gateway/http/query.h"
#include "gateway/http/uri.h"

namespace proxy {

namespace {

constexpr std::array<std::string_view, 8> names_of_sources = {"none",   "consumer", "ip",        "header",
                                                              "cookie", "path",     "query_arg", "uri_capture"};

HashSource source_of(std::string_view on, std::string_view header, std::string_view cookie, std::string_view argument,
                     std::string_view capture) {
  const auto found = std::find(names_of_sources.begin(), names_of_sources.end(), on);
  HashSource source;
  if (found != names_of_sources.end()) source.on = static_cast<HashOn>(found - names_of_sources.begin());
  if (source.on == HashOn::header) source.name = header;
  if (source.on == HashOn::cookie) source.name = cookie;
  if (source.on == HashOn::query_arg) source.name = argument;
  if (source.on == HashOn::uri_capture) source.name = capture;
  return source;
}

using Key = std::optional<std::string>;

Key consumer(const plugins::Exchange& exchange) {
  if (exchange.consumer != nullptr) return Key(exchange.consumer->id);
  if (exchange.credential != nullptr) return Key(exchange.credential->id);
  return {};
}

// Lines of the same name follow each other without anything between them.
Key header(const plugins::Exchange& exchange, std::string_view name) {
  Key key;
  for (const http::Header& line : exchange.request.headers.all())
    if (http::equal_names(line.name, name)) key = key.value_or("").append(line.value);
  return key;
}

// Values in order and with commas between them, however the client sorted them.
Key argument(const plugins::Exchange& exchange, std::string_view name) {
  std::vector<std::string> values;
  http::each_parameter(exchange.query, [&](const http::Parameter& parameter) {
    if (http::has_name(parameter, name)) values.push_back(http::decode(parameter.value, true));
    return true;
  });
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  std::string key = values.front();
  for (size_t i = 1; i < values.size(); ++i) key.append(",").append(values[i]);
  return key;
}

// By its name, or by its number where it has none. A group that took no part in the match captured nothing.
Key capture(const plugins::Exchange& exchange, std::string_view name) {
  const std::vector<routing::Capture> captures = exchange.match.captures();
  const auto value_of = [](const routing::Capture& one) {
    return one.value.data() == nullptr ? Key() : Key(one.value);
  };
  for (const routing::Capture& one : captures)
    if (!one.name.empty() && one.name == name) return value_of(one);
  size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || number >= captures.size()) return {};
  return value_of(captures[number]);
}

// A random UUID (RFC 9562 section 5.4).
std::string uuid(RequestIds& random) {
  auto digits = random.next();
  digits[12] = '4';
  digits[16] = "89ab"[digits[16] & 3];
  std::string text(digits.data(), digits.size());
  for (const size_t at : {20, 16, 12, 8}) text.insert(at, "-");
  return text;
}

Key cookie(plugins::Exchange& exchange, std::string_view name, std::string_view path, RequestIds& random) {
  if (const std::string_view value = http::find_cookie(exchange.request.headers, name); value.data() != nullptr)
    return Key(value);
  std::string made = uuid(random);
  exchange.reply_headers.add(http::Name::set_cookie,
                             exchange.arena.join({name, "=", made, "; Path=", path, "; Same-Site=Lax; HttpOnly"}));
  return made;
}

Key key_from(const HashSource& source, std::string_view cookie_path, plugins::Exchange& exchange, RequestIds& random) {
  switch (source.on) {
    case HashOn::none:
      return {};
    case HashOn::consumer:
      return consumer(exchange);
    case HashOn::ip:
      return Key(exchange.client.ip);
    case HashOn::header:
      return header(exchange, source.name);
    case HashOn::cookie:
      return cookie(exchange, source.name, cookie_path, random);
    case HashOn::path:
      return Key(exchange.path);
    case HashOn::query_arg:
      return argument(exchange, source.name);
    case HashOn::uri_capture:
      return capture(exchange, source.name);
  }
  return {};
}

}  // namespace

HashKey hash_key_of(const schema::Upstream& upstream) {
  HashKey key;
  key.first = source_of(upstream.hash_on, upstream.hash_on_header, upstream.hash_on_cookie, upstream.hash_on_query_arg,
                        upstream.hash_on_uri_capture);
  key.fallback = source_of(upstream.hash_fallback, upstream.hash_fallback_header, upstream.hash_on_cookie,
                           upstream.hash_fallback_query_arg, upstream.hash_fallback_uri_capture);
  key.cookie_path = upstream.hash_on_cookie_path;
  return key;
}

std::optional<uint32_t> hash_of(const HashKey& key, plugins::Exchange& exchange, RequestIds& random) {
  for (const HashSource* source : {&key.first, &key.fallback})
    if (const Key text = key_from(*source, key.cookie_path, exchange, random)) return balancing::hash32(*text);
  return std::nullopt;
}

}  // namespace proxy
