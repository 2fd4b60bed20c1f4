#pragma once
// A disk in memory that knows what a power failure would leave of it. Any step can be the last one, or fail.

#include <cerrno>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "gateway/runtime/disk.h"

// Thrown in the middle of a step: the machine is gone.
struct PowerFailure {};

class MemoryDisk final : public runtime::Disk {
 public:
  explicit MemoryDisk(unsigned seed = 1) : random_(seed) {}

  // The step with this number (from 0) is the last, and may be half done; or it fails with `fail_with`.
  std::optional<size_t> power_fails_at, fails_at;
  int fail_with = 0;
  size_t steps = 0;

  // What was not synced is there, or not, or in parts; names that were not synced appear up to some point.
  void restart() {
    std::map<std::string, File> left = durable_;
    const size_t seen = random_() % (unsynced_.size() + 1);
    for (size_t i = 0; i < seen; ++i) unsynced_[i](left);
    for (auto& [path, file] : left) {
      if (file.synced) continue;
      file.bytes.resize(random_() % (file.bytes.size() + 1));
      for (char& c : file.bytes)
        if (random_() % 8 == 0) c = '\0';
      file.synced = true;
    }
    now_ = durable_ = std::move(left);
    unsynced_.clear();
    power_fails_at.reset();
    fails_at.reset();
    steps = 0;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [path, file] : now_) all.push_back(path);
    return all;
  }
  std::string& bytes_of(const std::string& path) { return now_.at(path).bytes; }

  int make_folder(const std::string&) override { return 0; }
  int lock(const std::string&) override { return 0; }
  int list(const std::string& folder, std::vector<std::string>& found) override {
    for (const auto& [path, file] : now_) found.push_back(path.substr(folder.size() + 1));
    return 0;
  }
  int read(const std::string& path, std::string& bytes) override {
    const auto file = now_.find(path);
    if (file == now_.end()) return ENOENT;
    return bytes = file->second.bytes, 0;
  }
  int write(const std::string& path, std::string_view bytes) override {
    const int fault = step();
    const bool half = fault != 0 || dies_;
    change([path, file = File{std::string(bytes.substr(0, half ? bytes.size() / 2 : bytes.size())), false}](
               auto& files) { files[path] = file; });
    return end(fault);
  }
  int sync(const std::string& path) override {
    const int fault = step();
    if (fault != 0 || dies_) return end(fault);
    now_.at(path).synced = true;
    // The bytes are safe; whether a name leads to them is another matter.
    for (auto& change : unsynced_)
      change = [change, path](Files& files) {
        change(files);
        if (files.contains(path)) files[path].synced = true;
      };
    return 0;
  }
  int rename(const std::string& from, const std::string& to) override {
    const int fault = step();
    if (fault != 0 || dies_) return end(fault);
    change([from, to](auto& files) {
      auto file = files.extract(from);
      if (file.empty()) return;
      files.erase(to);
      file.key() = to;
      files.insert(std::move(file));
    });
    return 0;
  }
  int sync_folder(const std::string&) override {
    const int fault = step();
    if (fault != 0 || dies_) return end(fault);
    durable_ = now_;
    unsynced_.clear();
    return 0;
  }
  int remove(const std::string& path) override {
    const int fault = step();
    if (fault != 0 || dies_) return end(fault);
    change([path](auto& files) { files.erase(path); });
    return 0;
  }

 private:
  struct File {
    std::string bytes;
    bool synced = false;
  };
  using Files = std::map<std::string, File>;

  int step() {
    const size_t number = steps++;
    dies_ = power_fails_at == number;
    return fails_at == number ? fail_with : 0;
  }
  int end(int fault) {
    if (dies_) throw PowerFailure{};
    return fault;
  }
  void change(const std::function<void(Files&)>& what) {
    what(now_);
    unsynced_.push_back(what);
  }

  std::mt19937 random_;
  bool dies_ = false;
  Files now_, durable_;
  std::vector<std::function<void(Files&)>> unsynced_;  // since durable_, in order
};
