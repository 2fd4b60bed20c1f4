#include "schema/protocols.h"

#include "schema/config.h"

namespace schema {

uint16_t protocol_of(std::string_view name) {
  static constexpr std::pair<std::string_view, Protocol> known[] = {
      {"http", protocol_http}, {"https", protocol_https}, {"grpc", protocol_grpc}, {"grpcs", protocol_grpcs}, {"tcp", protocol_tcp},
      {"tls", protocol_tls}, {"udp", protocol_udp}, {"tls_passthrough", protocol_tls_passthrough}, {"ws", protocol_ws}, {"wss", protocol_wss}};
  for (const auto& [word, bit] : known)
    if (word == name) return bit;
  return 0;
}

uint16_t protocols_of(const Value& names) {
  uint16_t set = 0;
  if (names.is_array())
    for (const Value& name : names.items())
      if (name.is_text()) set |= protocol_of(name.as_text());
  return set;
}

}  // namespace schema
