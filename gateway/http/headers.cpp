#include "gateway/http/headers.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace http {

namespace {

// In the order of Name, without `other`.
constexpr std::string_view spellings[] = {
    "", "Accept", "Accept-Encoding", "Access-Control-Request-Headers", "Access-Control-Request-Method", "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers",
    "Access-Control-Max-Age", "Authorization", "Cache-Control", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Cookie", "Date",
    "Expect", "Forwarded", "Host", "Keep-Alive", "Location", "Origin", "Proxy", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection",
    "Retry-After", "Server", "Set-Cookie", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent", "Vary", "Via", "WWW-Authenticate",
    "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Path", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Proto", "X-Real-IP",
    "X-Kong-Request-Id", "X-Kong-Proxy-Latency", "X-Kong-Upstream-Latency", "X-Kong-Response-Latency", "HTTP2-Settings", "Kong-Debug",
    "X-Kong-Request-Debug", "X-Kong-Request-Debug-Token"};
static_assert(std::size(spellings) == static_cast<size_t>(Name::count));

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Names by length, so that a look-up compares only those that could be equal.
constexpr size_t length_max = 32;
struct ByLength {
  std::array<uint8_t, static_cast<size_t>(Name::count)> ids{};
  std::array<uint8_t, length_max + 2> first{};
};
constexpr ByLength make_by_length() {
  ByLength table;
  size_t at = 0;
  for (size_t length = 0; length <= length_max; ++length) {
    table.first[length] = static_cast<uint8_t>(at);
    for (size_t id = 1; id < std::size(spellings); ++id)
      if (spellings[id].size() == length) table.ids[at++] = static_cast<uint8_t>(id);
  }
  table.first[length_max + 1] = static_cast<uint8_t>(at);
  return table;
}
constexpr ByLength by_length = make_by_length();

}  // namespace

bool equal_names(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  // Most names come in one of two spellings, so that one comparison of whole words tells.
  if (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0) return true;
  for (size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  return true;
}

Name identify(std::string_view name) {
  if (name.empty() || name.size() > length_max) return Name::other;
  const char first = lower(name[0]);
  for (size_t i = by_length.first[name.size()]; i < by_length.first[name.size() + 1]; ++i) {
    std::string_view candidate = spellings[by_length.ids[i]];
    if (lower(candidate[0]) == first && equal_names(candidate, name)) return static_cast<Name>(by_length.ids[i]);
  }
  return Name::other;
}

std::string_view spelling(Name name) { return spellings[static_cast<size_t>(name)]; }

std::string_view Headers::find(Name id) const {
  for (const Header& header : list_)
    if (header.id == id) return header.value.data() == nullptr ? std::string_view("", 0) : header.value;
  return {};
}

std::string_view Headers::get(std::string_view name) const {
  const Name id = identify(name);
  if (id != Name::other) return get(id);
  for (const Header& header : list_)
    if (header.id == Name::other && equal_names(header.name, name)) return header.value.data() == nullptr ? std::string_view("", 0) : header.value;
  return {};
}

size_t Headers::count(Name id) const {
  if (!may_hold(id)) return 0;
  return static_cast<size_t>(std::count_if(list_.begin(), list_.end(), [&](const Header& header) { return header.id == id; }));
}

void Headers::add(Name id, std::string_view value) { add(Header{id, spelling(id), value}); }

void Headers::add_checked(Name id, std::string_view value) { add(Header{id, spelling(id), value, true}); }

void Headers::add(std::string_view name, std::string_view value) { add(Header{identify(name), name, value}); }

void Headers::set(std::string_view name, std::string_view value) { set(identify(name), name, value, false); }

void Headers::set(Name id, std::string_view name, std::string_view value, bool checked) {
  if (!may_hold(id)) return add(Header{id, name, value, checked});
  auto same = [&](const Header& header) { return header.id == id && (id != Name::other || equal_names(header.name, name)); };
  auto first = std::find_if(list_.begin(), list_.end(), same);
  if (first == list_.end()) return add(Header{id, name, value, checked});
  first->value = value;
  first->checked = checked;
  list_.erase(std::remove_if(first + 1, list_.end(), same), list_.end());
}

void Headers::rename(std::string_view name, std::string_view new_name) {
  const Name id = identify(new_name);
  for (Header& header : list_) {
    if (!equal_names(header.name, name)) continue;
    header.name = new_name;
    header.id = id;
    seen_ |= mark(id);
  }
}

size_t Headers::remove(Name id) {
  if (!may_hold(id)) return 0;
  return std::erase_if(list_, [&](const Header& header) { return header.id == id; });
}

size_t Headers::remove(std::string_view name) {
  const Name id = identify(name);
  if (id != Name::other) return remove(id);
  return std::erase_if(list_, [&](const Header& header) { return header.id == Name::other && equal_names(header.name, name); });
}

}  // namespace http
