#include "deckctl/nodes/interruption.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace deckctl {

namespace {

sigset_t endings() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

bool take_one(int descriptor) {
  signalfd_siginfo signal;
  return read(descriptor, &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal);
}

}  // namespace

Interruption::Interruption() {
  const sigset_t set = endings();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  descriptor_ = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

Interruption::~Interruption() {
  while (take_one(descriptor_)) {
  }
  close(descriptor_);
  const sigset_t set = endings();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

bool Interruption::asked() {
  if (asked_ || !take_one(descriptor_)) return asked_;
  const sigset_t set = endings();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  return asked_ = true;
}

}  // namespace deckctl
