#pragma once
// Owner of tasks that nobody awaits: connections, health checks, senders of logs.

#include <cstddef>

#include "gateway/async/ready_queue.h"
#include "gateway/async/task.h"

namespace async {

// Destroying a scope cancels its tasks, in the order they were spawned. A task must not destroy the scope it runs in.
class Scope : private Ready {
 public:
  explicit Scope(ReadyQueue& queue);
  ~Scope();

  // Keeps the task until it has finished; its frame, parameters included, is freed from the ready queue soon after.
  void spawn(Task<>&& task);
  // Tasks that have not finished.
  size_t count() const { return count_; }
  // Cancels every task now. Not to be called by one of them.
  void cancel_all();

 private:
  struct Entry;
  static void finished(void* entry);
  static void reap(Ready& scope);
  void free_finished();

  ReadyQueue& queue_;
  Entry* first_ = nullptr;  // unfinished, oldest first
  Entry* last_ = nullptr;
  Entry* finished_ = nullptr;  // waiting to be freed
  size_t count_ = 0;
};

}  // namespace async
