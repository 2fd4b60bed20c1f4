#include "gateway/balancing/balancer.h"

#include <doctest/doctest.h>

#include "gateway/balancing/hash.h"

using namespace balancing;

namespace {

Peer peer(std::string_view ip, uint32_t target, uint32_t weight = 100, bool available = true) {
  return {*net::Address::from_ip(ip, 80), weight, target, available};
}

std::string order(Balancer& balancer, int picks) {
  std::string all;
  for (int i = 0; i < picks; ++i) {
    const auto picked = balancer.pick();
    all += picked ? balancer.peers()[*picked].address.ip().back() : '-';
  }
  return all;
}

const Peer a = peer("10.0.0.1", 0), b = peer("10.0.0.2", 1), c = peer("10.0.0.3", 2);

}  // namespace

TEST_CASE("algorithms are known by their names in the configuration") {
  CHECK(method_of("round-robin") == Method::round_robin);
  CHECK(method_of("consistent-hashing") == Method::consistent_hashing);
  CHECK(method_of("least-connections") == Method::least_connections);
  CHECK(method_of("latency") == Method::latency);
}

TEST_CASE("a name with two addresses gets twice the turns: each has the target's weight") {
  Loads loads;
  Balancer balancer({}, loads, "u");
  balancer.update({peer("10.0.0.1", 0), peer("10.0.0.2", 0), peer("10.0.0.3", 1)}, 0);
  CHECK(order(balancer, 6) == "123123");
}

TEST_CASE("turns go on where they were when targets come and go") {
  Loads loads;
  Balancer balancer({}, loads, "u");
  balancer.update({a, b, c}, 0);
  CHECK(order(balancer, 4) == "1231");
  balancer.update({a, b, c}, 0);
  CHECK(order(balancer, 2) == "23");
  CHECK(order(balancer, 1) == "1");
  balancer.update({c, b}, 0);  // whose turn it is
  CHECK(order(balancer, 2).find('2') != std::string::npos);
}

TEST_CASE("who is out of service is not picked by any algorithm, and nobody when all are out") {
  for (const Method method :
       {Method::round_robin, Method::consistent_hashing, Method::least_connections, Method::latency}) {
    Loads loads;
    Balancer balancer({method, 1'000}, loads, "u");
    CHECK_FALSE(balancer.pick(1).has_value());
    balancer.update({a, peer("10.0.0.2", 1, 100, false), c}, 0);
    for (uint32_t i = 0; i < 100; ++i) CHECK(*balancer.pick(hash32(std::to_string(i))) != 1);
    balancer.update({peer("10.0.0.1", 0, 100, false)}, 0);
    CHECK_FALSE(balancer.pick(1).has_value());
    balancer.update({}, 0);
    CHECK_FALSE(balancer.pick(1).has_value());
  }
}

TEST_CASE("a retry goes to an address that was not tried, until nobody else is left") {
  for (const Method method :
       {Method::round_robin, Method::consistent_hashing, Method::least_connections, Method::latency}) {
    Loads loads;
    Balancer balancer({method, 1'000}, loads, "u");
    balancer.update({a, b, c}, 0);
    std::vector<net::Address> tried;
    std::vector<bool> seen(3);
    for (int i = 0; i < 3; ++i) {
      const size_t picked = *balancer.pick(12'345, tried);
      CHECK_FALSE(seen[picked]);
      seen[picked] = true;
      tried.push_back(balancer.peers()[picked].address);
    }
    CHECK(balancer.pick(12'345, tried).has_value());
  }
}

TEST_CASE("connections and averages stay when the peers change, and are those of the node") {
  Loads loads;
  Balancer one({Method::least_connections, 0}, loads, "u"), other({Method::least_connections, 0}, loads, "u");
  one.update({a, b}, 0);
  other.update({a, b}, 0);
  Lease lease = one.start(0, 0);
  CHECK(order(other, 3) == "222");
  other.update({a, b, c}, 0);
  CHECK(order(other, 2).find('1') == std::string::npos);
  lease.end();
  CHECK(loads.open() == 0);
}

TEST_CASE("algorithms that do not ask for it count nothing") {
  Loads loads;
  Balancer balancer({}, loads, "u");
  balancer.update({a, b}, 0);
  const Lease lease = balancer.start(0, 0);
  CHECK(loads.size() == 0);
}
