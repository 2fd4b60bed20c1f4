#include "schema/yaml_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "schema/emit.h"
#include "schema/report.h"
#include "schema/yaml.h"

namespace schema {

namespace {

// Readers of YAML give up on a key that is longer than 1024 characters, unless a "?" stands before it.
constexpr size_t simple_key_bytes_max = 1000;

// Line breaks that only YAML 1.1 knows (U+0085, U+2028, U+2029), the byte order mark, and controls: never in the clear.
size_t unprintable_bytes(std::string_view text, size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  if (c < 0x20 || c == 0x7f) return 1;
  if (c == 0xc2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0) return 2;
  const std::string_view three = text.substr(at, 3);
  return three == "\xe2\x80\xa8" || three == "\xe2\x80\xa9" || three == "\xef\xbb\xbf" ? 3 : 0;
}

// JSON's quotes and escapes are also YAML's; YAML forbids a few characters more.
std::string double_quoted(std::string_view text) {
  const std::string json = json_quoted(text);
  std::string out;
  for (size_t i = 0; i < json.size();) {
    const size_t bytes = unprintable_bytes(json, i);
    if (bytes == 0) {
      out += json[i++];
      continue;
    }
    const auto at = [&](size_t k) { return static_cast<unsigned char>(json[i + k]); };
    const unsigned code = bytes == 1 ? at(0) : bytes == 2 ? (at(0) & 0x1fu) << 6 | (at(1) & 0x3fu) : (at(0) & 0xfu) << 12 | (at(1) & 0x3fu) << 6 | (at(2) & 0x3fu);
    out += fmt::format("\\u{:04x}", code);
    i += bytes;
  }
  return out;
}

std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

bool is_one_line(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i)
    if (unprintable_bytes(text, i) > 0) return false;
  return true;
}

// A text that may stand without quotes: it is read as itself, and holds nothing that YAML gives a meaning.
bool is_plain(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (std::string_view("-?:,[]{}#&*!|>'\"%@`~=<").find(text.front()) != std::string_view::npos) return false;
  if (!is_one_line(text)) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ':' && text.substr(i, 2) == ": ") return false;
    if (text[i] == '#' && text[i - 1] == ' ') return false;
  }
  // YAML 1.1 and 1.2 differ in what looks like a number or a word; a digit or such a word in front is reason enough for quotes.
  if ((text.front() >= '0' && text.front() <= '9') || text.front() == '.' || text.front() == '+') return false;
  if (text.size() == 1 && (text == "y" || text == "Y" || text == "n" || text == "N")) return false;
  return plain_scalar(text).is_text();
}

// Several lines that `|` gives back as they are. What begins with a blank or a break would need to tell its indentation.
bool is_block(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || text.front() == ' ' || text.front() == '\t' || text.front() == '\n') return false;
  if (text.ends_with("\n\n")) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\t') continue;
    if (text[i] != '\n' && unprintable_bytes(text, i) > 0) return false;
    // A line of blanks alone is easily lost.
    if (text[i] == '\n' && i > 0 && (text[i - 1] == ' ' || text[i - 1] == '\t')) return false;
  }
  return text.back() != ' ' && text.back() != '\t';
}

std::string number(const Value& value) {
  const double real = value.as_number();
  if (std::isnan(real)) return ".nan";
  if (std::isinf(real)) return real < 0 ? "-.inf" : ".inf";
  std::string text = to_json_text(value);
  // Without a point, YAML 1.1 takes 1e+20 for a text.
  if (const size_t e = text.find('e'); e != std::string::npos && text.find('.') == std::string::npos) text.insert(e, ".0");
  return text;
}

class Writer {
 public:
  explicit Writer(Surroundings* surroundings) : surroundings_(surroundings) {}

  std::string document(const Value& value) {
    if (is_leaf(value)) {
      leaf(value, 2);
      out_ += '\n';
    } else {
      block(value, 0);
    }
    return std::move(out_);
  }

 private:
  static bool is_leaf(const Value& value) {
    if (value.is_array()) return value.items().empty();
    return !value.is_object() || value.members().empty();
  }

  // On the line that has begun; a text of several lines goes on below it, `indent` blanks in.
  void leaf(const Value& value, size_t indent) {
    if (value.is_array()) {
      out_ += "[]";
    } else if (value.is_object()) {
      out_ += "{}";
    } else if (value.kind() == Kind::number) {
      out_ += number(value);
    } else if (!value.is_text()) {
      out_ += to_json_text(value);
    } else {
      text(value, indent);
    }
  }

  void text(const Value& value, size_t indent) {
    const std::string_view text = value.as_text();
    if (surroundings_ != nullptr && is_one_line(text) && surroundings_->wants_quotes(value)) {
      out_ += single_quoted(text);
    } else if (is_plain(text)) {
      out_ += text;
    } else if (is_block(text)) {
      below_ = std::string();
      std::string_view rest = text;
      while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        below_->append("\n").append(line.empty() ? 0 : indent, ' ').append(line);
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      }
      out_ += text.ends_with('\n') ? "|" : "|-";
    } else {
      out_ += double_quoted(text);
    }
  }

  void end_line(Place place) {
    if (surroundings_ != nullptr) out_ += surroundings_->beside(place);
    if (below_) out_ += *below_;
    below_.reset();
    out_ += '\n';
  }

  // What follows "-" or "key:".
  void inner(const Value& value, size_t indent, bool in_list, Place place) {
    const std::string anchor = surroundings_ != nullptr ? surroundings_->anchor(value) : std::string();
    if (!anchor.empty()) out_.append(" ").append(anchor);
    if (anchor.starts_with('*')) return end_line(place);
    if (is_leaf(value)) {
      out_ += ' ';
      leaf(value, indent);
      end_line(place);
    } else if (in_list && anchor.empty() && !has_long_first_key(value)) {
      out_ += ' ';
      block(value, indent, true);
    } else {
      end_line(place);
      block(value, indent);
    }
  }

  static bool has_long_first_key(const Value& value) { return value.is_object() && value.members()[0].name.size() > simple_key_bytes_max; }

  // `behind_dash`: the first line has begun.
  void block(const Value& value, size_t indent, bool behind_dash = false) {
    bool first = behind_dash;
    auto begin = [&](Place place, const Place* inside) {
      if (!first) {
        before(place, indent);
        // The first line of what stands behind the dash has its comments before the dash.
        if (inside != nullptr) before(*inside, indent);
        out_.append(indent, ' ');
      }
      first = false;
    };
    if (value.is_array()) {
      for (const Value& item : value.items()) {
        begin(item.place, item.is_object() && !is_leaf(item) ? &item.members()[0].name_place : nullptr);
        out_ += '-';
        inner(item, indent + 2, true, item.place);
        after(item.place, true, indent);
      }
      return;
    }
    for (const Member& member : value.members()) {
      begin(member.name_place, nullptr);
      key(member.name, indent);
      inner(member.value, member.value.is_array() ? indent : indent + 2, false, member.name_place);
      after(member.name_place, false, indent);
    }
  }

  void key(std::string_view name, size_t indent) {
    const std::string written = is_merge_key(name) || is_plain(name) ? std::string(name) : double_quoted(name);
    if (written.size() > simple_key_bytes_max) out_.append("? ").append(written).append("\n").append(indent, ' ');
    else out_ += written;
    out_ += ':';
  }

  void before(Place place, size_t indent) {
    if (surroundings_ != nullptr) surroundings_->before(place, indent, out_);
  }
  void after(Place place, bool item, size_t indent) {
    if (surroundings_ != nullptr) surroundings_->after(place, item, indent, out_);
  }

  Surroundings* surroundings_;
  std::string out_;
  std::optional<std::string> below_;  // lines of the text whose `|` stands on the line at hand
};

}  // namespace

std::string write_yaml(const Value& value, Surroundings* surroundings) { return Writer(surroundings).document(value); }

}  // namespace schema
