#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>
#include <thread>

#include "gateway/observe/log.h"
#include "gateway/observe/log_files.h"
#include "gateway/observe/metrics.h"

using namespace observe;

namespace {

std::string path_of(std::string_view name) { return "/tmp/observe-test-" + std::to_string(getpid()) + "-" + std::string(name); }

std::string read_away(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  unlink(path.c_str());
  return text.str();
}

}  // namespace

TEST_CASE("a log line names its subject and cannot be forged") {
  std::string path = path_of("log");
  Log log(path, Level::warn);
  log.print(Level::info, "not shown");
  log.print(Level::error, {.field = "services[0].url", .peer = "10.0.0.1:80", .route = "r\n2026 [error]", .request_id = "abc"}, "refused {}", 7);
  std::string text = read_away(path);
  CHECK(text.find("[error]") != std::string::npos);
  CHECK(text.find("refused 7, field: services[0].url, peer: 10.0.0.1:80, route: r\\x0a2026 [error], request_id: abc\n") != std::string::npos);
  CHECK(text.find("not shown") == std::string::npos);
}

TEST_CASE("a log is found at its path again after rotation") {
  std::string path = path_of("rotated");
  Log log(path, Level::notice);
  rename(path.c_str(), (path + ".1").c_str());
  log.reopen();
  log.write(Level::notice, "after");
  CHECK(read_away(path).find("after") != std::string::npos);
  unlink((path + ".1").c_str());
}

TEST_CASE("log files keep the order of lines and survive rotation") {
  std::string path = path_of("lines");
  LogFiles files;
  auto file = files.file(path);
  CHECK(files.file(path) == file);
  files.append(file, "one");
  files.flush();
  rename(path.c_str(), (path + ".1").c_str());
  files.reopen();
  files.append(file, "two");
  files.append(file, "three");
  files.flush();
  CHECK(read_away(path) == "two\nthree\n");
  CHECK(read_away(path + ".1") == "one\n");
}

TEST_CASE("a file that cannot be written costs lines, not requests") {
  std::string complaint;
  LogFiles files(1000, [&complaint](std::string_view text) { complaint = text; });
  auto file = files.file("/nonexistent/dir/x.log");
  for (int i = 0; i < 100; ++i) files.append(file, "line");
  files.flush();
  CHECK(files.dropped() == 100);
  CHECK(complaint.find("/nonexistent/dir/x.log") != std::string::npos);
}

TEST_CASE("a block of lines counts as its lines") {
  std::string path = path_of("block");
  LogFiles files(1000);
  auto file = files.file(path), lost = files.file("/nonexistent/dir/x.log");
  files.append_block(file, "one\ntwo\n", 2);
  files.append_block(lost, "one\ntwo\nthree\n", 3);
  files.flush();
  CHECK(read_away(path) == "one\ntwo\n");
  CHECK(files.dropped() == 3);
  files.append_block(file, std::string(2000, 'x'), 7);
  files.flush();
  CHECK(files.dropped() == 10);
}

TEST_CASE("a pipe whose reader has stopped costs its own lines, not those of other files, and no half line") {
  std::string pipe_path = path_of("pipe"), file_path = path_of("beside");
  REQUIRE(mkfifo(pipe_path.c_str(), 0600) == 0);
  const int reader = open(pipe_path.c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  {
    LogFiles files;
    auto pipe = files.file(pipe_path), beside = files.file(file_path);
    // More than a pipe holds.
    const std::string line(1000, 'p');
    for (int i = 0; i < 300; ++i) files.append(pipe, line);
    files.append(beside, "goes on");
    files.flush();
    CHECK(read_away(file_path) == "goes on\n");
    CHECK(files.dropped() > 0);

    char bytes[4096];
    while (read(reader, bytes, sizeof bytes) > 0) continue;
    files.append(pipe, "after");
    files.flush();
    const ssize_t got = read(reader, bytes, sizeof bytes);
    REQUIRE(got > 0);
    const std::string_view text(bytes, static_cast<size_t>(got));
    CHECK((text == "after\n" || text == "\nafter\n"));
    for (int i = 0; i < 300; ++i) files.append(pipe, line);
  }  // the end does not wait for the reader
  close(reader);
  unlink(pipe_path.c_str());
}

TEST_CASE("the error log does not wait for ever for a pipe's reader") {
  std::string path = path_of("log_pipe");
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  const int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  {
    Log log(path, Level::warn);
    const std::string text(2000, 't');
    for (int i = 0; i < 200; ++i) log.write(Level::error, text);
  }
  close(reader);
  unlink(path.c_str());
}

TEST_CASE("counters of all threads are summed up, also of ended ones") {
  Metrics metrics;
  auto* family = metrics.counters("c_total", "help", {"a"});
  Counter counter = metrics.counter(family, {"x\"y"});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([counter] {
      for (int j = 0; j < 1000; ++j) counter.add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(metrics.text() == "# HELP c_total help\n# TYPE c_total counter\nc_total{a=\"x\\\"y\"} 4000\n");
}

TEST_CASE("a histogram's buckets are cumulative, a gauge is asked at the scrape") {
  Metrics metrics;
  constexpr std::array<uint32_t, 2> bounds = {10, 20};
  Histogram histogram = metrics.histogram(metrics.histograms("h_ms", "help", {"r"}, bounds), {"x"});
  histogram.observe(10);
  histogram.observe(11);
  histogram.observe(21);
  metrics.gauge("a_gauge", "help", [](Samples& samples) {
    samples.add({}, 1);
    samples.add({{"k", "v"}}, 0.5);
  });
  CHECK(metrics.text() ==
        "# HELP a_gauge help\n# TYPE a_gauge gauge\na_gauge 1\na_gauge{k=\"v\"} 0.5\n"
        "# HELP h_ms help\n# TYPE h_ms histogram\nh_ms_bucket{r=\"x\",le=\"10\"} 1\nh_ms_bucket{r=\"x\",le=\"20\"} 2\n"
        "h_ms_bucket{r=\"x\",le=\"+Inf\"} 3\nh_ms_count{r=\"x\"} 3\nh_ms_sum{r=\"x\"} 42\n");
}
