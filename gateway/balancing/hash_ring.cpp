#include "gateway/balancing/hash_ring.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <set>
#include <string>

#include "gateway/balancing/hash.h"

namespace balancing {

namespace {

// What the points of a peer are hashed from, but for their number.
std::string label_of(const net::Address& address) {
  std::string ip = address.ip();
  if (address.family() == net::Address::Family::v6) ip = "[" + ip + "]";
  return ip + "::" + std::to_string(address.port()) + " ";
}

struct Share {
  size_t peer;
  std::string label;
  uint32_t points;
};

// In proportion to the weights, points_per_target for the average target.
std::vector<Share> shares_of(std::span<const Peer> peers) {
  uint64_t total = 0;
  std::set<uint32_t> targets;
  for (const Peer& peer : peers) {
    if (peer.weight == 0) continue;
    total += peer.weight;
    targets.insert(peer.target);
  }
  std::vector<Share> shares;
  for (size_t i = 0; i < peers.size(); ++i) {
    if (peers[i].weight == 0) continue;
    // In floating point and in this order, as the rings that exist already were made.
    const double points = static_cast<double>(peers[i].weight) / static_cast<double>(total) *
                          static_cast<double>(targets.size()) * HashRing::points_per_target;
    shares.push_back({i, label_of(peers[i].address), std::max(1u, static_cast<uint32_t>(points))});
  }
  // Where two points meet, the earlier has the slot: their order must not depend on who listed them.
  std::sort(shares.begin(), shares.end(), [](const Share& a, const Share& b) { return a.label < b.label; });
  return shares;
}

}  // namespace

HashRing::HashRing(std::span<const Peer> peers, uint32_t slots) : turns_(peers.size()) {
  for (slots = std::max(slots, slots_min); !build(peers, slots); slots *= 2) {
  }
}

// False: a peer found no room for its points.
bool HashRing::build(std::span<const Peer> peers, uint32_t slots) {
  const std::vector<Share> shares = shares_of(peers);
  const uint64_t points = std::accumulate(shares.begin(), shares.end(), uint64_t{0},
                                          [](uint64_t sum, const Share& share) { return sum + share.points; });
  owners_.clear();
  if (shares.empty()) return true;
  if (points > slots) return false;
  owners_.assign(slots, nobody);
  for (const Share& share : shares) {
    std::string text = share.label;
    uint32_t placed = 0;
    // A slot that is taken already costs a number, not a point.
    for (uint32_t number = 1; placed < share.points; ++number) {
      if (number > slots) return false;
      char digits[10];
      const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
      text.resize(share.label.size());
      text.append(digits, end);
      uint32_t& owner = owners_[hash32(text) % slots];
      if (owner != nobody) continue;
      owner = static_cast<uint32_t>(share.peer);
      ++placed;
    }
  }
  // Each free slot belongs to the owner below it, so that nobody has to look for one; the ring is closed.
  uint32_t below = *std::find_if(owners_.rbegin(), owners_.rend(), [](uint32_t owner) { return owner != nobody; });
  for (uint32_t& owner : owners_) owner = below = owner == nobody ? below : owner;
  return true;
}

std::optional<size_t> HashRing::pick(Weights weights, std::optional<uint32_t> hash) {
  if (!hash) return turns_.pick(weights);
  const size_t count = owners_.size();
  size_t slot = count == 0 ? 0 : *hash % count;
  for (size_t steps = 0; steps < count; ++steps) {
    if (weights[owners_[slot]] != 0) return owners_[slot];
    slot = (slot == 0 ? count : slot) - 1;
  }
  return std::nullopt;
}

}  // namespace balancing
