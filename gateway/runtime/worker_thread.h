#pragma once
// One worker: a thread with its own loop, listeners, resolver and pools. Everything reaches it as a message.

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gateway/net/listener.h"
#include "gateway/net/resolver.h"
#include "gateway/net/tls_context.h"
#include "gateway/observe/log.h"
#include "gateway/proxy/connection_limit.h"
#include "gateway/proxy/worker.h"
#include "gateway/runtime/settings.h"

namespace runtime {

class WorkerThread {
 public:
  struct Shared {
    const Settings& settings;
    const proxy::Options& options;
    const net::TlsContext* server_tls;      // of ssl listeners; nullptr: there are none
    const net::TlsContext& upstream_tls;
    const balancing::TargetMarks& marks;
    balancing::Loads& loads;
    proxy::ConnectionLimit& connections;    // of all workers
    observe::Log& log;
    proxy::SnapshotSlot::Retire retire;     // hands old snapshots to the control thread
    std::shared_ptr<const proxy::Snapshot> first;
    observe::LogFiles& log_files;
  };

  explicit WorkerThread(Shared shared) : shared_(std::move(shared)) {}
  ~WorkerThread();

  // Opens the listeners on the new thread and waits until they are open. Port 0 becomes the kernel's choice in `listens`, so that the
  // next worker takes the same. Empty: it runs; else what failed.
  std::string start(std::vector<Listen>& listens);
  // From any thread; `done` runs on the worker's thread when it has the snapshot.
  void publish(std::shared_ptr<const proxy::Snapshot> snapshot, std::function<void()> done);
  // No new requests on connections that are there: answers carry Connection: close.
  void drain();
  // Closes the listeners so that nobody who has connected is lost, which takes a moment; then the connections that wait for a request, as
  // soon as none can be on its way. The others go on.
  void close_listeners();
  // From any thread: the listeners are closed.
  bool listeners_closed() const { return listeners_closed_.load(std::memory_order_acquire); }
  void stop();   // ends the thread and every connection

  const proxy::Counters* counters() const { return worker_ ? &worker_->counters : nullptr; }

 private:
  void run(std::vector<Listen>* listens, std::promise<std::string>* started);
  std::string open_listeners(std::vector<Listen>& listens);
  void welcome(std::unique_ptr<net::Stream> stream, bool tls);
  void turn_away(std::unique_ptr<net::Stream> stream, bool tls);
  void make_room(int code);

  Shared shared_;
  std::thread thread_;
  std::unique_ptr<net::Loop> loop_;
  std::unique_ptr<net::Resolver> resolver_;
  std::unique_ptr<proxy::Worker> worker_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  uint64_t closing_ms_ = 0, room_made_ms_ = 0;
  std::atomic<bool> listeners_closed_{false};
  static void closing_due(void* self);
  net::Timer closing_{&WorkerThread::closing_due, this};
  static void sweep_due(void* self);
  net::Timer sweep_{&WorkerThread::sweep_due, this};
};

}  // namespace runtime
