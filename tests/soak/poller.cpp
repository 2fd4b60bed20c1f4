#include "tests/soak/poller.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace soak {

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

Poller::~Poller() { close(epoll_); }

void Poller::watch(int descriptor, Peer& peer) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &peer;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
}

void Poller::forget_moment(Peer& peer) {
  const auto known = moment_of_.find(&peer);
  if (known == moment_of_.end()) return;
  moments_.erase(known->second);
  moment_of_.erase(known);
}

void Poller::at(Clock::time_point moment, Peer& peer) {
  forget_moment(peer);
  moment_of_[&peer] = moments_.emplace(moment, &peer);
}

void Poller::bury(std::unique_ptr<Peer> peer) {
  forget_moment(*peer);
  buried_.push_back(std::move(peer));
}

void Poller::turn(std::chrono::microseconds wait_max) {
  std::chrono::nanoseconds wait = wait_max;
  if (!moments_.empty())
    wait =
        std::clamp<std::chrono::nanoseconds>(moments_.begin()->first - Clock::now(), std::chrono::nanoseconds(0), wait);
  const timespec limit{static_cast<time_t>(wait.count() / 1'000'000'000),
                       static_cast<long>(wait.count() % 1'000'000'000)};
  std::array<epoll_event, 256> events;
  // Milliseconds are too coarse for a connection that is to end between two requests.
  const int count = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &limit, nullptr);
  const auto is_buried = [this](const Peer* peer) {
    return std::any_of(buried_.begin(), buried_.end(), [&](const auto& one) { return one.get() == peer; });
  };
  for (int i = 0; i < count; ++i) {
    auto* peer = static_cast<Peer*>(events[static_cast<size_t>(i)].data.ptr);
    if (!is_buried(peer)) peer->on_events();
  }
  while (!moments_.empty() && moments_.begin()->first <= Clock::now()) {
    Peer& peer = *moments_.begin()->second;
    forget_moment(peer);
    peer.on_due();
  }
  buried_.clear();
}

}  // namespace soak
