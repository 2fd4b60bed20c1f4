#pragma once
// The access log of one worker: a line for each request, gathered in memory and handed to the log files' writer a block
// at a time. No system call, and no allocation but that of the next block, is on a request's path.

#include <string>
#include <string_view>
#include <vector>

#include "gateway/net/loop.h"
#include "gateway/observe/access_line.h"
#include "gateway/observe/log_files.h"
#include "schema/config.h"

namespace proxy {

struct Journey;
struct Snapshot;

// The query parameters in which plugins of the configuration look for keys. Over all routes: a request that matched
// none, or that another plugin refused, may carry a key too.
std::vector<std::string> query_secrets(const schema::Config& config);

class AccessLog {
 public:
  static constexpr uint32_t flush_after_ms = 200;  // how long a line may wait for company

  AccessLog(net::Loop& loop, observe::LogFiles& files, observe::LogFiles::File file);
  ~AccessLog();  // hands over what is left

  // A journey that has ended. Keys in the query, by the names that the configuration's plugins take them from, are
  // blotted out.
  void write(const Journey& journey);
  // A request that could not be understood; `begun` is what was read of it.
  void write_refused(std::string_view client_ip, const Snapshot& snapshot, std::string_view begun, int status,
                     size_t body_bytes, std::string_view request_id);
  void flush();

 private:
  void append(const observe::AccessLine& line);
  static void due(void* self);

  net::Loop& loop_;
  observe::LogFiles& files_;
  observe::LogFiles::File file_;
  observe::LogTime time_;
  std::string block_;
  uint32_t lines_ = 0;
  net::Timer timer_{&AccessLog::due, this};
};

}  // namespace proxy
