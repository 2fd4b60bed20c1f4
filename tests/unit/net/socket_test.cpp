#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "gateway/async/task.h"
#include "gateway/net/connector.h"
#include "gateway/net/listener.h"
#include "gateway/net/sleep.h"
#include "gateway/net/socket_stream.h"

namespace {

async::Task<> echo(std::unique_ptr<net::Stream> stream) {
  net::Block block = stream->loop().buffers().take();
  while (true) {
    auto reading = stream->read(block.span(), 5'000);
    auto count = co_await reading;
    if (!count || *count == 0) co_return;
    std::string_view bytes(block.data(), *count);
    auto writing = stream->write(bytes, 5'000);
    auto written = co_await writing;
    if (!written) co_return;
  }
}

async::Task<std::string> call(net::Loop& loop, net::Address address, std::string sent) {
  auto connecting = net::connect(loop, address, 5'000);
  auto connected = co_await connecting;
  if (!connected) co_return std::string("no connection: ") + std::to_string(connected.error().code);
  auto stream = std::move(*connected);
  auto writing = stream->write(sent, 5'000);
  auto written = co_await writing;
  if (!written) co_return "write failed";
  stream->shutdown_write();
  std::string answer;
  net::Block block = loop.buffers().take();
  while (true) {
    auto reading = stream->read(block.span(), 5'000);
    auto count = co_await reading;
    if (!count) co_return "read failed";
    if (*count == 0) co_return answer;
    answer.append(block.data(), *count);
  }
}

std::unique_ptr<net::Listener> listen(net::Loop& loop, std::string_view address) {
  net::ListenOptions options;
  options.address = *net::Address::parse(address);
  auto listener = net::Listener::open(
      loop, options, [&loop](std::unique_ptr<net::Stream> stream) { loop.spawn(echo(std::move(stream))); });
  REQUIRE(listener);
  return std::move(*listener);
}

// A stream, and the other end as a plain descriptor that waits.
std::pair<std::unique_ptr<net::SocketStream>, int> connected_pair(net::Loop& loop) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const int listener = socket(AF_INET, SOCK_STREAM, 0), ours = socket(AF_INET, SOCK_STREAM, 0);
  REQUIRE(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(listener, 1) == 0);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  REQUIRE(connect(ours, reinterpret_cast<sockaddr*>(&address), size) == 0);
  const int theirs = accept(listener, nullptr, nullptr);
  close(listener);
  fcntl(ours, F_SETFL, O_NONBLOCK);
  return {std::make_unique<net::SocketStream>(loop, ours, *net::Address::parse("127.0.0.1:1")), theirs};
}

// Bytes that were taken; 0: the peer has gone.
size_t write_some(net::Stream& stream, std::string_view bytes) {
  const net::Attempt attempt = stream.try_write(std::span(&bytes, 1), 0);
  return attempt.kind == net::Attempt::Kind::done ? attempt.bytes : 0;
}

template <typename T>
void finish(net::Loop& loop, const async::Task<T>& task) {
  for (int i = 0; i < 2'000 && !task.done(); i++) loop.turn(10);
  REQUIRE(task.done());
}

}  // namespace

TEST_CASE("what is sent over TCP and unix sockets comes back") {
  net::Loop loop;
  std::string path = "unix:/tmp/gateway-net-test-" + std::to_string(getpid());
  for (std::string where : {std::string("127.0.0.1:0"), std::string("[::1]:0"), path}) {
    CAPTURE(where);
    auto listener = listen(loop, where);
    if (where != path) CHECK(listener->port() != 0);
    std::string sent(50'000, 'x');
    auto calling = call(loop, listener->address(), sent);
    finish(loop, calling);
    CHECK(calling.take() == sent);
  }
  // The socket file is still there, and nobody behind it.
  auto again = listen(loop, path);
  ::unlink(path.c_str() + 5);
}

TEST_CASE("a refused connection is an error of the upstream that is safe to retry") {
  net::Loop loop;
  net::Address address;
  { address = listen(loop, "127.0.0.1:0")->address(); }
  struct Body {
    static async::Task<async::Error> run(net::Loop& on, net::Address to) {
      auto connecting = net::connect(on, to, 1'000);
      auto connected = co_await connecting;
      co_return connected ? async::Error{} : connected.error();
    }
  };
  auto task = Body::run(loop, address);
  finish(loop, task);
  async::Error error = task.take();
  CHECK(error.code == ECONNREFUSED);
  CHECK(error.retry_safe);
  CHECK(error.side == async::Side::upstream);
}

TEST_CASE("an idle connection knows when the peer has ended it") {
  net::Loop loop;
  std::unique_ptr<net::Stream> served;
  net::ListenOptions options;
  options.address = *net::Address::parse("127.0.0.1:0");
  auto opened = net::Listener::open(loop, options,
                                    [&served](std::unique_ptr<net::Stream> stream) { served = std::move(stream); });
  REQUIRE(opened);
  struct Body {
    static async::Task<std::unique_ptr<net::Stream>> run(net::Loop& on, net::Address to) {
      auto connecting = net::connect(on, to, 1'000);
      auto connected = co_await connecting;
      co_return connected ? std::move(*connected) : nullptr;
    }
  };
  auto task = Body::run(loop, (*opened)->address());
  for (int i = 0; i < 100 && !(task.done() && served); i++) loop.turn(10);
  auto client = task.take();
  REQUIRE(client);
  CHECK(client->local() == served->peer());
  CHECK_FALSE(client->idle_closed_or_readable());
  served.reset();
  for (int i = 0; i < 100 && !client->idle_closed_or_readable(); i++) loop.turn(10);
  CHECK(client->idle_closed_or_readable());
}

TEST_CASE("a connection knows whether what it wrote came after its peer's end") {
  net::Loop loop;
  enum class Peer { ends_first, resets_first, reads_and_ends, reads_and_resets };
  for (const Peer behaviour : {Peer::ends_first, Peer::resets_first, Peer::reads_and_ends, Peer::reads_and_resets}) {
    CAPTURE(static_cast<int>(behaviour));
    auto [stream, peer] = connected_pair(loop);
    const linger none{1, 0};
    if (behaviour == Peer::resets_first || behaviour == Peer::reads_and_resets) setsockopt(peer, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    const bool first = behaviour == Peer::ends_first || behaviour == Peer::resets_first;
    char bytes[16];
    CHECK(write_some(*stream, "old") == 3);
    CHECK(recv(peer, bytes, sizeof bytes, 0) == 3);
    if (first) close(peer);
    const uint64_t before = stream->written();
    const size_t written = write_some(*stream, "new");
    CHECK(written == (behaviour == Peer::resets_first ? 0 : 3));
    if (!first) {
      CHECK(recv(peer, bytes, sizeof bytes, 0) == 3);
      close(peer);
    }
    for (int i = 0; i < 100 && !stream->known_readable(); ++i) loop.turn(10);
    CHECK(stream->try_read(std::span(bytes)).kind != net::Attempt::Kind::done);
    CHECK(stream->never_arrived(before) == first);
  }
}

TEST_CASE("a listener that closes in two steps loses nobody who has connected") {
  net::Loop loop;
  std::vector<std::unique_ptr<net::Stream>> served;
  net::ListenOptions options;
  options.address = *net::Address::parse("127.0.0.1:0");
  auto opened = net::Listener::open(loop, options, [&served](std::unique_ptr<net::Stream> stream) { served.push_back(std::move(stream)); });
  REQUIRE(opened);
  const net::Address address = (*opened)->address();
  auto before = net::SocketConnector().open(loop, address, 1'000);
  (*opened)->refuse_new();
  auto after = net::SocketConnector().open(loop, address, 200);
  for (int i = 0; i < 100 && !(after.done() && before.done()); i++) loop.turn(10);
  REQUIRE(before.done());
  CHECK(before.take());
  auto refused = after.take();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().timeout);
  (*opened)->accept_rest();
  CHECK(served.size() == 1);
}

TEST_CASE("the end of a connection is told although nobody reads") {
  struct Watcher final : net::EndWatcher {
    void on_end(bool broken) override { (broken ? resets : ends)++; }
    int ends = 0, resets = 0;
  };
  net::Loop loop;
  std::unique_ptr<net::Stream> served;
  net::ListenOptions options;
  options.address = *net::Address::parse("127.0.0.1:0");
  auto opened = net::Listener::open(loop, options, [&served](std::unique_ptr<net::Stream> stream) { served = std::move(stream); });
  REQUIRE(opened);
  auto connecting = net::SocketConnector().open(loop, (*opened)->address(), 1'000);
  for (int i = 0; i < 100 && !(connecting.done() && served); i++) loop.turn(10);
  REQUIRE(served);
  auto client = connecting.take();
  REQUIRE(client);
  Watcher watcher;
  served->watch_end(&watcher);
  auto writing = (*client)->write("pipelined", 1'000);
  REQUIRE(writing.await_ready());
  loop.turn(10);
  CHECK(watcher.ends + watcher.resets == 0);
  (*client)->shutdown_write();
  for (int i = 0; i < 100 && watcher.ends == 0; i++) loop.turn(10);
  CHECK(watcher.ends == 1);
  CHECK(watcher.resets == 0);
  (*client)->abort();
  for (int i = 0; i < 100 && watcher.resets == 0; i++) loop.turn(10);
  CHECK(watcher.ends == 1);
  CHECK(watcher.resets == 1);
  served->watch_end(nullptr);
}

TEST_CASE("accepting pauses when descriptors run out, and resumes") {
  net::Loop loop;
  auto listener = listen(loop, "127.0.0.1:0");
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  auto calling = call(loop, listener->address(), "ping");
  rlimit none = before;
  none.rlim_cur = 3;  // no descriptor above those that are open
  setrlimit(RLIMIT_NOFILE, &none);
  for (int i = 0; i < 5; i++) loop.turn(10);
  CHECK_FALSE(calling.done());
  setrlimit(RLIMIT_NOFILE, &before);
  finish(loop, calling);
  CHECK(calling.take() == "ping");
}

TEST_CASE("a loop on its own thread takes messages and stops") {
  net::Loop loop;
  int heard = 0;
  std::thread thread([&loop] { loop.run(); });
  for (int i = 0; i < 100; i++) loop.post([&heard] { heard++; });
  loop.stop();
  thread.join();
  CHECK(heard == 100);
}

TEST_CASE("an idle connection costs little memory") {
  // Its stream, the wait for the next request, and what the frame around the wait adds.
  CHECK(sizeof(net::SocketStream) + sizeof(net::Readable) + 128 < 600);
}

TEST_CASE("addresses read back as they are written") {
  for (std::string text : {"10.0.0.1:80", "[::1]:443", "[2001:db8::1]:8080", "unix:/run/x.sock"})
    CHECK(net::Address::parse(text)->text() == text);
  CHECK(net::Address::parse("10.0.0.1", 53)->text() == "10.0.0.1:53");
  CHECK(net::Address::parse("::1", 53)->text() == "[::1]:53");
  for (std::string text :
       {"", "host:80", "10.0.0.1:", "10.0.0.1:65536", "10.0.0.1:8x", "[::1", "[::1]8", "[10.0.0.1]:80", "unix:"})
    CHECK_FALSE(net::Address::parse(text));
}
