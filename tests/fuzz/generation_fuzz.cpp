// A kept generation, whatever a crash, another version or another program left in its place: it is read as it was
// written, or passed over, and the ones beside it stay.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "gateway/runtime/generation_file.h"
#include "gateway/runtime/generations.h"
#include "tests/fuzz/demand.h"
#include "tests/unit/runtime/memory_disk.h"

namespace {

using Sources = std::vector<schema::Source>;

bool same(const admin::Generation& a, const admin::Generation& b) {
  return a.number == b.number && a.at_s == b.at_s && a.hash == b.hash && a.origin == b.origin &&
         a.repeats == b.repeats && a.before == b.before && a.provenance == b.provenance && a.content == b.content &&
         a.file_digest == b.file_digest && a.confirm_until_s == b.confirm_until_s;
}

void check_bytes(std::string_view bytes) {
  admin::Generation generation, record;
  Sources sources;
  const bool read = runtime::decode(bytes, generation, &sources);
  demand(runtime::decode(bytes, record, nullptr) == read);
  if (!read) return;
  demand(same(generation, record));
  demand(generation.origin <= admin::Origin::returned);
  for (const schema::Source& source : sources) demand(source.syntax <= schema::Syntax::detect);
  admin::Generation again;
  Sources sources_again;
  demand(runtime::decode(runtime::encode(generation, sources), again, &sources_again) && same(generation, again));
  demand(sources.size() == sources_again.size() && runtime::digest_of(sources) == runtime::digest_of(sources_again));
  for (size_t i = 0; i < sources.size(); ++i)
    demand(sources[i].name == sources_again[i].name && sources[i].syntax == sources_again[i].syntax);
}

std::string sealed(std::string_view rest) {
  return "gateway-generation 1 " + runtime::sha256_hex(rest) + "\n" + std::string(rest);
}

// `name` and `bytes` lie in a folder in which a good one lies too.
void check_folder(const std::string& name, const std::string& bytes) {
  MemoryDisk disk;
  {
    runtime::Generations writing("d", 3, disk);
    admin::Generation first;
    demand(!writing.open().any() && !writing.add(first, {{"a", "b", schema::Syntax::yaml}}, 0).any());
  }
  const bool in_its_place = name == "generation-0000000001";
  disk.write("d/" + name, bytes);
  runtime::Generations generations("d", 3, disk);
  demand(!generations.open().any());
  std::set<uint64_t> numbers;
  uint64_t highest = 0;
  for (const admin::Generation& each : generations.all()) {
    demand(each.number != 0 && numbers.insert(each.number).second);
    highest = std::max(highest, each.number);
  }
  if (!in_its_place) demand(generations.find(1) != nullptr && generations.read(1).has_value());
  for (uint64_t number : generations.latest_first()) demand(generations.read(number).has_value());
  admin::Generation next;
  demand(!generations.add(next, {{"c", "d", schema::Syntax::json}}, 0).any());
  demand(next.number > highest && generations.latest_first().front() == next.number &&
         generations.read(next.number).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_bytes(bytes);
  check_bytes(sealed(bytes));
  const size_t line = std::min(bytes.find('\n'), bytes.size());
  const std::string name(bytes.substr(0, line));
  if (name.find('\0') != name.npos || name.find('/') != name.npos || name == "lock") return 0;
  const std::string_view rest = bytes.substr(std::min(line + 1, bytes.size()));
  check_folder("generation-" + name, std::string(rest));
  check_folder("generation-" + name, sealed(rest));
  return 0;
}
