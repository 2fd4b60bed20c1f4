#pragma once
// What is done to files that must survive a crash, step by step: an interface, so that a test can let the world end, or
// the space, at each of them.

#include <string>
#include <string_view>
#include <vector>

namespace runtime {

// Every step returns 0 or what errno(3) says. Nothing is sure to be there after a power failure before sync and
// sync_folder have returned 0.
class Disk {
 public:
  virtual ~Disk() = default;
  // For its owner only (0700). One that is there already is good as it is.
  virtual int make_folder(const std::string& path) = 0;
  // Until the end of this object nobody else gets it; EWOULDBLOCK: somebody has it.
  virtual int lock(const std::string& path) = 0;
  virtual int list(const std::string& folder, std::vector<std::string>& names) = 0;
  virtual int read(const std::string& path, std::string& bytes) = 0;
  // A new file for its owner only (0600), in place of one of that name.
  virtual int write(const std::string& path, std::string_view bytes) = 0;
  virtual int sync(const std::string& path) = 0;
  virtual int rename(const std::string& from, const std::string& to) = 0;
  virtual int sync_folder(const std::string& folder) = 0;
  virtual int remove(const std::string& path) = 0;
};

// The file system.
class SystemDisk final : public Disk {
 public:
  SystemDisk() = default;
  ~SystemDisk() override;
  SystemDisk(const SystemDisk&) = delete;
  SystemDisk& operator=(const SystemDisk&) = delete;

  int make_folder(const std::string& path) override;
  int lock(const std::string& path) override;
  int list(const std::string& folder, std::vector<std::string>& names) override;
  int read(const std::string& path, std::string& bytes) override;
  int write(const std::string& path, std::string_view bytes) override;
  int sync(const std::string& path) override;
  int rename(const std::string& from, const std::string& to) override;
  int sync_folder(const std::string& folder) override;
  int remove(const std::string& path) override;

 private:
  int locked_ = -1;
};

}  // namespace runtime
