#pragma once
// Heads and framing of HTTP/1 messages, and the strict reader for both sides: the security border of the gateway.

#include <cstdint>
#include <string_view>

#include "gateway/http/headers.h"

namespace http {

struct RequestHead {
  std::string_view method;
  std::string_view target;   // as sent, after absolute-form has been taken apart
  std::string_view host;     // effective host[:port]: authority of absolute-form, else the Host field (RFC 9112 section 3.2.2)
  int minor_version = 1;     // HTTP/1.x
  Headers headers;
};

struct ResponseHead {
  int status = 0;
  int minor_version = 1;
  std::string_view reason;
  Headers headers;
};

enum class Framing : uint8_t { none, length, chunked, until_close };

// How the body of a message is delimited, decided once by the reader (RFC 9112 section 6.3).
struct BodyFraming {
  Framing kind = Framing::none;
  uint64_t length = 0;  // of Framing::length
};

struct HeadLimits {
  uint32_t target_bytes_max = 16 * 1024;
  uint32_t header_bytes_max = 32 * 1024;  // the whole section, request line included
  uint32_t headers_max = 256;
  uint32_t name_bytes_max = 1024;
};

enum class HeadError : uint8_t {
  none, bad_request, bad_version, target_too_long, header_too_large, bad_length, bad_transfer_encoding, bad_host, method_not_allowed, bad_response,
  not_implemented_coding, lower_case_method,
};

// The status for a client's fault: 400, 405, 414, 501, 505 ...
int status_of(HeadError error);

struct ParsedHead {
  bool complete = false;   // false: more bytes are needed, unless `error` is set
  HeadError error = HeadError::none;
  size_t bytes = 0;        // length of the head, when complete
  BodyFraming framing;
  bool keep_alive = false; // what the peer wants, by version and Connection
  bool upgrade = false;    // request: a well-formed websocket upgrade; response: 101
};

// Parse from the start of `bytes` (everything received so far of this message); views in `head` point into `bytes`.
// The outcome does not depend on how the bytes were cut into segments. `scanned` carries progress between calls of one
// head (0 at first), so that a head that arrives bytewise costs linear time.
ParsedHead parse_request(std::string_view bytes, const HeadLimits& limits, RequestHead& head, size_t& scanned);
// `request_method` decides about bodies: HEAD, CONNECT, 204, 304, 1xx (RFC 9112 section 6.3).
ParsedHead parse_response(std::string_view bytes, const HeadLimits& limits, std::string_view request_method, ResponseHead& head,
                          size_t& scanned);

// Decodes a chunked body in place, piece by piece (RFC 9112 section 7.1). Strict: exact CRLF, bounded extensions and trailers.
class ChunkedDecoder {
 public:
  struct Piece {
    std::string_view data;   // body octets, a view into `bytes`; may be empty
    size_t consumed = 0;     // octets of `bytes` used up, framing included
    bool done = false;       // the last chunk and the trailer section are read
    bool bad = false;
  };
  // Call again with the rest until it consumes nothing (more is needed), is done, or bad. Trailer fields are checked and dropped.
  Piece decode(std::string_view bytes);

 private:
  enum class State : uint8_t {
    size, size_blank, extension, size_lf, data, data_cr, data_lf, trailer_start, trailer_name, trailer_value, trailer_lf, end_lf, done, bad
  };
  State step(char c);
  State take_digit(char c);

  State state_ = State::size;
  uint64_t left_ = 0;
  uint8_t digits_ = 0;
  uint64_t extension_bytes_ = 0, trailer_bytes_ = 0;
};

}  // namespace http
