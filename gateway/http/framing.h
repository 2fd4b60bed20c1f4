#pragma once
// How long a body is: Content-Length and Transfer-Encoding read together (RFC 9112 section 6). Two readers that disagree here are
// what request smuggling lives on, so whatever could be read in two ways is an error.

#include <optional>
#include <string_view>

#include "gateway/http/message.h"

namespace http {

// Digits only: no sign, list, blank or other base; at most 2^63-1.
std::optional<uint64_t> parse_length(std::string_view text);

struct FramingResult {
  HeadError error = HeadError::none;
  BodyFraming framing;
};

// bad_length: not a number, or lines that differ (equal ones count once). bad_transfer_encoding: next to a length, in HTTP/1.0,
// on several lines, or chunked not exactly once and last. not_implemented_coding: a coding other than chunked.
FramingResult request_framing(const Headers& headers, int minor_version);
// Also knows which answers have no body whatever their fields say: to HEAD and to CONNECT, 1xx, 204, 304 (section 6.3).
FramingResult response_framing(const Headers& headers, int minor_version, int status, std::string_view request_method);

}  // namespace http
