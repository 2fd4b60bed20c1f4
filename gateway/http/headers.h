#pragma once
// The header section of a message: an ordered list of (id, name, value) views. Known names carry an id made at compile time, so that
// a look-up compares small integers; order, duplicates and the original case survive. Views point into the connection's read
// block or into the exchange's arena and live as long as the exchange.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "gateway/async/frame_pool.h"

namespace http {

// Names the gateway itself looks at. `other` is any name that is not listed.
enum class Name : uint8_t {
  other, accept, accept_encoding, access_control_request_headers, access_control_request_method, access_control_allow_credentials,
  access_control_allow_headers, access_control_allow_methods, access_control_allow_origin, access_control_expose_headers,
  access_control_max_age, authorization, cache_control, connection, content_encoding, content_length, content_type, cookie, date, expect,
  forwarded, host, keep_alive, location, origin, proxy, proxy_authenticate, proxy_authorization, proxy_connection, retry_after, server, set_cookie, te, trailer,
  transfer_encoding, upgrade, user_agent, vary, via, www_authenticate, x_forwarded_for, x_forwarded_host, x_forwarded_path,
  x_forwarded_port, x_forwarded_prefix, x_forwarded_proto, x_real_ip, x_kong_request_id, x_kong_proxy_latency, x_kong_upstream_latency,
  x_kong_response_latency, http2_settings, kong_debug, x_kong_request_debug, x_kong_request_debug_token,
  count
};

// The id of a name, in any case; Name::other when it is not a known one.
Name identify(std::string_view name);
// The usual spelling of a known name ("Content-Length").
std::string_view spelling(Name name);
// ASCII without case.
bool equal_names(std::string_view a, std::string_view b);

struct Header {
  Name id = Name::other;
  std::string_view name;
  std::string_view value;
  bool checked = false;  // by the reader, or known to hold no controls; any other value is looked at when it is written
};

class Headers {
 public:
  // The first value of that name; a null view (data() == nullptr) when there is none.
  std::string_view get(Name id) const { return may_hold(id) ? find(id) : std::string_view(); }
  std::string_view get(std::string_view name) const;
  bool has(Name id) const { return may_hold(id) && find(id).data() != nullptr; }
  bool has(std::string_view name) const { return get(name).data() != nullptr; }
  size_t count(Name id) const;

  void add(Name id, std::string_view value);  // usual spelling
  void add_checked(Name id, std::string_view value);
  void add(std::string_view name, std::string_view value);
  void add(Header header) {
    // Room for the usual head at once; growing step by step would copy it four times.
    if (list_.empty()) list_.reserve(usual_count);
    seen_ |= mark(header.id);
    list_.push_back(header);
  }
  // Replaces the first and drops the others of that name; adds when there is none.
  void set(Name id, std::string_view value) { set(id, spelling(id), value, false); }
  void set_checked(Name id, std::string_view value) { set(id, spelling(id), value, true); }
  void set(std::string_view name, std::string_view value);
  // All fields of the first name keep their places and values under the second.
  void rename(std::string_view name, std::string_view new_name);
  // How many were removed.
  size_t remove(Name id);
  size_t remove(std::string_view name);
  template <typename Matches>
  size_t remove_if(Matches matches) {
    return std::erase_if(list_, matches);
  }

  std::span<const Header> all() const { return list_; }
  size_t size() const { return list_.size(); }
  void clear() {  // keeps the storage
    list_.clear();
    seen_ = 0;
  }

 private:
  // Most questions are about fields that are not there: a mark for each name seen answers them without a look at the list.
  static uint64_t mark(Name id) { return uint64_t{1} << (static_cast<size_t>(id) & 63); }
  bool may_hold(Name id) const { return (seen_ & mark(id)) != 0; }
  std::string_view find(Name id) const;
  void set(Name id, std::string_view name, std::string_view value, bool checked);

  static constexpr size_t usual_count = 24;

  std::vector<Header, async::PooledAllocator<Header>> list_;
  uint64_t seen_ = 0;
};

// Walks the comma-separated elements of a field value (RFC 9110 section 5.6.1), trimmed; empty elements are skipped.
// `visit` returns false to stop. Quoted strings are respected.
template <typename Visit>
void each_element(std::string_view list, Visit visit) {
  size_t at = 0;
  while (at <= list.size()) {
    size_t end = at;
    bool quoted = false;
    while (end < list.size() && (quoted || list[end] != ',')) {
      if (list[end] == '"') quoted = !quoted;
      if (quoted && list[end] == '\\' && end + 1 < list.size()) ++end;
      ++end;
    }
    std::string_view element = list.substr(at, end - at);
    while (!element.empty() && (element.front() == ' ' || element.front() == '\t')) element.remove_prefix(1);
    while (!element.empty() && (element.back() == ' ' || element.back() == '\t')) element.remove_suffix(1);
    if (!element.empty() && !visit(element)) return;
    at = end + 1;
  }
}

}  // namespace http
