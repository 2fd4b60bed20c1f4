#pragma once
// Heads and chunk framing as bytes. Everything is appended to `out`, so that a caller can keep one string and its storage.

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "gateway/http/message.h"

namespace http {

// Status line, fields and the empty line. The reason is the usual one when the head has none.
void write_response_head(const ResponseHead& head, std::string& out);
// Request line, fields and the empty line. `target` goes out as it is: see encode_path.
void write_request_head(std::string_view method, std::string_view target, const Headers& headers, std::string& out);
// One field line. Controls in the value, which would end the line or hide from one of two readers, become spaces: whatever a plugin or
// a template made, no second field comes of it (RFC 9110 section 5.5).
void write_field(std::string_view name, std::string_view value, std::string& out);

// The words for a status that the users of this format are used to; empty for an unknown one.
std::string_view reason_phrase(int status);

// The text in front of a chunk: its size and CRLF.
class ChunkSize {
 public:
  ChunkSize() = default;
  explicit ChunkSize(uint64_t size);
  std::string_view text() const { return {text_ + start_, sizeof text_ - start_}; }

 private:
  char text_[18];
  uint8_t start_ = sizeof text_;
};
inline constexpr std::string_view chunk_end = "\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

// IMF-fixdate (RFC 9110 section 5.6.7), 29 octets and a NUL; the locale has no say in it.
void http_date(time_t wall_s, char (&text)[30]);
// The Date of this second, valid until the next call on this thread with another second.
std::string_view date_value(int64_t wall_s);

}  // namespace http
