#include "tests/soak/upstream.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "tests/soak/sockets.h"

namespace soak {

namespace {

constexpr uint32_t ending_percent = 20;  // of the answers
constexpr size_t part_bytes = 40;        // of a head: enough to know which request it is
constexpr size_t all_bytes = 1 << 20;

// "POST /race/17 HTTP/1.1": 17
uint64_t number_of(const std::string& head) {
  const size_t slash = head.find('/', head.find('/') + 1);
  return slash == std::string::npos ? UINT64_MAX : std::strtoull(head.c_str() + slash + 1, nullptr, 10);
}

size_t length_of(const std::string& head, size_t head_bytes) {
  const size_t at = head.find("Content-Length: ");
  return at < head_bytes ? std::strtoul(head.c_str() + at + 16, nullptr, 10) : 0;
}

}  // namespace

class Upstream::Connection final : public Peer {
 public:
  Connection(Upstream& upstream, int descriptor) : upstream_(upstream), descriptor_(descriptor) {
    upstream_.poller_.watch(descriptor_, *this);
  }
  ~Connection() override { end(); }

  void on_events() override {
    if (descriptor_ < 0) return;
    if (!send_some(descriptor_, unsent_)) return leave();
    if (served_ > 0 && in_.empty() && upstream_.habit_ == Habit::breaks && chance(ending_percent / 4) &&
        unread_bytes(descriptor_) > 0)
      return break_off();
    Received received;
    while ((received = receive(descriptor_, in_, all_bytes)) == Received::some) {
    }
    if (received != Received::nothing) return leave();
    while (answer_next()) {
    }
  }

  // The moment to end it has come.
  void on_due() override {
    if (descriptor_ < 0 || !in_.empty()) return;
    if (upstream_.habit_ == Habit::ends && unread_bytes(descriptor_) > 0) return;  // too late for an orderly end
    upstream_.endings_.fetch_add(1, std::memory_order_relaxed);
    // Nothing is taken from here on, so the look behind it is exact. (close() may find bytes that came after a look.)
    if (upstream_.habit_ == Habit::ends) end_both_directions(descriptor_);
    // A request that lies there unread shares the connection's fate, and to its sender that looks as if it had been
    // read.
    if (receive(descriptor_, in_, part_bytes) == Received::some) upstream_.ledger_.begun(number_of(in_));
    if (upstream_.habit_ == Habit::resets) reset_now();
    leave();
  }

 private:
  bool chance(uint32_t percent) { return upstream_.random_() % 100 < percent; }

  void end() {
    if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
  }

  void reset_now() {
    const Clock::time_point begin = Clock::now();
    reset(std::exchange(descriptor_, -1));
    upstream_.resets_.push_back({begin, Clock::now()});
  }

  void leave() {
    end();
    upstream_.bury(*this);
  }

  bool answer_next() {
    const size_t head = in_.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const uint64_t number = number_of(in_);
    upstream_.ledger_.begun(number);
    const size_t whole = head + 4 + length_of(in_, head);
    if (in_.size() < whole) return false;
    in_.erase(0, whole);
    upstream_.ledger_.processed(number);
    const std::string text = std::to_string(number);
    out_ = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
    unsent_ = out_;
    if (!send_some(descriptor_, unsent_)) return false;
    ++served_;
    const bool idle_ends = upstream_.habit_ == Habit::ends || upstream_.habit_ == Habit::resets;
    // From at once to later than most are asked again.
    if (idle_ends && chance(ending_percent))
      upstream_.poller_.at(Clock::now() + std::chrono::microseconds(upstream_.random_() % (chance(50) ? 150 : 2'000)),
                           *this);
    return true;
  }

  // In one of four ways; two of them have had an effect.
  void break_off() {
    const bool part = chance(50), orderly = chance(50);
    receive(descriptor_, in_, part ? part_bytes : all_bytes);
    const uint64_t number = number_of(in_);
    upstream_.ledger_.begun(number);
    const size_t head = in_.find("\r\n\r\n");
    if (head != std::string::npos && in_.size() >= head + 4 + length_of(in_, head)) upstream_.ledger_.processed(number);
    upstream_.endings_.fetch_add(1, std::memory_order_relaxed);
    if (!orderly) reset_now();
    leave();
  }

  Upstream& upstream_;
  int descriptor_;
  std::string in_, out_;
  std::string_view unsent_;
  uint64_t served_ = 0;
};

Upstream::Upstream(Poller& poller, Habit habit, Ledger& ledger)
    : poller_(poller), habit_(habit), ledger_(ledger), listener_(listen_on_loopback(port_)), random_(port_) {
  poller_.watch(listener_, *this);
}

Upstream::~Upstream() { close(listener_); }

void Upstream::on_events() {
  for (int descriptor; (descriptor = accept_from(listener_)) >= 0;) {
    connections_.fetch_add(1, std::memory_order_relaxed);
    open_.insert(std::make_unique<Connection>(*this, descriptor));
  }
}

void Upstream::bury(Connection& connection) {
  const auto found =
      std::find_if(open_.begin(), open_.end(), [&](const auto& one) { return one.get() == &connection; });
  if (found != open_.end()) poller_.bury(std::move(open_.extract(found).value()));
}

}  // namespace soak
