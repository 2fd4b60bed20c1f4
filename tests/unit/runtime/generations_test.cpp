#include "gateway/runtime/generations.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "gateway/runtime/generation_file.h"
#include "tests/unit/runtime/memory_disk.h"

using namespace runtime;

namespace {

std::vector<schema::Source> text_of(size_t number) {
  return {{"a.yml", "first " + std::to_string(number) + std::string(number * 37 % 500, 'x'), schema::Syntax::yaml},
          {"b.json", "second " + std::to_string(number), schema::Syntax::json}};
}

std::string add(Generations& kept, size_t number, uint64_t served = 0) {
  admin::Generation generation;
  generation.hash = "hash-" + std::to_string(number);
  generation.provenance = {"c0ffee", "Ann <ann@example.org>", "ci", "admin_token"};
  generation.confirm_until_s = number % 2 == 0 ? 1'700'000'000 : 0;
  return kept.add(generation, text_of(number), served).what;
}

bool same(const std::vector<schema::Source>& one, const std::vector<schema::Source>& two) {
  return one.size() == two.size() && std::equal(one.begin(), one.end(), two.begin(), [](const auto& a, const auto& b) {
           return a.name == b.name && a.text == b.text && a.syntax == b.syntax;
         });
}

// The latest that can be read, by the number that its text was made with; 0: none.
size_t latest_of(MemoryDisk& disk) {
  Generations kept("/d", 10, disk);
  REQUIRE_FALSE(kept.open().any());
  for (const uint64_t number : kept.latest_first()) {
    const auto sources = kept.read(number);
    REQUIRE(sources);
    const size_t made_with = std::strtoull(kept.find(number)->hash.c_str() + 5, nullptr, 10);
    CHECK_MESSAGE(same(*sources, text_of(made_with)), "a mixture");
    return made_with;
  }
  return 0;
}

}  // namespace

TEST_CASE("a generation comes back as it was, names, texts and what is known of it") {
  MemoryDisk disk;
  Generations kept("/d", 10, disk);
  REQUIRE_FALSE(kept.open().any());
  REQUIRE(add(kept, 4).empty());
  Generations again("/d", 10, disk);
  REQUIRE_FALSE(again.open().any());
  REQUIRE(again.all().size() == 1);
  const admin::Generation& one = again.all()[0];
  CHECK(one.number == 1);
  CHECK(one.hash == "hash-4");
  CHECK(one.provenance == admin::Provenance{"c0ffee", "Ann <ann@example.org>", "ci", "admin_token"});
  CHECK(one.confirm_until_s == 1'700'000'000);
  CHECK(one.bytes == text_of(4)[0].text.size() + text_of(4)[1].text.size());
  CHECK(same(*again.read(1), text_of(4)));
  REQUIRE_FALSE(again.confirm(1).any());
  CHECK(again.find(1)->confirm_until_s == 0);
  CHECK(same(*again.read(1), text_of(4)));
}

TEST_CASE("the last ones are kept, and the one that is served") {
  MemoryDisk disk;
  Generations kept("/d", 3, disk);
  REQUIRE_FALSE(kept.open().any());
  for (size_t i = 1; i <= 8; ++i) REQUIRE(add(kept, i, 2).empty());
  std::vector<uint64_t> numbers;
  for (const auto& each : kept.all()) numbers.push_back(each.number);
  CHECK(numbers == std::vector<uint64_t>{2, 7, 8});
  CHECK(disk.names().size() == 3);
}

TEST_CASE("one whose bytes have changed is passed over, and its number is not used again") {
  MemoryDisk disk;
  Generations kept("/d", 10, disk);
  REQUIRE_FALSE(kept.open().any());
  for (size_t i = 1; i <= 3; ++i) REQUIRE(add(kept, i).empty());
  std::string& bytes = disk.bytes_of("/d/generation-0000000003");
  for (const size_t at : {size_t{0}, size_t{30}, size_t{100}, bytes.size() - 1}) {
    bytes[at] ^= 1;
    Generations again("/d", 10, disk);
    REQUIRE_FALSE(again.open().any());
    CHECK(again.find(3)->damaged);
    CHECK(again.latest_first() == std::vector<uint64_t>{2, 1});
    CHECK_FALSE(again.read(3));
    bytes[at] ^= 1;
  }
  bytes.pop_back();
  CHECK(latest_of(disk) == 2);
  Generations again("/d", 10, disk);
  REQUIRE_FALSE(again.open().any());
  REQUIRE(add(again, 4).empty());
  CHECK(again.all().back().number == 4);
}

// Every step of the writing in turn, with many fates of what was not synced yet.
TEST_CASE("after a power failure at any step the latest is the last accepted one or the one that was on its way") {
  size_t failures = 0, kept_old = 0, kept_new = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    for (size_t at = 0;; ++at) {
      MemoryDisk disk(seed * 1000 + static_cast<unsigned>(at));
      Generations kept("/d", 3, disk);
      REQUIRE_FALSE(kept.open().any());
      for (size_t i = 1; i <= 3; ++i) REQUIRE(add(kept, i, i - 1).empty());
      disk.steps = 0;
      disk.power_fails_at = at;
      bool answered = false, died = false;
      try {
        answered = add(kept, 4, 3).empty();  // the exception must get out
        disk.steps = 0;
        disk.power_fails_at.reset();
      } catch (const PowerFailure&) {
        died = true;
      }
      REQUIRE(answered != died);
      if (!died) break;
      ++failures;
      disk.restart();
      const size_t latest = latest_of(disk);
      CHECK((latest == 3 || latest == 4));
      ++(latest == 3 ? kept_old : kept_new);
      Generations after("/d", 3, disk);
      REQUIRE_FALSE(after.open().any());
      REQUIRE(add(after, 5, after.latest_first()[0]).empty());
      CHECK(latest_of(disk) == 5);
      for (const std::string& name : disk.names()) CHECK(name.find(".half") == std::string::npos);
    }
  }
  CHECK(failures >= 200);
  CHECK(kept_old > 0);
  CHECK(kept_new > 0);
}

TEST_CASE("what was answered survives a power failure right behind the answer") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    MemoryDisk disk(seed);
    Generations kept("/d", 3, disk);
    REQUIRE_FALSE(kept.open().any());
    for (size_t i = 1; i <= 1 + seed % 5; ++i) REQUIRE(add(kept, i, i - 1).empty());
    disk.restart();
    CHECK(latest_of(disk) == 1 + seed % 5);
  }
}

TEST_CASE("a confirmation is there or not, and the configuration in any case") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    for (size_t at = 0; at < 4; ++at) {
      MemoryDisk disk(seed);
      Generations kept("/d", 3, disk);
      REQUIRE_FALSE(kept.open().any());
      REQUIRE(add(kept, 1).empty());
      REQUIRE(add(kept, 2, 1).empty());
      disk.steps = 0;
      disk.power_fails_at = at;
      CHECK_THROWS_AS(kept.confirm(2), PowerFailure);
      disk.restart();
      CHECK(latest_of(disk) == 2);
    }
  }
}

TEST_CASE("a step that fails changes nothing and says why") {
  for (const int fault : {ENOSPC, EDQUOT, EFBIG, EIO, EROFS, EACCES}) {
    for (size_t at = 0; at < 4; ++at) {
      MemoryDisk disk;
      Generations kept("/d", 3, disk);
      REQUIRE_FALSE(kept.open().any());
      REQUIRE(add(kept, 1).empty());
      disk.steps = 0;
      disk.fails_at = at;
      disk.fail_with = fault;
      admin::Generation generation;
      const DiskFault told = kept.add(generation, text_of(2), 1);
      CHECK(told.what.find(std::strerror(fault)) != std::string::npos);
      CHECK(told.no_space() == (fault == ENOSPC || fault == EDQUOT || fault == EFBIG));
      CHECK(generation.number == 0);
      CHECK(kept.all().size() == 1);
      CHECK(disk.names().size() == 1);
      CHECK(latest_of(disk) == 1);
      disk.fails_at.reset();
      CHECK(add(kept, 3, 1).empty());
      CHECK(latest_of(disk) == 3);
    }
  }
}

TEST_CASE("on a real disk files are their owner's alone, and a second node is kept out") {
  char name[] = "/tmp/generations-XXXXXX";
  REQUIRE(mkdtemp(name) != nullptr);
  const std::string folder = std::string(name) + "/data";
  {
    SystemDisk disk, other;
    Generations kept(folder, 10, disk), second(folder, 10, other);
    REQUIRE_FALSE(kept.open().any());
    CHECK(second.open().what == folder + ": another node uses it");
    REQUIRE(add(kept, 1).empty());
    REQUIRE(add(kept, 2, 1).empty());
    struct stat status {};
    REQUIRE(stat(folder.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      REQUIRE(stat(entry.path().c_str(), &status) == 0);
      CHECK((status.st_mode & 0777) == 0600);
    }
  }
  SystemDisk disk;
  Generations again(folder, 10, disk);
  REQUIRE_FALSE(again.open().any());
  CHECK(again.latest_first() == std::vector<uint64_t>{2, 1});
  CHECK(same(*again.read(2), text_of(2)));
  std::filesystem::remove_all(name);
}

TEST_CASE("what another version numbered otherwise is no generation of ours") {
  admin::Generation generation;
  const auto sealed = [](int origin, int syntax) {
    const std::string rest = "{\"number\":1,\"at\":1,\"hash\":\"\",\"origin\":" + std::to_string(origin) +
                             ",\"repeats\":0,\"before\":0,\"commit\":\"\",\"author\":\"\",\"synced_by\":\"\",\"identity\":\"\",\"content\":\"\","
                             "\"file_digest\":\"\",\"confirm_until\":0,\"parts\":[{\"name\":\"a\",\"bytes\":1,\"syntax\":" +
                             std::to_string(syntax) + "}]}\nx";
    return "gateway-generation 1 " + sha256_hex(rest) + "\n" + rest;
  };
  std::vector<schema::Source> sources;
  CHECK(decode(sealed(2, 1), generation, &sources));
  CHECK_FALSE(decode(sealed(9, 1), generation, &sources));
  CHECK_FALSE(decode(sealed(-1, 1), generation, &sources));
  CHECK_FALSE(decode(sealed(2, 258), generation, &sources));
  CHECK_FALSE(decode(sealed(2, 258), generation, nullptr));  // what is not readable is not listed
}

TEST_CASE("files beside the generations, however near their names, are left alone") {
  MemoryDisk disk;
  Generations first("/d", 10, disk);
  REQUIRE_FALSE(first.open().any());
  REQUIRE(add(first, 1).empty());
  for (const char* name : {"/d/generation-1", "/d/generation-00000000001", "/d/generation-18446744073709551615", "/d/generation-0000000000", "/d/generation-"})
    disk.write(name, "x");
  Generations kept("/d", 10, disk);
  REQUIRE_FALSE(kept.open().any());
  CHECK(kept.all().size() == 1);
  REQUIRE(add(kept, 2).empty());
  CHECK(kept.latest_first() == std::vector<uint64_t>{2, 1});
}
