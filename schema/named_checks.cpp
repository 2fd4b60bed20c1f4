// The rules that `x-check` names.

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <re2/re2.h>

#include <memory>

#include "schema/check.h"

namespace schema {

namespace {

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool only(std::string_view text, std::string_view also) {
  for (char c : text)
    if (!is_letter_or_digit(c) && also.find(c) == std::string_view::npos) return false;
  return true;
}

int ip_version(std::string_view text) {
  unsigned char bytes[16];
  std::string copy(text);
  if (copy.size() > 2 && copy.front() == '[' && copy.back() == ']') copy = copy.substr(1, copy.size() - 2);
  if (inet_pton(AF_INET, copy.c_str(), bytes) == 1) return 4;
  return inet_pton(AF_INET6, copy.c_str(), bytes) == 1 ? 6 : 0;
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

bool is_name(std::string_view host) {
  if (host.empty() || host.size() > 253 || host.front() == '-' || host.front() == '.') return false;
  return only(host, "-._~") && host.find("..") == std::string_view::npos;
}

// Takes a port off the end; `ip6` literals need brackets for one.
std::string_view without_port(std::string_view host, bool& has_port, bool& good) {
  has_port = false;
  good = true;
  if (ip_version(host) == 6) return host;
  const size_t colon = host.rfind(':');
  if (colon == std::string_view::npos) return host;
  has_port = true;
  good = is_number_up_to(host.substr(colon + 1), 65535);
  return host.substr(0, colon);
}

bool is_host(std::string_view host) { return ip_version(host) != 0 || is_name(host); }

std::string check_host(std::string_view host, bool port_allowed, bool ip_allowed) {
  bool has_port = false, good = false;
  std::string_view bare = without_port(host, has_port, good);
  if (!good || !is_host(bare)) return "invalid value: " + std::string(host);
  if (has_port && !port_allowed) return "must not have a port";
  if (ip_version(bare) != 0 && !ip_allowed) return "must not be an IP";
  return {};
}

bool is_utf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    auto lead = static_cast<unsigned char>(text[i]);
    const size_t more = lead < 0x80 ? 0 : lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : 9;
    if (more == 9 || i + more >= text.size()) return more == 0 && i + more < text.size();
    for (size_t k = 1; k <= more; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    i += more + 1;
  }
  return true;
}

bool is_cidr(std::string_view text) {
  const size_t slash = text.find('/');
  const int version = ip_version(text.substr(0, slash));
  if (version == 0) return false;
  return slash == std::string_view::npos || is_number_up_to(text.substr(slash + 1), version == 4 ? 32 : 128);
}

std::string check_url(std::string_view text) {
  const size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return "missing scheme in url";
  std::string_view host = text.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  return host.empty() ? "missing host in url" : "";
}

bool good_escapes(std::string_view text) {
  auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] == '%' && (i + 2 >= text.size() || !hex(text[i + 1]) || !hex(text[i + 2]))) return false;
  return true;
}

std::string check_path(std::string_view path) {
  if (!only(path, "-._~!$&'()*+,;=/:@%")) return "invalid path: '" + std::string(path) + "' (characters outside of the reserved list of RFC 3986 found)";
  return good_escapes(path) ? "" : "invalid url-encoded value: '" + std::string(path) + "'";
}

std::string check_router_path(std::string_view path) {
  if (!path.starts_with('~')) return check_path(path);
  std::string pattern;
  // RE2 of this age spells named groups (?P<name>...).
  for (size_t i = 1; i < path.size(); ++i) {
    pattern += path[i];
    if (path.substr(i, 3) == "(?<" && path.substr(i, 4) != "(?<=" && path.substr(i, 4) != "(?<!") {
      pattern += "?P";
      ++i;
    }
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  re2::RE2 regex(pattern, options);
  return regex.ok() ? "" : "invalid regex: '" + std::string(path.substr(1)) + "' (" + regex.error() + ")";
}

std::string check_wildcard(std::string_view host) {
  std::string plain;
  for (char c : host) plain += c == '*' ? 'a' : c;
  return check_host(plain, true, true).empty() ? "" : "invalid wildcard: " + std::string(host);
}

std::string check_certificate(std::string_view pem) {
  std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  std::unique_ptr<X509, void (*)(X509*)> certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr), X509_free);
  return certificate ? "" : "invalid certificate: cannot be read";
}

std::string check_key(std::string_view pem) {
  std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  return key ? "" : "invalid key: cannot be read";
}

std::string check_text(std::string_view name, std::string_view text) {
  if (name == "header_name") return only(text, "-_") ? "" : "bad header name '" + std::string(text) + "', allowed characters are A-Z, a-z, 0-9, '_', and '-'";
  if (name == "utf8_name") {
    if (!is_utf8(text)) return "invalid value '" + std::string(text) + "': must be valid UTF-8";
    for (char c : text)
      if (static_cast<unsigned char>(c) < 0x80 && !is_letter_or_digit(c) && std::string_view(".-_~").find(c) == std::string_view::npos)
        return "invalid value '" + std::string(text) + "': the only accepted ascii characters are alphanumerics or ., -, _, and ~";
    return {};
  }
  if (name == "tag") {
    if (!is_utf8(text)) return "invalid tag '" + std::string(text) + "': must be valid UTF-8";
    for (char c : text)
      if (c == ',' || c == '/' || (c >= 0 && c < 0x20) || c == 0x7f)
        return "invalid tag '" + std::string(text) + "': expected printable ascii (except `,` and `/`) or valid utf-8 sequences";
    return {};
  }
  if (name == "host_no_port") return check_host(text, false, true);
  if (name == "host_optional_port" || name == "target") return check_host(text, true, true);
  if (name == "upstream_name" || name == "sni") return check_host(text, false, false);
  if (name == "host_with_wildcards" || name == "wildcard_host") return check_wildcard(text);
  if (name == "ip") return ip_version(text) != 0 ? "" : "not an ip address: " + std::string(text);
  if (name == "ip_or_cidr") return is_cidr(text) ? "" : "invalid ip or cidr range: '" + std::string(text) + "'";
  if (name == "url") return check_url(text);
  if (name == "url_path") return check_path(text);
  if (name == "router_path") return check_router_path(text);
  if (name == "x509_pem") return check_certificate(text);
  if (name == "private_key_pem") return check_key(text);
  if (name == "header_pair") {
    const size_t colon = text.find(':');
    return only(text.substr(0, colon), "-_") ? "" : "'" + std::string(text.substr(0, colon)) + "' is not a valid header";
  }
  return {};
}

}  // namespace

std::string run_named_check(std::string_view name, const Value& value) {
  return value.is_text() ? check_text(name, value.as_text()) : std::string();
}

}  // namespace schema
