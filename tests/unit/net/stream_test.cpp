#include <doctest/doctest.h>

#include <array>
#include <string>

#include "gateway/async/task.h"
#include "gateway/net/memory_stream.h"
#include "gateway/net/sleep.h"

namespace {

async::Task<async::Result<size_t>> read_once(net::Stream& stream, std::span<char> into, uint32_t timeout_ms) {
  auto reading = stream.read(into, timeout_ms);
  co_return co_await reading;
}

async::Task<std::string> read_all(net::Stream& stream, std::span<char> into) {
  std::string all;
  while (true) {
    auto reading = stream.read(into, net::no_timeout);
    auto count = co_await reading;
    if (!count || *count == 0) co_return all;
    all.append(into.data(), *count);
  }
}

async::Task<async::Result<void>> write_once(net::Stream& stream, std::span<const std::string_view> parts,
                                            uint32_t timeout_ms) {
  auto writing = stream.write(parts, timeout_ms);
  co_return co_await writing;
}

async::Task<async::Result<void>> wait_readable(net::Stream& stream, uint32_t timeout_ms) {
  auto waiting = stream.readable(timeout_ms);
  co_return co_await waiting;
}

struct Fixture {
  net::ManualClock clock;
  net::Loop loop{clock};
  std::pair<std::unique_ptr<net::MemoryStream>, std::unique_ptr<net::MemoryStream>> ends =
      net::MemoryStream::pair(loop);
  net::MemoryStream& near() { return *ends.first; }
  net::MemoryStream& far() { return *ends.second; }
  std::array<char, 4096> buffer{};
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a read waits for bytes and gives what has come") {
  auto task = read_once(near(), buffer, 1'000);
  loop.run_until_idle();
  CHECK_FALSE(task.done());
  far().put("hello");
  loop.run_until_idle();
  REQUIRE(task.done());
  CHECK(*task.take() == 5);
}

TEST_CASE_FIXTURE(Fixture, "a read gives up at its deadline, not before") {
  auto task = read_once(near(), buffer, 1'000);
  clock.advance(999);
  loop.run_until_idle();
  CHECK_FALSE(task.done());
  clock.advance(1);
  loop.run_until_idle();
  REQUIRE(task.done());
  CHECK(task.take().error().timeout);
  far().put("late");
  loop.run_until_idle();
}

TEST_CASE_FIXTURE(Fixture, "an orderly end reads as zero bytes, a reset as closed") {
  far().shutdown_write();
  auto task = read_once(near(), buffer, 1'000);
  loop.run_until_idle();
  CHECK(*task.take() == 0);
  far().reset();
  auto again = read_once(near(), buffer, 1'000);
  loop.run_until_idle();
  CHECK(again.take().error().closed);
}

TEST_CASE_FIXTURE(Fixture, "waits on a stream that goes away end as closed") {
  auto task = read_once(near(), buffer, net::no_timeout);
  ends.first.reset();
  loop.run_until_idle();
  REQUIRE(task.done());
  CHECK(task.take().error().closed);
}

TEST_CASE_FIXTURE(Fixture, "a cancelled read leaves the stream usable") {
  { auto task = read_once(near(), buffer, 1'000); }
  far().put("x");
  loop.run_until_idle();
  auto task = read_once(near(), buffer, 1'000);
  loop.run_until_idle();
  CHECK(*task.take() == 1);
}

TEST_CASE_FIXTURE(Fixture,
                  "a write larger than the window goes on as the peer reads; nothing is lost in any segmentation") {
  std::string head(1'000, 'h'), body(300'000, 'b');
  std::array<std::string_view, 3> parts{head, "", body};
  far().set_window_bytes(777);
  size_t turn = 0;
  far().set_segments([&turn] { return 1 + turn++ % 500; });
  auto reading = read_all(far(), buffer);
  auto writing = write_once(near(), parts, 1'000);
  loop.run_until_idle();
  REQUIRE(writing.done());
  CHECK(writing.take());
  near().shutdown_write();
  loop.run_until_idle();
  REQUIRE(reading.done());
  CHECK(reading.take() == head + body);
}

TEST_CASE_FIXTURE(Fixture, "a write to a peer that does not read times out") {
  std::string body(100, 'b');
  std::array<std::string_view, 1> parts{body};
  far().set_window_bytes(10);
  auto writing = write_once(near(), parts, 50);
  clock.advance(50);
  loop.run_until_idle();
  REQUIRE(writing.done());
  CHECK(writing.take().error().timeout);
}

TEST_CASE_FIXTURE(Fixture, "readable says that something is there without taking it") {
  auto waiting = wait_readable(near(), 1'000);
  CHECK_FALSE(near().idle_closed_or_readable());
  far().put("x");
  loop.run_until_idle();
  REQUIRE(waiting.done());
  CHECK(waiting.take());
  CHECK(near().idle_closed_or_readable());
  CHECK(near().take() == "x");
}

TEST_CASE("sleeping ends on the tick, and messages come from other callers") {
  net::ManualClock clock;
  net::Loop loop(clock);
  bool slept = false, heard = false;
  struct Body {
    static async::Task<> run(net::Loop& on, bool& done) {
      auto sleeping = net::sleep_for(on, 10);
      co_await sleeping;
      done = true;
    }
  };
  loop.spawn(Body::run(loop, slept));
  loop.post([&heard] { heard = true; });
  clock.advance(9);
  loop.run_until_idle();
  CHECK(heard);
  CHECK_FALSE(slept);
  clock.advance(1);
  loop.run_until_idle();
  CHECK(slept);
  CHECK(loop.scope().count() == 0);
}
