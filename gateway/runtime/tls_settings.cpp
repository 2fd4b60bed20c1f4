#include "gateway/runtime/tls_settings.h"

#include <algorithm>
#include <string>

namespace runtime {

namespace {

// The list of the oldest level begins with that of the usual one.
constexpr std::string_view every_cipher =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-"
    "SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:"
    "DHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-"
    "AES128-SHA:"
    "ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:DHE-RSA-AES128-"
    "SHA256:"
    "DHE-RSA-AES256-SHA256:AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA";
constexpr std::string_view usual_ciphers = every_cipher.substr(0, every_cipher.find(":DHE-RSA-CHACHA20"));

constexpr CipherSuite suites[] = {
    {"modern", "TLSv1.3", {}},
    {"intermediate", "TLSv1.2 TLSv1.3", usual_ciphers},
    {"old", "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3", every_cipher},
};

struct Version {
  std::string_view name;
  int number;
  uint64_t off;
};
constexpr Version versions[] = {{"TLSv1", TLS1_VERSION, SSL_OP_NO_TLSv1},
                                {"TLSv1.1", TLS1_1_VERSION, SSL_OP_NO_TLSv1_1},
                                {"TLSv1.2", TLS1_2_VERSION, SSL_OP_NO_TLSv1_2},
                                {"TLSv1.3", TLS1_3_VERSION, SSL_OP_NO_TLSv1_3}};

}  // namespace

const CipherSuite* find_cipher_suite(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(suites), std::end(suites), [&](const CipherSuite& suite) { return suite.name == name; });
  return found == std::end(suites) ? nullptr : found;
}

bool use_ciphers(SSL_CTX* context, std::string_view ciphers) {
  std::string older, newer;
  while (!ciphers.empty()) {
    const size_t end = std::min(ciphers.find(':'), ciphers.size());
    const std::string_view cipher = ciphers.substr(0, end);
    std::string& list = cipher.starts_with("TLS_") ? newer : older;
    list.append(list.empty() ? "" : ":").append(cipher);
    ciphers.remove_prefix(std::min(end + 1, ciphers.size()));
  }
  return (older.empty() || SSL_CTX_set_cipher_list(context, older.c_str()) == 1) &&
         (newer.empty() || SSL_CTX_set_ciphersuites(context, newer.c_str()) == 1) && !(older.empty() && newer.empty());
}

void tune_tls(const Settings& settings, SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, 0);
  bool weak = false;
  for (const Version& version : versions) {
    const bool offered = std::find(settings.ssl_protocols.begin(), settings.ssl_protocols.end(), version.name) !=
                         settings.ssl_protocols.end();
    if (!offered) SSL_CTX_set_options(context, version.off);
    weak = weak || (offered && version.number < TLS1_2_VERSION);
  }
  // OpenSSL has TLS 1.0 and 1.1 on its lowest level only; who names them wants them.
  if (weak) SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_dh_auto(context, 1);
  const CipherSuite* suite = find_cipher_suite(settings.ssl_cipher_suite);
  const std::string_view ciphers = suite != nullptr ? suite->ciphers : std::string_view(settings.ssl_ciphers);
  if (!ciphers.empty()) use_ciphers(context, ciphers);  // checked when the settings were read
}

}  // namespace runtime
