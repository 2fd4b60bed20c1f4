#pragma once
// Somebody asks the program to end while nodes are being changed.

namespace deckctl {

// Keeps SIGINT and SIGTERM back while it lives, so that work can stop where it is safe. To be made by the main thread
// before it starts others: they inherit its signal mask. A second signal, once the first was looked at, ends the
// program at once.
class Interruption {
 public:
  Interruption();
  ~Interruption();  // a signal that nobody looked at came too late to matter
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  bool asked();
  // Readable when there is something to look at; for poll(2).
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
  bool asked_ = false;
};

}  // namespace deckctl
