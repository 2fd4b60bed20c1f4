// A normalised path has no way up, stays what it is when normalised again, and goes upstream in plain characters.

#include <cstddef>
#include <cstdint>
#include <string>

#include "gateway/http/query.h"
#include "gateway/http/uri.h"
#include "tests/fuzz/demand.h"

namespace {

void check_path(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return;  // the reader of the request line lets none through
  std::string scratch, encoded, scratch_again;
  auto normal = http::normalise_path(path, scratch);
  if (!normal) return;
  demand(normal->find("//") == std::string_view::npos && normal->find("/../") == std::string_view::npos);
  demand(normal->find("/./") == std::string_view::npos && !normal->ends_with("/..") && !normal->ends_with("/."));
  demand(!normal->empty() && normal->front() == '/');
  http::encode_path(*normal, encoded);
  for (char c : encoded) demand(c > 0x20 && c < 0x7f);
  auto again = http::normalise_path(encoded, scratch_again);
  demand(again && *again == *normal);
}

void check_query(std::string_view query) {
  size_t octets = 0;
  http::each_parameter(query, [&](const http::Parameter& parameter) {
    demand(parameter.text.data() >= query.data() &&
           parameter.text.data() + parameter.text.size() <= query.data() + query.size());
    octets += parameter.text.size();
    return true;
  });
  demand(octets <= query.size());
  std::string out, value, again;
  const size_t removed = http::remove_parameter(query, "k", out);
  demand(http::find_parameter(query, "k", value) == (removed > 0));
  if (removed == 0) demand(out == query);
  demand(http::remove_parameter(out, "k", again) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_path(std::string("/").append(bytes));
  check_query(bytes);
  demand(http::decode(http::encode_component(bytes), true) == bytes);
  return 0;
}
