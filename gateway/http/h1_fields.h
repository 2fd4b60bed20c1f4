#pragma once
// What requests and responses have in common: lines of fields, and how they frame a body.

#include <string_view>

#include "gateway/http/message.h"

namespace http {

bool is_token(std::string_view text);           // RFC 9110 section 5.6.2
bool is_field_value(std::string_view text);     // visible, space, tab, obs-text: no controls

// Length of the head that starts `bytes`, with its empty line; 0: not there yet. `bad`: a line ends in a bare LF, or a CR stands alone.
// `scanned` is where the next call goes on.
size_t find_head_end(std::string_view bytes, size_t& scanned, bool& bad);

// Parses the lines after the first one; `section` ends in the empty line's CRLF.
HeadError parse_fields(std::string_view section, const HeadLimits& limits, Headers& headers);

struct LengthFields {
  HeadError error = HeadError::none;
  bool chunked = false;
  bool has_length = false;
  uint64_t length = 0;
};
// Content-Length and Transfer-Encoding together (RFC 9112 section 6.3): anything ambiguous is an error.
LengthFields read_length_fields(const Headers& headers, int minor_version);

// What Connection says about the time after this message.
bool wants_keep_alive(const Headers& headers, int minor_version);
bool connection_lists(const Headers& headers, std::string_view option);

}  // namespace http
