#include "gateway/plugins/body_fields.h"

#include <algorithm>
#include <utility>

#include "gateway/http/headers.h"
#include "gateway/http/uri.h"
#include "gateway/plugins/json_members.h"
#include "gateway/plugins/json_text.h"
#include "gateway/http/query.h"

namespace plugins {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The value of `name=...` among the `;`-separated parameters of a field value; quotes are taken off (RFC 9110 section 5.6.6).
std::string parameter_of(std::string_view value, std::string_view name) {
  size_t at = value.find(';');
  while (at != std::string_view::npos) {
    ++at;
    size_t equals = value.find('=', at);
    if (equals == std::string_view::npos) return {};
    bool wanted = http::equal_names(trim(value.substr(at, equals - at)), name);
    std::string text;
    at = equals + 1;
    if (at < value.size() && value[at] == '"') {
      for (++at; at < value.size() && value[at] != '"'; ++at) {
        if (value[at] == '\\' && at + 1 < value.size()) ++at;
        text += value[at];
      }
      at = value.find(';', at);
    } else {
      size_t end = value.find(';', at);
      text = trim(value.substr(at, end == std::string_view::npos ? end : end - at));
      at = end;
    }
    if (wanted) return text;
  }
  return {};
}

// The name of a part by its Content-Disposition (RFC 7578 section 4.2).
std::string part_name(std::string_view head) {
  while (!head.empty()) {
    size_t end = head.find("\r\n");
    std::string_view line = head.substr(0, end);
    size_t colon = line.find(':');
    if (colon != std::string_view::npos && http::equal_names(line.substr(0, colon), "Content-Disposition")) {
      return parameter_of(line.substr(colon + 1), "name");
    }
    head = end == std::string_view::npos ? std::string_view() : head.substr(end + 2);
  }
  return {};
}

std::string disposition(std::string_view name) {
  std::string head = "Content-Disposition: form-data; name=\"";
  for (char c : name) {
    if (c == '"' || c == '\\') head += '\\';
    if (c != '\r' && c != '\n') head += c;
  }
  return head + '"';
}

}  // namespace

BodyKind body_kind(std::string_view content_type) {
  std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  if (http::equal_names(type, "application/json")) return BodyKind::json;
  if (type.size() > 5 && http::equal_names(type.substr(type.size() - 5), "+json")) return BodyKind::json;
  if (http::equal_names(type, "application/x-www-form-urlencoded")) return BodyKind::form;
  if (http::equal_names(type, "multipart/form-data")) return BodyKind::multipart;
  return BodyKind::other;
}

std::optional<BodyFields> BodyFields::parse(std::string_view content_type, std::string_view body) {
  BodyFields fields;
  fields.kind_ = body_kind(content_type);
  bool parsed = true;
  switch (fields.kind_) {
    case BodyKind::other: parsed = false; break;
    case BodyKind::json: parsed = fields.parse_json(body); break;
    case BodyKind::form: fields.parse_form(body); break;
    case BodyKind::multipart:
      fields.boundary_ = parameter_of(content_type, "boundary");
      parsed = !fields.boundary_.empty() && fields.parse_multipart(body);
      break;
  }
  if (!parsed) return std::nullopt;
  return fields;
}

bool BodyFields::parse_json(std::string_view body) {
  if (body.empty()) return true;
  auto members = json_members(body);
  if (!members) return false;
  for (JsonMember& member : *members) {
    Field field;
    field.name = std::move(member.name);
    field.value = member.text;
    fields_.push_back(std::move(field));
  }
  return true;
}

void BodyFields::parse_form(std::string_view body) {
  http::each_parameter(body, [this](const http::Parameter& parameter) {
    Field field;
    field.name = http::decode(parameter.name, true);
    field.value = parameter.value;
    field.bare = !parameter.has_value;
    field.as_sent = true;
    field.raw = parameter.text;
    fields_.push_back(std::move(field));
    return true;
  });
}

bool BodyFields::parse_multipart(std::string_view body) {
  if (body.empty()) return true;
  std::string delimiter = "--" + boundary_;
  if (!body.starts_with(delimiter)) return false;
  body.remove_prefix(delimiter.size());
  delimiter.insert(0, "\r\n");
  while (!body.starts_with("--")) {
    if (!body.starts_with("\r\n")) return false;
    body.remove_prefix(2);
    size_t end = body.find(delimiter);
    if (end == std::string_view::npos) return false;
    std::string_view part = body.substr(0, end);
    body.remove_prefix(end + delimiter.size());
    size_t blank = part.find("\r\n\r\n");
    if (blank == std::string_view::npos) return false;
    Field field;
    field.head = part.substr(0, blank);
    field.value = part.substr(blank + 4);
    field.name = part_name(field.head);
    fields_.push_back(std::move(field));
  }
  return true;
}

size_t BodyFields::count(std::string_view name) const {
  return static_cast<size_t>(std::ranges::count_if(fields_, [name](const Field& field) { return field.name == name; }));
}

std::optional<std::string> BodyFields::text(std::string_view name) const {
  for (const Field& field : fields_) {
    if (field.name != name) continue;
    if (kind_ == BodyKind::json) return json_string(field.value);
    return kind_ == BodyKind::form ? http::decode(field.value, true) : field.value;
  }
  return std::nullopt;
}

bool BodyFields::remove(std::string_view name) {
  bool found = std::erase_if(fields_, [name](const Field& field) { return field.name == name; }) > 0;
  changed_ |= found;
  return found;
}

bool BodyFields::rename(std::string_view name, std::string_view new_name) {
  if (count(name) == 0 || name == new_name) return false;
  remove(new_name);
  for (Field& field : fields_) {
    if (field.name != name) continue;
    field.name = new_name;
    field.as_sent = false;
    if (kind_ == BodyKind::multipart) field.head = disposition(new_name);
  }
  return changed_ = true;
}

bool BodyFields::replace(std::string_view name, std::string_view value) {
  if (count(name) == 0) return false;
  bool first = true;
  std::erase_if(fields_, [&](Field& field) {
    if (field.name != name) return false;
    if (first) set_value(field, value);
    return !std::exchange(first, false);
  });
  return changed_ = true;
}

bool BodyFields::add(std::string_view name, std::string_view value) {
  if (count(name) > 0) return false;
  fields_.push_back(make(name, value));
  return changed_ = true;
}

bool BodyFields::append(std::string_view name, std::string_view value) {
  if (kind_ == BodyKind::multipart) return false;
  Field more = make(name, value);
  if (kind_ == BodyKind::form) {
    fields_.push_back(std::move(more));
    return changed_ = true;
  }
  for (Field& field : fields_) {
    if (field.name != name) continue;
    if (field.value.front() != '[') {
      field.value = '[' + field.value + ',' + more.value + ']';
    } else {
      field.value.pop_back();
      bool empty = field.value.find_first_not_of(" \t\r\n", 1) == std::string::npos;
      field.value += (empty ? "" : ",") + more.value + ']';
    }
    return changed_ = true;
  }
  more.value = '[' + more.value + ']';
  fields_.push_back(std::move(more));
  return changed_ = true;
}

BodyFields::Field BodyFields::make(std::string_view name, std::string_view value) const {
  Field field;
  field.name = name;
  if (kind_ == BodyKind::multipart) field.head = disposition(name);
  set_value(field, value);
  return field;
}

void BodyFields::set_value(Field& field, std::string_view value) const {
  field.as_sent = field.bare = false;
  field.value.clear();
  if (kind_ == BodyKind::json) append_json_text(field.value, value);
  else field.value = kind_ == BodyKind::form ? http::encode_component(value) : std::string(value);
}

std::string BodyFields::write() const {
  std::string out;
  if (kind_ == BodyKind::json) out += '{';
  for (const Field& field : fields_) {
    bool first = &field == fields_.data();
    if (kind_ == BodyKind::json) {
      if (!first) out += ',';
      append_json_text(out, field.name);
      out += ':';
      out += field.value;
    } else if (kind_ == BodyKind::form) {
      if (!first) out += '&';
      out += field.as_sent ? field.raw : http::encode_component(field.name) + (field.bare ? "" : "=" + field.value);
    } else {
      out += "--" + boundary_ + "\r\n" + field.head + "\r\n\r\n" + field.value + "\r\n";
    }
  }
  if (kind_ == BodyKind::json) out += '}';
  if (kind_ == BodyKind::multipart) out += "--" + boundary_ + "--\r\n";
  return out;
}

}  // namespace plugins
