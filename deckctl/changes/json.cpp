#include "deckctl/changes/render.h"
#include "schema/report.h"

namespace deckctl {

namespace {

using schema::ChangeKind;
using schema::json_quoted;

std::string or_null(const std::string& json) { return json.empty() ? "null" : json; }

std::string list_of(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ",") + json_quoted(text);
  return "[" + out + "]";
}

std::string field_json(const ShownField& field) {
  return "{\"path\":" + json_quoted(field.path) + ",\"old\":" + or_null(field.before) + ",\"new\":" + or_null(field.after) +
         ",\"secret\":" + (field.secret ? "true" : "false") + "}";
}

std::string change_json(const ShownChange& change, const Changes& group) {
  std::string out = "{\"name\":" + json_quoted(change.name) + ",\"kind\":" + json_quoted(change.entity) + ",\"body\":{\"new\":" + or_null(change.after_json) +
                    ",\"old\":" + or_null(change.before_json) + "}";
  if (change.kind == ChangeKind::update) {
    std::string fields;
    for (const ShownField& field : change.fields) fields += (fields.empty() ? "" : ",") + field_json(field);
    out += ",\"fields\":[" + fields + "]";
  }
  if (!change.place.empty()) out += ",\"place\":" + json_quoted(change.place);
  if (!group.nodes.empty()) out += ",\"nodes\":" + list_of(group.nodes);
  return out + "}";
}

std::string list_of(const std::vector<Changes>& all, ChangeKind kind, size_t& count) {
  std::string out;
  for (const Changes& group : all)
    for (const ShownChange& change : group.list) {
      if (change.kind != kind) continue;
      out += (out.empty() ? "\n  " : ",\n  ") + change_json(change, group);
      ++count;
    }
  return "[" + out + "]";
}

}  // namespace

std::string to_json(const std::vector<Changes>& all, const std::vector<std::string>& errors, const std::string& extra) {
  size_t created = 0, updated = 0, removed = 0;
  std::string out = "{\"schema_version\":1,\n\"changes\":{\"creating\":" + list_of(all, ChangeKind::create, created);
  out += ",\n\"updating\":" + list_of(all, ChangeKind::update, updated);
  out += ",\n\"deleting\":" + list_of(all, ChangeKind::remove, removed);
  out += "},\n\"summary\":{\"creating\":" + std::to_string(created) + ",\"updating\":" + std::to_string(updated) + ",\"deleting\":" + std::to_string(removed) +
         ",\"total\":" + std::to_string(created + updated + removed) + "},\n\"warnings\":[],\"errors\":" + list_of(errors) + extra + "}\n";
  return out;
}

}  // namespace deckctl
