#include "gateway/scripting/pattern.h"

#include <doctest/doctest.h>

#include <string>

using script::Matcher;

namespace {

constexpr uint64_t plenty = 1'000'000;

// "begin-end:captures", or the error, or "none".
std::string found(std::string_view text, std::string_view pattern, size_t from = 0, bool anchor = true) {
  Matcher matcher(text, pattern, plenty, anchor);
  if (!matcher.search(from)) return matcher.error() != nullptr ? matcher.error() : "none";
  std::string shown = std::to_string(matcher.begin()) + "-" + std::to_string(matcher.end());
  for (size_t i = 0; i < matcher.captures(); ++i) {
    const script::Capture& capture = matcher.capture(i);
    shown += ':' + (capture.position ? "@" + std::to_string(capture.begin - text.data())
                                     : std::string(capture.begin, capture.size));
  }
  return shown;
}

}  // namespace

TEST_CASE("a pattern's items stand for octets, classes and sets") {
  CHECK(found("hello", "l") == "2-3");
  CHECK(found("hello", "x") == "none");
  CHECK(found("a1 B", "%a%d%s%u") == "0-4");
  CHECK(found("..x", "%.%.%l") == "0-3");
  CHECK(found("x%y", "%%") == "1-2");
  CHECK(found("key=value", "[^=]+") == "0-3");
  CHECK(found("a-b]c", "[]%-]") == "1-2");
  CHECK(found("tel 0815", "[0-9]+") == "4-8");
  CHECK(found("a-z", "[a%-]-z") == "0-3");
  CHECK(found(std::string_view("a\0b", 3), "%z") == "1-2");
  CHECK(found("xyz", "%S%W") == "none");
}

TEST_CASE("a pattern repeats its items as often or as seldom as it can") {
  CHECK(found("aaab", "a*") == "0-3");
  CHECK(found("aaab", "a-b") == "0-4");
  CHECK(found("b", "a+") == "none");
  CHECK(found("ab", "c?ab") == "0-2");
  CHECK(found("<a><b>", "<.->") == "0-3");
  CHECK(found("<a><b>", "<.*>") == "0-6");
  CHECK(found("", "a*") == "0-0");
}

TEST_CASE("a pattern is held by its anchors") {
  CHECK(found("aab", "^b") == "none");
  CHECK(found("aab", "^a", 1) == "1-2");
  CHECK(found("a^b", "^b", 0, false) == "1-3");
  CHECK(found("ab", "b$") == "1-2");
  CHECK(found("b$a", "b$a") == "0-3");
}

TEST_CASE("a pattern captures texts and places") {
  CHECK(found("key = value", "(%w+)%s*=%s*(%w+)") == "0-11:key:value");
  CHECK(found("hello", "()ll()") == "2-4:@2:@4");
  CHECK(found("abab", "((a)(b))%1") == "0-4:ab:a:b");
  CHECK(found("f(a(b)c) d", "%b()") == "1-8");
  CHECK(found("THE (quick) fox", "%f[%a]%a+%f[%A]") == "0-3");
}

TEST_CASE("a pattern that is none says why") {
  CHECK(found("a", "%") == "malformed pattern (ends with '%')");
  CHECK(found("a", "[a") == "malformed pattern (missing ']')");
  CHECK(found("a", "[]") == "malformed pattern (missing ']')");
  CHECK(found("a", "[a%") == "malformed pattern (missing ']')");
  CHECK(found("a", "(a") == "unfinished capture");
  CHECK(found("a", "a)") == "invalid pattern capture");
  CHECK(found("a", "%1") == "invalid capture index");
  CHECK(found("a", "%b") == "unbalanced pattern");
  CHECK(found("a", "%fa") == "missing '[' after '%f' in pattern");
  CHECK(found("a", std::string(33 * 2, '(')) == "too many captures");
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "a?";
  CHECK(found(std::string(300, 'a'), deep) == "pattern too complex");
}

TEST_CASE("a search that goes back again and again ends at its steps") {
  const std::string text(30'000, 'a');
  for (const char* pattern :
       {".-.-.-.-b", "(a*)*b", ".*.*.*.*b", "[^b]*[^b]*[^b]*[^b]*b", "%b()%b()", "a-a-a-a-a-%f[b]"}) {
    Matcher matcher(text, pattern, plenty);
    CHECK_FALSE(matcher.search(0));
    CHECK(matcher.steps() <= plenty + text.size());
  }
  const std::string set = "[" + std::string(100'000, 'x') + "]";
  Matcher matcher(text, set, plenty);
  CHECK_FALSE(matcher.search(0));
  CHECK(std::string(matcher.error()) == "pattern takes too many steps");
}
