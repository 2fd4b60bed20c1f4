#pragma once
// Reads and writes towards upstreams that end their connections around reuse, and the judgement of what came back.

#include <array>
#include <string>
#include <vector>

#include "tests/soak/caller.h"
#include "tests/soak/ledger.h"
#include "tests/soak/upstream.h"

namespace soak {

inline constexpr std::array race_habits = {Habit::ends, Habit::resets, Habit::breaks};
const char* path_of(Habit habit);  // "/ends"

class RaceWorkload final : public Workload {
 public:
  explicit RaceWorkload(const Ledger& ledger) : ledger_(ledger) {}

  bool next(Ask& ask) override;
  void answered(uint64_t number, int status, std::string_view body) override;
  void lost(uint64_t number) override { fault(number, "no answer"); }
  void connection_ended() override { ++connections_ended_; }

  // What is wrong, one line for each of the first few; empty: nothing was lost and nothing done twice. When all callers
  // are done.
  std::vector<std::string> judge() const;
  // JSON.
  std::string figures() const;

 private:
  // Of POST requests that were answered with 502, as they may be.
  struct Refused {
    uint64_t begun = 0;   // the upstream had read something of it
    uint64_t unseen = 0;  // no upstream had
  };
  void fault(uint64_t number, std::string what);

  const Ledger& ledger_;
  uint64_t next_ = 0, answered_ = 0, connections_ended_ = 0, faults_ = 0;
  std::array<uint64_t, 3> asked_{};   // by method: GET, PUT, POST
  std::array<Refused, 3> refused_{};  // by habit
  std::vector<std::string> first_faults_;
};

}  // namespace soak
