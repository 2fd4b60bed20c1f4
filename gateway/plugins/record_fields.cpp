#include "gateway/plugins/record_fields.h"

#include <nlohmann/json.hpp>

#include "gateway/observe/log.h"
#include "gateway/plugins/access_record.h"
#include "gateway/plugins/lua_json.h"
#include "gateway/plugins/script_host.h"
#include "gateway/plugins/settings.h"
#include "gateway/scripting/scripts.h"

namespace plugins {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> path_of(std::string_view name) {
  std::vector<std::string> path(1);
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\' && i + 1 < name.size() && name[i + 1] == '.')
      path.back() += name[++i];
    else if (name[i] == '.')
      path.emplace_back();
    else
      path.back() += name[i];
  }
  return path;
}

// Nothing to do with an empty text: the value is nil.
void take_json(lua_State* lua, void* text) {
  if (!lua_isnil(lua, -1)) append_lua_json(lua, -1, *static_cast<std::string*>(text));
}

// False when a name on the way belongs to something that has no members.
bool edit(Json& record, const std::vector<std::string>& path, const std::string& value) {
  Json* at = &record;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    if (value.empty() && !at->contains(path[i])) return true;
    at = &(*at)[path[i]];
    if (!at->is_object() && !at->is_null()) return false;
  }
  if (value.empty())
    at->erase(path.back());
  else
    (*at)[path.back()] = Json::parse(value);
  return true;
}

}  // namespace

RecordFields::RecordFields(const schema::Plugin& plugin, Building& building)
    : plugin_(plugin.name), scripts_(building.scripts), log_(building.log) {
  for (const auto& [name, code] : plugin.config.map("custom_fields_by_lua")) {
    if (building.scripts == nullptr || building.scripts->trust() == script::Trust::off) {
      const std::string field = "custom_fields_by_lua." + std::string(name);
      refuse(plugin, building, field,
             "Error parsing function: loading of untrusted Lua code disabled because 'untrusted_lua' config option is "
             "set to 'off'");
      continue;
    }
    Field field;
    field.name = name;
    field.path = path_of(name);
    field.script = building.scripts->add(std::string(code->as_text()));
    fields_.push_back(std::move(field));
  }
}

void RecordFields::write_record(const Exchange& exchange, http::Out& out) const {
  if (fields_.empty()) return write_access_record(exchange, out);
  http::Out plain;
  write_access_record(exchange, plain);
  Json record = Json::parse(plain.view(), nullptr, false);
  ScriptSubject subject{exchange, plugin_, log_};
  std::string value;
  for (const Field& field : fields_) {
    value.clear();
    const std::string error = scripts_->run(field.script, &subject, take_json, &value);
    if (!error.empty())
      tell(field, exchange, error);
    else if (!edit(record, field.path, value))
      tell(field, exchange, "a part of its name belongs to a value that has no members");
  }
  out.text(record.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void RecordFields::tell(const Field& field, const Exchange& exchange, std::string_view why) const {
  if (log_ == nullptr) return;
  const int64_t now_s = exchange.timings.started_wall_ms / 1000;
  if (field.told_s->exchange(now_s, std::memory_order_relaxed) == now_s) return;
  const std::string name = "custom_fields_by_lua." + field.name;
  observe::Subject subject;
  subject.field = name;
  if (exchange.route != nullptr) subject.route = exchange.route->name;
  subject.request_id = exchange.request_id;
  log_->write(observe::Level::error, std::string(plugin_).append(": ").append(why), subject);
}

}  // namespace plugins
