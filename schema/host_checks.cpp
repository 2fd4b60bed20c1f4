// Named rules about hosts, addresses and targets.

#include <arpa/inet.h>

#include "schema/named_checks.h"

namespace schema {

namespace {

int ip_version(std::string_view text) {
  unsigned char bytes[16];
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  if (text.empty() || text.size() > 45) return 0;
  char copy[46];
  copy[text.copy(copy, 45)] = '\0';
  if (text.find(':') != std::string_view::npos) return inet_pton(AF_INET6, copy, bytes) == 1 ? 6 : 0;
  return inet_pton(AF_INET, copy, bytes) == 1 ? 4 : 0;
}

bool is_number_up_to(std::string_view text, int most) {
  if (text.empty() || text.size() > 5) return false;
  int number = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + (c - '0');
  }
  return number <= most;
}

// Labels of letters, digits, dashes and underscores; one dot at the end is fine.
bool is_name(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty() || host.size() > 253) return false;
  while (!host.empty()) {
    const size_t dot = host.find('.');
    const std::string_view label = host.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-') return false;
    for (char c : label)
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_')) return false;
    if (dot == std::string_view::npos) break;
    host.remove_prefix(dot + 1);
    if (host.empty()) return false;
  }
  return true;
}

struct Host {
  bool good = false, has_port = false;
  int ip = 0;  // 4, 6 or no address
};

Host parse(std::string_view text) {
  Host host;
  host.ip = ip_version(text);
  if (host.ip != 0) {
    host.good = true;
    return host;
  }
  const size_t colon = text.rfind(':');
  std::string_view bare = text;
  bool port_good = true;
  if (colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos) {
    bare = text.substr(0, colon);
    host.has_port = true;
    port_good = is_number_up_to(text.substr(colon + 1), 65535);
  }
  // Only brackets tell the port of a version 6 address from its last part.
  host.ip = bare.find(':') == std::string_view::npos || bare.starts_with('[') ? ip_version(bare) : 0;
  host.good = port_good && (host.ip != 0 || is_name(bare));
  return host;
}

std::string invalid(std::string_view text) { return "invalid value: " + std::string(text); }

// Shown with "a" for every star, so that the rest can be checked as a host.
std::string without_stars(std::string_view text) {
  std::string plain(text);
  for (char& c : plain)
    if (c == '*') c = 'a';
  return plain;
}

}  // namespace

std::string host_no_port(const Value& value) {
  const Host host = parse(value.as_text());
  if (!host.good) return invalid(value.as_text());
  return host.has_port ? "must not have a port" : "";
}

std::string host_optional_port(const Value& value) { return parse(value.as_text()).good ? "" : invalid(value.as_text()); }

std::string upstream_name(const Value& value) {
  const std::string name = "Invalid name ('" + std::string(value.as_text()) + "'); ";
  const Host host = parse(value.as_text());
  if (!host.good) return name + "must be a valid hostname";
  if (host.ip != 0) return name + "no ip addresses allowed";
  return host.has_port ? name + "no port allowed" : "";
}

std::string sni(const Value& value) {
  const Host host = parse(value.as_text());
  if (host.ip != 0) return "must not be an IP";
  if (!host.good) return invalid(value.as_text());
  return host.has_port ? "must not have a port" : "";
}

std::string wildcard_host(const Value& value) {
  const std::string_view text = value.as_text();
  const size_t star = text.find('*');
  if (star != std::string_view::npos) {
    if (text.find('*', star + 1) != std::string_view::npos) return "only one wildcard must be specified";
    if (star != 0 && star + 1 != text.size()) return "wildcard must be leftmost or rightmost character";
  }
  const Host host = parse(without_stars(text));
  if (host.ip != 0) return "must not be an IP";
  if (!host.good) return invalid(text);
  return host.has_port ? "must not have a port" : "";
}

std::string host_with_wildcards(const Value& value) {
  return parse(without_stars(value.as_text())).good ? "" : "invalid hostname: " + std::string(value.as_text());
}

std::string target(const Value& value) {
  return parse(value.as_text()).good ? "" : "Invalid target ('" + std::string(value.as_text()) + "'); not a valid hostname or ip address";
}

std::string ip(const Value& value) { return ip_version(value.as_text()) != 0 ? "" : "not an ip address: " + std::string(value.as_text()); }

std::string ip_or_cidr(const Value& value) {
  const std::string_view text = value.as_text();
  const size_t slash = text.find('/');
  const int version = ip_version(text.substr(0, slash));
  const bool good = version != 0 && (slash == std::string_view::npos || is_number_up_to(text.substr(slash + 1), version == 4 ? 32 : 128));
  return good ? "" : "invalid ip or cidr range: '" + std::string(text) + "'";
}

}  // namespace schema
