#include "gateway/proxy/upstream_pool.h"

#include <algorithm>

namespace proxy {

std::unique_ptr<UpstreamConnection> UpstreamPool::take(PoolKeyView key, uint64_t now_ms) {
  auto found = idle_.find(key);
  if (found == idle_.end()) return nullptr;
  auto& connections = found->second;
  while (!connections.empty()) {
    auto connection = std::move(connections.back());
    connections.pop_back();
    bool stale = now_ms - connection->idle_since_ms >= options_.upstream_idle_timeout_ms;
    // Bytes before we asked for any are as bad as an end: the peer speaks out of turn.
    if (!stale && !connection->stream->idle_closed_or_readable()) return connection;
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
    std::erase_if(connections, [&](const auto& connection) {
      return now_ms - connection->idle_since_ms >= options_.upstream_idle_timeout_ms || connection->stream->idle_closed_or_readable();
    });
    entry = connections.empty() ? idle_.erase(entry) : std::next(entry);
  }
}

size_t UpstreamPool::idle() const {
  size_t count = 0;
  for (const auto& [key, connections] : idle_) count += connections.size();
  return count;
}

}  // namespace proxy
