#pragma once
// The error log: one line for each event, to a file or stderr. One object, made by main and passed to whoever reports.
// A line is one write(2) to an O_APPEND descriptor, so threads need no lock and lines never mix.

#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace observe {

enum class Level : uint8_t { debug, info, notice, warn, error, crit, alert, emerg };

// "debug" ... "emerg"; nullopt for anything else.
std::optional<Level> parse_level(std::string_view name);
std::string_view name_of(Level level);

// Whom and what a line is about; empty members are left out.
struct Subject {
  std::string_view field;       // "services[3].url"
  std::string_view peer;        // client or upstream address
  std::string_view route;
  std::string_view request_id;
};

class Log {
 public:
  // Empty path or "/dev/stderr": descriptor 2, "/dev/stdout": 1, "/dev/null" or "off": nothing is written. A file that cannot be opened falls
  // back to stderr, with one line that says so.
  explicit Log(std::string path = {}, Level level = Level::notice);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  bool enabled(Level level) const { return level >= level_.load(std::memory_order_relaxed); }
  Level level() const { return level_.load(std::memory_order_relaxed); }
  void set_level(Level level) { level_.store(level, std::memory_order_relaxed); }

  // Control characters in any part are escaped: what comes from the network cannot forge a line. At most 8 KiB are written, and none when the
  // reader of a pipe has stopped.
  void write(Level level, std::string_view text, const Subject& subject = {});

  template <typename... Arguments>
  void print(Level level, const Subject& subject, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    if (!enabled(level)) return;
    write(level, fmt::format(format, std::forward<Arguments>(arguments)...), subject);
  }
  template <typename... Arguments>
  void print(Level level, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    print(level, Subject{}, format, std::forward<Arguments>(arguments)...);
  }

  // After log rotation (USR1): the path is opened anew. Any thread.
  void reopen();

 private:
  std::string path_;
  std::atomic<Level> level_;
  std::atomic<int> descriptor_{2};
  std::atomic<bool> stalled_{false};  // the stream did not take the last line: the next ones are not waited for
};

}  // namespace observe
