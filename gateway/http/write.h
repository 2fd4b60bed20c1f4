#pragma once
// Heads and chunk framing as bytes.

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/http/message.h"

namespace http {

// Status line, fields and the empty line, appended to `out`. The reason is the usual one when the head has none.
void write_response_head(const ResponseHead& head, std::string& out);
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

// The Date of this second (RFC 9110 section 5.6.7), valid until the next call on this thread with another second.
std::string_view date_value(int64_t wall_s);

}  // namespace http
