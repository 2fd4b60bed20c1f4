#include "schema/dump.h"

#include <fmt/format.h>

#include "schema/report.h"

namespace schema {

namespace {

class Writer {
 public:
  explicit Writer(const DumpOptions& options) : options_(options) {}

  void record(const Shape& shape, const Value* given) {
    out_ += '{';
    bool first = true;
    for (const Shape* field : shape.fields) {
      out_ += first ? "" : ",";
      first = false;
      out_ += json_quoted(field->name) + ":";
      this->field(*field, given != nullptr ? given->find(field->name) : nullptr);
    }
    out_ += '}';
  }

  void plain(const Value& value) {
    switch (value.kind()) {
      case Kind::null: out_ += "null"; break;
      case Kind::boolean: out_ += value.as_boolean() ? "true" : "false"; break;
      case Kind::integer: out_ += std::to_string(value.as_integer()); break;
      case Kind::number: out_ += fmt::format("{}", value.as_number()); break;
      case Kind::text: out_ += json_quoted(value.from_secret ? options_.mask : value.as_text()); break;
      case Kind::array: list(nullptr, value); break;
      case Kind::object: map(nullptr, value); break;
    }
  }

  // A plugin's settings are described by its own schema.
  void plugin_config(const Entity& entity) {
    const Value* name = entity.given.find("name");
    const PluginShape* plugin = name != nullptr && name->is_text() ? shapes().plugin(name->as_text()) : nullptr;
    const Value* given = entity.given.find("config");
    if (plugin == nullptr) return given != nullptr ? plain(*given) : void(out_ += "{}");
    record(*plugin->config, given != nullptr && given->is_object() ? given : nullptr);
  }

  void entity(const Entity& entity) {
    out_ += '{';
    bool first = true;
    const bool is_plugin = entity.shape->name == "plugins";
    for (const Shape* field : entity.shape->fields) {
      out_ += first ? "" : ",";
      first = false;
      out_ += json_quoted(field->name) + ":";
      if (is_plugin && field->name == "config")
        plugin_config(entity);
      else
        this->field(*field, entity.given.find(field->name));
    }
    out_ += '}';
  }

  void text(std::string_view literal) { out_ += literal; }
  std::string take() { return std::move(out_); }

 private:
  void field(const Shape& shape, const Value* given) {
    if (given == nullptr) {
      if (shape.type == Type::record && !shape.nullable && !shape.fields.empty())
        record(shape, shape.default_value);
      else if (shape.default_value != nullptr)
        described(shape, *shape.default_value);
      else
        out_ += "null";
      return;
    }
    described(shape, *given);
  }

  void described(const Shape& shape, const Value& value) {
    if (options_.mask_secrets && (shape.secret || value.from_secret) && !value.is_null())
      out_ += json_quoted(options_.mask);
    else if (shape.type == Type::record && value.is_object() && !shape.fields.empty())
      record(shape, &value);
    else if (value.is_array())
      list(shape.items, value);
    else if (value.is_object())
      map(shape.type == Type::map ? shape.items : nullptr, value);
    else
      plain(value);
  }

  void list(const Shape* items, const Value& value) {
    out_ += '[';
    bool first = true;
    for (const Value& item : value.items()) {
      out_ += first ? "" : ",";
      first = false;
      if (items != nullptr) described(*items, item); else plain(item);
    }
    out_ += ']';
  }

  void map(const Shape* values, const Value& value) {
    out_ += '{';
    bool first = true;
    for (const Member& member : value.members()) {
      out_ += (first ? "" : ",") + json_quoted(member.name) + ":";
      first = false;
      if (values != nullptr) described(*values, member.value); else plain(member.value);
    }
    out_ += '}';
  }

  const DumpOptions& options_;
  std::string out_;
};

}  // namespace

std::string to_json(const Entity& entity, const DumpOptions& options) {
  Writer writer(options);
  writer.entity(entity);
  return writer.take();
}

std::string to_json(const Config& config, const DumpOptions& options) {
  Writer writer(options);
  writer.text("{\"_format_version\":\"3.0\",\"_transform\":false");
  for (const auto& [collection, entities] : config.entities) {
    writer.text(",\n" + json_quoted(collection) + ":[");
    bool first = true;
    for (const Entity& entity : entities) {
      writer.text(first ? "\n" : ",\n");
      first = false;
      writer.entity(entity);
    }
    writer.text("]");
  }
  writer.text("}\n");
  return writer.take();
}

}  // namespace schema
