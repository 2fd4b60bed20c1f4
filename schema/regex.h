#pragma once
// A regular expression of a configuration. RE2 runs it, in time linear to the text; what RE2 does not know (look-around, back-references,
// possessive repeats) is run by PCRE2 within a limit of steps, so that no request can be made to burn time.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}
struct pcre2_real_code_8;

namespace schema {

class Regex {
 public:
  static constexpr uint32_t steps_max = 100'000;  // of PCRE2, per match; a match that needs more does not match
  static constexpr size_t groups_max = 32;        // further groups match, but cannot be read

  // Named groups are written (?<name>...) or (?P<name>...). nullptr, and what is wrong in `error`, when neither engine takes it.
  static std::unique_ptr<const Regex> compile(std::string_view pattern, std::string& error);
  ~Regex();
  Regex(const Regex&) = delete;

  enum class From : uint8_t { start, anywhere };
  // Looks for the expression at the start of `text`, or anywhere. `groups` gets the whole match first, then the groups, as far as it is
  // long; one that took no part is a null view. Allocates nothing when `groups` holds the whole match at most and the engine is RE2.
  bool match(std::string_view text, From from, std::span<std::string_view> groups = {}) const;

  // Without the whole match; at most groups_max - 1.
  size_t groups() const { return names_.size() - 1; }
  // Of group `i`, counted from 1; empty when it has none. Lives as long as this.
  std::string_view name(size_t i) const { return names_[i]; }
  // What RE2 was given, for use in a set of expressions; nullptr when PCRE2 runs this one.
  const std::string* linear_pattern() const;

 private:
  Regex();
  bool match_slowly(std::string_view text, From from, std::span<std::string_view> groups) const;

  std::unique_ptr<const re2::RE2> re2_;
  pcre2_real_code_8* pcre2_ = nullptr;
  std::vector<std::string> names_{1};  // by group; the first is the whole match
};

}  // namespace schema
