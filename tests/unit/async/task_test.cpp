#include "gateway/async/task.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "gateway/async/event.h"
#include "gateway/async/frame_pool.h"
#include "gateway/async/scope.h"

namespace {

struct Flag {
  explicit Flag(bool& gone_flag) : gone(gone_flag) {}
  ~Flag() { gone = true; }
  bool& gone;
};

async::Task<int> ready_number(int number) { co_return number; }

async::Task<std::string> wait_for_text(async::Event& event) {
  auto waiting = event.wait();
  co_await waiting;
  co_return "done";
}

async::Task<size_t> length_of_text(async::Event& event) {
  auto reading = wait_for_text(event);
  auto text = co_await reading;
  co_return text.size();
}

async::Task<> hold(async::Event& event, std::unique_ptr<Flag> flag) {
  auto waiting = event.wait();
  co_await waiting;
  (void)flag;
}

async::Task<std::unique_ptr<int>> move_only() { co_return std::make_unique<int>(7); }

async::Task<int> sum_of_many(int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) {
    auto one = ready_number(1);
    int number = co_await one;
    sum += number;
  }
  co_return sum;
}

}  // namespace

TEST_CASE("a task runs until its first wait when it is called") {
  auto task = ready_number(42);
  CHECK(task.done());
  CHECK(task.take() == 42);
}

TEST_CASE("a task that waits goes on when the queue runs, not inside set()") {
  async::ReadyQueue queue;
  async::Event event(queue);
  auto task = length_of_text(event);
  CHECK_FALSE(task.done());
  event.set();
  CHECK_FALSE(task.done());
  CHECK(queue.run_batch() == 1);
  REQUIRE(task.done());
  CHECK(task.take() == 4);
}

TEST_CASE("destroying a task cancels it and what it waits for") {
  async::ReadyQueue queue;
  async::Event event(queue);
  bool gone = false;
  {
    auto task = hold(event, std::make_unique<Flag>(gone));
    event.set();
    CHECK_FALSE(gone);
  }
  CHECK(gone);
  CHECK(queue.empty());
}

TEST_CASE("results may be of a type that only moves") {
  auto task = move_only();
  CHECK(*task.take() == 7);
}

TEST_CASE("a million awaits that are ready do not grow the stack") {
  auto task = sum_of_many(1'000'000);
  CHECK(task.take() == 1'000'000);
}

TEST_CASE("a scope frees finished tasks soon, and cancels the rest when it goes") {
  async::ReadyQueue queue;
  async::Event first(queue), second(queue);
  bool first_gone = false, second_gone = false;
  {
    async::Scope scope(queue);
    scope.spawn(hold(first, std::make_unique<Flag>(first_gone)));
    scope.spawn(hold(second, std::make_unique<Flag>(second_gone)));
    CHECK(scope.count() == 2);
    first.set();
    queue.run_batch();
    CHECK(scope.count() == 1);
    queue.run_batch();
    CHECK(first_gone);
    CHECK_FALSE(second_gone);
  }
  CHECK(second_gone);
}

TEST_CASE("frames of one class are used again") {
  void* one = async::take_frame(100);
  async::give_frame(one, 100);
  void* two = async::take_frame(120);
  if (async::pooling) CHECK(one == two);
  async::give_frame(two, 120);
  void* large = async::take_frame(1 << 20);
  async::give_frame(large, 1 << 20);
}
