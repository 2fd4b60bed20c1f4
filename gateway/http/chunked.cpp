#include <algorithm>

#include "gateway/http/h1_fields.h"
#include "gateway/http/message.h"

namespace http {

namespace {

constexpr uint8_t size_digits_max = 32;             // leading zeros are legal, but not without end
constexpr uint64_t chunk_bytes_max = INT64_MAX;     // sums of sizes and signed copies stay safe
constexpr uint64_t extension_bytes_max = 4 * 1024;  // more than the body octets so far
constexpr uint64_t trailer_bytes_max = 8 * 1024;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

}  // namespace

ChunkedDecoder::State ChunkedDecoder::take_digit(char c) {
  const int digit = hex_digit(c);
  if (digit < 0) {
    if (digits_ == 0) return State::bad;
    if (c == '\r') return State::size_lf;
    if (c == ';') return State::extension;
    // Blanks may stand before a semicolon, and only there (RFC 9112 section 7.1.1).
    return c == ' ' || c == '\t' ? State::size_blank : State::bad;
  }
  if (++digits_ > size_digits_max || left_ > chunk_bytes_max >> 4) return State::bad;
  left_ = left_ * 16 + static_cast<uint64_t>(digit);
  return State::size;
}

// One octet of framing. A line ends in CRLF and nothing else: what reads a lone LF or CR as an end sees other chunks.
ChunkedDecoder::State ChunkedDecoder::step(char c) {
  switch (state_) {
    case State::size:
      return take_digit(c);
    case State::size_blank:
      if (c == ';') return State::extension;
      return (c == ' ' || c == '\t') && ++extension_bytes_ <= extension_bytes_max ? State::size_blank : State::bad;
    case State::extension:
      if (c == '\r') return State::size_lf;
      return !is_control(c) && ++extension_bytes_ <= extension_bytes_max ? State::extension : State::bad;
    case State::size_lf:
      digits_ = 0;
      if (c != '\n') return State::bad;
      return left_ == 0 ? State::trailer_start : State::data;
    case State::data_cr:
      return c == '\r' ? State::data_lf : State::bad;
    case State::data_lf:
      return c == '\n' ? State::size : State::bad;
    case State::trailer_start:
      if (c == '\r') return State::end_lf;
      ++trailer_bytes_;
      return is_token_char(c) ? State::trailer_name : State::bad;
    case State::trailer_name:
      if (++trailer_bytes_ > trailer_bytes_max) return State::bad;
      if (c == ':') return State::trailer_value;
      return is_token_char(c) ? State::trailer_name : State::bad;
    case State::trailer_value:
      if (c == '\r') return State::trailer_lf;
      return !is_control(c) && ++trailer_bytes_ <= trailer_bytes_max ? State::trailer_value : State::bad;
    case State::trailer_lf:
      return c == '\n' ? State::trailer_start : State::bad;
    case State::end_lf:
      return c == '\n' ? State::done : State::bad;
    case State::data:
    case State::done:
    case State::bad:
      break;
  }
  return State::bad;
}

ChunkedDecoder::Piece ChunkedDecoder::decode(std::string_view bytes) {
  Piece piece;
  while (piece.consumed < bytes.size() && state_ != State::done && state_ != State::bad) {
    if (state_ == State::data) {
      const auto count = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size() - piece.consumed));
      piece.data = bytes.substr(piece.consumed, count);
      piece.consumed += count;
      left_ -= count;
      // Extensions are paid for with body octets, so that a body of nothing but extensions ends early and no honest one does.
      extension_bytes_ -= std::min<uint64_t>(extension_bytes_, count);
      if (left_ == 0) state_ = State::data_cr;
      return piece;
    }
    state_ = step(bytes[piece.consumed]);
    if (state_ != State::bad) ++piece.consumed;
  }
  piece.done = state_ == State::done;
  piece.bad = state_ == State::bad;
  return piece;
}

}  // namespace http
