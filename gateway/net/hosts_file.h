#pragma once
// Names that this machine knows by itself: the hosts file, and localhost.

#include <ctime>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/net/address.h"

namespace net {

class HostsFile {
 public:
  explicit HostsFile(std::string path) : path_(std::move(path)) {}
  // Addresses with port 0, IPv4 when there are any, else IPv6; empty: the name is not known here. `name` in lower case.
  // Reads the file again when it has changed. "localhost" and names below it are loopback whatever the file says
  // nothing about (RFC 6761 section 6.3).
  std::vector<Address> find(const std::string& name);

 private:
  void read_if_changed();
  void read_line(std::string_view line);
  std::string path_;
  timespec changed_{};
  long bytes_ = -1;
  std::unordered_map<std::string, std::vector<Address>> names_;
};

}  // namespace net
