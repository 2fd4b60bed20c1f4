#pragma once
// One client of an API listener, plain or TLS, as the stream that cpp-httplib serves requests over. The library's own streams do
// not tell the words of a status line as users of this API know them, and keep idle connections for seconds after stop().

#include <array>
#include <string>

#include "gateway/admin/library.h"
#include "gateway/admin/seats.h"

namespace admin {

class Connection final : public httplib::Stream {
 public:
  static constexpr size_t head_bytes_max = 64 * 1024;

  // `tls` is null for a plain connection. Reads and writes give up after `timeout_s` seconds. Does not own the socket.
  Connection(int socket, SSL* tls, int timeout_s, Seat& seat);

  // Waits for the next request's first byte; false when none comes within `timeout_ms`.
  bool wait(int timeout_ms) const;
  // The next bytes read begin a request, the next ones written its answer.
  void begin_request();
  // The last answer announced that the connection ends.
  bool closing() const { return closing_; }
  // The head was too large: what follows in it is no request.
  bool broken() const { return head_bytes_ > head_bytes_max; }

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  int socket() const override { return socket_; }

 private:
  ssize_t read_some(char* to, size_t size);
  bool write_all(const char* from, size_t size);
  bool follow_head(const char* bytes, size_t size);

  int socket_;
  SSL* tls_;
  Seat& seat_;
  std::array<char, 16384> buffer_;
  size_t at_ = 0, end_ = 0;
  size_t head_bytes_ = 0, line_bytes_ = 0;  // of the head that is being read: in all, and of its last line without the line end
  bool at_status_line_ = false, closing_ = false;
};

}  // namespace admin
