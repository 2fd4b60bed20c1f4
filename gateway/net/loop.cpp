#include "gateway/net/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace net {
namespace {

constexpr int events_per_turn = 256;
constexpr uint64_t wake_tag = UINT64_MAX;
// Chains of wake-ups that may run before sockets are looked at again.
constexpr int ready_batches_max = 8;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::abort();
}

}  // namespace

Loop::Loop(Clock& clock) : clock_(clock), timers_(clock.now_ms()), scope_(ready_) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  // Without them there is no loop, and nothing that could answer for it.
  if (epoll_ < 0 || wake_ < 0) give_up("event loop");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = wake_tag;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) give_up("event loop");
  read_clock();
}

Loop::Loop() : Loop(*new SystemClock) { own_clock_.reset(&clock_); }

Loop::~Loop() {
  // What tasks, messages and callbacks own may be sockets of this loop: they go while it still is one.
  scope_.cancel_all();
  deferred_.clear();
  mailbox_.clear();
  ::close(wake_);
  ::close(epoll_);
}

void Loop::read_clock() {
  now_ms_ = clock_.now_ms();
  wall_ms_ = clock_.wall_ms();
}

void Loop::run() {
  running_ = true;
  while (running_) turn(UINT32_MAX);
}

void Loop::stop() {
  post([this] { running_ = false; });
}

int Loop::wait_ms(uint32_t wait_ms_max) {
  if (!ready_.empty() || !deferred_.empty() || wait_ms_max == 0) return 0;
  uint64_t wait = wait_ms_max;
  if (auto next = timers_.next_ms()) {
    uint64_t now = clock_.now_ms();  // the turn has taken its time
    wait = std::min(wait, *next > now ? *next - now : 0);
  } else if (wait_ms_max == UINT32_MAX) {
    return -1;
  }
  return static_cast<int>(std::min<uint64_t>(wait, 3'600'000));
}

bool Loop::turn(uint32_t wait_ms_max) {
  epoll_event events[events_per_turn];
  int count = epoll_wait(epoll_, events, events_per_turn, wait_ms(wait_ms_max));
  read_clock();
  bool woken = false;
  for (int i = 0; i < count; i++) {
    uint64_t tag = events[i].data.u64;
    if (tag == wake_tag) {
      woken = true;
      continue;
    }
    const Watch& watch = watches_[tag & UINT32_MAX];
    if (watch.handler && watch.generation == tag >> 32) watch.handler->on_events(events[i].events);
  }
  bool busy = count > 0;
  if (woken) busy |= run_messages();
  busy |= timers_.advance(now_ms_) > 0;
  busy |= run_ready();
  return busy;
}

void Loop::run_until_idle() {
  while (turn(0)) {
  }
}

bool Loop::run_messages() {
  uint64_t count = 0;
  if (::read(wake_, &count, sizeof count) < 0 && errno != EAGAIN) give_up("eventfd");
  std::vector<std::function<void()>> messages;
  {
    std::lock_guard lock(mailbox_mutex_);
    messages.swap(mailbox_);
  }
  for (auto& message : messages) message();
  return !messages.empty();
}

bool Loop::run_ready() {
  bool busy = false;
  for (int batch = 0; batch < ready_batches_max && ready_.run_batch() > 0; batch++) busy = true;
  if (deferred_.empty()) return busy;
  std::vector<std::function<void()>> callbacks;
  callbacks.swap(deferred_);
  for (auto& callback : callbacks) callback();
  return true;
}

void Loop::post(std::function<void()> message) {
  bool was_empty;
  {
    std::lock_guard lock(mailbox_mutex_);
    was_empty = mailbox_.empty();
    mailbox_.push_back(std::move(message));
  }
  // One wake-up for all that has come until the loop looks.
  uint64_t one = 1;
  if (was_empty && ::write(wake_, &one, sizeof one) < 0 && errno != EAGAIN) give_up("eventfd");
}

void Loop::defer(std::function<void()> callback) { deferred_.push_back(std::move(callback)); }

bool Loop::watch(int fd, uint32_t epoll_events, Handler& handler) {
  auto index = static_cast<size_t>(fd);
  if (index >= watches_.size()) watches_.resize(std::max(index + 1, watches_.size() * 2));
  Watch& watch = watches_[index];
  epoll_event event{};
  event.events = epoll_events;
  event.data.u64 = uint64_t{++watch.generation} << 32 | index;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) return false;
  watch.handler = &handler;
  return true;
}

bool Loop::modify(int fd, uint32_t epoll_events) {
  auto index = static_cast<size_t>(fd);
  epoll_event event{};
  event.events = epoll_events;
  event.data.u64 = uint64_t{watches_[index].generation} << 32 | index;
  return epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) == 0;
}

void Loop::unwatch(int fd) {
  forget(fd);
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

void Loop::forget(int fd) {
  Watch& watch = watches_[static_cast<size_t>(fd)];
  watch.handler = nullptr;
  watch.generation++;
}

}  // namespace net
