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
  explicit RaceWorkload(const Ledger& ledger) : ledger_(ledger), asked_at_(ledger.size()) {}

  bool next(Ask& ask) override;
  void answered(uint64_t number, int status, std::string_view body) override;
  void lost(uint64_t number) override { fault(number, "no answer"); }
  void connection_ended() override { ++connections_ended_; }

  // What is wrong, one line for each of the first few; empty: nothing was lost and nothing done twice. When all callers
  // are done. `resets` are those of the upstream that resets.
  std::vector<std::string> judge(const std::vector<Span>& resets) const;
  // JSON.
  std::string figures() const;

 private:
  // Of POST requests that were answered with 502, as they may be.
  struct Refused {
    uint64_t begun = 0;        // the upstream had something of it
    std::vector<Span> unseen;  // no upstream had; from question to answer
  };
  void judge_unseen(const std::vector<Span>& resets, std::vector<std::string>& found) const;
  void fault(uint64_t number, std::string what);

  const Ledger& ledger_;
  std::vector<Clock::time_point> asked_at_;
  uint64_t next_ = 0, answered_ = 0, connections_ended_ = 0, faults_ = 0;
  std::array<uint64_t, 3> asked_{};   // by method: GET, PUT, POST
  std::array<Refused, 3> refused_{};  // by habit
  std::vector<std::string> first_faults_;
};

}  // namespace soak
