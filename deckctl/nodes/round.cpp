#include "deckctl/nodes/round.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace deckctl {

namespace {

using Clock = std::chrono::steady_clock;

// Giving up meets a node between two connections now and then: it is told again until it has heard.
constexpr auto nudge = std::chrono::milliseconds(50);

struct Asked {
  RemoteNode* node = nullptr;
  Clock::time_point end;
  std::string given_up;  // why
  std::atomic<bool> done = false;
  std::thread thread;
};

class Round {
 public:
  Round(const std::vector<RemoteNode*>& nodes, Interruption* interruption)
      : asked_(nodes.size()), interruption_(interruption), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    for (size_t i = 0; i < nodes.size(); ++i) asked_[i].node = nodes[i];
  }
  ~Round() { close(wake_); }
  Round(const Round&) = delete;
  Round& operator=(const Round&) = delete;

  bool run(const std::function<void(size_t)>& ask) {
    start(ask);
    while (!all_done()) {
      wait();
      give_up();
    }
    for (Asked& one : asked_) one.thread.join();
    return interruption_ == nullptr || !interruption_->asked();
  }

 private:
  void start(const std::function<void(size_t)>& ask) {
    for (size_t i = 0; i < asked_.size(); ++i) {
      Asked& one = asked_[i];
      one.node->resume();
      one.end = Clock::now() + std::chrono::seconds(one.node->timeout_s());
      one.thread = std::thread([this, i, &one, &ask] {
        ask(i);
        one.done = true;
        eventfd_write(wake_, 1);
      });
    }
  }

  bool all_done() const {
    return std::all_of(asked_.begin(), asked_.end(), [](const Asked& one) { return one.done.load(); });
  }

  void wait() {
    Clock::time_point until = Clock::time_point::max();
    for (const Asked& one : asked_)
      if (!one.done) until = std::min(until, one.given_up.empty() ? one.end : Clock::now() + nudge);
    const auto left = until == Clock::time_point::max() ? Clock::duration::zero()
                                                        : std::max(until - Clock::now(), Clock::duration::zero());
    pollfd watched[] = {{wake_, POLLIN, 0},
                        {interrupted_ || interruption_ == nullptr ? -1 : interruption_->descriptor(), POLLIN, 0}};
    poll(watched, 2, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count()));
    eventfd_t ignored;
    eventfd_read(wake_, &ignored);
    interrupted_ = interruption_ != nullptr && interruption_->asked();
  }

  void give_up() {
    const auto now = Clock::now();
    for (Asked& one : asked_) {
      if (one.done) continue;
      if (interrupted_ && one.given_up.empty()) one.given_up = "was not waited for";
      if (one.end <= now && one.given_up.empty())
        one.given_up = "no answer within " + std::to_string(one.node->timeout_s()) + " s";
      if (!one.given_up.empty()) one.node->give_up(one.given_up);
    }
  }

  std::vector<Asked> asked_;
  Interruption* interruption_;
  bool interrupted_ = false;
  const int wake_;
};

}  // namespace

bool ask_side_by_side(const std::vector<RemoteNode*>& nodes, const std::function<void(size_t)>& ask,
                      Interruption* interruption) {
  return Round(nodes, interruption).run(ask);
}

void ask_alone(RemoteNode& node, const std::function<void()>& ask) {
  ask_side_by_side(
      {&node}, [&ask](size_t) { ask(); }, nullptr);
}

}  // namespace deckctl
