#pragma once
// What requests and responses have in common: lines, and the fields in them. One table says what an octet may be.

#include <cstring>
#include <string_view>

#include "gateway/http/message.h"

namespace http {

bool is_token_char(char c);                  // tchar, RFC 9110 section 5.6.2
bool is_token(std::string_view text);        // one or more of them
bool is_field_value(std::string_view text);  // visible, space, tab, obs-text; no NUL, CR, LF or other control
std::string_view trim_blanks(std::string_view text);  // spaces and tabs at both ends

// Takes one field line, without its CRLF, apart. A line that starts with space (obs-fold, or the trick after the first line), a
// space before the colon and a control in the value are errors (RFC 9112 sections 5.1, 5.2).
HeadError read_field(std::string_view line, const HeadLimits& limits, Header& field);

struct HeadLines {
  HeadError error = HeadError::none;
  size_t end = 0;  // behind the empty line; 0: it is not there yet
};

struct LineLimit {
  size_t bytes_max;   // of the first line, without CRLF
  HeadError error;    // when it is longer
};

// Reads the lines of a head: `first_line(line)` judges the first, the fields go to `headers`. The verdict depends on the octets so
// far and not on how they were cut: faults count in the order of their lines, limits in the order of their octets, and what needs
// the whole section is judged at its end. Octets below `scanned` are not looked at again until the head is complete, so a
// head that arrives bytewise costs linear time.
template <typename FirstLine>
HeadLines read_lines(std::string_view bytes, size_t start, const HeadLimits& limits, LineLimit first, Headers& headers, size_t& scanned,
                     FirstLine first_line) {
  const std::string_view text = bytes.substr(0, limits.header_bytes_max);
  const size_t from = scanned > start && scanned <= text.size() ? scanned : start;
  // Lines that began in an earlier call were judged there, but their views are gone: then this call only judges the new ones.
  const bool storing = from == start;
  size_t at = from, line = start;
  bool too_many = false;
  headers.clear();
  while (at < text.size()) {
    const auto* found = static_cast<const char*>(std::memchr(text.data() + at, '\n', text.size() - at));
    if (found == nullptr) break;
    const size_t line_feed = static_cast<size_t>(found - text.data());
    if (at == from && from > start)
      if (size_t before = text.rfind('\n', from - 1); before != std::string_view::npos && before >= start) line = before + 1;
    if (line == start && line_feed > start + first.bytes_max + 1) return {first.error, 0};
    if (line_feed == line || text[line_feed - 1] != '\r') return {HeadError::bad_request, 0};  // a bare LF ends no line here
    const std::string_view content = text.substr(line, line_feed - 1 - line);
    HeadError error = HeadError::none;
    if (line == start) {
      error = first_line(content);
    } else if (content.empty()) {
      if (storing) return {too_many ? HeadError::header_too_large : HeadError::none, line_feed + 1};
      scanned = 0;
      return read_lines(bytes, start, limits, first, headers, scanned, first_line);
    } else {
      Header field;
      error = read_field(content, limits, field);
      too_many = too_many || headers.size() >= limits.headers_max;
      if (storing && !too_many) headers.add(field);
    }
    if (error != HeadError::none) return {error, 0};
    line = at = line_feed + 1;
  }
  scanned = text.size();
  // Asked once, by the call that gets there.
  const size_t first_end = start + first.bytes_max + 2;
  if (from < first_end && text.size() >= first_end && text.substr(start, first_end - start).find('\n') == std::string_view::npos)
    return {first.error, 0};
  return {text.size() >= limits.header_bytes_max ? HeadError::header_too_large : HeadError::none, 0};
}

// What Connection says about the time after this message (RFC 9112 section 9.3).
bool wants_keep_alive(const Headers& headers, int minor_version);
// True when a list field (Connection, Upgrade, TE ...) names `option`, in any of its lines, in any case.
bool field_lists(const Headers& headers, Name field, std::string_view option);
inline bool connection_lists(const Headers& headers, std::string_view option) {
  return field_lists(headers, Name::connection, option);
}

}  // namespace http
