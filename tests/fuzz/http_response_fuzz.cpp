// An upstream's head: the same verdict in any pieces, and what is accepted can be written and read again.

#include <cstddef>
#include <cstdint>
#include <string>

#include "gateway/http/write.h"
#include "tests/fuzz/demand.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view method = data[0] % 2 == 0 ? "GET" : "HEAD";
  const size_t step = data[0] / 2 % 16 + 1;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  http::ResponseHead head, whole_head;
  size_t scanned = 0;
  http::ParsedHead parsed;
  for (size_t received = 0; received < bytes.size() && !parsed.complete && parsed.error == http::HeadError::none;) {
    received = std::min(bytes.size(), received + step);
    parsed = http::parse_response(bytes.substr(0, received), {}, method, head, scanned);
    size_t fresh = 0;
    auto whole = http::parse_response(bytes.substr(0, received), {}, method, whole_head, fresh);
    demand(parsed.error == whole.error && parsed.complete == whole.complete && parsed.bytes == whole.bytes);
    demand(parsed.framing.kind == whole.framing.kind && parsed.keep_alive == whole.keep_alive);
  }
  if (!parsed.complete) return 0;
  demand(head.status >= 100 && head.status <= 599);
  http::Out out;
  http::write_response_head(head, out);
  http::ResponseHead again;
  size_t fresh = 0;
  http::HeadLimits roomy;
  roomy.header_bytes_max = 1 << 20;
  auto reread = http::parse_response(out.view(), roomy, method, again, fresh);
  demand(reread.complete && reread.bytes == out.size() && again.status == head.status);
  demand(again.headers.size() == head.headers.size());
  return 0;
}
