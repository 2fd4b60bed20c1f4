#include "schema/compact.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace schema {

namespace {

class Compacting {
 public:
  explicit Compacting(Arena& arena) : arena_(arena) {}

  Value copy(const Value& value) {
    Value copied = bare(value);
    copied.place = value.place;
    copied.from_secret = value.from_secret;
    return copied;
  }

  std::string_view copy(std::string_view text) {
    constexpr size_t looked_up_max = 64;  // bytes: what is longer hardly recurs
    if (text.empty()) return {};
    if (text.size() > looked_up_max) return arena_.copy(text);
    std::string_view& known = known_[slot_of(text)];
    if (known != text) known = arena_.copy(text);
    return known;
  }

 private:
  Value bare(const Value& value) {
    if (const Resolved* secret = value.vault()) {
      auto copied = arena_.make<Resolved>(1);
      copied[0] = {copy(secret->reference), copy(secret->value)};
      return Value::resolved(copied.data());
    }
    if (value.is_text()) return Value::text(copy(value.as_text()));
    if (value.is_array()) {
      const auto items = arena_.make<Value>(value.items().size());
      std::ranges::transform(value.items(), items.begin(), [this](const Value& item) { return copy(item); });
      return Value::array(items);
    }
    if (value.is_object()) {
      const auto members = arena_.make<Member>(value.members().size());
      std::ranges::transform(value.members(), members.begin(), [this](const Member& member) { return Member{copy(member.name), member.name_place, copy(member.value)}; });
      return Value::object(members);
    }
    return value;
  }

  // Of its length and both its ends.
  static size_t slot_of(std::string_view text) {
    uint64_t first = 0, last = 0;
    const size_t taken = std::min<size_t>(text.size(), 8);
    std::memcpy(&first, text.data(), taken);
    std::memcpy(&last, text.data() + text.size() - taken, taken);
    return ((first ^ (last * 0x9e3779b97f4a7c15) ^ text.size()) * 0x9e3779b97f4a7c15) >> (64 - slot_bits);
  }

  static constexpr unsigned slot_bits = 9;
  Arena& arena_;
  std::array<std::string_view, size_t{1} << slot_bits> known_;  // the last text of each slot
};

}  // namespace

void compact(std::vector<FlatEntity>& flat, Arena& arena) {
  Compacting compacting(arena);
  for (FlatEntity& entity : flat) {
    if (entity.dropped) continue;
    entity.storage = compacting.copy(entity.value()).members();
    entity.id = compacting.copy(entity.id);
  }
}

}  // namespace schema
