#pragma once
// What deckctl asks of a node's Admin API.

#include <string>

namespace deckctl {

struct Answer {
  int status = 0;        // 0: no answer, `error` says why
  std::string body, error;
};

class AdminClient {
 public:
  // `address`: http://HOST:PORT or https://HOST:PORT.
  AdminClient(std::string address, int timeout_s) : address_(std::move(address)), timeout_s_(timeout_s) {}

  const std::string& address() const { return address_; }
  Answer get(const std::string& path) const;
  Answer post(const std::string& path, const std::string& body, const std::string& content_type) const;

 private:
  std::string address_;
  int timeout_s_;
};

}  // namespace deckctl
