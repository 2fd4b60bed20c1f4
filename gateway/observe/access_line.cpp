#include "gateway/observe/access_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace observe {
namespace {

constexpr std::array<bool, 256> plain = [] {
  std::array<bool, 256> table{};
  for (int byte = 0x20; byte < 0x7f; ++byte) table[static_cast<size_t>(byte)] = byte != '"' && byte != '\\';
  return table;
}();

bool is_plain(char c) { return plain[static_cast<unsigned char>(c)]; }

// Nearly every text is plain to its end, so runs are copied, not bytes.
void append_escaped(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  text = text.substr(0, logged_field_bytes_max);
  while (!text.empty()) {
    const auto run = static_cast<size_t>(std::find_if_not(text.begin(), text.end(), is_plain) - text.begin());
    out.append(text.data(), run);
    if (run == text.size()) return;
    const auto byte = static_cast<unsigned char>(text[run]);
    const char escape[] = {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    out.append(escape, sizeof escape);
    text.remove_prefix(run + 1);
  }
}

void append_number(std::string& out, uint64_t number) {
  char digits[20];
  const auto [end, fault] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, static_cast<size_t>(end - digits));
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  if (text.empty()) out += '-';
  append_escaped(out, text);
  out += '"';
}

}  // namespace

std::string_view LogTime::text(int64_t wall_s) {
  if (wall_s != wall_s_) {
    wall_s_ = wall_s;
    const time_t seconds = static_cast<time_t>(wall_s);
    tm local{};
    localtime_r(&seconds, &local);
    bytes_ = std::strftime(text_, sizeof text_, "%d/%b/%Y:%H:%M:%S %z", &local);
  }
  return {text_, bytes_};
}

void append_access_line(std::string& out, const AccessLine& line, std::string_view time) {
  out.append(line.client_ip.empty() ? "-" : line.client_ip).append(" - - [").append(time).append("] \"");
  append_escaped(out, line.method);
  if (!line.method.empty()) out += ' ';
  append_escaped(out, line.target);
  if (!line.version.empty()) out += ' ';
  out.append(line.version).append("\" ");
  append_number(out, static_cast<uint64_t>(std::max(line.status, 0)));
  out += ' ';
  append_number(out, line.body_bytes);
  out += ' ';
  append_quoted(out, line.referer);
  out += ' ';
  append_quoted(out, line.user_agent);
  if (!line.request_id.empty()) {
    out += " kong_request_id: ";
    append_quoted(out, line.request_id);
  }
  out += '\n';
}

}  // namespace observe
