// The rules that `x-check` names: text of all kinds. Hosts and addresses are in host_checks.cpp, certificates and keys in pem_checks.cpp, Lua in
// lua_checks.cpp.

#include "schema/named_checks.h"

#include "schema/check.h"
#include "schema/paths.h"
#include "schema/regex.h"
#include "schema/utf8.h"

namespace schema {

namespace {

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_utf8(std::string_view text) { return utf8_fault(text) == std::string_view::npos; }

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string utf8_name(const Value& value) {
  const std::string_view text = value.as_text();
  if (!is_utf8(text)) return "invalid value " + quoted(text) + ": must be valid UTF-8";
  for (char c : text)
    if (static_cast<unsigned char>(c) < 0x80 && !is_letter_or_digit(c) && std::string_view(".-_~").find(c) == std::string_view::npos)
      return "invalid value " + quoted(text) + ": the only accepted ascii characters are alphanumerics or ., -, _, and ~";
  return {};
}

std::string tag(const Value& value) {
  const std::string_view text = value.as_text();
  bool good = is_utf8(text);
  for (char c : text) good = good && c != ',' && c != '/' && c != 0x7f && static_cast<unsigned char>(c) >= 0x20;
  return good ? "" : "invalid tag " + quoted(text) + ": expected printable ascii (except `,` and `/`) or valid utf-8 sequences";
}

std::string header_name(const Value& value) {
  const std::string_view text = value.as_text();
  return is_header_name(text) ? "" : "bad header name " + quoted(text) + ", allowed characters are A-Z, a-z, 0-9, '_', and '-'";
}

// RFC 2616: no controls, blanks or separators.
std::string http_token(const Value& value) {
  for (char c : value.as_text())
    if (static_cast<signed char>(c) <= 0x20 || c == 0x7f || std::string_view("()<>@,;:\\\"/?={}[]").find(c) != std::string_view::npos)
      return "contains one or more invalid characters. ASCII control characters (0-31;127), space, tab and the characters ()<>@,;:\\\"/?={}[] are not allowed.";
  return {};
}

std::string header_pair(const Value& value) {
  const std::string_view name = value.as_text().substr(0, value.as_text().find(':'));
  return is_header_name(name) ? "" : quoted(name) + " is not a valid header";
}

std::string header_rename(const Value& value) {
  const std::string_view text = value.as_text();
  const size_t colon = text.find(':');
  if (!is_header_name(text.substr(0, colon))) return quoted(text.substr(0, colon)) + " is not a valid header";
  if (colon != std::string_view::npos && !is_header_name(text.substr(colon + 1))) return quoted(text.substr(colon + 1)) + " is not a valid header";
  return {};
}

std::string name_value(const Value& value) {
  const std::string_view text = value.as_text();
  const size_t colon = text.find(':');
  return colon != std::string_view::npos && colon > 0 && colon + 1 < text.size() ? "" : "invalid value: " + shown(value);
}

std::string check_url(std::string_view text) {
  const size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return text.starts_with("//") ? "missing scheme in url" : "missing host in url";
  std::string_view host = text.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  return host.empty() ? "missing host in url" : "";
}

std::string url(const Value& value) { return check_url(value.as_text()); }

std::string redirect_uri(const Value& value) {
  const std::string_view text = value.as_text();
  if (!check_url(text).empty()) return "cannot parse '" + std::string(text) + "'";
  return text.find('#') == std::string_view::npos ? "" : "fragment not allowed in '" + std::string(text) + "'";
}

std::string url_path(const Value& value) {
  const std::string_view text = value.as_text();
  for (char c : text)
    if (!is_letter_or_digit(c) && std::string_view("-._~!$&'()*+,;=/:@%").find(c) == std::string_view::npos)
      return "invalid path: " + quoted(text) + " (characters outside of the reserved list of RFC 3986 found)";
  const std::string_view escape = bad_escape(text);
  return escape.empty() ? "" : "invalid url-encoded value: " + quoted(escape);
}

std::string router_path(const Value& value) {
  const std::string_view path = value.as_text();
  if (!path.starts_with('~')) {
    for (char c : path)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return "invalid path: must not hold control characters";
    if (const std::string_view escape = bad_escape(path); !escape.empty()) return "invalid url-encoded value: " + quoted(escape);
    const std::string normal = normalised(path, false);
    return normal == path ? "" : "non-normalized path, consider use " + quoted(normal) + " instead";
  }
  if (const std::string_view escape = bad_escape(path); !escape.empty()) return "invalid url-encoded value: " + quoted(escape);
  std::string error;
  if (Regex::compile(path.substr(1), error) != nullptr) return {};
  return "invalid regex: " + quoted(path.substr(1)) + " (" + error + ")";
}

std::string asterisk_or_regex(const Value& value) {
  return value.as_text() == "*" || is_regex(value.as_text()) ? "" : quoted(value.as_text()) + " is not a valid regex";
}

std::string acme_namespace(const Value& value) {
  for (std::string_view reserved : {"kong_acme:renew_config:", "kong_acme:renew_last_run", "kong_acme:cert_key:"})
    if (value.as_text().starts_with(reserved)) return "namespace can't be prefixed with reserved keyword: " + std::string(reserved);
  return {};
}

std::string attribute_values(const Value& value) {
  for (const Member& member : value.members()) {
    const Value& one = member.value;
    const bool good = one.is_number() || one.kind() == Kind::boolean || (one.is_text() && !one.as_text().empty());
    if (!good) return "invalid type of value: " + std::string(member.name) + " must be a non-empty string, a number or a boolean";
  }
  return {};
}

std::string unique_tag_names(const Value& value) {
  const auto items = value.items();
  for (size_t i = 0; i < items.size(); ++i)
    for (size_t k = i + 1; k < items.size(); ++k) {
      const Value* a = items[i].is_object() ? items[i].find("name") : nullptr;
      const Value* b = items[k].is_object() ? items[k].find("name") : nullptr;
      if (a != nullptr && b != nullptr && equal(*a, *b)) return "repeated tags are not allowed: " + shown(*a);
    }
  return {};
}

}  // namespace

bool is_header_name(std::string_view text) {
  if (text.empty()) return false;
  for (char c : text)
    if (!is_letter_or_digit(c) && c != '-' && c != '_') return false;
  return true;
}

NamedCheck named_check(std::string_view name) {
  static constexpr std::pair<std::string_view, NamedCheck> known[] = {
      {"utf8_name", utf8_name}, {"tag", tag}, {"header_name", header_name}, {"http_token", http_token}, {"header_pair", header_pair},
      {"header_rename", header_rename}, {"name_value", name_value}, {"host_no_port", host_no_port}, {"host_optional_port", host_optional_port},
      {"upstream_name", upstream_name}, {"sni", sni}, {"wildcard_host", wildcard_host}, {"host_with_wildcards", host_with_wildcards},
      {"target", target}, {"ip", ip}, {"ip_or_cidr", ip_or_cidr}, {"url", url}, {"redirect_uri", redirect_uri}, {"url_path", url_path},
      {"router_path", router_path}, {"asterisk_or_regex", asterisk_or_regex}, {"x509_pem", x509_pem}, {"private_key_pem", private_key_pem},
      {"public_key", public_key}, {"lua_expression", lua_expression}, {"acme_namespace", acme_namespace}, {"attribute_values", attribute_values}, {"unique_tag_names", unique_tag_names}};
  for (const auto& [word, check] : known)
    if (word == name) return check;
  return nullptr;  // lua_chunk, shm_exists: nothing that could be checked here
}

}  // namespace schema
