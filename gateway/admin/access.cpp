#include "gateway/admin/access.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace admin {

namespace {

struct Digest {
  unsigned char bytes[SHA256_DIGEST_LENGTH];
};

Digest digest(std::string_view text) {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.bytes);
  return digest;
}

// All are looked at, as digests: neither the length of a token nor how much of it was right shows.
bool any_equal(const std::vector<std::string>& tokens, const Digest& shown) {
  bool found = false;
  for (const std::string& token : tokens) {
    const Digest wanted = digest(token);
    found = (CRYPTO_memcmp(wanted.bytes, shown.bytes, sizeof wanted.bytes) == 0) | found;
  }
  return found;
}

// The scheme is a word without case (RFC 9110, 11.1).
std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() < scheme.size()) return {};
  for (size_t i = 0; i < scheme.size(); ++i)
    if ((authorization[i] | 0x20) != scheme[i]) return {};
  authorization.remove_prefix(scheme.size());
  while (authorization.starts_with(' ')) authorization.remove_prefix(1);
  return authorization;
}

std::string peer_name(const Shown& shown) {
  if (!shown.certificate.empty()) return "certificate " + shown.certificate;
  return shown.peer.starts_with("unix:") ? shown.peer : "anonymous";
}

}  // namespace

Caller identify(const Access& access, const Shown& shown) {
  if (access.open()) return {Role::full, peer_name(shown)};
  const std::string_view bearer = bearer_token(shown.authorization);
  const Digest token = digest(bearer.empty() ? std::string_view(shown.kong_admin_token) : bearer);
  const bool full = any_equal(access.tokens, token), reads = any_equal(access.read_tokens, token);
  if (full) return {Role::full, "admin_token"};
  if (reads) return {Role::reader, "admin_read_token"};
  return {Role::none, peer_name(shown)};
}

bool only_reads(std::string_view method) { return method == "GET" || method == "HEAD" || method == "OPTIONS"; }

}  // namespace admin
