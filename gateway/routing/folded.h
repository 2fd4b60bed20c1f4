#pragma once
// Text without case: ASCII letters only, so that the length stays.

#include <array>
#include <string>
#include <string_view>

namespace routing {

constexpr char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

inline bool equals_folded(std::string_view text, std::string_view folded) {
  if (text.size() != folded.size()) return false;
  for (size_t i = 0; i < text.size(); ++i)
    if (fold(text[i]) != folded[i]) return false;
  return true;
}

// Names of header fields as they are matched: without case, '_' standing for '-'. `wanted` is in that form already.
inline bool same_field_name(std::string_view sent, std::string_view wanted) {
  if (sent.size() != wanted.size()) return false;
  for (size_t i = 0; i < sent.size(); ++i)
    if ((sent[i] == '_' ? '-' : fold(sent[i])) != wanted[i]) return false;
  return true;
}

inline std::string folded_copy(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = fold(c);
  return out;
}

// A folded copy that needs no memory while it is short.
class Folded {
 public:
  explicit Folded(std::string_view text) : size_(text.size()) {
    if (size_ > small_.size()) large_.resize(size_);
    char* to = size_ > small_.size() ? large_.data() : small_.data();
    for (size_t i = 0; i < size_; ++i) to[i] = fold(text[i]);
  }
  std::string_view text() const { return {size_ > small_.size() ? large_.data() : small_.data(), size_}; }

 private:
  size_t size_;
  std::array<char, 512> small_;
  std::string large_;
};

}  // namespace routing
