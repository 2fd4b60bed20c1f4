// The upstream of the benchmark: answers every request at once with as many octets as its path says ("/b/100"), and reads bodies
// by Content-Length. It does as little as a server can, so that the proxy in front of it is what is measured.
//
//   bench_upstream PORT_FILE      binds 127.0.0.1 on a port of the kernel's choice and writes it to that file

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

struct Connection {
  int descriptor = -1;
  std::string in;
  size_t body_left = 0;
  const std::string* waiting = nullptr;  // the answer to a request whose body is still coming
  const std::string* out = nullptr;
  size_t sent = 0;
};

const std::string& answer_of(size_t bytes) {
  static std::map<size_t, std::string> answers;
  std::string& answer = answers[bytes];
  if (answer.empty())
    answer = "HTTP/1.1 200 OK\r\nServer: bench\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" + std::string(bytes, 'x');
  return answer;
}

bool flush(Connection& connection) {
  while (connection.out != nullptr) {
    const ssize_t sent = send(connection.descriptor, connection.out->data() + connection.sent, connection.out->size() - connection.sent, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    connection.sent += static_cast<size_t>(sent);
    if (connection.sent == connection.out->size()) {
      connection.out = nullptr;
      connection.sent = 0;
    }
  }
  return true;
}

// Answers what is complete. False: the connection is to be closed.
bool serve(Connection& connection) {
  while (connection.out == nullptr) {
    if (connection.waiting == nullptr) {
      const size_t end = connection.in.find("\r\n\r\n");
      if (end == std::string::npos) return true;
      const size_t path = connection.in.find("/b/");
      const size_t bytes = path < end ? std::strtoul(connection.in.c_str() + path + 3, nullptr, 10) : 100;
      size_t length = connection.in.find("ontent-Length: ");
      if (length == std::string::npos) length = connection.in.find("ontent-length: ");
      connection.body_left = length < end ? std::strtoul(connection.in.c_str() + length + 15, nullptr, 10) : 0;
      connection.waiting = &answer_of(bytes);
      connection.in.erase(0, end + 4);
    }
    const size_t taken = std::min(connection.body_left, connection.in.size());
    connection.in.erase(0, taken);
    connection.body_left -= taken;
    if (connection.body_left > 0) return true;
    connection.out = std::exchange(connection.waiting, nullptr);
    if (!flush(connection)) return false;
  }
  return true;
}

bool receive(Connection& connection) {
  static char buffer[64 * 1024];
  const ssize_t got = recv(connection.descriptor, buffer, sizeof buffer, 0);
  if (got == 0) return false;
  if (got < 0) return errno == EAGAIN;
  connection.in.append(buffer, static_cast<size_t>(got));
  return serve(connection);
}

int listening_socket(const char* port_file) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, 4096) != 0) return -1;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  FILE* file = std::fopen(port_file, "w");
  if (file == nullptr) return -1;
  std::fprintf(file, "%d\n", ntohs(address.sin_port));
  std::fclose(file);
  return listener;
}

}  // namespace

int main(int argc, char** argv) {
  const int listener = argc == 2 ? listening_socket(argv[1]) : -1;
  if (listener < 0) {
    std::fprintf(stderr, "usage: bench_upstream PORT_FILE\n");
    return 1;
  }
  const int poll = epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  std::vector<epoll_event> events(1024);
  while (true) {
    const int count = epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      auto* connection = static_cast<Connection*>(events[i].data.ptr);
      if (connection == nullptr) {
        for (int one; (one = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
          const int on = 1;
          setsockopt(one, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          auto fresh = std::make_unique<Connection>();
          fresh->descriptor = one;
          event.events = EPOLLIN | EPOLLOUT | EPOLLET;
          event.data.ptr = fresh.release();
          epoll_ctl(poll, EPOLL_CTL_ADD, one, &event);
        }
        continue;
      }
      bool good = flush(*connection);
      if (good && connection->out == nullptr) good = receive(*connection);
      if (good && connection->out == nullptr) good = serve(*connection);
      if (!good) {
        close(connection->descriptor);
        delete connection;
      }
    }
  }
}
