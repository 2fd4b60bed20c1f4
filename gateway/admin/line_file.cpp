#include "gateway/admin/line_file.h"

#include <fcntl.h>
#include <unistd.h>

namespace admin {

LineFile::LineFile(std::string path, unsigned mode) : path_(std::move(path)), mode_(mode), descriptor_(open()) {}

LineFile::~LineFile() {
  if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
}

int LineFile::open() const {
  if (!wanted()) return -1;
  if (path_ == "/dev/stdout") return STDOUT_FILENO;
  if (path_ == "/dev/stderr") return STDERR_FILENO;
  return ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, mode_);
}

bool LineFile::write(std::string line) {
  line += '\n';
  return ::write(descriptor_, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

// The descriptor stays the same number, so that a thread in the middle of a line writes to the old file or to the new
// one.
void LineFile::reopen() {
  if (descriptor_ <= STDERR_FILENO) return;
  const int fresh = open();
  if (fresh < 0) return;
  ::dup3(fresh, descriptor_, O_CLOEXEC);
  ::close(fresh);
}

}  // namespace admin
