#pragma once
// Where an attempt goes: an upstream's target by its turn, or the service's own host; resolved to one address.

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "gateway/net/address.h"
#include "gateway/proxy/journey.h"

namespace proxy {

struct Destination {
  net::Address address;
  const Target* target = nullptr;  // as long as the snapshot is pinned
  bool resolved() const { return address.family() != net::Address::Family::none; }
};

// What an attempt remembers of the ones before it.
class Tried {
 public:
  void add_failed(const net::Address& address) {
    if (failed_ == nullptr) failed_ = std::make_unique<std::vector<net::Address>>();
    failed_->push_back(address);
  }
  std::span<const net::Address> failed() const {
    return failed_ == nullptr ? std::span<const net::Address>() : *failed_;
  }

  std::optional<uint32_t> hash;  // of the request's key, once it was asked for
  bool hashed = false;

 private:
  std::unique_ptr<std::vector<net::Address>> failed_;  // hardly any request needs it
};

// Where the upstream's algorithm sends this request, with a lease on it in the journey; or the service's own host.
// Without an address when that is a name, or when names are all that an upstream has and none is resolved yet:
// resolve() goes on from there. Errors: "no peer" (no targets, or all of weight 0 or taken out).
async::Result<Destination> choose_target(Journey& journey, Tried& tried);
// The same with an address, for which names are asked. Errors: also what the resolver says ("name does not exist", "no
// address", ...).
async::Task<async::Result<Destination>> resolve(Journey& journey, Tried& tried);

}  // namespace proxy
