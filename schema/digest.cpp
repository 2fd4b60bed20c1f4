#include "schema/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "schema/naming.h"

namespace schema {

std::string digest(const Config& config) {
  Naming naming(config);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> hash(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr);
  auto add = [&](std::string_view text) {
    EVP_DigestUpdate(hash.get(), text.data(), text.size());
    EVP_DigestUpdate(hash.get(), "\n", 1);
  };
  for (const auto& [collection, entities] : config.entities) {
    if (collection == "workspaces") continue;
    add(collection);
    std::vector<std::string> lines;
    lines.reserve(entities.size());
    for (const Entity& entity : entities) lines.push_back(naming.content(entity));
    std::sort(lines.begin(), lines.end());
    for (const std::string& line : lines) add(line);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  EVP_DigestFinal_ex(hash.get(), bytes.data(), nullptr);
  std::string hex;
  for (size_t i = 0; i < 16; ++i) {
    hex += "0123456789abcdef"[bytes[i] >> 4];
    hex += "0123456789abcdef"[bytes[i] & 15];
  }
  return hex;
}

}  // namespace schema
