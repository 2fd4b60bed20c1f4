#include "gateway/proxy/upstream_pool.h"

#include <algorithm>
#include <charconv>

#include "gateway/http/h1_fields.h"

namespace proxy {

namespace {

// A peer that closes in the moment of a new request loses it, so it is not asked in its last second; nor in the second half of less.
uint32_t safe_ms(uint32_t timeout_s) {
  constexpr uint32_t day_s = 86'400;
  const uint32_t ms = std::min(timeout_s, day_s) * 1000;
  return std::max(ms / 2, ms > 1000 ? ms - 1000 : 0);
}

}  // namespace

void UpstreamConnection::promised(std::string_view keep_alive) {
  http::each_element(keep_alive, [&](std::string_view element) {
    constexpr std::string_view name = "timeout=";
    if (!http::equal_names(element.substr(0, name.size()), name)) return true;
    uint32_t timeout_s = 0;
    const char* end = element.data() + element.size();
    const auto read = std::from_chars(element.data() + name.size(), end, timeout_s);
    if (read.ec == std::errc() && read.ptr == end) idle_max_ms = safe_ms(timeout_s);
    return true;
  });
}

bool UpstreamPool::is_stale(const UpstreamConnection& connection, uint64_t now_ms) const {
  if (now_ms - connection.idle_since_ms >= std::min(options_.upstream_idle_timeout_ms, connection.idle_max_ms)) return true;
  // Bytes before we asked for any are as bad as an end: the peer speaks out of turn.
  return connection.stream->idle_closed_or_readable();
}

std::unique_ptr<UpstreamConnection> UpstreamPool::take(PoolKeyView key, uint64_t now_ms) {
  auto found = idle_.find(key);
  if (found == idle_.end()) return nullptr;
  auto& connections = found->second;
  while (!connections.empty()) {
    auto connection = std::move(connections.back());
    connections.pop_back();
    if (!is_stale(*connection, now_ms)) return connection;
  }
  return nullptr;
}

void UpstreamPool::give_back(std::unique_ptr<UpstreamConnection> connection, uint64_t now_ms) {
  if (connection->requests >= options_.upstream_requests_max || options_.upstream_idle_max == 0) return;
  auto known = idle_.find(PoolKeyView(connection->key));
  if (known == idle_.end()) known = idle_.try_emplace(connection->key).first;
  auto& connections = known->second;
  if (connections.size() >= options_.upstream_idle_max) connections.erase(connections.begin());
  connection->idle_since_ms = now_ms;
  connections.push_back(std::move(connection));
}

void UpstreamPool::sweep(uint64_t now_ms) {
  for (auto entry = idle_.begin(); entry != idle_.end();) {
    auto& connections = entry->second;
    std::erase_if(connections, [&](const auto& connection) { return is_stale(*connection, now_ms); });
    entry = connections.empty() ? idle_.erase(entry) : std::next(entry);
  }
}

size_t UpstreamPool::idle() const {
  size_t count = 0;
  for (const auto& [key, connections] : idle_) count += connections.size();
  return count;
}

}  // namespace proxy
