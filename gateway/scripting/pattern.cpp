#include "gateway/scripting/pattern.h"

#include <algorithm>
#include <cstring>

namespace script {
namespace {

constexpr char escape = '%';

bool is_lower(unsigned char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(unsigned char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }
bool is_letter(unsigned char c) { return is_lower(c) || is_upper(c); }

// A class by its letter; an upper-case letter is the class of all others. Anything but a letter stands for itself.
bool in_class(unsigned char octet, unsigned char letter) {
  bool holds = false;
  switch (is_upper(letter) ? letter + 32 : letter) {
    case 'a':
      holds = is_letter(octet);
      break;
    case 'c':
      holds = octet < 0x20 || octet == 0x7f;
      break;
    case 'd':
      holds = is_digit(octet);
      break;
    case 'l':
      holds = is_lower(octet);
      break;
    case 'p':
      holds = octet > 0x20 && octet < 0x7f && !is_letter(octet) && !is_digit(octet);
      break;
    case 's':
      holds = octet == ' ' || (octet >= '\t' && octet <= '\r');
      break;
    case 'u':
      holds = is_upper(octet);
      break;
    case 'w':
      holds = is_letter(octet) || is_digit(octet);
      break;
    case 'x':
      holds = is_digit(octet) || (octet >= 'a' && octet <= 'f') || (octet >= 'A' && octet <= 'F');
      break;
    case 'z':
      holds = octet == 0;
      break;
    default:
      return octet == letter;
  }
  return holds != is_upper(letter);
}

}  // namespace

Matcher::Matcher(std::string_view subject, std::string_view pattern, uint64_t steps_max, bool anchor)
    : subject_(subject.data()),
      subject_end_(subject.data() + subject.size()),
      pattern_(pattern.data()),
      pattern_end_(pattern.data() + pattern.size()),
      steps_max_(steps_max) {
  anchored_ = anchor && pattern.starts_with('^');
  if (anchored_) ++pattern_;
}

bool Matcher::search(size_t from) {
  for (const char* at = subject_ + from; error_ == nullptr; ++at) {
    count_ = 0;
    depth_ = 0;
    const char* end = match(at, pattern_);
    if (end != nullptr) {
      for (size_t i = 0; i < count_; ++i) {
        if (captures_[i].size == open && !captures_[i].position) return fail("unfinished capture"), false;
      }
      begin_ = static_cast<size_t>(at - subject_);
      end_ = static_cast<size_t>(end - subject_);
      return true;
    }
    if (anchored_ || at == subject_end_) break;
  }
  return false;
}

std::nullptr_t Matcher::fail(const char* why) {
  if (error_ == nullptr) error_ = why;
  return nullptr;
}

bool Matcher::step(uint64_t count) {
  steps_ += count;
  if (steps_ <= steps_max_) return error_ == nullptr;
  fail("pattern takes too many steps");
  return false;
}

// Where a match of the pattern from `item` on ends that begins at `at`; nullptr: there is none.
const char* Matcher::match(const char* at, const char* item) {
  if (++depth_ > depth_max) return fail("pattern too complex");
  while (item != pattern_end_) {
    if (!step()) return nullptr;
    const char* end = nullptr;
    if (*item == '(') {
      end = open_capture(at, item);
      --depth_;
      return end;
    }
    if (*item == ')') {
      end = close_capture(at, item);
      --depth_;
      return end;
    }
    if (*item == '$' && item + 1 == pattern_end_) {
      --depth_;
      return at == subject_end_ ? at : nullptr;
    }
    if (*item == escape && item + 1 != pattern_end_) {
      if (item[1] == 'b') {
        at = balanced(at, item + 2);
        if (at == nullptr) break;
        item += 4;
        continue;
      }
      if (item[1] == 'f') {
        const char* set = item + 2;
        if (set == pattern_end_ || *set != '[') return fail("missing '[' after '%f' in pattern");
        const char* set_end = end_of_item(set);
        if (set_end == nullptr || !at_frontier(at, set, set_end)) {
          at = nullptr;
          break;
        }
        item = set_end;
        continue;
      }
      if (is_digit(static_cast<unsigned char>(item[1]))) {
        at = repeated(at, item[1]);
        if (at == nullptr) break;
        item += 2;
        continue;
      }
    }
    const char* item_end = end_of_item(item);
    if (item_end == nullptr) return nullptr;
    const char suffix = item_end != pattern_end_ ? *item_end : '\0';
    if (suffix == '*' || suffix == '+') {
      if (suffix == '+' && !fits(at, item, item_end))
        end = nullptr;
      else
        end = longest(suffix == '+' ? at + 1 : at, item, item_end);
      --depth_;
      return end;
    }
    if (suffix == '-') {
      end = shortest(at, item, item_end);
      --depth_;
      return end;
    }
    if (suffix == '?') {
      if (fits(at, item, item_end)) {
        end = match(at + 1, item_end + 1);
        if (end != nullptr || error_ != nullptr) {
          --depth_;
          return end;
        }
      }
      item = item_end + 1;
      continue;
    }
    if (!fits(at, item, item_end)) {
      at = nullptr;
      break;
    }
    ++at;
    item = item_end;
  }
  --depth_;
  return error_ == nullptr ? at : nullptr;
}

const char* Matcher::longest(const char* at, const char* item, const char* item_end) {
  size_t count = 0;
  while (fits(at + count, item, item_end)) ++count;
  while (step()) {
    const char* end = match(at + count, item_end + 1);
    if (end != nullptr) return end;
    if (count-- == 0) break;
  }
  return nullptr;
}

const char* Matcher::shortest(const char* at, const char* item, const char* item_end) {
  while (step()) {
    const char* end = match(at, item_end + 1);
    if (end != nullptr) return end;
    if (!fits(at, item, item_end)) break;
    ++at;
  }
  return nullptr;
}

const char* Matcher::open_capture(const char* at, const char* item) {
  if (count_ == captures_max) return fail("too many captures");
  const bool position = item + 1 != pattern_end_ && item[1] == ')';
  captures_[count_++] = {at, position ? 0 : open, position};
  const char* end = match(at, item + (position ? 2 : 1));
  if (end == nullptr) --count_;
  return end;
}

const char* Matcher::close_capture(const char* at, const char* item) {
  size_t index = count_;
  while (index > 0 && captures_[index - 1].size != open) --index;
  if (index == 0) return fail("invalid pattern capture");
  Capture& capture = captures_[index - 1];
  capture.size = static_cast<size_t>(at - capture.begin);
  const char* end = match(at, item + 1);
  if (end == nullptr) captures_[index - 1].size = open;
  return end;
}

const char* Matcher::balanced(const char* at, const char* delimiters) {
  if (pattern_end_ - delimiters < 2) return fail("unbalanced pattern");
  if (at == subject_end_ || *at != delimiters[0]) return nullptr;
  size_t inside = 1;
  for (const char* next = at + 1; next != subject_end_ && step(); ++next) {
    if (*next == delimiters[1]) {
      if (--inside == 0) return next + 1;
    } else if (*next == delimiters[0]) {
      ++inside;
    }
  }
  return nullptr;
}

// What a capture holds, once more.
const char* Matcher::repeated(const char* at, char digit) {
  const size_t index = static_cast<size_t>(digit - '1');
  if (digit == '0' || index >= count_ || captures_[index].size == open) return fail("invalid capture index");
  const Capture& capture = captures_[index];
  if (!step(capture.size) || static_cast<size_t>(subject_end_ - at) < capture.size) return nullptr;
  return std::equal(capture.begin, capture.begin + capture.size, at) ? at + capture.size : nullptr;
}

bool Matcher::at_frontier(const char* at, const char* set, const char* set_end) {
  const auto before = static_cast<unsigned char>(at == subject_ ? '\0' : at[-1]);
  const auto behind = static_cast<unsigned char>(at == subject_end_ ? '\0' : *at);
  return !in_set(before, set, set_end - 1) && in_set(behind, set, set_end - 1);
}

// Behind an item that stands for one octet; nullptr with an error when the pattern breaks off inside of it.
const char* Matcher::end_of_item(const char* item) {
  if (*item == escape) return item + 1 == pattern_end_ ? fail("malformed pattern (ends with '%')") : item + 2;
  if (*item != '[') return item + 1;
  const char* at = item + 1;
  if (at != pattern_end_ && *at == '^') ++at;
  // A bracket that comes first is a member.
  do {
    if (at == pattern_end_) return fail("malformed pattern (missing ']')");
    const bool escaped = *at++ == escape;
    if (escaped) {
      if (at == pattern_end_) return fail("malformed pattern (missing ']')");
      ++at;
    }
    if (!step()) return nullptr;
  } while (at == pattern_end_ || *at != ']');
  return at + 1;
}

bool Matcher::fits(const char* at, const char* item, const char* item_end) {
  if (at == subject_end_ || !step()) return false;
  const auto octet = static_cast<unsigned char>(*at);
  switch (*item) {
    case '.':
      return true;
    case escape:
      return in_class(octet, static_cast<unsigned char>(item[1]));
    case '[':
      return in_set(octet, item, item_end - 1);
    default:
      return static_cast<unsigned char>(*item) == octet;
  }
}

// `set` points at the opening bracket, `last` at the closing one.
bool Matcher::in_set(unsigned char octet, const char* set, const char* last) {
  const char* at = set + 1;
  const bool member = *at != '^';
  if (!member) ++at;
  while (at < last && step()) {
    if (*at == escape) {
      if (in_class(octet, static_cast<unsigned char>(at[1]))) return member;
      at += 2;
    } else if (at + 2 < last && at[1] == '-') {
      if (static_cast<unsigned char>(at[0]) <= octet && octet <= static_cast<unsigned char>(at[2])) return member;
      at += 3;
    } else {
      if (static_cast<unsigned char>(*at) == octet) return member;
      ++at;
    }
  }
  return !member;
}

}  // namespace script
