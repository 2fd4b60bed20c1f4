#pragma once
// Lines for log files: workers push, one writer thread appends. The queue is bounded in bytes; when a disk cannot follow, the oldest lines are
// dropped and counted, and no request ever waits. A pipe or terminal whose reader has stopped costs its own lines, not those of other files
// and not the end of the process.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace observe {

class LogFiles {
 public:
  static constexpr size_t queue_bytes_max_default = 16u << 20;
  static constexpr uint32_t gather_ms = 50;  // how long a line may wait for company: waking the writer costs more than a line
  using File = uint32_t;

  // `complain` gets one text for each failing file at most once in ten seconds, on the writer thread.
  explicit LogFiles(size_t queue_bytes_max = queue_bytes_max_default, std::function<void(std::string_view)> complain = {});
  // Writes what is queued, then ends.
  ~LogFiles();
  LogFiles(const LogFiles&) = delete;
  LogFiles& operator=(const LogFiles&) = delete;

  // Replaces `complain`; before the first line.
  void complain_to(std::function<void(std::string_view)> complain);

  // The number of a path, the same for the same path for ever. The file is opened when its first line is written; "/dev/stdout" and
  // "/dev/stderr" are the process's own descriptors.
  File file(std::string_view path);
  // `line` without the final line break. `open_anew`: the path is opened again for this line (what file-log's `reopen` asks for).
  void append(File file, std::string_view line, bool open_anew = false);
  // Whole lines, each with its line break: what a worker has gathered.
  void append_block(File file, std::string lines, uint32_t line_count);
  // Waits until everything queued before the call is written. For tests and the end of the process.
  void flush();
  // Every file is opened anew at its next line (USR1). Any thread; only sets a mark.
  void reopen();
  // Lines lost because the queue was full or the file could not be written.
  uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  // Lines of one file that came one after the other.
  struct Block {
    File file;
    bool open_anew;
    uint32_t lines;
    std::string text;
  };
  struct Sink {
    std::string path;
    int descriptor = -1;
    int64_t complained_s = -1000;
    bool waits = false;    // a pipe, socket or terminal: a write could wait for its reader
    bool stalled = false;  // its reader did not take the last lines: the next ones are not waited for
    bool torn = false;     // what is there ends in the middle of a line
  };

  // Makes room, and wakes the writer when there is reason to. With the lock held.
  void added(size_t bytes);
  void run();
  void write_batch(std::deque<Block>& batch);
  void write_lines(Sink& sink, std::string_view text, uint64_t lines, bool open_anew);
  static ssize_t write_some(Sink& sink, std::string_view text);
  bool open(Sink& sink);
  void close_all();
  void fail(Sink& sink, std::string_view what, uint64_t lines);

  const size_t queue_bytes_max_;
  std::function<void(std::string_view)> complain_;
  std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::deque<Block> queue_;
  size_t queued_bytes_ = 0;
  std::deque<Sink> sinks_;  // a deque: the writer keeps references while paths are added
  bool stopping_ = false, writing_ = false;
  int flushing_ = 0;  // callers of flush() who wait
  std::atomic<bool> reopen_{false};
  std::atomic<uint64_t> dropped_{0};
  std::thread writer_;
};

}  // namespace observe
