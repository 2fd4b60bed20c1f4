#pragma once
// A file that only grows, line by line. A line is one write(2) to an O_APPEND descriptor: those of several threads do
// not mix.

#include <string>
#include <string_view>

namespace admin {

class LineFile {
 public:
  // Empty or "off": there is none. /dev/stdout and /dev/stderr are taken as they are: a container's output was made by
  // root, so a process without its rights may write there but not open it anew. `mode` as of open(2), of a new file.
  LineFile(std::string path, unsigned mode);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  bool wanted() const { return !path_.empty() && path_ != "off"; }
  bool usable() const { return descriptor_ >= 0; }
  // Adds the line end. False: it is not there.
  bool write(std::string line);
  // After log rotation: the path is opened anew.
  void reopen();

 private:
  int open() const;

  const std::string path_;
  const unsigned mode_;
  const int descriptor_;
};

}  // namespace admin
