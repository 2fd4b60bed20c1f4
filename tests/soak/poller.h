#pragma once
// One thread's events: sockets that have become ready and moments that have come. Edge-triggered, so whoever is told
// reads until nothing is left.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace soak {

using Clock = std::chrono::steady_clock;

class Peer {
 public:
  virtual ~Peer() = default;
  virtual void on_events() = 0;  // readable, writable or ended
  virtual void on_due() {}       // the moment that Poller::at was asked for
};

class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  void watch(int descriptor, Peer& peer);
  // One moment for each peer; another call replaces it. An end of the peer takes it away.
  void at(Clock::time_point moment, Peer& peer);
  // Never again; the peer is destroyed after the events at hand, which may still name it.
  void bury(std::unique_ptr<Peer> peer);
  // Waits at most so long for something to happen and tells everyone concerned.
  void turn(std::chrono::microseconds wait_max);

 private:
  void forget_moment(Peer& peer);
  int epoll_;
  std::multimap<Clock::time_point, Peer*> moments_;
  std::map<Peer*, std::multimap<Clock::time_point, Peer*>::iterator> moment_of_;
  std::vector<std::unique_ptr<Peer>> buried_;
};

}  // namespace soak
