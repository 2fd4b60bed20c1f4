#include "schema/settle.h"

#include <openssl/evp.h>

#include <array>

#include "schema/check.h"
#include "schema/pem.h"
#include "schema/rule.h"

namespace schema {

namespace {

std::string hex(const unsigned char* bytes, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    text += "0123456789abcdef"[bytes[i] >> 4];
    text += "0123456789abcdef"[bytes[i] & 15];
  }
  return text;
}

std::string sha1_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  return hex(digest.data(), size);
}

std::string fingerprint(std::string_view pem) {
  const CertificatePtr certificate = certificate_of(pem);
  if (!certificate) return {};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size);
  return hex(digest.data(), size);
}

}  // namespace

void drop_duplicates(const Shape& shape, Value& value) {
  if (!shape.any_set) return;
  if (value.is_array()) {
    if (shape.items != nullptr && shape.items->any_set)
      for (Value& item : value.items()) drop_duplicates(*shape.items, item);
    if (shape.type != Type::set) return;
    const auto items = value.items();
    size_t kept = 0;
    for (size_t i = 0; i < items.size(); ++i) {
      bool known = false;
      for (size_t k = 0; k < kept && !known; ++k) {
        known = equal(items[k], items[i]);
        items[k].from_secret = items[k].from_secret || (known && items[i].from_secret);
      }
      if (!known) items[kept++] = items[i];
    }
    if (kept == items.size()) return;
    const Place place = value.place;
    value = Value::array(items.first(kept));
    value.place = place;
  } else if (value.is_object()) {
    for (Member& member : value.members()) {
      const Shape* below = shape.type == Type::map ? shape.items : shape.field(member.name);
      if (below != nullptr) drop_duplicates(*below, member.value);
    }
  }
}

void transform(FlatEntity& entity, Arena& arena) {
  const std::string_view collection = entity.kind->collection;
  if (collection == "basicauth_credentials") {
    Value* password = entity.find("password");
    const Value* consumer = entity.find("consumer");
    const Value* id = consumer != nullptr && consumer->is_object() ? consumer->find("id") : nullptr;
    if (password == nullptr || !password->is_text() || id == nullptr || !id->is_text()) return;
    Value hashed = Value::text(arena.copy(sha1_hex(std::string(password->as_text()) + std::string(id->as_text()))));
    hashed.place = password->place;
    *password = hashed;
  } else if (collection == "ca_certificates") {
    const Value* cert = entity.find("cert");
    if (cert == nullptr || !cert->is_text() || is_vault_reference(*cert)) return;
    if (const std::string digest = fingerprint(cert->as_text()); !digest.empty()) entity.set("cert_digest", Value::text(arena.copy(digest)), arena);
  }
}

void add_times(FlatEntity& entity, int64_t now_s, Arena& arena) {
  for (std::string_view field : {"created_at", "updated_at"}) {
    if (entity.kind->shape->field(field) == nullptr) continue;
    const Value* given = entity.find(field);
    if (field == "created_at" && given != nullptr && !given->is_null()) continue;
    entity.set(field, Value::integer(now_s), arena);
  }
}

}  // namespace schema
