#pragma once
// What shall run before the loop sleeps again. Waking somebody means queueing him: his code never runs inside the call
// that woke him, so that nobody is destroyed under his own feet and the stack stays flat.

#include <cstddef>

namespace async {

class ReadyQueue;

// An intrusive entry. Destroying it takes it out of the queue.
class Ready {
 public:
  using Run = void (*)(Ready&);
  explicit Ready(Run run) : run_(run) {}
  Ready(const Ready&) = delete;
  Ready& operator=(const Ready&) = delete;
  ~Ready() { withdraw(); }

  bool queued() const { return next_ != nullptr; }
  void withdraw() {
    if (!next_) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = nullptr;
  }

 private:
  friend ReadyQueue;
  Run run_;
  Ready* previous_ = nullptr;
  Ready* next_ = nullptr;
};

class ReadyQueue {
 public:
  ReadyQueue() : head_(nullptr) { head_.previous_ = head_.next_ = &head_; }
  ~ReadyQueue() {
    while (!empty()) head_.next_->withdraw();
    head_.previous_ = head_.next_ = nullptr;
  }

  bool empty() const { return head_.next_ == &head_; }
  // Queued already: stays where it is.
  void push(Ready& ready) {
    if (ready.queued()) return;
    ready.previous_ = head_.previous_;
    ready.next_ = &head_;
    head_.previous_->next_ = &ready;
    head_.previous_ = &ready;
  }
  // Runs what is queued now; what that queues in turn waits for the next call. Entries may withdraw each other
  // meanwhile. Returns how many ran.
  size_t run_batch() {
    if (empty()) return 0;
    Ready end(nullptr);
    push(end);
    size_t count = 0;
    while (head_.next_ != &end) {
      Ready& first = *head_.next_;
      first.withdraw();
      first.run_(first);
      count++;
    }
    return count;
  }

 private:
  Ready head_;
};

}  // namespace async
