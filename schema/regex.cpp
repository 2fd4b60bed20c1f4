#include "schema/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

namespace schema {

namespace {

constexpr int64_t re2_memory_bytes_max = 4 << 20;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

// RE2 of this age spells named groups (?P<name>...) only.
std::string with_named_groups(std::string_view pattern) {
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      out.append(pattern.substr(i++, 2));
    } else if (pattern.substr(i, 3) == "(?<" && pattern.substr(i, 4) != "(?<=" && pattern.substr(i, 4) != "(?<!") {
      out += "(?P<";
      i += 2;
    } else {
      out += pattern[i];
    }
  }
  return out;
}

std::vector<std::string> names_of(const re2::RE2& regex) {
  std::vector<std::string> names(std::min<size_t>(static_cast<size_t>(regex.NumberOfCapturingGroups()) + 1, Regex::groups_max));
  for (const auto& [index, name] : regex.CapturingGroupNames())
    if (static_cast<size_t>(index) < names.size()) names[static_cast<size_t>(index)] = name;
  return names;
}

std::vector<std::string> names_of(const pcre2_code* code) {
  uint32_t groups = 0, named = 0, entry_bytes = 0;
  PCRE2_SPTR table = nullptr;
  pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
  pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &named);
  pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &entry_bytes);
  pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &table);
  std::vector<std::string> names(std::min<size_t>(groups + 1, Regex::groups_max));
  for (uint32_t i = 0; i < named; ++i) {
    // An entry is the group's number in two octets, then its name, terminated.
    const PCRE2_SPTR entry = table + i * entry_bytes;
    const size_t index = static_cast<size_t>(entry[0]) << 8 | entry[1];
    if (index < names.size()) names[index] = reinterpret_cast<const char*>(entry + 2);
  }
  return names;
}

}  // namespace

Regex::Regex() = default;

Regex::~Regex() {
  if (pcre2_ != nullptr) pcre2_code_free(pcre2_);
}

std::unique_ptr<const Regex> Regex::compile(std::string_view pattern, std::string& error) {
  std::unique_ptr<Regex> regex(new Regex);
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(re2_memory_bytes_max);
  auto fast = std::make_unique<const re2::RE2>(with_named_groups(pattern), options);
  if (fast->ok()) {
    regex->names_ = names_of(*fast);
    regex->re2_ = std::move(fast);
    return regex;
  }
  int fault = 0;
  PCRE2_SIZE at = 0;
  regex->pcre2_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C,
                                &fault, &at, nullptr);
  if (regex->pcre2_ == nullptr) {
    std::array<PCRE2_UCHAR, 160> words{};
    pcre2_get_error_message(fault, words.data(), words.size());
    error = std::string(reinterpret_cast<const char*>(words.data())) + " at offset " + std::to_string(at);
    return nullptr;
  }
  // Where memory may not be made executable the interpreter does the work.
  pcre2_jit_compile(regex->pcre2_, PCRE2_JIT_COMPLETE);
  regex->names_ = names_of(regex->pcre2_);
  return regex;
}

const std::string* Regex::linear_pattern() const { return re2_ != nullptr ? &re2_->pattern() : nullptr; }

bool Regex::match(std::string_view text, From from, std::span<std::string_view> groups) const {
  if (re2_ == nullptr) return match_slowly(text, from, groups);
  std::array<re2::StringPiece, groups_max> found;
  const size_t count = std::min({groups.size(), names_.size()});
  const auto anchor = from == From::start ? re2::RE2::ANCHOR_START : re2::RE2::UNANCHORED;
  if (!re2_->Match(piece(text), 0, text.size(), anchor, found.data(), static_cast<int>(count))) return false;
  for (size_t i = 0; i < count; ++i) groups[i] = {found[i].data(), found[i].size()};
  return true;
}

bool Regex::match_slowly(std::string_view text, From from, std::span<std::string_view> groups) const {
  // Match data cannot be shared between threads, and few expressions come here: it is made for each match.
  const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> data(pcre2_match_data_create(groups_max, nullptr), pcre2_match_data_free);
  const std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)> limits(pcre2_match_context_create(nullptr), pcre2_match_context_free);
  if (data == nullptr || limits == nullptr) return false;
  pcre2_set_match_limit(limits.get(), steps_max);
  const uint32_t options = from == From::start ? PCRE2_ANCHORED : 0;
  const int filled = pcre2_match(pcre2_, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, options, data.get(), limits.get());
  if (filled < 0) return false;
  const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data.get());
  for (size_t i = 0; i < std::min(groups.size(), names_.size()); ++i) {
    const bool took_part = ends[2 * i] != PCRE2_UNSET && ends[2 * i] <= ends[2 * i + 1];
    groups[i] = took_part ? text.substr(ends[2 * i], ends[2 * i + 1] - ends[2 * i]) : std::string_view();
  }
  return true;
}

}  // namespace schema
