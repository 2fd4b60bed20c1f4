#include "gateway/http/hop_by_hop.h"

#include "gateway/http/h1_fields.h"

namespace http {

namespace {

bool may_be_nominated(Name id) {
  switch (id) {
    case Name::content_length:
    case Name::transfer_encoding:
    case Name::host:
    case Name::via:
    case Name::x_forwarded_for:
    case Name::x_forwarded_host:
    case Name::x_forwarded_path:
    case Name::x_forwarded_port:
    case Name::x_forwarded_prefix:
    case Name::x_forwarded_proto:
    case Name::x_real_ip:
    case Name::x_kong_request_id:
    case Name::x_kong_proxy_latency:
    case Name::x_kong_upstream_latency:
    case Name::x_kong_response_latency:
      return false;
    default:
      return true;
  }
}

}  // namespace

bool is_hop_by_hop(Name id) {
  switch (id) {
    case Name::connection:
    case Name::keep_alive:
    case Name::proxy_connection:
    case Name::te:
    case Name::trailer:
    case Name::transfer_encoding:
    case Name::upgrade:
    case Name::http2_settings:
    case Name::proxy:
      return true;
    default:
      return false;
  }
}

bool is_nominated(const Headers& headers, const Header& field) {
  return may_be_nominated(field.id) && field_lists(headers, Name::connection, field.name);
}

void remove_hop_by_hop(Headers& headers) {
  // The usual message has no Connection, or one of a single word, and is through after one look.
  if (headers.has(Name::connection)) {
    for (size_t i = 0; i < headers.size();) {
      const Header field = headers.all()[i];
      if (!is_hop_by_hop(field.id) && is_nominated(headers, field)) headers.remove(field.name);
      else ++i;
    }
  }
  headers.remove_if([](const Header& field) { return is_hop_by_hop(field.id); });
}

bool is_websocket_upgrade(const RequestHead& head) {
  const Headers& headers = head.headers;
  if (head.method != "GET" || head.minor_version == 0 || !headers.has(Name::upgrade)) return false;
  if (!field_lists(headers, Name::upgrade, "websocket") || !connection_lists(headers, "upgrade")) return false;
  return !headers.get("Sec-WebSocket-Key").empty() && !headers.get("Sec-WebSocket-Version").empty();
}

}  // namespace http
