#pragma once
// ssl_protocols, ssl_cipher_suite and ssl_ciphers: what listeners offer in a TLS handshake.

#include <openssl/ssl.h>

#include <string_view>

#include "gateway/runtime/settings.h"

namespace runtime {

// The three levels that Mozilla recommends for servers (Security/Server Side TLS, version 5).
struct CipherSuite {
  std::string_view name, protocols;
  std::string_view ciphers;  // of TLS 1.2 and older, in OpenSSL's words; empty: TLS 1.3 alone
};

// nullptr when there is none of that name; "custom" is none.
const CipherSuite* find_cipher_suite(std::string_view name);

// Names of TLS 1.3 (TLS_AES_...) and of older versions may stand together. False: nothing in it is known.
bool use_ciphers(SSL_CTX* context, std::string_view ciphers);

void tune_tls(const Settings& settings, SSL_CTX* context);

}  // namespace runtime
