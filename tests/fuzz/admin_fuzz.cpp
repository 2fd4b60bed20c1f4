// Any request to any resource of the Admin API has an answer: no fault of ours, whole JSON, no line break in a header.
// An input is `METHOD TARGET MEDIA-TYPE`, a line feed, and the body; parts of a multipart body stand between NULs, name
// and content in turn.

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "gateway/admin/resources.h"
#include "tests/fuzz/steady_node.h"

namespace {

std::string_view take_until(std::string_view& text, char end) {
  const size_t at = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return taken;
}

admin::Request request_of(std::string_view bytes) {
  admin::Request request;
  std::string_view line = take_until(bytes, '\n');
  request.method = take_until(line, ' ');
  admin::set_target(request, take_until(line, ' '));
  request.content_type = line;
  if (request.content_type != "multipart/form-data") return request.body = bytes, request;
  while (!bytes.empty()) {
    const std::string_view name = take_until(bytes, '\0');
    request.parts.emplace_back(name, take_until(bytes, '\0'));
  }
  return request;
}

void check(const admin::Answer& answer) {
  demand(answer.status >= 200 && answer.status < 600 && answer.status != 500);
  if (answer.content_type.starts_with("application/json")) demand(nlohmann::json::accept(answer.body));
  for (const auto& [name, value] : answer.headers)
    for (const std::string* text : {&name, &value})
      demand(text->find_first_of(std::string_view("\r\n\0", 3)) == text->npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static fuzz::SteadyNode node;
  static const admin::Routes all = admin::admin_routes(node), status = admin::status_routes(node);
  admin::Request request = request_of({reinterpret_cast<const char*>(data), size});
  check(all.answer(request));
  check(status.answer(request));
  demand(admin::percent_decoded(admin::percent_encoded(request.body), false) == request.body);
  return 0;
}
