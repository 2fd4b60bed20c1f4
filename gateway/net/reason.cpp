#include "gateway/net/reason.h"

#include <ares.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

namespace net {

namespace {

const char* words_of(const async::Error& error) {
  switch (error.code_of) {
    case async::CodeOf::system: return strerrordesc_np(error.code);
    case async::CodeOf::tls: return ERR_reason_error_string(static_cast<unsigned long>(static_cast<unsigned>(error.code)));
    case async::CodeOf::certificate: return X509_verify_cert_error_string(error.code);
    case async::CodeOf::dns: return ares_strerror(error.code);
  }
  return nullptr;
}

}  // namespace

std::string_view reason_of(const async::Error& error) {
  const char* words = error.code == 0 ? nullptr : words_of(error);
  return words == nullptr ? std::string_view() : std::string_view(words);
}

}  // namespace net
