#pragma once
// The named fields of a request body, be it a JSON object, a form or multipart form data; changed by name, while the text of every untouched
// field stays as it was sent.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plugins {

enum class BodyKind : uint8_t { other, json, form, multipart };

// By media type (RFC 9110 section 8.3.1); `+json` types count as JSON (RFC 6839 section 3.1).
BodyKind body_kind(std::string_view content_type);

class BodyFields {
 public:
  // nullopt when the body is not what its type says, or of a type without fields. An empty body has no fields.
  static std::optional<BodyFields> parse(std::string_view content_type, std::string_view body);

  size_t count(std::string_view name) const;
  // The text of the first field of that name; nullopt when there is none or when it is JSON but not a string.
  std::optional<std::string> text(std::string_view name) const;

  // Each returns whether something changed, and changed() tells it of all of them.
  bool remove(std::string_view name);
  bool rename(std::string_view name, std::string_view new_name);  // takes the place of fields that have the new name
  bool replace(std::string_view name, std::string_view value);    // only where the name is present
  bool add(std::string_view name, std::string_view value);        // only where it is absent
  bool append(std::string_view name, std::string_view value);     // JSON: makes an array; a form: one more field; multipart: nothing

  bool changed() const { return changed_; }
  std::string write() const;

 private:
  struct Field {
    std::string name;   // decoded
    std::string value;  // JSON: text of the value; form: encoded; multipart: octets
    std::string head;   // multipart: the header section of the part
    bool bare = false;  // form: a name without "="
    bool as_sent = false;
    std::string raw;    // form: "name=value" as sent, used while as_sent
  };

  bool parse_json(std::string_view body);
  void parse_form(std::string_view body);
  bool parse_multipart(std::string_view body);
  Field make(std::string_view name, std::string_view value) const;
  void set_value(Field& field, std::string_view value) const;

  BodyKind kind_ = BodyKind::other;
  std::string boundary_;
  std::vector<Field> fields_;
  bool changed_ = false;
};

}  // namespace plugins
