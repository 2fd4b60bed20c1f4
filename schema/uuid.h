#pragma once
// UUIDs (RFC 9562): name-based ones that are the same at every load, and random ones. Lower-case text with dashes.

#include <string>
#include <string_view>

namespace schema {

std::string uuid5(std::string_view namespace_uuid, std::string_view name);  // SHA-1; the namespace must be a UUID
std::string uuid4();
bool is_uuid(std::string_view text);
std::string md5_hex(std::string_view text);

}  // namespace schema
