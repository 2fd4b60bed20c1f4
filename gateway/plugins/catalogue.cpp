#include "gateway/plugins/acl.h"
#include "gateway/plugins/correlation_id.h"
#include "gateway/plugins/cors.h"
#include "gateway/plugins/file_log.h"
#include "gateway/plugins/ip_restriction.h"
#include "gateway/plugins/key_auth.h"
#include "gateway/plugins/plugin.h"
#include "gateway/plugins/prometheus.h"
#include "gateway/plugins/rate_limiting.h"
#include "gateway/plugins/request_termination.h"
#include "gateway/plugins/request_transformer.h"

namespace plugins {
namespace {

constexpr CatalogueEntry catalogue[] = {
    {"acl", hook_request, make_acl},
    {"correlation-id", hook_request | hook_response, make_correlation_id},
    {"cors", hook_request | hook_response, make_cors},
    {"file-log", hook_finish, make_file_log},
    {"ip-restriction", hook_request, make_ip_restriction},
    {"key-auth", hook_request, make_key_auth},
    {"prometheus", hook_finish, make_prometheus},
    {"rate-limiting", hook_request, make_rate_limiting},
    {"request-termination", hook_request, make_request_termination},
    {"request-transformer", hook_request, make_request_transformer},
};

}  // namespace

const CatalogueEntry* find_in_catalogue(std::string_view name) {
  for (const CatalogueEntry& entry : catalogue) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace plugins
