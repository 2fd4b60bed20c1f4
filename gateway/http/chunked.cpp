#include <algorithm>

#include "gateway/http/message.h"

namespace http {

namespace {
constexpr uint8_t size_digits_max = 15;
constexpr uint32_t extension_bytes_max = 1024;
constexpr uint32_t trailer_bytes_max = 8 * 1024;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }
}  // namespace

ChunkedDecoder::Piece ChunkedDecoder::decode(std::string_view bytes) {
  Piece piece;
  auto fail = [&] {
    state_ = State::bad;
    piece.bad = true;
    return piece;
  };
  size_t at = 0;
  while (at < bytes.size() && state_ != State::done) {
    const char c = bytes[at];
    switch (state_) {
      case State::size:
        if (int digit = hex_digit(c); digit >= 0) {
          if (++digits_ > size_digits_max) return fail();
          left_ = left_ * 16 + static_cast<uint64_t>(digit);
        } else if (digits_ == 0) {
          return fail();
        } else if (c == '\r') {
          state_ = State::size_lf;
        } else if (c == ';') {
          state_ = State::extension;
        } else {
          return fail();
        }
        ++at;
        break;
      case State::size_cr:
      case State::extension:
        if (c == '\r') state_ = State::size_lf;
        else if (is_control(c) || ++extension_bytes_ > extension_bytes_max) return fail();
        ++at;
        break;
      case State::size_lf:
        if (c != '\n') return fail();
        state_ = left_ == 0 ? State::trailer_start : State::data;
        digits_ = 0;
        ++at;
        break;
      case State::data: {
        const size_t count = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size() - at));
        piece.data = bytes.substr(at, count);
        left_ -= count;
        if (left_ == 0) state_ = State::data_cr;
        piece.consumed = at + count;
        return piece;
      }
      case State::data_cr:
        if (c != '\r') return fail();
        state_ = State::data_lf;
        ++at;
        break;
      case State::data_lf:
        if (c != '\n') return fail();
        state_ = State::size;
        ++at;
        break;
      case State::trailer_start:
        if (c == '\r') {
          state_ = State::end_lf;
        } else if (c == ' ' || c == '\t' || c == ':' || is_control(c)) {
          return fail();
        } else {
          state_ = State::trailer;
          continue;
        }
        ++at;
        break;
      case State::trailer:
        if (c == '\r') state_ = State::trailer_lf;
        else if (is_control(c) || ++trailer_bytes_ > trailer_bytes_max) return fail();
        ++at;
        break;
      case State::trailer_lf:
        if (c != '\n') return fail();
        state_ = State::trailer_start;
        ++at;
        break;
      case State::end_lf:
        if (c != '\n') return fail();
        state_ = State::done;
        ++at;
        break;
      case State::done:
      case State::bad:
        return fail();
    }
  }
  piece.consumed = at;
  piece.done = state_ == State::done;
  return piece;
}

}  // namespace http
