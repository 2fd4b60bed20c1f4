#pragma once
// The last accepted configurations in a folder, a file for each. One appears whole or not at all, whatever happens
// meanwhile.

#include <optional>
#include <string>
#include <vector>

#include "gateway/admin/generation.h"
#include "gateway/runtime/disk.h"
#include "schema/document.h"

namespace runtime {

// Why something could not be written; `number` is errno.
struct DiskFault {
  int number = 0;
  std::string what;  // "PATH: No space left on device"; empty: nothing is wrong

  bool any() const { return !what.empty(); }
  bool no_space() const;
};

// For one thread at a time.
class Generations {
 public:
  // At least two are kept: what is served, and what was before.
  Generations(std::string folder, size_t kept, Disk& disk)
      : folder_(std::move(folder)), kept_(kept < 2 ? 2 : kept), disk_(disk) {}

  // Makes the folder, takes it for this process, removes what a crash left half, and looks at what is there.
  DiskFault open();
  // By number, damaged ones included.
  const std::vector<admin::Generation>& all() const { return all_; }
  const admin::Generation* find(uint64_t number) const;
  // Undamaged ones, the latest first.
  std::vector<uint64_t> latest_first() const;
  // nullopt: it cannot be read, or not any more.
  std::optional<std::vector<schema::Source>> read(uint64_t number);

  // Gives `generation` its number, and returns when it would survive a power failure; otherwise nothing has changed.
  // Afterwards the oldest ones beyond the limit are removed, except for `served`.
  DiskFault add(admin::Generation& generation, const std::vector<schema::Source>& sources, uint64_t served);
  // Writes anew that it stays.
  DiskFault confirm(uint64_t number);

 private:
  std::string path_of(uint64_t number) const;
  DiskFault write(const std::string& path, std::string_view bytes, bool is_new);
  void prune(uint64_t served);

  const std::string folder_;
  const size_t kept_;
  Disk& disk_;
  std::vector<admin::Generation> all_;
  uint64_t last_number_ = 0;
};

}  // namespace runtime
