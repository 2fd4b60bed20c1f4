#pragma once
// What a request is recognised by where an upstream hashes: the same key goes to the same target.

#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/plugins/exchange.h"
#include "gateway/proxy/request_id.h"
#include "schema/config.h"

namespace proxy {

enum class HashOn : uint8_t { none, consumer, ip, header, cookie, path, query_arg, uri_capture };

struct HashSource {
  HashOn on = HashOn::none;
  std::string_view name;  // of the header, cookie, argument or capture
};

struct HashKey {
  HashSource first, fallback;
  std::string_view cookie_path;
};

HashKey hash_key_of(const schema::Upstream& upstream);

// The hash of the first source that the request has something for. A cookie that the client does not have yet is made,
// and put into `reply_headers`. nullopt: the request has nothing.
std::optional<uint32_t> hash_of(const HashKey& key, plugins::Exchange& exchange, RequestIds& random);

}  // namespace proxy
