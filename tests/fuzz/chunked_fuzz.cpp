// A chunked body: the same octets, end and verdict in any pieces; and any body survives being framed by us.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "gateway/http/write.h"
#include "tests/fuzz/demand.h"

namespace {

struct Decoded {
  std::string body;
  size_t consumed = 0;
  bool done = false, bad = false;
  bool operator==(const Decoded&) const = default;
};

Decoded decode(std::string_view bytes, size_t step) {
  http::ChunkedDecoder decoder;
  Decoded all;
  for (size_t received = 0; received < bytes.size() && !all.done && !all.bad;) {
    received = std::min(bytes.size(), received + step);
    while (all.consumed < received && !all.done && !all.bad) {
      auto piece = decoder.decode(bytes.substr(all.consumed, received - all.consumed));
      demand(piece.consumed <= received - all.consumed && piece.data.size() <= piece.consumed);
      demand(piece.bad || piece.consumed > 0);
      all.body += piece.data;
      all.consumed += piece.consumed;
      all.done = piece.done;
      all.bad = piece.bad;
    }
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t step = data[0] % 32 + 1;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  demand(decode(bytes, bytes.size()) == decode(bytes, step));
  std::string framed;
  for (size_t at = 0; at < bytes.size(); at += step) {
    const std::string_view piece = bytes.substr(at, step);
    framed.append(http::ChunkSize(piece.size()).text()).append(piece).append(http::chunk_end);
  }
  framed += http::last_chunk;
  const Decoded back = decode(framed, framed.size());
  demand(back.done && back.body == bytes && back.consumed == framed.size());
  return 0;
}
