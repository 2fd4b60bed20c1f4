#pragma once
// Takes the body of one message out of an Input, piece by piece, by its framing. Never waits: the caller fills the Input.

#include <string_view>

#include "gateway/http/message.h"
#include "gateway/proxy/input.h"

namespace proxy {

class BodyReader {
 public:
  BodyReader() = default;
  BodyReader(Input* input, http::BodyFraming framing) : input_(input), framing_(framing), left_(framing.length) {
    done_ = framing.kind == http::Framing::none || (framing.kind == http::Framing::length && framing.length == 0);
  }

  // The next octets that are already here: a view until the Input is filled again. Empty: done, bad, or more must be read.
  std::string_view take();
  // The same for a body by length when all that is left of it is here and no longer than that; else nothing is taken.
  std::string_view take_at_most(size_t bytes_max);
  // The peer ended the connection. False: the body was cut short by it.
  bool end_of_input();

  bool done() const { return done_; }
  bool bad() const { return bad_; }
  http::BodyFraming framing() const { return framing_; }
  uint64_t octets() const { return octets_; }  // of body taken so far

 private:
  Input* input_ = nullptr;
  http::BodyFraming framing_;
  http::ChunkedDecoder chunks_;
  uint64_t left_ = 0, octets_ = 0;
  bool done_ = true, bad_ = false;
};

}  // namespace proxy
