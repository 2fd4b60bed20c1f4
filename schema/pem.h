#pragma once
// Certificates and keys in PEM, read through OpenSSL.

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>

namespace schema {

using BioPtr = std::unique_ptr<BIO, int (*)(BIO*)>;
using CertificatePtr = std::unique_ptr<X509, void (*)(X509*)>;
using KeyPtr = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;

// Each is empty when the text does not load.
CertificatePtr certificate_of(std::string_view pem);
KeyPtr private_key_of(std::string_view pem);
KeyPtr public_key_of(std::string_view pem);

}  // namespace schema
