#pragma once
// Chooses among the peers of an upstream. One for each worker; see Load for what workers share.

#include <memory>
#include <string>
#include <vector>

#include "gateway/balancing/algorithm.h"
#include "gateway/balancing/load.h"
#include "gateway/balancing/peer.h"

namespace balancing {

enum class Method : uint8_t { round_robin, consistent_hashing, least_connections, latency };

// By the name of an upstream's `algorithm`; a name that is not known is round-robin.
Method method_of(std::string_view algorithm);

class Balancer {
 public:
  struct Settings {
    Method method = Method::round_robin;
    uint32_t slots = 10'000;  // of consistent hashing's ring
    friend bool operator==(const Settings&, const Settings&) = default;
  };
  Balancer(Settings settings, Loads& loads, std::string upstream_id)
      : settings_(settings), loads_(loads), upstream_id_(std::move(upstream_id)) {}

  // The peers as they are now. Turns, connections and averages of those that stay are kept. Cheap when only `available`
  // changed.
  void update(std::vector<Peer> peers, uint64_t now_ms);
  // `hash`: of the request's key, for consistent hashing. `tried`: what failed already is avoided as long as another
  // one is left. nullopt: no peer that is available has weight.
  std::optional<size_t> pick(std::optional<uint32_t> hash = {}, std::span<const net::Address> tried = {});
  // For the time of a request to that peer; empty where the algorithm does not ask for it.
  Lease start(size_t peer, uint64_t now_ms);

  const Settings& settings() const { return settings_; }
  const std::vector<Peer>& peers() const { return peers_; }

 private:
  void rebuild(std::vector<Peer> peers, uint64_t now_ms);
  std::unique_ptr<Algorithm> make_algorithm(uint64_t now_ms);

  Settings settings_;
  Loads& loads_;
  std::string upstream_id_;
  std::vector<Peer> peers_;
  std::vector<uint32_t> weights_;         // of those that are available, else 0
  std::vector<Loads::Hold> holds_;        // by peer; empty where the algorithm does not ask for it
  std::unique_ptr<Algorithm> algorithm_;  // after what it uses
};

}  // namespace balancing
