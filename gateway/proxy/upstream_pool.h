#pragma once
// Connections to upstreams that wait for their next request. One pool for each worker; nothing is shared, so nothing is locked.

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/net/stream.h"
#include "gateway/proxy/options.h"

namespace proxy {

struct UpstreamConnection {
  std::unique_ptr<net::Stream> stream;
  std::string key;          // everything that makes two connections interchangeable: address, TLS, SNI, verification, certificates
  uint32_t requests = 0;    // sent on it
  uint64_t idle_since_ms = 0;
};

class UpstreamPool {
 public:
  explicit UpstreamPool(const Options& options) : options_(options) {}

  // An idle connection of that key that is still good: not ended by the peer, not too old, with requests left. The youngest
  // first, so that a quiet pool shrinks. nullptr: there is none.
  std::unique_ptr<UpstreamConnection> take(std::string_view key, uint64_t now_ms);
  // Keeps a connection for the next request, or closes it when it has served its share or the pool of its key is full.
  void give_back(std::unique_ptr<UpstreamConnection> connection, uint64_t now_ms);
  // Closes what has been idle for too long.
  void sweep(uint64_t now_ms);
  size_t idle() const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  const Options& options_;
  std::unordered_map<std::string, std::vector<std::unique_ptr<UpstreamConnection>>, Hash, std::equal_to<>> idle_;
};

}  // namespace proxy
