#include "gateway/observe/log.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <ctime>

namespace observe {
namespace {

constexpr size_t line_bytes_max = 8 * 1024;
constexpr int reader_patience_ms = 1'000;
constexpr std::array<std::string_view, 8> level_names = {"debug", "info", "notice", "warn", "error", "crit", "alert", "emerg"};

using Line = fmt::basic_memory_buffer<char, 512>;

void append(Line& line, std::string_view text) { line.append(text.data(), text.data() + text.size()); }

void append_escaped(Line& line, std::string_view text) {
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      line.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(line), "\\x{:02x}", byte);
    }
  }
}

void append_time(Line& line) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  tm utc{};
  gmtime_r(&now.tv_sec, &utc);
  fmt::format_to(std::back_inserter(line), "{:04}/{:02}/{:02} {:02}:{:02}:{:02}.{:03}", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                 utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_nsec / 1000000);
}

void append_part(Line& line, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  append(line, ", ");
  append(line, name);
  append(line, ": ");
  append_escaped(line, value);
}

bool owned(int descriptor) { return descriptor > 2; }

int open_log(const std::string& path) {
  if (path.empty() || path == "/dev/stderr") return 2;
  if (path == "/dev/stdout") return 1;
  return ::open(path == "off" ? "/dev/null" : path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
}

}  // namespace

std::optional<Level> parse_level(std::string_view name) {
  for (size_t i = 0; i < level_names.size(); ++i) {
    if (level_names[i] == name) return static_cast<Level>(i);
  }
  return std::nullopt;
}

std::string_view name_of(Level level) { return level_names[static_cast<size_t>(level)]; }

Log::Log(std::string path, Level level) : path_(std::move(path)), level_(level) { reopen(); }

Log::~Log() {
  if (int descriptor = descriptor_.load(); owned(descriptor)) ::close(descriptor);
}

void Log::write(Level level, std::string_view text, const Subject& subject) {
  if (!enabled(level)) return;
  Line line;
  append_time(line);
  fmt::format_to(std::back_inserter(line), " [{}] {}: ", name_of(level), getpid());
  append_escaped(line, text.substr(0, line_bytes_max));
  append_part(line, "field", subject.field);
  append_part(line, "peer", subject.peer);
  append_part(line, "route", subject.route);
  append_part(line, "request_id", subject.request_id);
  if (line.size() > line_bytes_max) line.resize(line_bytes_max);
  line.push_back('\n');
  const int descriptor = descriptor_.load(std::memory_order_acquire);
  // A pipe whose reader has stopped must not stop who reports. A file is always ready.
  pollfd poller{descriptor, POLLOUT, 0};
  const bool ready = ::poll(&poller, 1, stalled_.load(std::memory_order_relaxed) ? 0 : reader_patience_ms) != 0;
  stalled_.store(!ready, std::memory_order_relaxed);
  // A log that cannot be written has nobody to complain to.
  if (ready) [[maybe_unused]] ssize_t written = ::write(descriptor, line.data(), line.size());
}

void Log::reopen() {
  int opened = open_log(path_);
  int before = descriptor_.load();
  if (opened < 0) {
    if (!owned(before)) descriptor_.store(2);
    write(Level::error, "the error log cannot be opened", {.field = path_, .peer = {}, .route = {}, .request_id = {}});
    return;
  }
  if (owned(before) && owned(opened)) {
    // dup3 replaces the file behind the number: a thread in the middle of write() never sees a closed descriptor.
    ::dup3(opened, before, O_CLOEXEC);
    ::close(opened);
    return;
  }
  descriptor_.store(opened, std::memory_order_release);
}

}  // namespace observe
