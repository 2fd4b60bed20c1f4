#include "gateway/runtime/signals.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace runtime {

Signals::Signals() {
  // A peer that has gone is an error of the write, not the end of the process.
  signal(SIGPIPE, SIG_IGN);
  // So is a file that may not grow any more.
  signal(SIGXFSZ, SIG_IGN);
  sigset_t wanted;
  sigemptyset(&wanted);
  for (int number : {SIGHUP, SIGTERM, SIGINT, SIGQUIT, SIGUSR1}) sigaddset(&wanted, number);
  pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  descriptor_ = signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
}

Signals::~Signals() {
  if (loop_ != nullptr) loop_->unwatch(descriptor_);
  close(descriptor_);
}

void Signals::watch(net::Loop& loop, OnSignal on_signal) {
  loop_ = &loop;
  on_signal_ = std::move(on_signal);
  loop.watch(descriptor_, EPOLLIN, *this);
}

void Signals::on_events(uint32_t) {
  signalfd_siginfo info;
  while (read(descriptor_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    // Handlers only note what happened; the work is done at the end of the turn.
    loop_->defer([this, number = static_cast<int>(info.ssi_signo)] { on_signal_(number); });
  }
}

}  // namespace runtime
