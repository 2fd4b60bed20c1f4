#include "schema/uuid.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cassert>

namespace schema {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr char hex_digits[] = "0123456789abcdef";

std::string to_hex(const unsigned char* bytes, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    text += hex_digits[bytes[i] >> 4];
    text += hex_digits[bytes[i] & 15];
  }
  return text;
}

std::string format(std::array<unsigned char, 16> bytes, int version) {
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | version << 4);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string text(36, '-');
  for (size_t i = 0, at = 0; i < bytes.size(); ++i) {
    if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
    text[at++] = hex_digits[bytes[i] >> 4];
    text[at++] = hex_digits[bytes[i] & 15];
  }
  return text;
}

// Fetched once: to look an algorithm up by its name costs more than to hash a name with it.
const EVP_MD* sha1() {
  static const EVP_MD* fetched = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  return fetched;
}

}  // namespace

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : hex_digit(text[i]) < 0) return false;
  }
  return true;
}

std::string uuid5(std::string_view namespace_uuid, std::string_view name) {
  assert(is_uuid(namespace_uuid));
  std::string input;
  for (size_t i = 0; i < namespace_uuid.size(); ++i) {
    if (namespace_uuid[i] == '-') continue;
    input += static_cast<char>(hex_digit(namespace_uuid[i]) * 16 + hex_digit(namespace_uuid[i + 1]));
    ++i;
  }
  input.append(name);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  EVP_Digest(input.data(), input.size(), digest.data(), &size, sha1(), nullptr);
  std::array<unsigned char, 16> bytes;
  std::copy_n(digest.begin(), 16, bytes.begin());
  return format(bytes, 5);
}

std::string uuid4() {
  std::array<unsigned char, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  return format(bytes, 4);
}

std::string md5_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr);
  return to_hex(digest.data(), size);
}

}  // namespace schema
