#include "schema/value.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace schema {

Value Value::boolean(bool b) {
  Value v;
  v.kind_ = Kind::boolean;
  v.boolean_ = b;
  return v;
}

Value Value::integer(int64_t i) {
  Value v;
  v.kind_ = Kind::integer;
  v.integer_ = i;
  return v;
}

Value Value::number(double d) {
  Value v;
  v.kind_ = Kind::number;
  v.number_ = d;
  return v;
}

Value Value::text(std::string_view s) {
  Value v;
  v.kind_ = Kind::text;
  v.size_ = static_cast<uint32_t>(s.size());
  v.text_ = s.data();
  return v;
}

Value Value::array(std::span<Value> items) {
  Value v;
  v.kind_ = Kind::array;
  v.size_ = static_cast<uint32_t>(items.size());
  v.items_ = items.data();
  return v;
}

Value Value::object(std::span<Member> members) {
  Value v;
  v.kind_ = Kind::object;
  v.size_ = static_cast<uint32_t>(members.size());
  v.members_ = members.data();
  return v;
}

Value Value::resolved(const Resolved* secret) {
  Value v;
  v.kind_ = secret->value.kind_;
  v.from_vault_ = true;
  v.from_secret = true;
  v.resolved_ = secret;
  return v;
}

bool Value::as_boolean() const {
  assert(kind_ == Kind::boolean);
  return from_vault_ ? resolved_->value.boolean_ : boolean_;
}

int64_t Value::as_integer() const {
  assert(kind_ == Kind::integer);
  return from_vault_ ? resolved_->value.integer_ : integer_;
}

double Value::as_number() const {
  assert(is_number());
  if (from_vault_) return resolved_->value.as_number();
  return kind_ == Kind::integer ? static_cast<double>(integer_) : number_;
}

std::string_view Value::as_text() const {
  assert(is_text());
  return from_vault_ ? resolved_->value.as_text() : std::string_view(text_, size_);
}

std::span<Value> Value::items() const {
  assert(is_array());
  return {items_, size_};
}

std::span<Member> Value::members() const {
  assert(is_object());
  return {members_, size_};
}

Value* Value::find(std::string_view name) const {
  if (!is_object()) return nullptr;
  for (Member& member : members())
    if (member.name == name) return &member.value;
  return nullptr;
}

void* Arena::allocate(size_t bytes, size_t alignment) {
#if defined(__SANITIZE_ADDRESS__)
  constexpr size_t block_bytes_min = 0, block_bytes_max = 0;  // a block for each piece, so that its end is seen
#else
  constexpr size_t block_bytes_min = 4 << 10, block_bytes_max = 1 << 20;
#endif
  size_t skip = free_ == nullptr ? 0 : (alignment - reinterpret_cast<uintptr_t>(free_) % alignment) % alignment;
  if (free_ == nullptr || skip + bytes > left_) {
    const size_t block_bytes = std::clamp(bytes_, block_bytes_min, block_bytes_max);
    // Large things get a block of their own, so that they do not waste the rest of the current one.
    if (bytes > block_bytes / 4) {
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(bytes));
      bytes_ += bytes;
      return blocks_.back().get();
    }
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_bytes));
    bytes_ += block_bytes;
    free_ = blocks_.back().get();
    left_ = block_bytes;
    skip = 0;
  }
  void* memory = free_ + skip;
  free_ += skip + bytes;
  left_ -= skip + bytes;
  return memory;
}

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return {};
  auto* memory = static_cast<char*>(allocate(text.size(), 1));
  std::memcpy(memory, text.data(), text.size());
  return {memory, text.size()};
}

Value Arena::array(std::span<const Value> items) {
  auto storage = make<Value>(items.size());
  std::copy(items.begin(), items.end(), storage.begin());
  return Value::array(storage);
}

Value Arena::object(std::span<const Member> members) {
  auto storage = make<Member>(members.size());
  std::copy(members.begin(), members.end(), storage.begin());
  return Value::object(storage);
}

}  // namespace schema
