#pragma once
// Requests of which none may fail and whose connections nobody may end, for as long as it is wanted.

#include <string>

#include "tests/soak/caller.h"

namespace soak {

class SteadyWorkload final : public Workload {
 public:
  bool next(Ask& ask) override;
  void answered(uint64_t number, int status, std::string_view body) override;
  void lost(uint64_t) override { ++lost_; }
  void connection_ended() override { ++connections_ended_; }

  void stop() { stopping_ = true; }
  // JSON.
  std::string figures(uint64_t upstream_connections) const;

 private:
  uint64_t next_ = 0, answered_ = 0, failed_ = 0, lost_ = 0, connections_ended_ = 0;
  bool stopping_ = false;
};

}  // namespace soak
