// The rules over several fields that `x-checks` calls by name (`custom`).

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "schema/check.h"
#include "schema/json.h"
#include "schema/named_checks.h"
#include "schema/pem.h"
#include "schema/rule.h"

namespace schema {

namespace {

const Value* field(const Rule& rule, const Value& record, std::string_view name) {
  for (const FieldPath& one : rule.fields)
    if (one.text == name) return one.in(record);
  return nullptr;
}

std::string_view text(const Rule& rule, const Value& record, std::string_view name) {
  const Value* value = field(rule, record, name);
  return value != nullptr && value->is_text() ? value->as_text() : std::string_view();
}

bool any_reference(const Rule& rule, const Value& record) {
  for (const FieldPath& one : rule.fields)
    if (const Value* value = one.in(record); value != nullptr && is_vault_reference(*value)) return true;
  return false;
}

std::string ca_cert_check(const Rule& rule, const Value& record) {
  const std::string_view pem = text(rule, record, "cert");
  if (pem.empty() || any_reference(rule, record)) return {};
  constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
  if (const size_t first = pem.find(begin); first != std::string_view::npos && pem.find(begin, first + 1) != std::string_view::npos)
    return "please submit only one certificate at a time";
  const CertificatePtr certificate = certificate_of(pem);
  if (!certificate) return {};  // the field's own check has told
  if (X509_cmp_current_time(X509_get0_notAfter(certificate.get())) < 0) return "certificate expired, \"Not After\" time is in the past";
  return X509_check_ca(certificate.get()) == 1 ? "" : "certificate does not appear to be a CA because it is missing the \"CA\" basic constraint";
}

std::string key_matches(const Rule& rule, const Value& record, std::string_view cert_field, std::string_view key_field) {
  if (any_reference(rule, record)) return {};
  const CertificatePtr certificate = certificate_of(text(rule, record, cert_field));
  const KeyPtr key = private_key_of(text(rule, record, key_field));
  if (!certificate || !key) return {};
  const bool match = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return match ? "" : "certificate does not match key";
}

std::string cert_key_match(const Rule& rule, const Value& record) { return key_matches(rule, record, "cert", "key"); }
std::string cert_key_alt_match(const Rule& rule, const Value& record) { return key_matches(rule, record, "cert_alt", "key_alt"); }

std::string cert_types_differ(const Rule& rule, const Value& record) {
  if (any_reference(rule, record)) return {};
  const CertificatePtr one = certificate_of(text(rule, record, "cert"));
  const CertificatePtr other = certificate_of(text(rule, record, "cert_alt"));
  if (!one || !other) return {};
  const bool differ = EVP_PKEY_base_id(X509_get0_pubkey(one.get())) != EVP_PKEY_base_id(X509_get0_pubkey(other.get()));
  return differ ? "" : "certificate and alternative certificate need to have different type (e.g. RSA and ECDSA), the provided certificates were both of the same type";
}

std::string jwk_pem_check(const Rule& rule, const Value& record) {
  const std::string_view jwk = text(rule, record, "jwk");
  if (field(rule, record, "pem") != nullptr || jwk.empty() || any_reference(rule, record)) return {};
  Arena arena;
  Problems problems;
  Value parsed;
  if (!read_json(jwk, 0, arena, problems, {}, parsed) || !parsed.is_object()) return "could not load JWK, likely not valid JSON";
  const Value* kid = parsed.find("kid");
  return kid != nullptr && kid->is_text() && kid->as_text() == text(rule, record, "kid") ? "" : "kid in jwk.kid must be equal to keys.kid";
}

std::string pem_pair(const Rule& rule, const Value& record) {
  const std::string_view public_half = text(rule, record, "public_key"), private_half = text(rule, record, "private_key");
  if (any_reference(rule, record)) return {};
  const KeyPtr open = public_key_of(public_half), secret = private_key_of(private_half);
  if (!public_half.empty() && !open) return "could not load public key";
  if (!private_half.empty() && !secret) return "could not load private key";
  if (!open || !secret) return {};
  return EVP_PKEY_eq(open.get(), secret.get()) == 1 ? "" : "public key does not belong to the private key";
}

std::string router_expression_check(const Rule& rule, const Value& record) {
  const Value* expression = record.find("expression");
  if (expression == nullptr || expression->is_null()) return {};
  for (std::string_view name : {"methods", "hosts", "paths", "headers", "snis", "sources", "destinations"})
    if (non_empty(field(rule, record, name))) return "'expression' cannot be set together with '" + std::string(name) + "'";
  const Value* priority = field(rule, record, "regex_priority");
  return priority != nullptr && priority->is_number() && priority->as_number() != 0 ? "'expression' cannot be set together with 'regex_priority'" : "";
}

std::string wasm_available(const Rule&, const Value&) { return "no filter chain can run: WebAssembly is not part of this gateway"; }

std::string periods_order(const Rule& rule, const Value& record) {
  std::string_view shorter;
  double limit = 0;
  for (const FieldPath& one : rule.fields) {
    const Value* value = one.in(record);
    if (value == nullptr || !value->is_number()) continue;
    if (!shorter.empty() && value->as_number() < limit)
      return fmt::format("The limit for {}({:.1f}) cannot be lower than the limit for {}({:.1f})", one.text, value->as_number(), shorter, limit);
    shorter = one.text;
    limit = value->as_number();
  }
  return {};
}

std::string sync_rate(const Rule& rule, const Value& record) {
  const Value* rate = field(rule, record, "sync_rate");
  if (rate == nullptr || !rate->is_number() || rate->as_number() == -1) return {};
  if (text(rule, record, "policy") != "redis") return "sync_rate can only be used with policy redis";
  return rate->as_number() >= 0.02 ? "" : "sync_rate must be at least 0.02";
}

std::string termination_body(const Rule& rule, const Value& record) {
  const bool message = field(rule, record, "message") != nullptr, content_type = field(rule, record, "content_type") != nullptr;
  const bool body = field(rule, record, "body") != nullptr;
  const Value* echo = field(rule, record, "echo");
  if (message && (content_type || body)) return "message cannot be used with content_type or body";
  if (content_type && !body) return "content_type requires a body";
  if (echo != nullptr && echo->kind() == Kind::boolean && echo->as_boolean() && (content_type || body)) return "echo cannot be used with content_type and body";
  return {};
}

std::string http_log_auth(const Rule& rule, const Value& record) {
  const std::string_view url = text(rule, record, "http_endpoint");
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::string_view authority = url.substr(scheme + 3, url.find_first_of("/?#", scheme + 3) - scheme - 3);
  const Value* headers = field(rule, record, "headers");
  if (authority.find('@') == std::string_view::npos || headers == nullptr || !headers->is_object()) return {};
  for (const Member& header : headers->members())
    if (header.name.size() == 13 && std::equal(header.name.begin(), header.name.end(), "authorization", [](char a, char b) { return (a | 0x20) == b; }))
      return "specifying both an 'Authorization' header and user info in 'http_endpoint' is not allowed";
  return {};
}

std::string oauth2_flows(const Rule& rule, const Value& record) {
  for (const FieldPath& one : rule.fields)
    if (const Value* value = one.in(record); value != nullptr && value->kind() == Kind::boolean && value->as_boolean()) return {};
  return "at least one of these fields must be true: enable_authorization_code, enable_implicit_grant, enable_client_credentials, enable_password_grant";
}

std::string proxy_url_http(const Rule& rule, const Value& record) {
  const std::string_view url = text(rule, record, "proxy_url");
  return url.empty() || any_reference(rule, record) || url.starts_with("http://") ? "" : "proxy_url scheme must be http";
}

std::string llm_statistics_supported(const Rule& rule, const Value& record) {
  const Value* model = field(rule, record, "model");
  const Value* logging = field(rule, record, "logging");
  auto member = [](const Value* value, std::string_view name) { return value != nullptr && value->is_object() ? value->find(name) : nullptr; };
  const Value* provider = member(model, "provider");
  const Value* statistics = member(logging, "log_statistics");
  const bool anthropic = provider != nullptr && provider->is_text() && provider->as_text() == "anthropic";
  const bool logs = statistics != nullptr && statistics->kind() == Kind::boolean && statistics->as_boolean();
  return anthropic && logs && text(rule, record, "route_type") == "llm/v1/completions" ? "statistics cannot be logged for anthropic completions" : "";
}

std::string acme_storage_mode(const Rule& rule, const Value& record) {
  return text(rule, record, "storage") == "kong" ? "\"kong\" storage can't be used without a database" : "";
}

std::string always(const Rule&, const Value&) { return {}; }

}  // namespace

CustomRule custom_rule(std::string_view name) {
  static constexpr std::pair<std::string_view, CustomRule> known[] = {
      {"ca_cert_check", ca_cert_check}, {"cert_key_match", cert_key_match}, {"cert_key_alt_match", cert_key_alt_match},
      {"cert_types_differ", cert_types_differ}, {"jwk_pem_check", jwk_pem_check}, {"pem_pair", pem_pair},
      {"router_expression_check", router_expression_check}, {"wasm_available", wasm_available}, {"periods_order", periods_order},
      {"sync_rate", sync_rate}, {"termination_body", termination_body}, {"http_log_auth", http_log_auth}, {"oauth2_flows", oauth2_flows},
      {"proxy_url_http", proxy_url_http}, {"llm_statistics_supported", llm_statistics_supported}, {"acme_storage_mode", acme_storage_mode},
      {"path_handling_v1_warning", always}, {"cache_shm", always}, {"prometheus_shm", always}};
  for (const auto& [word, rule] : known)
    if (word == name) return rule;
  return nullptr;
}

}  // namespace schema
