#pragma once
// What one worker thread has for its requests. Owned by the runtime's thread; used by everything in proxy/ without locks.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "gateway/balancing/load.h"
#include "gateway/balancing/target_marks.h"
#include "gateway/net/buffer_pool.h"
#include "gateway/net/connector.h"
#include "gateway/net/loop.h"
#include "gateway/net/resolver.h"
#include "gateway/net/tls_context.h"
#include "gateway/proxy/access_log.h"
#include "gateway/proxy/fault_log.h"
#include "gateway/proxy/idle_connections.h"
#include "gateway/proxy/options.h"
#include "gateway/proxy/request_id.h"
#include "gateway/proxy/snapshot.h"
#include "gateway/proxy/upstream_pool.h"

namespace proxy {

// Read by the Admin API's threads while the worker counts; each has one writer, so relaxed order is enough.
struct Counters {
  std::atomic<uint64_t> accepted{0}, active{0}, reading{0}, writing{0}, requests{0}, turned_away{0};
  static void add(std::atomic<uint64_t>& counter, uint64_t amount = 1) {
    counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  static void subtract(std::atomic<uint64_t>& counter) {
    counter.store(counter.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  }
};

struct Worker {
  Worker(net::Loop& own_loop, net::Resolver& own_resolver, const net::TlsContext& tls, const Options& settings, balancing::Loads& of_node,
         SnapshotSlot::Retire retire)
      : loop(own_loop), blocks(own_loop.buffers()), resolver(own_resolver), upstream_tls(tls), options(settings), loads(of_node), pool(settings),
        snapshots(std::move(retire)) {}

  net::Loop& loop;
  net::BufferPool& blocks;
  net::Resolver& resolver;
  const net::TlsContext& upstream_tls;
  net::SocketConnector sockets;
  net::Connector* connector = &sockets;   // a simulation puts its own here
  const Options& options;
  balancing::Loads& loads;                // of all workers
  UpstreamPool pool;
  SnapshotSlot snapshots;
  RequestIds request_ids;
  Counters counters;
  const balancing::TargetMarks* marks = nullptr;      // targets taken out by hand; nullptr: none
  std::unordered_map<std::string, uint32_t> next_address;  // by name
  std::unique_ptr<AccessLog> access_log;              // nullptr: none is kept
  std::unique_ptr<FaultLog> fault_log;                // nullptr: none is kept
  IdleConnections idle;
  uint64_t telling = 0;  // clients that are being turned away
  bool draining = false;
};

}  // namespace proxy
