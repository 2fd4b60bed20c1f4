#include "gateway/net/hosts_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <fstream>

namespace net {
namespace {

std::string_view next_word(std::string_view& line) {
  constexpr std::string_view blanks = " \t\r";
  size_t start = std::min(line.find_first_not_of(blanks), line.size());
  size_t end = std::min(line.find_first_of(blanks, start), line.size());
  std::string_view word = line.substr(start, end - start);
  line.remove_prefix(end);
  return word;
}

}  // namespace

std::vector<Address> HostsFile::find(const std::string& name) {
  read_if_changed();
  auto found = names_.find(name);
  if (found != names_.end()) {
    std::vector<Address> preferred;
    for (auto family : {Address::Family::v4, Address::Family::v6}) {
      for (const Address& address : found->second)
        if (address.family() == family) preferred.push_back(address);
      if (!preferred.empty()) return preferred;
    }
  }
  if (name == "localhost" || name.ends_with(".localhost")) {
    constexpr uint8_t loopback[] = {127, 0, 0, 1};
    return {Address::from_v4(loopback, 0)};
  }
  return {};
}

void HostsFile::read_if_changed() {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) {
    names_.clear();
    bytes_ = -1;
    return;
  }
  const timespec& changed = status.st_mtim;
  if (changed.tv_sec == changed_.tv_sec && changed.tv_nsec == changed_.tv_nsec && status.st_size == bytes_) return;
  changed_ = changed;
  bytes_ = status.st_size;
  names_.clear();
  std::ifstream file(path_);
  for (std::string line; std::getline(file, line);) read_line(line);
}

void HostsFile::read_line(std::string_view line) {
  line = line.substr(0, line.find('#'));
  auto address = Address::from_ip(next_word(line), 0);
  if (!address) return;
  for (std::string_view word = next_word(line); !word.empty(); word = next_word(line)) {
    std::string name(word);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    auto& addresses = names_[name];
    if (std::find(addresses.begin(), addresses.end(), *address) == addresses.end()) addresses.push_back(*address);
  }
}

}  // namespace net
