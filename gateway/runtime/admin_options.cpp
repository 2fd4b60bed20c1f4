#include "gateway/runtime/command.h"
#include "gateway/runtime/self_signed.h"
#include "gateway/runtime/tls_settings.h"

namespace runtime {

namespace {

const std::string& first_of(const std::vector<std::string>& own, const std::vector<std::string>& shared) {
  static const std::string none;
  return !own.empty() ? own[0] : !shared.empty() ? shared[0] : none;
}

}  // namespace

admin::Options admin_options(const Settings& settings, bool status_only, observe::LogFiles& log_files, observe::Log& error_log) {
  admin::Options options;
  options.status_only = status_only;
  bool ssl = false;
  for (const Listen& listen : status_only ? settings.status_listen : settings.admin_listen) {
    options.listens.push_back({listen.address, listen.port, listen.unix_path, listen.ssl});
    ssl = ssl || listen.ssl;
  }
  options.access_log = status_only ? settings.status_access_log : settings.admin_access_log;
  options.latency_header = settings.headers.admin_latency;
  options.server_header = settings.headers.server;
  options.tune_tls = [&settings](SSL_CTX* context) { tune_tls(settings, context); };
  options.log_files = &log_files;
  options.error_log = &error_log;
  if (!status_only) {
    options.audit_log = settings.admin_audit_log;
    options.access = {settings.admin_tokens, settings.admin_read_tokens};
    options.client_ca = settings.admin_client_ca;
    options.body_bytes_max = settings.admin_body_bytes_max;
  }
  if (!ssl) return options;
  options.certificate = first_of(status_only ? settings.status_ssl_cert : settings.admin_ssl_cert, settings.ssl_cert);
  options.certificate_key = first_of(status_only ? settings.status_ssl_cert_key : settings.admin_ssl_cert_key, settings.ssl_cert_key);
  if (options.certificate.empty()) {
    PemPair pair = make_self_signed();
    options.certificate = std::move(pair.certificate);
    options.certificate_key = std::move(pair.key);
  }
  return options;
}

}  // namespace runtime
