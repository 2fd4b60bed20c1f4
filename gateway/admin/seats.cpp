#include "gateway/admin/seats.h"

#include <sys/socket.h>

namespace admin {

namespace {

int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int64_t longest_ms(Phase phase) {
  switch (phase) {
    case Phase::handshake: return Seats::handshake_ms_max;
    case Phase::head: return Seats::head_ms_max;
    case Phase::body: return Seats::body_ms_max;
    case Phase::answer: return Seats::answer_ms_max;
    case Phase::idle: break;  // the server itself ends idle connections
  }
  return INT64_MAX;
}

}  // namespace

void Seat::enter(Phase phase) {
  phase_.store(phase, std::memory_order_relaxed);
  since_ms_.store(now_ms(), std::memory_order_relaxed);
}

std::list<Seat>::iterator Seats::take(int socket) {
  const std::lock_guard lock(mutex_);
  return seats_.emplace(seats_.end(), socket);
}

void Seats::leave(std::list<Seat>::iterator seat) {
  const std::lock_guard lock(mutex_);
  seats_.erase(seat);
}

void Seats::end(Seat& seat) {
  seat.ended_.store(true, std::memory_order_relaxed);
  ::shutdown(seat.socket_, SHUT_RDWR);
}

void Seats::sweep() {
  const int64_t now = now_ms();
  const std::lock_guard lock(mutex_);
  for (Seat& seat : seats_) {
    if (now - seat.since_ms_.load(std::memory_order_relaxed) > longest_ms(seat.phase())) end(seat);
  }
}

void Seats::make_room() {
  const std::lock_guard lock(mutex_);
  Seat* slowest = nullptr;
  int64_t earliest_ms = INT64_MAX;
  for (Seat& seat : seats_) {
    const int64_t since_ms = seat.since_ms_.load(std::memory_order_relaxed);
    if (seat.ended() || !seat.blocked_.load(std::memory_order_relaxed) || since_ms >= earliest_ms) continue;
    earliest_ms = since_ms;
    slowest = &seat;
  }
  if (slowest != nullptr) end(*slowest);
}

void Seats::stop_waiting() {
  const std::lock_guard lock(mutex_);
  for (Seat& seat : seats_) {
    if (seat.blocked_.load(std::memory_order_relaxed)) ::shutdown(seat.socket_, SHUT_RD);
  }
}

void Threads::enqueue(std::function<void()> task) {
  std::unique_lock lock(mutex_);
  while (queue_.size() >= queued_max && !stopping_) {
    seats_.make_room();
    room_.wait_for(lock, std::chrono::milliseconds(50));
  }
  queue_.push_back(std::move(task));
  if (queue_.size() > idle_ && threads_.size() < threads_max_) threads_.emplace_back([this] { run(); });
  if (queue_.size() > idle_ && threads_.size() >= threads_max_) seats_.make_room();
  wake_.notify_one();
}

// Whoever waits for a seat for long gets one, also when nobody else comes.
void Threads::on_idle() {
  seats_.sweep();
  const std::lock_guard lock(mutex_);
  for (size_t waiting = queue_.size(); waiting > idle_; --waiting) seats_.make_room();
}

void Threads::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return !queue_.empty() || stopping_; });
    --idle_;
    if (queue_.empty()) return;
    auto task = std::move(queue_.front());
    queue_.pop_front();
    room_.notify_one();
    if (queue_.size() > idle_ && threads_.size() >= threads_max_) seats_.make_room();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
}

void Threads::shutdown() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  room_.notify_all();
  seats_.stop_waiting();
  for (std::thread& thread : threads_) thread.join();
}

}  // namespace admin
