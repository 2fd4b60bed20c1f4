// Named rules about certificates and keys, of one value and of several.

#include "schema/pem.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "schema/named_checks.h"

namespace schema {

namespace {

BioPtr bio_of(std::string_view text) { return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free); }

}  // namespace

CertificatePtr certificate_of(std::string_view pem) {
  const BioPtr memory = bio_of(pem);
  return CertificatePtr(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr), X509_free);
}

KeyPtr private_key_of(std::string_view pem) {
  const BioPtr memory = bio_of(pem);
  // No callback: an encrypted key must fail, not ask at the terminal.
  auto no_password = [](char*, int, int, void*) { return -1; };
  return KeyPtr(PEM_read_bio_PrivateKey(memory.get(), nullptr, no_password, nullptr), EVP_PKEY_free);
}

KeyPtr public_key_of(std::string_view pem) {
  const BioPtr memory = bio_of(pem);
  return KeyPtr(PEM_read_bio_PUBKEY(memory.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
}

std::string x509_pem(const Value& value) { return certificate_of(value.as_text()) ? "" : "invalid certificate: cannot be read"; }
std::string private_key_pem(const Value& value) { return private_key_of(value.as_text()) ? "" : "invalid key: cannot be read"; }
std::string public_key(const Value& value) { return !value.is_text() || public_key_of(value.as_text()) ? "" : "invalid key"; }

}  // namespace schema
