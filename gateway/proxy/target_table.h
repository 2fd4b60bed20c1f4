#pragma once
// Where the requests of each service may go, prepared when a snapshot is compiled: a request then copies no text and asks for no address
// that is written down as one.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/balancing/balancer.h"
#include "gateway/net/address.h"
#include "gateway/proxy/hash_key.h"
#include "schema/config.h"

namespace proxy {

struct Target {
  std::string host;         // without brackets, as SNI says it
  uint16_t port = 0;
  net::Address literal;     // of family `none` when the host is a name, to be resolved
  std::string host_field;   // what Host says unless the route keeps the client's
  // Everything but the address that makes two TLS connections interchangeable: name, verification, certificates. A verified connection must
  // never be replaced by an unverified one. Empty: plain.
  std::string tls;
};

// An upstream and how it is balanced, prepared like its targets.
struct Balancing {
  const schema::Upstream* upstream = nullptr;
  balancing::Balancer::Settings settings;
  HashKey hash_key;
};

struct Targets {
  const Balancing* balancing = nullptr;  // nullptr: the service names its one target itself
  std::vector<Target> list;              // in the order of the upstream's targets
};

class TargetTable {
 public:
  explicit TargetTable(const schema::Config& config);
  const Targets& of(const schema::Service& service) const { return by_service_[static_cast<size_t>(&service - first_)]; }
  // Upstreams by their place in the configuration.
  const std::vector<Balancing>& upstreams() const { return upstreams_; }
  size_t place_of(const Balancing& upstream) const { return static_cast<size_t>(&upstream - upstreams_.data()); }

 private:
  const schema::Service* first_;
  std::vector<Balancing> upstreams_;
  std::vector<Targets> by_service_;  // by the service's place in the configuration
};

}  // namespace proxy
