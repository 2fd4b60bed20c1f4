#pragma once
// Octets on their way out: heads and small bodies side by side, so that one call to the kernel takes them.

#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace http {

class Out {
 public:
  Out() = default;
  // Writes into `place`, which must outlive this; what does not fit there moves to the heap.
  explicit Out(std::span<char> place) : data_(place.data()), capacity_(place.size()) {}

  [[gnu::always_inline]] void text(std::string_view octets) {
    if (octets.size() > capacity_ - size_) grow(octets.size());
    // An empty view may be a null pointer, which memcpy must not see.
    if (!octets.empty()) std::memcpy(data_ + size_, octets.data(), octets.size());
    size_ += octets.size();
  }
  // Text of a length known when this is compiled: a few stores.
  template <size_t Size>
  [[gnu::always_inline]] void literal(const char (&octets)[Size]) {
    text({octets, Size - 1});
  }
  // One line of a head. The value is checked already, or of our own making.
  void line(std::string_view name, std::string_view value) {
    char* at = line_to_fill(name, value.size());
    if (!value.empty()) std::memcpy(at, value.data(), value.size());
  }
  // The same for a value that the caller writes, octet by octet, to the place returned.
  char* line_to_fill(std::string_view name, size_t value_bytes) {
    const size_t bytes = name.size() + value_bytes + 4;
    if (bytes > capacity_ - size_) grow(bytes);
    char* at = data_ + size_;
    std::memcpy(at, name.data(), name.size());
    at += name.size();
    std::memcpy(at, ": ", 2);
    std::memcpy(at + 2 + value_bytes, "\r\n", 2);
    size_ += bytes;
    return at + 2;
  }
  void number(uint64_t value) {
    char digits[20];
    text({digits, static_cast<size_t>(std::to_chars(digits, digits + sizeof digits, value).ptr - digits)});
  }

  // The octets from `at` on, to be changed in place.
  std::span<char> written(size_t at) { return {data_ + at, size_ - at}; }
  // Valid until more is written.
  std::string_view view() const { return {data_, size_}; }
  size_t size() const { return size_; }
  // What still fits without moving.
  size_t room() const { return capacity_ - size_; }
  void clear() { size_ = 0; }

 private:
  [[gnu::noinline]] void grow(size_t bytes) {
    const size_t larger = (size_ + bytes) * 2;
    std::unique_ptr<char[]> moved(new char[larger]);
    if (size_ > 0) std::memcpy(moved.get(), data_, size_);
    own_ = std::move(moved);
    data_ = own_.get();
    capacity_ = larger;
  }

  char* data_ = nullptr;
  size_t size_ = 0, capacity_ = 0;
  std::unique_ptr<char[]> own_;
};

}  // namespace http
