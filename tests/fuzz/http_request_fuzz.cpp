// A head that is accepted has one reading: the pieces it came in change nothing, and what we would send on reads the
// same again.

#include <cstddef>
#include <cstdint>
#include <string>

#include "gateway/http/h1_fields.h"
#include "gateway/http/write.h"
#include "tests/fuzz/demand.h"

namespace {

http::HeadLimits small_limits() {
  http::HeadLimits limits;
  limits.target_bytes_max = 64;
  limits.header_bytes_max = 512;
  limits.headers_max = 8;
  limits.name_bytes_max = 32;
  return limits;
}

void same(const http::RequestHead& a, const http::RequestHead& b) {
  demand(a.method == b.method && a.target == b.target && a.host == b.host && a.minor_version == b.minor_version);
  demand(a.headers.size() == b.headers.size());
  for (size_t i = 0; i < a.headers.size(); ++i)
    demand(a.headers.all()[i].name == b.headers.all()[i].name && a.headers.all()[i].value == b.headers.all()[i].value);
}

void in_pieces(std::string_view bytes, uint8_t step, const http::HeadLimits& limits) {
  http::RequestHead whole_head, head;
  size_t scanned = 0;
  http::ParsedHead parsed;
  for (size_t size = 0; size < bytes.size();) {
    size = std::min<size_t>(bytes.size(), size + step);
    parsed = http::parse_request(bytes.substr(0, size), limits, head, scanned);
    size_t fresh = 0;
    auto whole = http::parse_request(bytes.substr(0, size), limits, whole_head, fresh);
    demand(parsed.error == whole.error && parsed.complete == whole.complete && parsed.bytes == whole.bytes);
    if (parsed.error != http::HeadError::none) return;
    if (!parsed.complete) continue;
    same(head, whole_head);
    demand(parsed.framing.kind == whole.framing.kind && parsed.framing.length == whole.framing.length);
    return;
  }
}

void written_again(std::string_view bytes) {
  http::RequestHead head;
  size_t scanned = 0;
  auto parsed = http::parse_request(bytes, {}, head, scanned);
  demand(!(parsed.complete && parsed.error != http::HeadError::none));
  if (!parsed.complete || head.minor_version == 0) return;
  demand(parsed.bytes <= bytes.size());
  for (const http::Header& header : head.headers.all())
    demand(http::is_token(header.name) && http::is_field_value(header.value));
  http::Out out;
  http::write_request_head(head.method, head.target, head.headers, out);
  http::RequestHead again;
  scanned = 0;
  http::HeadLimits roomy;
  roomy.header_bytes_max = 1 << 20;
  auto reread = http::parse_request(out.view(), roomy, again, scanned);
  demand(reread.complete && reread.bytes == out.size());
  same(head, again);
  demand(reread.framing.kind == parsed.framing.kind && reread.framing.length == parsed.framing.length);
  demand(reread.keep_alive == parsed.keep_alive && reread.upgrade == parsed.upgrade);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto step = static_cast<uint8_t>(data[0] % 16 + 1);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  in_pieces(bytes, step, small_limits());
  in_pieces(bytes, step, {});
  written_again(bytes);
  return 0;
}
