#pragma once
// JSON written straight into a string: no tree is built for a log line or an answer.

#include <string>
#include <string_view>

#include "schema/config.h"

namespace plugins {

// How many octets at the beginning stand in JSON as they are.
size_t plain_json_octets(std::string_view text);
// With quotes. Bytes that are not UTF-8 become U+FFFD, so that a reader of the line never stumbles (RFC 8259 section 8.1).
void append_json_text(std::string& out, std::string_view text);
void append_json_number(std::string& out, int64_t value);
void append_json(std::string& out, const schema::Value& value);
// All fields with their effective values in the order of the schema; unset ones and secrets are left out. `workspace_id`: told as `ws_id`
// when it is not empty.
void append_json(std::string& out, const schema::Entity& entity, std::string_view workspace_id = {});

}  // namespace plugins
