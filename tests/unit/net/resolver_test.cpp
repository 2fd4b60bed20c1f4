#include "gateway/net/resolver.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <string>

#include "gateway/async/task.h"
#include "gateway/net/loop.h"

namespace {

// A name server in a socket: every A question gets `address` with `ttl_s`, unless it shall fail or stay silent.
class NameServer final : public net::Handler {
 public:
  explicit NameServer(net::Loop& on) : loop(on), fd(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_storage storage;
    socklen_t bytes = net::Address::parse("127.0.0.1:0")->to_sockaddr(storage);
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&storage), bytes) == 0);
    getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &bytes);
    address = net::Address::from_sockaddr(reinterpret_cast<sockaddr*>(&storage), bytes).text();
    loop.watch(fd, 1 /* EPOLLIN */, *this);
  }
  ~NameServer() {
    loop.unwatch(fd);
    ::close(fd);
  }
  void on_events(uint32_t) override {
    char packet[512];
    sockaddr_storage from;
    socklen_t from_bytes = sizeof from;
    ssize_t count = ::recvfrom(fd, packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&from), &from_bytes);
    if (count < 12) return;
    questions++;
    if (silent) return;
    size_t end = 12;
    while (packet[end] != 0) end += static_cast<unsigned char>(packet[end]) + 1u;
    bool is_a = packet[end + 2] == 1;
    kinds += is_a ? "A " : "AAAA ";
    std::string reply(packet, end + 5);
    bool answered = is_a && !missing;
    reply[2] = '\x81', reply[3] = static_cast<char>(missing ? 0x83 : 0x80);
    reply[6] = 0, reply[7] = answered ? 1 : 0;
    std::memset(&reply[8], 0, 4);
    if (answered) {
      const char record[] = {'\xc0', 12, 0, 1, 0, 1, 0, 0, 0, ttl_s, 0, 4, 10, 1, 2, last_byte};
      reply.append(record, sizeof record);
    }
    ::sendto(fd, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from), from_bytes);
  }
  net::Loop& loop;
  int fd;
  std::string address;
  int questions = 0;
  std::string kinds;  // of the questions
  bool silent = false, missing = false;
  char ttl_s = 10, last_byte = 3;
};

async::Task<std::string> ask(net::Resolver& resolver, std::string name) {
  auto resolving = resolver.resolve(name, 3'000);
  auto resolved = co_await resolving;
  if (!resolved) co_return std::string(resolved.error().what);
  std::string text;
  for (const auto& address : resolved->addresses) text += address.ip() + " ";
  co_return text;
}

struct Fixture {
  // Time in the loop is wound by hand; c-ares looks at its own clock only for its timeouts.
  net::ManualClock clock;
  net::Loop loop{clock};
  NameServer server{loop};
  net::Resolver resolver{loop, options()};
  std::string finish(async::Task<std::string> task) {
    for (int i = 0; i < 300 && !task.done(); i++)
      if (!loop.turn(0)) ::usleep(1'000);
    return task.done() ? task.take() : "still waiting";
  }
  std::string look_up(std::string name) { return finish(ask(resolver, name)); }
  net::ResolverOptions options() {
    net::ResolverOptions settings;
    settings.servers = {server.address};
    settings.hosts_file = "/nonexistent";
    return settings;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "literals and localhost need no question") {
  CHECK(look_up("10.9.8.7") == "10.9.8.7 ");
  CHECK(look_up("[::1]") == "::1 ");
  CHECK(look_up("LocalHost") == "127.0.0.1 ");
  CHECK(resolver.queries() == 0);
}

TEST_CASE_FIXTURE(Fixture, "IPv6 addresses are asked for first, or alone, where the options say so") {
  CHECK(look_up("usual.test") == "10.1.2.3 ");
  CHECK(server.kinds == "A ");
  server.kinds.clear();
  net::ResolverOptions settings = options();
  settings.v6_first = true;
  net::Resolver six_first(loop, settings);
  CHECK(finish(ask(six_first, "usual.test")) == "10.1.2.3 ");
  CHECK(server.kinds == "AAAA A ");
  server.kinds.clear();
  settings.v4_too = false;
  net::Resolver six_only(loop, settings);
  CHECK(finish(ask(six_only, "usual.test")) == "no address");
  CHECK(server.kinds == "AAAA ");
}

TEST_CASE_FIXTURE(Fixture, "the hosts file comes first, and is read again when it changes") {
  std::string path = "/tmp/gateway-hosts-test-" + std::to_string(getpid());
  std::ofstream(path) << "# none\n192.0.2.1 one One.example # two\n::1 one\n192.0.2.2 one\nbad line\n";
  net::ResolverOptions settings = options();
  settings.hosts_file = path;
  net::Resolver local(loop, settings);
  CHECK(finish(ask(local, "one")) == "192.0.2.1 192.0.2.2 ");
  CHECK(finish(ask(local, "ONE.EXAMPLE")) == "192.0.2.1 ");
  std::ofstream(path) << "192.0.2.77 one\n";
  clock.advance(6'000);
  loop.run_until_idle();
  CHECK(finish(ask(local, "one")) == "192.0.2.77 ");
  ::unlink(path.c_str());
}

TEST_CASE_FIXTURE(Fixture, "an answer is kept for its TTL, and many who ask at once make one question") {
  auto first = ask(resolver, "a.example."), second = ask(resolver, "a.example.");
  CHECK(finish(std::move(first)) == "10.1.2.3 ");
  CHECK(finish(std::move(second)) == "10.1.2.3 ");
  clock.advance(9'000);
  loop.run_until_idle();
  CHECK(look_up("a.example.") == "10.1.2.3 ");
  CHECK(server.questions == 1);
}

TEST_CASE_FIXTURE(Fixture, "an old answer serves while it is asked for again") {
  CHECK(look_up("a.example.") == "10.1.2.3 ");
  server.last_byte = 9;
  clock.advance(11'000);
  loop.run_until_idle();
  CHECK(look_up("a.example.") == "10.1.2.3 ");
  for (int i = 0; i < 100 && loop.turn(0) + server.questions < 2; i++) ::usleep(1'000);
  for (int i = 0; i < 20; i++) loop.turn(1);
  REQUIRE(resolver.cached("a.example."));
  CHECK(resolver.cached("a.example.")->addresses[0].ip() == "10.1.2.9");
}

TEST_CASE_FIXTURE(Fixture, "a name that does not exist is not asked for again for 30 s") {
  server.missing = true;
  CHECK(look_up("no.example.") == "name does not exist");
  int asked = server.questions;
  CHECK(look_up("no.example.") == "name does not exist");
  CHECK(server.questions == asked);
  server.missing = false;
  clock.advance(30'001);
  loop.run_until_idle();
  CHECK(look_up("no.example.") == "10.1.2.3 ");
}

TEST_CASE_FIXTURE(Fixture, "a caller waits no longer than it said, and may be cancelled") {
  server.silent = true;
  { auto cancelled = ask(resolver, "quiet.example."); }
  auto asking = ask(resolver, "quiet.example.");
  loop.run_until_idle();
  clock.advance(3'000);
  loop.run_until_idle();
  REQUIRE(asking.done());
  CHECK(asking.take() == "name server timed out");
}
