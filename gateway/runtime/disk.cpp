#include "gateway/runtime/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace runtime {

namespace {

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

int sync_path(const std::string& path, int flags) {
  const Descriptor file(path, flags);
  return file.number() >= 0 && ::fsync(file.number()) == 0 ? 0 : errno;
}

}  // namespace

SystemDisk::~SystemDisk() {
  if (locked_ >= 0) ::close(locked_);
}

int SystemDisk::make_folder(const std::string& path) {
  return ::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST ? 0 : errno;
}

int SystemDisk::lock(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return errno;
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return locked_ = file, 0;
  const int fault = errno;
  ::close(file);
  return fault;
}

int SystemDisk::list(const std::string& folder, std::vector<std::string>& names) {
  DIR* open = ::opendir(folder.c_str());
  if (open == nullptr) return errno;
  errno = 0;
  while (const dirent* entry = ::readdir(open)) names.emplace_back(entry->d_name);
  const int fault = errno;
  ::closedir(open);
  return fault;
}

int SystemDisk::read(const std::string& path, std::string& bytes) {
  const Descriptor file(path, O_RDONLY | O_NOFOLLOW);
  struct stat status {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) return errno;
  bytes.resize(static_cast<size_t>(std::max<off_t>(status.st_size, 0)));
  for (size_t at = 0; at < bytes.size();) {
    const ssize_t got = ::read(file.number(), bytes.data() + at, bytes.size() - at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) bytes.resize(at);
    at += static_cast<size_t>(got);
  }
  return 0;
}

int SystemDisk::write(const std::string& path, std::string_view bytes) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return errno;
  const Descriptor file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
  if (file.number() < 0) return errno;
  while (!bytes.empty()) {
    const ssize_t put = ::write(file.number(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return 0;
}

int SystemDisk::sync(const std::string& path) { return sync_path(path, O_RDONLY | O_NOFOLLOW); }
int SystemDisk::rename(const std::string& from, const std::string& to) {
  return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}
int SystemDisk::sync_folder(const std::string& folder) { return sync_path(folder, O_RDONLY | O_DIRECTORY); }
int SystemDisk::remove(const std::string& path) { return ::unlink(path.c_str()) == 0 || errno == ENOENT ? 0 : errno; }

}  // namespace runtime
