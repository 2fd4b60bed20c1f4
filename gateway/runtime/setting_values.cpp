#include "gateway/runtime/setting_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "gateway/net/ip_network.h"

namespace runtime {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const auto item = trimmed(text.substr(0, comma));
    if (!item.empty()) items.emplace_back(item);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  for (size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && !is_space(text[end])) ++end;
    words.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

bool parse_switch(std::string_view text, bool& on) {
  const std::string word = lower(text);
  if (word == "on" || word == "true" || word == "yes" || word == "1") return on = true, true;
  if (word == "off" || word == "false" || word == "no" || word == "0") return on = false, true;
  return false;
}

bool parse_count(std::string_view text, uint32_t& count, uint32_t most) {
  uint32_t parsed = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (fault != std::errc() || end != text.data() + text.size() || parsed > most) return false;
  count = parsed;
  return true;
}

bool parse_port(std::string_view text, uint16_t& port) {
  uint32_t parsed = 0;
  if (!parse_count(text, parsed, 65535)) return false;
  port = static_cast<uint16_t>(parsed);
  return true;
}

bool parse_size(std::string_view text, uint64_t& bytes) {
  unsigned shift = 0;
  if (!text.empty()) {
    const char unit = static_cast<char>(text.back() | 0x20);
    if (unit == 'k') shift = 10;
    if (unit == 'm') shift = 20;
    if (unit == 'g') shift = 30;
    if (shift != 0) text.remove_suffix(1);
  }
  uint64_t parsed = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (fault != std::errc() || end != text.data() + text.size() || parsed > (UINT64_MAX >> shift)) return false;
  bytes = parsed << shift;
  return true;
}

bool parse_duration(std::string_view text, uint32_t& milliseconds) {
  struct Unit {
    std::string_view name;
    double milliseconds;
  };
  static constexpr Unit units[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}, {"", 1000}};
  double number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || !std::isfinite(number) || number < 0) return false;
  const std::string_view rest(end, static_cast<size_t>(text.data() + text.size() - end));
  const auto* unit = std::find_if(std::begin(units), std::end(units), [&](const Unit& u) { return u.name == rest; });
  if (unit == std::end(units)) return false;
  const double total = number * unit->milliseconds;
  if (total > static_cast<double>(std::numeric_limits<uint32_t>::max())) return false;
  milliseconds = static_cast<uint32_t>(total);
  return true;
}

bool parse_own_headers(std::string_view text, OwnHeaders& headers, std::string& error) {
  OwnHeaders chosen{false, false, false, false, false, false, false, false};
  for (const std::string& item : split_list(text)) {
    const std::string name = lower(item);
    if (name == "off") continue;
    else if (name == "server_tokens") chosen.server = chosen.via = true;
    else if (name == "latency_tokens") chosen.proxy_latency = chosen.response_latency = chosen.admin_latency = chosen.upstream_latency = true;
    else if (name == "server") chosen.server = true;
    else if (name == "via") chosen.via = true;
    else if (name == "x-kong-proxy-latency") chosen.proxy_latency = true;
    else if (name == "x-kong-response-latency") chosen.response_latency = true;
    else if (name == "x-kong-admin-latency") chosen.admin_latency = true;
    else if (name == "x-kong-upstream-latency") chosen.upstream_latency = true;
    else if (name == "x-kong-upstream-status") chosen.upstream_status = true;
    else if (name == "x-kong-request-id") chosen.request_id = true;
    else return error = "unknown header '" + item + "' (server_tokens, latency_tokens, off, or X-Kong-... names)", false;
  }
  headers = chosen;
  return true;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (at == 8 || at == 13 || at == 18 || at == 23) {
      if (c != '-') return false;
    } else if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) {
      return false;
    }
  }
  return true;
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& names) {
  // Levenshtein distance in one row; names are short.
  std::string_view best;
  size_t best_distance = std::max<size_t>(1, word.size() / 4) + 1;
  std::vector<size_t> row;
  for (const auto name : names) {
    row.resize(name.size() + 1);
    for (size_t j = 0; j <= name.size(); ++j) row[j] = j;
    for (size_t i = 1; i <= word.size(); ++i) {
      size_t diagonal = std::exchange(row[0], i);
      for (size_t j = 1; j <= name.size(); ++j) {
        const size_t change = diagonal + (word[i - 1] == name[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
      }
    }
    if (row.back() < best_distance) best_distance = row.back(), best = name;
  }
  return best;
}

namespace {

bool parse_endpoint(std::string_view text, Listen& listen, std::string& error) {
  if (text.starts_with("unix:")) {
    listen.unix_path = text.substr(5);
    if (listen.unix_path.empty()) return error = "'unix:' needs a path", false;
    return true;
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !parse_port(text.substr(colon + 1), listen.port)) {
    return error = "'" + std::string(text) + "' is not address:port", false;
  }
  auto address = text.substr(0, colon);
  if (address.size() >= 2 && address.front() == '[' && address.back() == ']') address = address.substr(1, address.size() - 2);
  if (address == "*" || address.empty()) address = "0.0.0.0";
  if (address != "localhost" && !net::IpAddress::parse(address)) {
    return error = "'" + std::string(address) + "' is not an IP address", false;
  }
  listen.address = address == "localhost" ? "127.0.0.1" : std::string(address);
  return true;
}

bool parse_flag(std::string_view flag, Listen& listen, std::string& error) {
  uint32_t backlog = 0;
  if (flag == "ssl") listen.ssl = true;
  else if (flag == "http2") listen.http2 = true;
  else if (flag == "reuseport") listen.reuseport = true;
  else if (flag == "proxy_protocol") listen.proxy_protocol = true;
  else if (flag == "deferred" || flag == "bind" || flag.starts_with("ipv6only=") || flag.starts_with("so_keepalive=")) return true;
  else if (flag.starts_with("backlog=") && parse_count(flag.substr(8), backlog, 1 << 20)) listen.backlog = static_cast<int>(backlog);
  else return error = "unknown flag '" + std::string(flag) + "' of a listener", false;
  return true;
}

}  // namespace

bool parse_listens(std::string_view text, std::vector<Listen>& listens, std::string& error) {
  std::vector<Listen> parsed;
  for (const std::string& item : split_list(text)) {
    if (item == "off") continue;
    const auto words = split_words(item);
    Listen listen;
    if (!parse_endpoint(words.front(), listen, error)) return false;
    for (size_t i = 1; i < words.size(); ++i) {
      if (!parse_flag(words[i], listen, error)) return false;
    }
    parsed.push_back(std::move(listen));
  }
  listens = std::move(parsed);
  return true;
}

}  // namespace runtime
