#include "gateway/proxy/body_reader.h"

#include <algorithm>

namespace proxy {

std::string_view BodyReader::take() {
  if (done_ || bad_) return {};
  std::string_view unread = input_->unread();
  if (framing_.kind == http::Framing::chunked) {
    while (!unread.empty() && !done_) {
      auto piece = chunks_.decode(unread);
      bad_ = piece.bad;
      done_ = piece.done;
      if (bad_) return {};
      input_->consume(piece.consumed);
      octets_ += piece.data.size();
      if (!piece.data.empty()) return piece.data;
      if (piece.consumed == 0) return {};
      unread = input_->unread();
    }
    return {};
  }
  if (framing_.kind == http::Framing::length) unread = unread.substr(0, std::min<uint64_t>(unread.size(), left_));
  input_->consume(unread.size());
  octets_ += unread.size();
  if (framing_.kind == http::Framing::length) {
    left_ -= unread.size();
    done_ = left_ == 0;
  }
  return unread;
}

std::string_view BodyReader::take_at_most(size_t bytes_max) {
  if (framing_.kind != http::Framing::length || left_ > bytes_max || input_ == nullptr || input_->unread().size() < left_) return {};
  return take();
}

bool BodyReader::end_of_input() {
  if (framing_.kind != http::Framing::until_close) return done_;
  done_ = true;
  return true;
}

}  // namespace proxy
