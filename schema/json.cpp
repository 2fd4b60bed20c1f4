#include "schema/json.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <unordered_map>

#include "schema/excerpt.h"

namespace schema {

namespace {

class JsonReader {
 public:
  JsonReader(std::string_view text, uint16_t file, Arena& arena, Problems& problems, const ReadLimits& limits)
      : text_(text), file_(file), arena_(arena), problems_(problems), limits_(limits) {}

  bool read(Value& root) {
    skip_space();
    if (!value(root, 0)) return false;
    skip_space();
    return at_ == text_.size() || fail("unexpected text after the document");
  }

 private:
  Place place() const { return {line_, static_cast<uint16_t>(std::min<size_t>(at_ - line_start_ + 1, 65535)), file_}; }

  bool fail(std::string what) {
    problems_.add({.place = place(), .what = "JSON: " + what, .hint = excerpt(text_, line_start_, at_)});
    return false;
  }

  void skip_space() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return;
      }
      ++at_;
    }
  }

  bool literal(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return fail("unexpected text");
    at_ += word.size();
    return true;
  }

  bool value(Value& out, size_t depth) {
    if (depth > limits_.depth_max) return fail("nested too deeply");
    if (++nodes_ > limits_.nodes_max) return fail("too many values");
    if (at_ >= text_.size()) return fail("the document ends too early");
    const Place here = place();
    bool good = false;
    switch (text_[at_]) {
      case '{': good = object(out, depth); break;
      case '[': good = array(out, depth); break;
      case '"': {
        std::string_view string;
        good = quoted(string);
        out = Value::text(string);
        break;
      }
      case 't': good = literal("true"); out = Value::boolean(true); break;
      case 'f': good = literal("false"); out = Value::boolean(false); break;
      case 'n': good = literal("null"); out = Value(); break;
      default: good = number(out); break;
    }
    out.place = here;
    return good;
  }

  bool array(Value& out, size_t depth) {
    ++at_;
    const size_t first = items_.size();
    skip_space();
    if (at_ < text_.size() && text_[at_] == ']') {
      ++at_;
    } else {
      while (true) {
        Value item;
        skip_space();
        if (!value(item, depth + 1)) return false;
        items_.push_back(item);
        skip_space();
        if (at_ >= text_.size()) return fail("the array does not end");
        const char c = text_[at_++];
        if (c == ']') break;
        if (c != ',') return --at_, fail("expected , or ]");
      }
    }
    out = arena_.array(std::span(items_).subspan(first));
    items_.resize(first);
    return true;
  }

  bool object(Value& out, size_t depth) {
    ++at_;
    const size_t first = members_.size();
    Names wide;  // once there are many
    skip_space();
    if (at_ < text_.size() && text_[at_] == '}') {
      ++at_;
    } else {
      while (true) {
        skip_space();
        Member member;
        member.name_place = place();
        if (at_ >= text_.size() || text_[at_] != '"') return fail("expected a member's name in quotes");
        if (!quoted(member.name)) return false;
        if (!new_name(member, first, wide)) return false;
        skip_space();
        if (at_ >= text_.size() || text_[at_] != ':') return fail("expected :");
        ++at_;
        skip_space();
        if (!value(member.value, depth + 1)) return false;
        members_.push_back(member);
        skip_space();
        if (at_ >= text_.size()) return fail("the object does not end");
        const char c = text_[at_++];
        if (c == '}') break;
        if (c != ',') return --at_, fail("expected , or }");
      }
    }
    out = arena_.object(std::span(members_).subspan(first));
    members_.resize(first);
    return true;
  }

  using Names = std::unordered_map<std::string_view, Place>;

  // Records are small: a look back beats a map, until an object grows large enough for the square to hurt.
  bool new_name(const Member& member, size_t first, Names& wide) {
    constexpr size_t looked_through_max = 1000;
    if (members_.size() - first > looked_through_max) {
      if (wide.empty())
        for (size_t i = first; i < members_.size(); ++i) wide.emplace(members_[i].name, members_[i].name_place);
      const auto [known, fresh] = wide.emplace(member.name, member.name_place);
      return fresh || twice(member, known->second);
    }
    for (size_t i = first; i < members_.size(); ++i)
      if (members_[i].name == member.name) return twice(member, members_[i].name_place);
    return true;
  }

  bool twice(const Member& member, Place first) {
    problems_.add({.place = member.name_place, .what = "JSON: duplicate member " + std::string(member.name),
                   .hint = "the first is on line " + std::to_string(first.line) + ", column " + std::to_string(first.column)});
    return false;
  }

  bool number(Value& out) {
    const size_t start = at_;
    if (at_ < text_.size() && text_[at_] == '-') ++at_;
    const size_t digits = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    if (at_ == digits) return at_ = start, fail("unexpected text");
    if (text_[digits] == '0' && at_ - digits > 1) return fail("a number must not start with 0");
    bool integer = true;
    if (at_ < text_.size() && text_[at_] == '.') {
      integer = false;
      const size_t fraction = ++at_;
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
      if (at_ == fraction) return fail("digits are missing after the point");
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      integer = false;
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      const size_t exponent = at_;
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
      if (at_ == exponent) return fail("digits are missing in the exponent");
    }
    const char* begin = text_.data() + start;
    const char* end = text_.data() + at_;
    int64_t whole = 0;
    if (integer && std::from_chars(begin, end, whole).ec == std::errc()) {
      out = Value::integer(whole);
      return true;
    }
    double real = 0;
    if (std::from_chars(begin, end, real).ec == std::errc::result_out_of_range) {
      // Too small for a double is as good as 0; too large is a mistake that must not become a number.
      real = std::strtod(std::string(begin, end).c_str(), nullptr);
      if (!std::isfinite(real)) return at_ = start, fail("the number is too large");
    }
    out = Value::number(real);
    return true;
  }

  bool quoted(std::string_view& out) {
    const size_t start = ++at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' && static_cast<unsigned char>(text_[at_]) >= 0x20) ++at_;
    if (at_ < text_.size() && text_[at_] == '"') {
      // The usual string has no escapes and stays where it is: the text lives as long as the document.
      out = text_.substr(start, at_++ - start);
      return true;
    }
    std::string built(text_.substr(start, at_ - start));
    while (at_ < text_.size() && text_[at_] != '"') {
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) < 0x20) return fail("a control character stands in a string");
      ++at_;
      if (c != '\\') {
        built += c;
      } else if (!escape(built)) {
        return false;
      }
    }
    if (at_ >= text_.size()) return fail("the string does not end");
    ++at_;
    out = arena_.copy(built);
    return true;
  }

  bool escape(std::string& built) {
    if (at_ >= text_.size()) return fail("the string does not end");
    switch (text_[at_++]) {
      case '"': built += '"'; return true;
      case '\\': built += '\\'; return true;
      case '/': built += '/'; return true;
      case 'b': built += '\b'; return true;
      case 'f': built += '\f'; return true;
      case 'n': built += '\n'; return true;
      case 'r': built += '\r'; return true;
      case 't': built += '\t'; return true;
      case 'u': return unicode(built);
      default: return fail("unknown escape");
    }
  }

  bool hex4(uint32_t& code) {
    if (text_.size() - at_ < 4) return fail("\\u needs four digits");
    auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, code, 16);
    if (error != std::errc() || end != text_.data() + at_ + 4) return fail("\\u needs four digits");
    at_ += 4;
    return true;
  }

  bool unicode(std::string& built) {
    uint32_t code = 0;
    if (!hex4(code)) return false;
    if (code >= 0xdc00 && code <= 0xdfff) return fail("a low surrogate stands alone");
    if (code >= 0xd800 && code <= 0xdbff) {
      uint32_t low = 0;
      if (text_.substr(at_, 2) != "\\u") return fail("a high surrogate stands alone");
      at_ += 2;
      if (!hex4(low)) return false;
      if (low < 0xdc00 || low > 0xdfff) return fail("a high surrogate stands alone");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (code < 0x80) {
      built += static_cast<char>(code);
    } else if (code < 0x800) {
      built += static_cast<char>(0xc0 | code >> 6);
      built += static_cast<char>(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      built += static_cast<char>(0xe0 | code >> 12);
      built += static_cast<char>(0x80 | (code >> 6 & 0x3f));
      built += static_cast<char>(0x80 | (code & 0x3f));
    } else {
      built += static_cast<char>(0xf0 | code >> 18);
      built += static_cast<char>(0x80 | (code >> 12 & 0x3f));
      built += static_cast<char>(0x80 | (code >> 6 & 0x3f));
      built += static_cast<char>(0x80 | (code & 0x3f));
    }
    return true;
  }

  std::string_view text_;
  uint16_t file_;
  Arena& arena_;
  Problems& problems_;
  const ReadLimits& limits_;
  size_t at_ = 0, line_start_ = 0, nodes_ = 0;
  uint32_t line_ = 1;
  std::vector<Value> items_;      // stacks of what is being read, shared by all depths
  std::vector<Member> members_;
};

}  // namespace

bool read_json(std::string_view text, uint16_t file, Arena& arena, Problems& problems, const ReadLimits& limits, Value& root) {
  return JsonReader(text, file, arena, problems, limits).read(root);
}

bool is_deeper(std::string_view json, size_t depth_max) {
  size_t depth = 0;
  bool quoted = false;
  for (size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '"') quoted = !quoted;
    else if (quoted) at += c == '\\' ? 1 : 0;
    else if (c == '{' || c == '[') {
      if (++depth > depth_max) return true;
    } else if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  return false;
}

}  // namespace schema
