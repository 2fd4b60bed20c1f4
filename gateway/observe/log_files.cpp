#include "gateway/observe/log_files.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <utility>

namespace observe {
namespace {

int64_t now_s() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

constexpr size_t block_bytes = 64 * 1024;
// So much is written without waiting for more.
constexpr size_t worth_writing_bytes = 256 * 1024;
constexpr int64_t complaint_interval_s = 10;
constexpr int reader_patience_ms = 1'000;

}  // namespace

LogFiles::LogFiles(size_t queue_bytes_max, std::function<void(std::string_view)> complain)
    : queue_bytes_max_(queue_bytes_max), complain_(std::move(complain)), writer_([this] { run(); }) {}

LogFiles::~LogFiles() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  writer_.join();
  close_all();
}

LogFiles::File LogFiles::file(std::string_view path) {
  std::lock_guard lock(mutex_);
  for (size_t i = 0; i < sinks_.size(); ++i) {
    if (sinks_[i].path == path) return static_cast<File>(i);
  }
  sinks_.push_back({std::string(path)});
  return static_cast<File>(sinks_.size() - 1);
}

void LogFiles::complain_to(std::function<void(std::string_view)> complain) {
  std::lock_guard lock(mutex_);
  complain_ = std::move(complain);
}

void LogFiles::append(File file, std::string_view line, bool open_anew) {
  std::lock_guard lock(mutex_);
  if (queue_.empty() || queue_.back().file != file || queue_.back().open_anew != open_anew || queue_.back().text.size() >= block_bytes) {
    queue_.push_back({file, open_anew, 0, {}});
    // Growing step by step would copy it; a lone line of a quiet node needs no block of its own.
    if (queued_bytes_ > 0) queue_.back().text.reserve(block_bytes + line.size() + 1);
  }
  Block& block = queue_.back();
  block.text.append(line).push_back('\n');
  ++block.lines;
  added(line.size() + 1);
}

void LogFiles::append_block(File file, std::string lines, uint32_t line_count) {
  std::lock_guard lock(mutex_);
  const size_t bytes = lines.size();
  queue_.push_back({file, false, line_count, std::move(lines)});
  added(bytes);
}

void LogFiles::added(size_t bytes) {
  const size_t before = std::exchange(queued_bytes_, queued_bytes_ + bytes);
  while (queued_bytes_ > queue_bytes_max_ && !queue_.empty()) {
    queued_bytes_ -= queue_.front().text.size();
    dropped_.fetch_add(queue_.front().lines, std::memory_order_relaxed);
    queue_.pop_front();
  }
  if (before == 0 || (before < worth_writing_bytes && queued_bytes_ >= worth_writing_bytes)) wake_.notify_one();
}

void LogFiles::flush() {
  std::unique_lock lock(mutex_);
  ++flushing_;
  wake_.notify_one();
  idle_.wait(lock, [this] { return queue_.empty() && !writing_; });
  --flushing_;
}

void LogFiles::reopen() { reopen_.store(true); }

void LogFiles::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    wake_.wait_for(lock, std::chrono::milliseconds(gather_ms), [this] { return stopping_ || flushing_ > 0 || queued_bytes_ >= worth_writing_bytes; });
    std::deque<Block> batch;
    batch.swap(queue_);
    queued_bytes_ = 0;
    writing_ = true;
    lock.unlock();
    write_batch(batch);
    lock.lock();
    writing_ = false;
    if (queue_.empty()) idle_.notify_all();
  }
}

void LogFiles::write_batch(std::deque<Block>& batch) {
  if (reopen_.exchange(false)) close_all();
  for (const Block& block : batch) {
    Sink* sink = nullptr;
    {
      std::lock_guard lock(mutex_);
      sink = &sinks_[block.file];
    }
    write_lines(*sink, block.text, block.lines, block.open_anew);
  }
}

void LogFiles::write_lines(Sink& sink, std::string_view text, uint64_t lines, bool open_anew) {
  if (open_anew && sink.descriptor > 2) {
    ::close(sink.descriptor);
    sink.descriptor = -1;
  }
  if (sink.descriptor < 0 && !open(sink)) return fail(sink, "open", lines);
  // What follows half a line stands on a line of its own.
  bool ready = !sink.torn || write_some(sink, "\n") == 1;
  if (ready) sink.torn = false;
  while (ready && !text.empty()) {
    const ssize_t written = write_some(sink, text);
    if (written < 0 && errno == EINTR) continue;
    ready = written > 0;
    if (!ready) break;
    sink.torn = text[static_cast<size_t>(written) - 1] != '\n';
    text.remove_prefix(static_cast<size_t>(written));
  }
  sink.stalled = !ready && errno == EAGAIN;
  if (ready) return;
  const bool lost = !sink.stalled;
  fail(sink, "write", static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n')));
  if (lost && sink.descriptor > 2) ::close(sink.descriptor);
  if (lost) sink.descriptor = -1;
}

// The process's own streams may be shared with others, so they cannot be made non-blocking: what poll says fits is all that is written.
ssize_t LogFiles::write_some(Sink& sink, std::string_view text) {
  if (!sink.waits) return ::write(sink.descriptor, text.data(), text.size());
  pollfd poller{sink.descriptor, POLLOUT, 0};
  if (::poll(&poller, 1, sink.stalled ? 0 : reader_patience_ms) == 0) return errno = EAGAIN, -1;
  const ssize_t sent = ::send(sink.descriptor, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0 || errno != ENOTSOCK) return sent;
  return ::write(sink.descriptor, text.data(), std::min<size_t>(text.size(), PIPE_BUF));
}

bool LogFiles::open(Sink& sink) {
  if (sink.path == "/dev/stdout" || sink.path == "/dev/stderr") {
    // Opening the path would fail when the stream is a socket, and would lose O_APPEND order when it is a file.
    sink.descriptor = sink.path == "/dev/stdout" ? 1 : 2;
  } else {
    // O_NONBLOCK: a pipe without a reader is an error now instead of a writer that hangs.
    sink.descriptor = ::open(sink.path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);
  }
  struct stat what {};
  sink.waits = sink.descriptor >= 0 && ::fstat(sink.descriptor, &what) == 0 && !S_ISREG(what.st_mode);
  return sink.descriptor >= 0;
}

void LogFiles::close_all() {
  std::lock_guard lock(mutex_);
  for (Sink& sink : sinks_) {
    if (sink.descriptor > 2) ::close(sink.descriptor);
    sink.descriptor = -1;
  }
}

void LogFiles::fail(Sink& sink, std::string_view what, uint64_t lines) {
  int error = errno;
  dropped_.fetch_add(lines, std::memory_order_relaxed);
  if (!complain_ || now_s() - sink.complained_s < complaint_interval_s) return;
  sink.complained_s = now_s();
  complain_("log file " + sink.path + ": " + std::string(what) + ": " + std::strerror(error));
}

}  // namespace observe
