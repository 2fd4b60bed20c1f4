#include "gateway/plugins/query_editor.h"

#include <algorithm>
#include <string>

#include "gateway/http/uri.h"
#include "gateway/http/query.h"

namespace plugins {

QueryEditor::QueryEditor(Exchange& exchange) : exchange_(exchange) {
  http::each_parameter(exchange.query, [this](const http::Parameter& parameter) {
    bool escaped = parameter.name.find_first_of("%+") != std::string_view::npos;
    std::string_view name = escaped ? exchange_.arena.copy(http::decode(parameter.name, true)) : parameter.name;
    fields_.push_back({parameter.text, name, parameter.value, parameter.has_value});
    return true;
  });
}

bool QueryEditor::has(std::string_view name) const { return std::ranges::find(fields_, name, &Field::name) != fields_.end(); }

QueryEditor::Field QueryEditor::make(std::string_view name, std::string_view value) const {
  std::string encoded = http::encode_component(name) + '=' + http::encode_component(value);
  return {exchange_.arena.copy(encoded), name, {}, true};
}

void QueryEditor::remove(std::string_view name) {
  changed_ |= std::erase_if(fields_, [name](const Field& field) { return field.name == name; }) > 0;
}

void QueryEditor::rename(std::string_view name, std::string_view new_name) {
  if (!has(name)) return;
  if (new_name != name) remove(new_name);
  std::string encoded = http::encode_component(new_name);
  for (Field& field : fields_) {
    if (field.name != name) continue;
    field.text = field.has_value ? exchange_.arena.join({encoded, "=", field.value}) : exchange_.arena.copy(encoded);
    field.name = new_name;
  }
  changed_ = true;
}

void QueryEditor::replace(std::string_view name, std::string_view value) {
  auto first = std::ranges::find(fields_, name, &Field::name);
  if (first == fields_.end()) return;
  *first = make(name, value);
  fields_.erase(std::remove_if(first + 1, fields_.end(), [name](const Field& field) { return field.name == name; }), fields_.end());
  changed_ = true;
}

void QueryEditor::add(std::string_view name, std::string_view value) {
  if (!has(name)) append(name, value);
}

void QueryEditor::append(std::string_view name, std::string_view value) {
  fields_.push_back(make(name, value));
  changed_ = true;
}

void QueryEditor::finish() {
  if (!changed_) return;
  std::string query;
  for (const Field& field : fields_) {
    if (!query.empty()) query += '&';
    query += field.text;
  }
  exchange_.query = exchange_.arena.copy(query);
  exchange_.has_query = !query.empty();
}

}  // namespace plugins
