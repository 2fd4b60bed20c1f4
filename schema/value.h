#pragma once
// A node of a configuration document: what YAML and JSON become. Plain data; all memory (nodes, members, text) belongs
// to the Arena of the Document that holds it, so a Value is copied freely and lives exactly as long as its Document.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace schema {

enum class Kind : uint8_t { null, boolean, integer, number, text, array, object };

// Where a node stands in its source. Line and column count from 1; 0 means "nowhere" (a default, a generated value).
struct Place {
  uint32_t line = 0;
  uint16_t column = 0;
  uint16_t file = 0;  // index into Document::files
};

struct Member;
struct Resolved;

// What is shown in place of a secret.
inline constexpr std::string_view secret_mask = "******";

class Value {
 public:
  Value() = default;
  static Value boolean(bool b);
  static Value integer(int64_t i);
  static Value number(double d);
  static Value text(std::string_view s);          // `s` must outlive the value (arena or literal)
  static Value array(std::span<Value> items);     // storage likewise
  static Value object(std::span<Member> members);
  static Value resolved(const Resolved* secret);  // likewise

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_text() const { return kind_ == Kind::text; }
  bool is_array() const { return kind_ == Kind::array; }
  bool is_object() const { return kind_ == Kind::object; }
  bool is_number() const { return kind_ == Kind::integer || kind_ == Kind::number; }

  // Each of these asserts the kind.
  bool as_boolean() const;
  int64_t as_integer() const;
  double as_number() const;  // integers too
  std::string_view as_text() const;
  std::span<Value> items() const;
  std::span<Member> members() const;

  // The member of that name, or nullptr. Linear: records are small.
  Value* find(std::string_view name) const;

  Place place;
  // The value came from the environment or a vault: it is shown masked wherever it is printed.
  bool from_secret = false;
  // The {vault://...} reference that this scalar was found by; nullptr when it is an ordinary value.
  const Resolved* vault() const { return from_vault_ ? resolved_ : nullptr; }

 private:
  bool from_vault_ = false;
  Kind kind_ = Kind::null;
  uint32_t size_ = 0;  // bytes, items or members
  union {
    bool boolean_;
    int64_t integer_ = 0;
    double number_;
    const char* text_;
    Value* items_;
    Member* members_;
    const Resolved* resolved_;  // holds the value itself
  };
};

struct Member {
  std::string_view name;
  Place name_place;
  Value value;
};

// A secret that was looked up: the reference as the document has it, and the scalar it stands for.
struct Resolved {
  std::string_view reference;
  Value value;
};

// Block allocator for document memory: never frees piecemeal. Not shared between threads while it grows.
class Arena {
 public:
  Arena() = default;
  Arena(Arena&&) noexcept = default;
  Arena& operator=(Arena&&) noexcept = default;

  void* allocate(size_t bytes, size_t alignment);
  std::string_view copy(std::string_view text);
  // Uninitialised objects become value-initialised ones; only trivially destructible types.
  template <typename T>
  std::span<T> make(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    auto* memory = static_cast<T*>(allocate(sizeof(T) * count, alignof(T)));
    for (size_t i = 0; i < count; ++i) new (memory + i) T();
    return {memory, count};
  }
  Value array(std::span<const Value> items);
  Value object(std::span<const Member> members);
  size_t bytes() const { return bytes_; }

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  size_t left_ = 0;
  size_t bytes_ = 0;
};

}  // namespace schema
