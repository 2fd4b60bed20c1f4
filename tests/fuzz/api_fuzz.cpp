// Any bytes to a listener of the Admin API: they are answered or the connection ends, without a fault of ours.

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "gateway/admin/api.h"
#include "tests/fuzz/steady_node.h"

namespace {

class Listener {
 public:
  Listener() : api_(node_, options()) {
    std::vector<std::string> errors;
    demand(api_.start(errors));
  }
  ~Listener() {
    api_.stop();
    unlink(path().c_str());
  }
  static std::string path() { return "/tmp/gateway-api-fuzz-" + std::to_string(getpid()) + ".sock"; }

 private:
  static admin::Options options() {
    admin::Options options;
    options.listens = {{"", 0, path(), false}};
    options.body_bytes_max = 64 * 1024;
    return options;
  }

  fuzz::SteadyNode node_;
  admin::Api api_;
};

// What the listener says to a client that says this and no more.
std::string answer_to(std::string_view bytes) {
  const int client = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = Listener::path();
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  demand(connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  // The listener may be gone before the last byte is sent.
  while (!bytes.empty()) {
    const ssize_t sent = send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  shutdown(client, SHUT_WR);
  std::string heard;
  char block[16384];
  ssize_t got;
  while ((got = recv(client, block, sizeof block, 0)) > 0) heard.append(block, static_cast<size_t>(got));
  close(client);
  return heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Listener listener;
  const std::string answer = answer_to({reinterpret_cast<const char*>(data), size});
  demand(answer.empty() || answer.starts_with("HTTP/1.1 "));
  demand(answer.find("An unexpected error occurred") == answer.npos);
  return 0;
}
