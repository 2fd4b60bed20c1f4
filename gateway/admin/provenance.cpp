#include "gateway/admin/provenance.h"

namespace admin {

namespace {

std::string tidied(std::string text) {
  if (text.size() > Provenance::text_bytes_max) {
    size_t end = Provenance::text_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not within a character of UTF-8
    text.resize(end);
  }
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text;
}

}  // namespace

Provenance provenance_of(const std::function<std::string(std::string_view)>& parameter) {
  return {tidied(parameter("commit")), tidied(parameter("author")), tidied(parameter("synced_by")), {}};
}

}  // namespace admin
