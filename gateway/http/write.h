#pragma once
// Heads and chunk framing as octets, appended to what `out` holds already.

#include <cstdint>
#include <ctime>
#include <string_view>

#include "gateway/http/message.h"
#include "gateway/http/out.h"

namespace http {

// Status line, fields and the empty line. The reason is the usual one when the head has none.
void write_response_head(const ResponseHead& head, Out& out);
// Request line, fields and the empty line. `target` goes out as it is: see encode_path.
void write_request_head(std::string_view method, std::string_view target, const Headers& headers, Out& out);
// One field line. Controls in the value, which would end the line or hide from one of two readers, become spaces: whatever a plugin or
// a template made, no second field comes of it (RFC 9110 section 5.5).
void write_field(std::string_view name, std::string_view value, Out& out);

// The fields that `wanted` says true for. Neighbours that stand as they were read are copied as one piece.
template <typename Wanted>
void write_fields(const Headers& headers, Out& out, Wanted wanted);

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

namespace detail {

// A run of lines in a read block, waiting to be copied.
class Run {
 public:
  explicit Run(Out& out) : out_(out) {}
  ~Run() { flush(); }
  // False when the line is not written in the block exactly as it would go out.
  bool take(const Header& field) {
    const char* value_end = field.value.data() + field.value.size();
    if (!field.checked || field.value.data() != field.name.data() + field.name.size() + 2 || field.value.data()[-1] != ' ' || *value_end != '\r')
      return false;
    if (field.name.data() != end_) {
      flush();
      begin_ = field.name.data();
    }
    end_ = value_end + 2;
    return true;
  }
  void flush() {
    if (begin_ != nullptr) out_.text({begin_, static_cast<size_t>(end_ - begin_)});
    begin_ = end_ = nullptr;
  }

 private:
  Out& out_;
  const char *begin_ = nullptr, *end_ = nullptr;
};

}  // namespace detail

template <typename Wanted>
void write_fields(const Headers& headers, Out& out, Wanted wanted) {
  detail::Run run(out);
  for (const Header& field : headers.all()) {
    if (!wanted(field) || run.take(field)) continue;
    run.flush();
    if (field.checked) out.line(field.name, field.value);
    else write_field(field.name, field.value, out);
  }
}

}  // namespace http
