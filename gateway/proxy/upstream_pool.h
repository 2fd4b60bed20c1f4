#pragma once
// Connections to upstreams that wait for their next request. One pool for each worker; nothing is shared, so nothing is locked.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/async/frame_pool.h"
#include "gateway/net/stream.h"
#include "gateway/proxy/options.h"

namespace proxy {

// Connections of the same key are interchangeable.
struct PoolKey {
  net::Address address;
  std::string tls;          // see Target
};

// The same without owning it, to look one up.
struct PoolKeyView {
  const net::Address& address;
  std::string_view tls;
  PoolKeyView(const net::Address& where, std::string_view how) : address(where), tls(how) {}
  PoolKeyView(const PoolKey& key) : address(key.address), tls(key.tls) {}
};

struct UpstreamConnection : async::Pooled {
  std::unique_ptr<net::Stream> stream;
  PoolKey key;
  std::string ip;           // of the address, for log records
  uint32_t requests = 0;    // sent on it
  uint64_t idle_since_ms = 0;
  uint32_t idle_max_ms = UINT32_MAX;  // as its peer has said

  // The value of a Keep-Alive field: `timeout=5, max=100`, seconds (the field is not standardised; RFC 2068 section 19.7.1.1). What cannot
  // be read promises nothing.
  void promised(std::string_view keep_alive);
};

class UpstreamPool {
 public:
  explicit UpstreamPool(const Options& options) : options_(options) {}

  // An idle connection of that key that is still good: not ended by the peer, not too old, with requests left. The youngest
  // first, so that a quiet pool shrinks. nullptr: there is none.
  std::unique_ptr<UpstreamConnection> take(PoolKeyView key, uint64_t now_ms);
  // Keeps a connection for the next request, or closes it when it has served its share or the pool of its key is full.
  void give_back(std::unique_ptr<UpstreamConnection> connection, uint64_t now_ms);
  // Closes what has been idle for too long.
  void sweep(uint64_t now_ms);
  size_t idle() const;

 private:
  bool is_stale(const UpstreamConnection& connection, uint64_t now_ms) const;

  struct Hash {
    using is_transparent = void;
    size_t operator()(PoolKeyView key) const { return key.address.hash() ^ (key.tls.empty() ? 0 : std::hash<std::string_view>()(key.tls)); }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(PoolKeyView a, PoolKeyView b) const { return a.address == b.address && a.tls == b.tls; }
  };
  const Options& options_;
  std::unordered_map<PoolKey, std::vector<std::unique_ptr<UpstreamConnection>>, Hash, Equal> idle_;
};

}  // namespace proxy
