#include "gateway/runtime/generations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "gateway/runtime/generation_file.h"

namespace runtime {

namespace {

constexpr std::string_view prefix = "generation-", half = ".half";

DiskFault fault_at(const std::string& path, int number) { return {number, path + ": " + std::strerror(number)}; }

// Digits enough that a listing of the folder is in order.
std::string name_of(uint64_t number) { return fmt::format("{}{:010}", prefix, number); }

// 0: not the name of a generation. Two spellings of one number would be two files of one generation, and behind the
// greatest number there would be no next one.
uint64_t number_of(std::string_view name) {
  constexpr uint64_t number_max = 1'000'000'000'000'000;
  uint64_t number = 0;
  if (!name.starts_with(prefix)) return 0;
  const std::string_view digits = name.substr(prefix.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number <= number_max && name == name_of(number) ? number : 0;
}

}  // namespace

bool DiskFault::no_space() const { return number == ENOSPC || number == EDQUOT || number == EFBIG; }

std::string Generations::path_of(uint64_t number) const { return folder_ + "/" + name_of(number); }

DiskFault Generations::open() {
  if (const int fault = disk_.make_folder(folder_)) return fault_at(folder_, fault);
  const int locked = disk_.lock(folder_ + "/lock");
  if (locked == EWOULDBLOCK) return {locked, folder_ + ": another node uses it"};
  std::vector<std::string> names;
  if (const int fault = disk_.list(folder_, names)) return fault_at(folder_, fault);
  // A folder that can only be read has no lock, and needs none: writing fails where it is tried.
  for (const std::string& name : names) {
    if (name.ends_with(half)) disk_.remove(folder_ + "/" + name);
    const uint64_t number = number_of(name);
    if (number == 0) continue;
    admin::Generation generation;
    std::string bytes;
    if (disk_.read(folder_ + "/" + name, bytes) != 0 || !decode(bytes, generation, nullptr) ||
        generation.number != number) {
      generation = {};
      generation.damaged = true;
      generation.number = number;
    }
    all_.push_back(std::move(generation));
    last_number_ = std::max(last_number_, number);
  }
  std::sort(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return {};
}

const admin::Generation* Generations::find(uint64_t number) const {
  const auto found =
      std::find_if(all_.begin(), all_.end(), [&](const admin::Generation& each) { return each.number == number; });
  return found == all_.end() ? nullptr : &*found;
}

std::vector<uint64_t> Generations::latest_first() const {
  std::vector<uint64_t> numbers;
  for (auto each = all_.rbegin(); each != all_.rend(); ++each)
    if (!each->damaged) numbers.push_back(each->number);
  return numbers;
}

std::optional<std::vector<schema::Source>> Generations::read(uint64_t number) {
  std::string bytes;
  admin::Generation generation;
  std::vector<schema::Source> sources;
  if (disk_.read(path_of(number), bytes) != 0 || !decode(bytes, generation, &sources) || generation.number != number)
    return std::nullopt;
  return sources;
}

// The name appears when the bytes are safe, and the answer is given when the name is.
DiskFault Generations::write(const std::string& path, std::string_view bytes, bool is_new) {
  const std::string beside = path + std::string(half);
  int fault = disk_.write(beside, bytes);
  if (fault == 0) fault = disk_.sync(beside);
  if (fault == 0) fault = disk_.rename(beside, path);
  if (fault != 0) {
    disk_.remove(beside);
    return fault_at(path, fault);
  }
  fault = disk_.sync_folder(folder_);
  if (fault == 0) return {};
  DiskFault told = fault_at(folder_, fault);
  if (is_new && disk_.remove(path) != 0)
    told.what += " (and " + path + " cannot be removed: it will be served after a restart)";
  return told;
}

DiskFault Generations::add(admin::Generation& generation, const std::vector<schema::Source>& sources, uint64_t served) {
  admin::Generation added = generation;
  added.number = last_number_ + 1;
  added.bytes = 0;
  for (const schema::Source& source : sources) added.bytes += source.text.size();
  if (DiskFault fault = write(path_of(added.number), encode(added, sources), true); fault.any()) return fault;
  last_number_ = added.number;
  generation = added;
  all_.push_back(std::move(added));
  prune(served);
  return {};
}

DiskFault Generations::confirm(uint64_t number) {
  const auto found =
      std::find_if(all_.begin(), all_.end(), [&](const admin::Generation& each) { return each.number == number; });
  const auto sources = read(number);
  if (found == all_.end() || !sources) return {EIO, path_of(number) + ": cannot be read any more"};
  admin::Generation confirmed = *found;
  confirmed.confirm_until_s = 0;
  if (DiskFault fault = write(path_of(number), encode(confirmed, *sources), false); fault.any()) return fault;
  *found = std::move(confirmed);
  return {};
}

// What cannot be removed is tried again the next time.
void Generations::prune(uint64_t served) {
  for (auto each = all_.begin(); all_.size() > kept_ && each != all_.end();) {
    const bool removed =
        each->number != served && each->number != last_number_ && disk_.remove(path_of(each->number)) == 0;
    each = removed ? all_.erase(each) : each + 1;
  }
}

}  // namespace runtime
