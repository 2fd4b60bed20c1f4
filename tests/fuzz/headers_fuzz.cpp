// What leaves for the next hop: fields that end here are gone, all others stand in their order; a list and an authority
// have one reading.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gateway/http/authority.h"
#include "gateway/http/h1_fields.h"
#include "gateway/http/hop_by_hop.h"
#include "tests/fuzz/demand.h"

namespace {

bool same(const http::Header& a, const http::Header& b) {
  return a.name.data() == b.name.data() && a.value.data() == b.value.data();
}

void check_list(std::string_view list) {
  http::each_element(list, [&](std::string_view element) {
    demand(!element.empty() && element == http::trim_blanks(element));
    demand(element.data() >= list.data() && element.data() + element.size() <= list.data() + list.size());
    size_t inner = 0;
    http::each_element(element, [&](std::string_view again) { return demand(again == element), ++inner, true; });
    demand(inner == 1);
    return true;
  });
}

void check_next_hop(const http::Headers& sent) {
  http::Headers left = sent;
  http::remove_hop_by_hop(left);
  size_t next = 0;
  for (const http::Header& field : sent.all()) {
    const bool goes_on = !http::is_hop_by_hop(field.id) && !http::is_nominated(sent, field);
    if (goes_on) demand(next < left.size() && same(left.all()[next++], field));
  }
  demand(next == left.size());
  demand(left.count(http::Name::host) == sent.count(http::Name::host));
  demand(left.count(http::Name::content_length) == sent.count(http::Name::content_length));
}

void check_changes(const http::Headers& sent) {
  for (const http::Header& field : sent.all()) {
    demand(http::identify(field.name) == field.id);
    if (field.id != http::Name::other) demand(http::equal_names(http::spelling(field.id), field.name));
    http::Headers changed = sent;
    changed.set(field.name, "new");
    size_t others = 0;
    for (const http::Header& other : sent.all()) others += http::equal_names(other.name, field.name) ? 0 : 1;
    demand(changed.size() == others + 1 && changed.get(field.name) == "new");
    demand(changed.remove(field.name) == 1 && !changed.has(field.name) && changed.size() == others);
  }
}

void check_authority(std::string_view text) {
  if (!http::is_authority(text)) return;
  const std::string_view host = http::host_of(text);
  demand(!host.empty() && text.starts_with(host) && http::is_authority(host) && http::host_of(host) == host);
  demand(text.find_first_of("@/\\?#, \t\"<>") == std::string_view::npos);
  const std::string request = "GET / HTTP/1.1\r\nHost: " + std::string(text) + "\r\n\r\n";
  http::RequestHead head;
  size_t scanned = 0;
  const auto parsed = http::parse_request(request, {}, head, scanned);
  demand(parsed.complete && head.host == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_list(bytes);
  check_authority(bytes);
  const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(bytes) + "\r\n\r\n";
  http::RequestHead head;
  size_t scanned = 0;
  if (!http::parse_request(request, {}, head, scanned).complete) return 0;
  for (const http::Header& field : head.headers.all()) {
    check_list(field.value);
    check_authority(field.value);
  }
  check_next_hop(head.headers);
  check_changes(head.headers);
  return 0;
}
