#pragma once
// Fields that end at this hop (RFC 9110 section 7.6.1), and the one upgrade that passes it.

#include <string_view>

#include "gateway/http/message.h"

namespace http {

// True for the fields that never travel on: Connection, Keep-Alive, Proxy-Connection, TE, Trailer, Transfer-Encoding, Upgrade,
// HTTP2-Settings, and Proxy (which CGI programs would take for a setting).
bool is_hop_by_hop(Name id);

// True when Connection names this field and may do so. What frames the message, Host, and the gateway's own fields (X-Forwarded-*,
// X-Real-IP, X-Kong-*, Via) cannot be nominated away: a client could otherwise take our statements from the upstream.
bool is_nominated(const Headers& headers, const Header& field);

// Removes both kinds. The caller adds its own Connection, TE or Upgrade afterwards.
void remove_hop_by_hop(Headers& headers);

// RFC 6455 section 4.1: GET in HTTP/1.1 with Upgrade: websocket, Connection: upgrade, a key and a version.
bool is_websocket_upgrade(const RequestHead& head);

}  // namespace http
