#pragma once
// A configuration that a node accepted, with what people ask about it afterwards: which, from where, by whom, when.

#include <cstddef>
#include <cstdint>
#include <string>

namespace admin {

// As whoever sent it tells; `identity` is what the node itself knows of the sender.
struct Provenance {
  static constexpr size_t text_bytes_max = 256;  // of each
  std::string commit, author, synced_by;
  std::string identity;

  bool operator==(const Provenance&) const = default;
};

enum class Origin : uint8_t {
  none,      // nothing has been loaded
  file,      // declarative_config, at the start or at SIGHUP
  post,      // POST /config
  rollback,  // somebody asked for an earlier one
  returned,  // the one in between was not confirmed
};

struct Generation {
  uint64_t number = 0;  // rises; without data_dir it counts from the start of the process
  int64_t at_s = 0;     // accepted, in seconds since 1970
  std::string hash;     // as /status shows it
  Origin origin = Origin::none;
  uint64_t repeats = 0;  // of a rollback or return: the one whose text it has
  uint64_t before = 0;   // what was served until then; 0: nothing
  Provenance provenance;
  size_t bytes = 0;             // of its text
  std::string content;          // SHA-256 of its text, in hex
  std::string file_digest;      // of the text of declarative_config when that was accepted last; empty: there was none
  int64_t confirm_until_s = 0;  // it goes away then unless confirmed; 0: it stays
  bool damaged = false;         // its file does not hold what was written
};

}  // namespace admin
